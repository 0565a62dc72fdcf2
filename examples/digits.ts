/**
 * A network of two layers learns to read handwritten digits.
 *
 * ```sh
 * deno run examples/digits.ts                                   # digits that the program draws itself
 * deno run --allow-read=DIR examples/digits.ts --data DIR       # the IDX files of MNIST in DIR
 * deno run examples/digits.ts --seed 7 --epochs 3
 * ```
 *
 * `DIR` holds `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, and beside them the `t10k-`
 * files to test on; each may be gzipped. With the `t10k-` files alone, their last fifth is tested on
 * and the rest is trained on.
 */
import {
  argmax,
  type Dim,
  equal,
  jit,
  mean,
  random,
  type Tensor,
  valueAndGrad,
} from "@katachi/katachi";
import { batches, drawnDigits, readMnistPart, trainTestSplit } from "@katachi/katachi/data";
import { linear, relu, softmaxCrossEntropy } from "@katachi/katachi/nn";
import { adam, applyUpdates } from "@katachi/katachi/optim";

// The model: 784 pixels, 128 hidden units, 10 classes.

function init(key: random.Key) {
  const [hidden, output] = random.split(key);
  return { hidden: linear.init(hidden, 784, 128), output: linear.init(output, 128, 10) };
}
type Params = ReturnType<typeof init>;

function classify<B extends Dim>(params: Params, x: Tensor<[B, 784]>): Tensor<[B, 10]> {
  return linear(params.output, relu(linear(params.hidden, x)));
}

// The data: rows of pixels from 0 to 1, and a label for each.

interface Digits {
  readonly x: Tensor<[number, 784]>;
  readonly y: Tensor<[number], "int32">;
}

async function load(dir: string | undefined): Promise<{ train: Digits; test: Digits }> {
  const flatten = true;
  if (dir === undefined) {
    return {
      train: drawnDigits(random.key(1), 4000, { flatten }),
      test: drawnDigits(random.key(2), 1000, { flatten }),
    };
  }
  const test = await readMnistPart(dir, "test", { flatten });
  const names = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name);
  return names.some((name) => name.startsWith("train-images"))
    ? { train: await readMnistPart(dir, "train", { flatten }), test }
    : trainTestSplit(test, Math.floor(test.y.size / 5));
}

// The training.

const option = (name: string): string | undefined => {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
};
const seed = Number(option("seed") ?? 0);
const epochs = Number(option("epochs") ?? 6);

const { train, test } = await load(option("data"));
console.log(`${train.y.size} digits to train on, ${test.y.size} to test on`);

const optimizer = adam(0.003);
const step = jit((
  params: Params,
  state: ReturnType<typeof optimizer.init<Params>>,
  x: Tensor<[64, 784]>,
  y: Tensor<[64], "int32">,
) => {
  const loss = (params: Params) => softmaxCrossEntropy(classify(params, x), y);
  const [value, gradients] = valueAndGrad(loss)(params);
  const [updates, next] = optimizer.update(gradients, state, params);
  return { value, params: applyUpdates(params, updates), state: next };
});
const accuracy = jit((params: Params, { x, y }: Digits) =>
  mean(equal(argmax(classify(params, x), -1), y))
);

const [initKey, batchKey] = random.split(random.key(seed));
let params = init(initKey);
let state = optimizer.init(params);
for (let epoch = 1; epoch <= epochs; epoch++) {
  const started = performance.now();
  let total = 0;
  let steps = 0;
  for (const { x, y } of batches(random.foldIn(batchKey, epoch), train, 64)) {
    const next = step(params, state, x, y);
    ({ params, state } = next);
    total += next.value.item();
    steps++;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`epoch ${epoch}/${epochs}  loss ${(total / steps).toFixed(4)}  ${seconds} s`);
}
console.log(`test accuracy ${accuracy(params, test).item().toFixed(4)}`);
