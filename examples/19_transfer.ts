/**
 * Lesson 19: transfer. A network has seen plenty of the digits 0 to 4, and there are a few examples of
 * the digits 5 to 9. What it learned from the old ones is of use for the new ones.
 *
 * ```sh
 * deno run examples/19_transfer.ts
 * deno run examples/19_transfer.ts --quick --seed 7
 * ```
 *
 * What you should see: with few examples a linear model on features that were learned from other digits
 * beats one on pixels, and fine-tuning beats learning from scratch; with many the gap closes.
 */
import {
  concat,
  flip,
  random,
  swapAxes,
  take,
  type Tensor,
  tensor,
  treeLeaves,
} from "@katachi/katachi";
import { drawnDigits, shuffle, trainTestSplit } from "@katachi/katachi/data";
import { encodeSafetensors, loadInto, parseSafetensors } from "@katachi/katachi/io";
import { accuracy } from "@katachi/katachi/metrics";
import {
  conv,
  flatten,
  linear,
  type LinearParams,
  regularizers,
  relu,
  sequential,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import {
  adam,
  minimize,
  type Optimizer,
  partition,
  type StateFamily,
} from "@katachi/katachi/optim";
import { fit, predict, supervised } from "@katachi/katachi/train";
import { bandPlot, beside, imageGrid } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const seed = random.key(Number(option("seed") ?? 0));
const [drawKey, preKey, fewKey] = random.split(seed, 3);

// The data: grainy images [N, 1, 28, 28] of five digits, labels from 0 on.

interface Images {
  readonly x: Tensor<[number, 1, 28, 28]>;
  readonly y: Tensor<[number], "int32">;
}

const rowsOf = ({ x, y }: Images, rows: readonly number[]): Images => {
  const at = tensor(rows, "int32");
  return { x: take(x, at, 0), y: take(y, at, 0) };
};

const n = quick ? 2000 : 3000;
const drawn = drawnDigits(drawKey, 2 * n, { noise: 0.5 });

/** The drawn digits from `first` to `first + 4`. */
function fiveFrom(first: number): Images {
  const rows = drawn.y.toArray().flatMap((y, i) => y >= first && y < first + 5 ? [i] : []);
  return rowsOf({ x: drawn.x.reshape([2 * n, 1, 28, 28]), y: drawn.y.sub(first) }, rows);
}
const upright = fiveFrom(0);
const { train: pool, test } = trainTestSplit(fiveFrom(5), 1000);

/** A quarter of a turn. */
const turned = (x: Images["x"]): Images["x"] => flip(swapAxes(x, 2, 3), 2);

// Pre-training: which of the digits 0 to 4 it is, and which way it is turned. Twenty classes ask for
// more of the features than five do.

const turns = [upright.x];
while (turns.length < 4) turns.push(turned(turns[turns.length - 1]));
const plenty: Images = {
  x: concat(turns, 0),
  y: concat(turns.map((_, i) => upright.y.add(5 * i)), 0),
};

const trunk = sequential(
  conv.of(1, 8, [5, 5], { stride: 2 }),
  relu,
  conv.of(8, 16, [3, 3], { stride: 2 }),
  relu,
  flatten.of(),
  linear.of(400, 64),
  relu,
);
type Trunk = ReturnType<typeof trunk.init>;
const teacher = sequential(trunk, linear.of(64, 20));

heading("Pre-training: the digits 0 to 4, turned four ways");
const pretrained = await fit({
  loss: supervised(teacher, softmaxCrossEntropy),
  params: teacher.init(preKey),
  optimizer: adam(2e-3),
  data: plenty,
  batchSize: 64,
  epochs: quick ? 4 : 6,
  key: preKey,
  metrics: { accuracy },
  progress: false,
});
figure("images to learn from", plenty.y.size);
figure("accuracy in the last epoch", pretrained.history.epochs.at(-1)?.metrics.accuracy ?? NaN);
await show(
  "images",
  beside([
    imageGrid(plenty.x.slice([[0, null, Math.floor(plenty.y.size / 8)]]).slice([[0, 8]]), {
      title: "seen before",
      columns: 4,
    }),
    imageGrid(pool.x.slice([[0, 8]]), { title: "new", columns: 4 }),
  ]),
);

// The trunk goes on as the bytes of a safetensors file, as it would to another program.

const bytes = encodeSafetensors(pretrained.params[0], { from: "19_transfer" });
const features = loadInto(trunk.init(random.key(0)), parseSafetensors(bytes).tensors);
const filters = (params: Trunk) => params[0].weight;
figure("bytes of safetensors", bytes.length);
figure("parameters in them", treeLeaves(features).reduce((sum, { size }) => sum + size, 0));
figure(
  "difference of filters after reading",
  filters(features).sub(filters(pretrained.params[0])).abs().max().item(),
);

// Five ways to learn the digits 5 to 9 from n examples of each.

const model = sequential(trunk, linear.of(64, 5));

/** Logistic regression, by L-BFGS: the best last layer on features that stay as they are. */
function probe<C extends number>(x: Tensor<[number, C]>, y: Images["y"]): LinearParams<C, 5> {
  const loss = (params: LinearParams<C, 5>) =>
    softmaxCrossEntropy(linear(params, x), y).add(regularizers.l2(params.weight, 1e-3));
  const start = linear.init(random.key(0), x.shape[1], 5);
  return minimize(loss, start, { maxIterations: 100 }).params;
}

const pixels = (x: Images["x"]) => x.reshape([x.shape[0], 784]);
const featuresOf = (params: Trunk, x: Images["x"]) =>
  predict(trunk.apply, params, x, { batchSize: 250 });

/** Learns all of the network, from where it is, by `optimizer`; 100 steps. */
async function learn(
  params: Params,
  data: Images,
  optimizer: Optimizer<StateFamily>,
  key: random.Key,
) {
  const batchSize = Math.min(data.y.size, 50);
  const { params: learned } = await fit({
    loss: supervised(model, softmaxCrossEntropy),
    params,
    optimizer,
    data,
    batchSize,
    epochs: Math.ceil(100 / Math.floor(data.y.size / batchSize)),
    key,
    progress: false,
  });
  return accuracy(predict(model.apply, learned, test.x, { batchSize: 250 }), test.y).item();
}
type Params = ReturnType<typeof model.init>;

// A smaller rate for the trunk, which is nearly right, than for the new layer.
const gentle = partition({ trunk: adam(5e-4), head: adam(2e-3) }, ["trunk", "head"]);

const ways: Record<string, (few: Images, key: random.Key) => number | Promise<number>> = {
  "pixels": ({ x, y }) => accuracy(linear(probe(pixels(x), y), pixels(test.x)), test.y).item(),
  "random features": ({ x, y }, key) => onFeatures(trunk.init(key), x, y),
  "frozen features": ({ x, y }) => onFeatures(features, x, y),
  "fine-tuned": (few, key) =>
    learn([features, probe(featuresOf(features, few.x), few.y)], few, gentle, key),
  "from scratch": (few, key) => learn(model.init(key), few, adam(2e-3), key),
};

/** The accuracy of a linear model on features of a trunk. */
function onFeatures(params: Trunk, x: Images["x"], y: Images["y"]): number {
  const head = probe(featuresOf(params, x), y);
  return accuracy(linear(head, featuresOf(params, test.x)), test.y).item();
}

/** `n` examples of each of the new digits, others for each key. */
function few(key: random.Key, n: number): Images {
  const shuffled = shuffle(key, pool);
  const labels = shuffled.y.toArray();
  const rows = [0, 1, 2, 3, 4].flatMap((digit) =>
    labels.flatMap((label, i) => label === digit ? [i] : []).slice(0, n)
  );
  return rowsOf(shuffled, rows);
}

const counts = quick ? [3, 100] : [1, 3, 10, 30, 100];
const keys = random.split(fewKey, quick ? 3 : 5);
const names = Object.keys(ways);
const scores = new Map(names.map((name) => [name, counts.map((): number[] => [])]));
for (const [i, n] of counts.entries()) {
  for (const key of keys) {
    const [dataKey, learnKey] = random.split(key);
    const data = few(dataKey, n);
    for (const name of names) scores.get(name)?.[i].push(await ways[name](data, learnKey));
  }
}
const bands = Object.fromEntries(
  Array.from(scores, ([name, all]) => [name, {
    x: counts,
    y: all.map((each) => each.reduce((a, b) => a + b) / each.length),
    low: all.map((each) => Math.min(...each)),
    high: all.map((each) => Math.max(...each)),
  }]),
);

heading(`Accuracy on the digits 5 to 9: least, mean and greatest of ${keys.length} keys`);
for (const [i, n] of counts.entries()) {
  console.log(`${n} of each`);
  for (const [name, { low, y, high }] of Object.entries(bands)) {
    const columns = [low[i], y[i], high[i]].map((x) => x.toFixed(3).padStart(8));
    console.log(`  ${name.padEnd(16)}${columns.join("")}`);
  }
}
for (const [i, n] of counts.entries()) {
  const mean = (name: string) => bands[name].y[i];
  figure(`frozen features - pixels, ${n} of each`, mean("frozen features") - mean("pixels"));
  figure(`fine-tuned - from scratch, ${n} of each`, mean("fine-tuned") - mean("from scratch"));
}
await show(
  "accuracy",
  bandPlot(bands, {
    title: "Accuracy on the digits 5 to 9",
    xLabel: "examples of each digit",
    xScale: "log",
    width: 560,
    height: 340,
  }),
);
