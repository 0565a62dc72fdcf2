/**
 * Lesson 16: convolution. Two filters made by hand find edges; then a network learns its own filters,
 * and reads digits that are not where it has learned them better than a network without filters does.
 * Its weights are saved, loaded, and looked at.
 *
 * ```sh
 * deno run examples/16_convolution.ts                                # digits that the program draws
 * deno run --allow-read=DIR examples/16_convolution.ts --data DIR    # the digits of MNIST in DIR
 * deno run --allow-read=. --allow-write=. examples/16_convolution.ts --save digits.safetensors
 * ```
 *
 * What you should see: a filter answers to the same thing in the same way wherever it is; a number
 * after two convolutions of 6 x 6 sees 11 x 11 pixels; when all digits are moved aside the network
 * with filters goes on reading well for longer; and the weights that come back from a file are the
 * same to the last bit.
 */
import {
  abs,
  argsort,
  concat,
  conv2d,
  countNonzero,
  cumsum,
  expandDims,
  grad,
  ones,
  random,
  roll,
  slice,
  sqrt,
  square,
  take,
  type Tensor,
  tensor,
} from "@katachi/katachi";
import {
  encodeSafetensors,
  loadInto,
  loadWeights,
  parseSafetensors,
  saveWeights,
} from "@katachi/katachi/io";
import { accuracy } from "@katachi/katachi/metrics";
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
import { adadelta, adam } from "@katachi/katachi/optim";
import { evaluate, fit, predict, supervised } from "@katachi/katachi/train";
import { filterGrid, imageGrid, linePlot } from "@katachi/katachi/viz";
import { folder, handwriting } from "./handwriting.ts";
import { figure, heading, option, quick, show } from "./lesson.ts";

const [kCnn, kMlp, kFit] = random.split(random.key(Number(option("seed") ?? 0)), 3);
const epochs = Number(option("epochs") ?? (folder !== undefined && !quick ? 6 : 4));
const batchSize = folder === undefined ? 32 : 128;

const digits = await handwriting(quick ? { train: 1000, test: 500 } : { train: 2000, test: 1000 });
// Pictures of one channel: [N, 1, 28, 28].
const train = { x: expandDims(digits.train.x, 1), y: digits.train.y };
const test = { x: expandDims(digits.test.x, 1), y: digits.test.y };

heading("Two filters by hand");

// A filter is a small picture of weights. At every place of a picture it is laid over the pixels
// there, and answers (x * w)[i, j] = Σ_u Σ_v x[i + u, j + v] w[u, v]. Sobel's answer where it gets
// brighter from left to right, and where it gets brighter from top to bottom.
const sobel = tensor([
  [[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]],
  [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]],
]); // [2, 1, 3, 3]: two filters of one channel

type Grid = readonly (readonly number[])[];
const answer = (x: Grid, w: Grid, i: number, j: number) =>
  w.reduce((sum, row, u) => row.reduce((sum, weight, v) => sum + x[i + u][j + v] * weight, sum), 0);

const digit = slice(test.x, [[0, 1]]); // [1, 1, 28, 28]
const answers = conv2d(digit, sobel); // [1, 2, 26, 26]
const [pixels] = digit.toArray()[0];
const gaps = sobel.toArray().map(([w], channel) =>
  answers.toArray()[0][channel].map((row, i) =>
    row.map((found, j) => Math.abs(found - answer(pixels, w, i, j)))
  )
);
figure("by hand - conv2d, at most", Math.max(...gaps.flat(2)));
// Of a ramp x[i, j] = j the first answers 2 (1 + 2 + 1) = 8 everywhere, the second 0.
const ramp = cumsum(ones([1, 1, 28, 28]), 3);
const [toRight, toBottom] = conv2d(ramp, sobel).mean([0, 2, 3]).toArray();
figure("answer of the first to a ramp of 1 a pixel", toRight);
figure("answer of the second", toBottom);

const edges = conv2d(digit, sobel, { padding: "SAME" }); // [1, 2, 28, 28]
const strength = sqrt(square(edges).sum(1, { keepDims: true }));
const pictures = concat([digit, edges, strength], 1).reshape([4, 28, 28]);
const labels = ["the digit", "left to right", "top to bottom", "both: √(a² + b²)"];
await show("edges", imageGrid(pictures, { labels }));

/** Pictures moved to the right by so many pixels; what leaves on one side comes in on the other. */
const moved = (x: Tensor<[number, 1, 28, 28]>, by: number) => roll(x, by, -1);

// What is moved gets the same answers, moved.
const there = slice(conv2d(moved(digit, 5), sobel), [null, null, null, [5, 26]]);
const here = slice(answers, [null, null, null, [0, 21]]);
figure("answers to the moved digit - moved answers, at most", abs(there.sub(here)).max().item());

heading("A network of filters");

