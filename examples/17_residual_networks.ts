/**
 * Lesson 17: residual networks and normalization.
 *
 * A deeper network can do all that a shallower one can: its further layers could leave what comes in as
 * it is. But it does not find that out. With a way around every block, x + f(x), leaving it as it is
 * costs nothing, f = 0; and batch normalization keeps what goes through at the size that the next layer
 * learns from. Without these, depth makes training harder.
 *
 * ```sh
 * deno run examples/17_residual_networks.ts
 * deno run examples/17_residual_networks.ts --quick
 * deno run --allow-read=DIR examples/17_residual_networks.ts --data DIR   # the real CIFAR-10
 * ```
 *
 * It takes half a minute, `--quick` some seconds. DIR has the files of CIFAR-10's binary version; without
 * it, small drawn pictures in the same layout are learned from.
 *
 * What you should see: of the networks of the same depth the one with ways around its blocks is far ahead
 * after as many steps; without them, in the full run, the deep one is behind the shallow one as well; and
 * without normalization none learns anything in as many steps.
 */
import { random, take, tensor } from "@katachi/katachi";
import {
  cifar10Classes,
  cifarRecords,
  type ColorImages,
  colorImages,
  encodeCifar10,
  orderedBatches,
  parseCifar10,
  readCifar10,
  standardize,
  tinyImageClasses,
  tinyImages,
} from "@katachi/katachi/data";
import { accuracy, confusionMatrix } from "@katachi/katachi/metrics";
import {
  type Activation,
  batchNorm,
  conv,
  globalAvgPooling,
  initializers,
  linear,
  type Member,
  relu,
  residual,
  sequential,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { cosineDecay, sgd } from "@katachi/katachi/optim";
import { evaluate, fit, type History, predict, supervised } from "@katachi/katachi/train";
import { confusionMatrixPlot, imageGrid, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const [rows, epochs, shallow, deep] = quick ? [500, 6, 1, 6] : [1000, 10, 2, 8];
const [trainKey, testKey, initKey, fitKey] = random.split(
  random.key(Number(option("seed") ?? 0)),
  4,
);

// The pictures: as bytes in CIFAR-10's layout, a label and 3 · 32 · 32 pixels each, and read again.

const folder = option("data");
const classes = folder === undefined ? tinyImageClasses : cifar10Classes;

async function pictures(): Promise<{ train: ColorImages; test: ColorImages }> {
  if (folder === undefined) {
    return { train: tinyImages(trainKey, rows), test: tinyImages(testKey, 400) };
  }
  const { train, test } = await readCifar10(folder);
  const [[some], [others]] = [orderedBatches(train, rows), orderedBatches(test, 400)];
  return { train: some, test: others };
}

const { train, test } = await pictures();
const bytes = encodeCifar10(cifarRecords(train));
const read = colorImages(parseCifar10(bytes));
heading(`${rows} pictures of ten classes`);
figure("bytes", bytes.length);
figure("bytes for a picture", bytes.length / rows);
figure("a pixel read less the pixel written, at most", read.x.sub(train.x).abs().max().item());

const first = Array.from(classes, (_, label) => read.y.toArray().indexOf(label));
await show(
  "pictures",
  imageGrid(take(read.x, tensor(first, "int32"), 0), {
    labels: [...classes],
    columns: 5,
    range: [0, 1],
  }),
);

// What is measured on the pictures to train on makes the colours of all have mean 0 and deviation 1.

const colors = standardize.fit(read.x, { axis: 1 });
const data = { x: standardize(colors, read.x), y: read.y };
const others = { x: standardize(colors, test.x), y: test.y };

// The network: from 32 by 32 pixels to 8 by 8 with 16 channels, then equal blocks of two convolutions with
// a way around them. Where that way is closed it is a plain network with the very same parameters.

const init = initializers.heNormal();
const open: Activation = (x) => x;
const closed: Activation = (x) => x.mul(0);

function network<const M extends Member>(norm: M, blocks: number, way: Activation) {
  const halving = { stride: 2, padding: 1, init } as const;
  const convolution = sequential(conv.of(16, 16, [3, 3], { padding: 1, init }), norm);
  const block = sequential(residual(sequential(convolution, relu, convolution), way), relu);
  return sequential(
    sequential(conv.of(3, 16, [3, 3], halving), norm, relu),
    sequential(conv.of(16, 16, [3, 3], halving), norm, relu),
    sequential(...Array.from({ length: blocks }, () => block)),
    globalAvgPooling.of(),
    linear.of(16, 10),
  );
}

const training = {
  optimizer: sgd(cosineDecay(0.02, epochs * Math.floor(rows / 32)), { momentum: 0.9 }),
  data,
  batchSize: 32,
  epochs,
  key: fitKey,
  progress: false,
} as const;

/** Trains a network whose running means and variances are carried from step to step. */
async function withNorm(blocks: number, way: Activation) {
  const model = network(batchNorm.of(16), blocks, way);
  const loss = supervised(model, softmaxCrossEntropy);
  const state = model.initState();
  const fitted = await fit({ ...training, loss, params: model.init(initKey), state });
  return { ...fitted, model, loss, state };
}

async function withoutNorm(blocks: number, way: Activation) {
  const model = network(open, blocks, way);
  const loss = supervised(model, softmaxCrossEntropy);
  return await fit({ ...training, loss, params: model.init(initKey) });
}

const resnet = await withNorm(deep, open);
const layers = (blocks: number) => `${2 * blocks + 3} layers`;
const runs: Record<string, History> = {
  [`residual, ${layers(deep)}`]: resnet.history,
  [`residual, ${layers(shallow)}`]: (await withNorm(shallow, open)).history,
  [`plain, ${layers(deep)}`]: (await withNorm(deep, closed)).history,
  [`plain, ${layers(shallow)}`]: (await withNorm(shallow, closed)).history,
  [`residual, ${layers(deep)}, no norm`]: (await withoutNorm(deep, open)).history,
  [`plain, ${layers(shallow)}, no norm`]: (await withoutNorm(shallow, closed)).history,
};

heading(`The loss after ${epochs} times all pictures; ln 10 = 2.303 is guessing`);
for (const [name, { epochs }] of Object.entries(runs)) figure(name, epochs[epochs.length - 1].loss);
await show(
  "training",
  linePlot(
    Object.fromEntries(
      Object.entries(runs).map(([name, { epochs }]) => [name, {
        x: epochs.map(({ epoch }) => epoch),
        y: epochs.map(({ loss }) => loss),
      }]),
    ),
    { title: "Training", xLabel: "times through the pictures", yLabel: "loss" },
  ),
);

// Judged, the network takes the means and variances that it has met, which `fit` carried along; it must
// not depend on what else is judged with a picture. With those it began with, it is nothing.

const { model, loss, params, modelState, state } = resnet;
const judged = evaluate({ loss, params, state: modelState, data: others, metrics: { accuracy } });
const forgetful = evaluate({ loss, params, state, data: others, metrics: { accuracy } });
heading(`The residual network of ${deep} blocks on ${others.y.size} other pictures`);
figure("loss", judged.loss);
figure("accuracy", judged.metrics.accuracy);
figure("accuracy with the first means and variances", forgetful.metrics.accuracy);
const logits = predict(model.apply, params, others.x, { state: modelState });
await show(
  "mistakes",
  confusionMatrixPlot(confusionMatrix(logits, others.y, 10), {
    classes,
    title: "What is taken for what",
    width: 640,
    height: 480,
  }),
);
