/**
 * A convolutional network after VGG, as courses build it with Keras: pairs of convolutions, pooling
 * and dropout, and two dense layers. (K. Simonyan and A. Zisserman, "Very deep convolutional networks for
 * large-scale image recognition", 2014.)
 *
 * ```sh
 * deno run examples/models/vgg.ts   # its table, and a step on noise
 * ```
 *
 * @module
 */
import { type Dim, jit, random, type Tensor, valueAndGrad } from "@katachi/katachi";
import {
  conv,
  dropout,
  flatten,
  linear,
  maxPooling,
  relu,
  sequential,
  softmaxCrossEntropy,
  summary,
} from "@katachi/katachi/nn";
import { adadelta, applyUpdates } from "@katachi/katachi/optim";

/** From images `[N, 3, 32, 32]` to the logits of ten classes. */
export const vgg = sequential(
  conv.of(3, 32, [3, 3], { padding: "SAME" }),
  relu,
  conv.of(32, 32, [3, 3]),
  relu,
  maxPooling.of(2),
  dropout.of(0.25),
  conv.of(32, 64, [3, 3], { padding: "SAME" }),
  relu,
  conv.of(64, 64, [3, 3]),
  relu,
  maxPooling.of(2),
  dropout.of(0.25),
  flatten.of(),
  linear.of(2304, 512),
  relu,
  dropout.of(0.5),
  linear.of(512, 10),
);

/** The parameters. */
export type Params = ReturnType<typeof vgg.init>;

/** The logits. */
export function classify<B extends Dim>(
  params: Params,
  x: Tensor<[B, 3, 32, 32]>,
): Tensor<[B, 10]> {
  return vgg.apply(params, x);
}

if (import.meta.main) {
  console.log(`${summary(vgg, [32, 3, 32, 32])}`);
  const [kInit, kData, kTrain] = random.split(random.key(0), 3);
  const optimizer = adadelta(1);
  let params = vgg.init(kInit);
  let state = optimizer.init(params);
  const x = random.normal(kData, [32, 3, 32, 32]);
  const y = random.randint(kData, [32], 0, 10);
  const step = jit((params: Params, s: typeof state, key: random.Key) => {
    const loss = (params: Params) => softmaxCrossEntropy(vgg.train(params, x, { key })[0], y);
    const [value, gradients] = valueAndGrad(loss)(params);
    const [updates, next] = optimizer.update(gradients, s, params);
    return { value, params: applyUpdates(params, updates), state: next };
  });
  for (const key of random.split(kTrain, 3)) {
    const next = step(params, state, key);
    ({ params, state } = next);
    console.log(`loss ${next.value.item().toFixed(4)}`);
  }
}