// Sizes: n pixels and k of a filter give n - k + 1 places, 28 → 23 → 18; of each 2 x 2 the largest
// answer stays, 18 → 9; the 32 · 9 · 9 numbers go through two linear layers.
const model = sequential(
  conv.of(1, 16, [6, 6]),
  relu,
  conv.of(16, 32, [6, 6]),
  relu,
  maxPooling.of(2),
  dropout.of(0.25),
  flatten.of(),
  linear.of(2592, 128),
  relu,
  dropout.of(0.5),
  linear.of(128, 10),
);
console.log(`${summary(model, [1, 1, 28, 28])}\n`);
figure("weights of the 16 filters of the first layer", 16 * (6 * 6 + 1));
figure("weights of a linear layer from 28 x 28 to 16 x 23 x 23", (28 * 28 + 1) * 16 * 23 * 23);

// What a number after two convolutions sees: the pixels by which it has a slope, 6 + 6 - 1 each way.
const twoFilters = sequential(conv.of(1, 1, [6, 6]), conv.of(1, 1, [6, 6]));
const seen = twoFilters.init(kCnn);
const number = (x: Tensor<[1, 1, 28, 28]>) => slice(twoFilters.apply(seen, x), [0, 0, 9, 9]);
figure("pixels that it sees", countNonzero(grad(number)(ones([1, 1, 28, 28]))).item());

const loss = supervised(model, softmaxCrossEntropy);
const first = model.init(kCnn);
const { params } = await fit({
  loss,
  params: first,
  optimizer: adadelta(1),
  data: train,
  batchSize,
  epochs,
  key: kFit,
  metrics: { accuracy },
});
const { metrics } = evaluate({ loss, params, data: test, batchSize: 250, metrics: { accuracy } });
figure("test accuracy", metrics.accuracy);

heading("Digits that are not where they were");

// A network without filters learns the same digits.
const mlp = sequential(
  flatten.of(),
  linear.of(784, 256),
  relu,
  dropout.of(0.5),
  linear.of(256, 10),
);
const mlpLoss = supervised(mlp, softmaxCrossEntropy);
const mlpFit = await fit({
  loss: mlpLoss,
  params: mlp.init(kMlp),
  optimizer: adam(0.001),
  data: train,
  batchSize,
  epochs: 10,
  key: kFit,
  progress: false,
});

const by = [0, 1, 2, 3, 4, 5];
const filters: number[] = [];
const noFilters: number[] = [];
console.log("moved by   with filters   without");
for (const pixels of by) {
  const data = { x: moved(test.x, pixels), y: test.y };
  const judge = { data, batchSize: 250, metrics: { accuracy } };
  filters.push(evaluate({ ...judge, loss, params }).metrics.accuracy);
  noFilters.push(
    evaluate({ ...judge, loss: mlpLoss, params: mlpFit.params }).metrics.accuracy,
  );
  const [a, b] = [filters, noFilters].map((list) => list[pixels].toFixed(4));
  console.log(`${String(pixels).padStart(8)}${a.padStart(15)}${b.padStart(10)}`);
}
figure("accuracy with filters, moved by 3", filters[3]);
figure("accuracy without, moved by 3", noFilters[3]);
await show(
  "moved",
  linePlot({ "with filters": filters, "without": noFilters }, {
    xLabel: "moved by pixels",
    yLabel: "accuracy",
  }),
);

heading("What the filters learned");

// The 10 filters of the first layer that answer most to the digit, and their answers.
const answered = relu(conv(params[0], digit)).reshape([16, 23, 23]);
const most = slice(argsort(answered.sum([1, 2]), 0, { descending: true }), [[0, 10]]);
await show("filters", filterGrid(take(params[0].weight, most, 0), { columns: 5 }));
await show("maps", imageGrid(take(answered, most, 0), { columns: 5 }));

/** How much weights beside each other are alike: their correlation. */
function alike(kernel: Tensor<[16, 1, 6, 6]>): number {
  const [a, b] = [[0, 5], [1, 6]].map(([from, to]) => {
    const part = slice(kernel, [null, null, null, [from, to]]);
    return part.sub(part.mean());
  });
  return a.mul(b).mean().div(sqrt(square(a).mean().mul(square(b).mean()))).item();
}
figure("likeness of neighbours in the first filters", alike(first[0].weight));
figure("likeness of neighbours in the learned filters", alike(params[0].weight));

heading("Saved and loaded");

// A safetensors file, which PyTorch and others read too; here it stays in memory unless there is a
// path to save it to.
const path = option("save");
const metadata = { lesson: "16" };
const bytes = encodeSafetensors(params, metadata);
const template = model.init(random.key(100));
if (path !== undefined) await saveWeights(path, params, { metadata });
const loaded = path === undefined
  ? loadInto(template, parseSafetensors(bytes).tensors)
  : await loadWeights(path, template);
figure("bytes of the file", bytes.length);
const read = (weights: typeof params) => predict(model.apply, weights, test.x, { batchSize: 250 });
const difference = (weights: typeof params) => abs(read(weights).sub(read(params))).max().item();
figure("difference of the logits by the weights it is loaded into", difference(template));
figure("difference of the logits by the loaded weights", difference(loaded));
