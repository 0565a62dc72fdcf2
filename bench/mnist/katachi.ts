/**
 * Trains one of the two networks of this benchmark, and says how it went.
 *
 *     deno run --allow-read=DIR bench/mnist/katachi.ts mlp 0 DIR
 *
 * @module
 */
import { expandDims, random, treeLeaves } from "@katachi/katachi";
import { readMnistPart, trainTestSplit } from "@katachi/katachi/data";
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
} from "@katachi/katachi/nn";
import { adadelta, adamw, cosineDecay } from "@katachi/katachi/optim";
import { evaluate, fit, supervised } from "@katachi/katachi/train";

const [given, seed, folder] = Deno.args;
const name = given === "mlp" ? "mlp" : "cnn";
const digits = await readMnistPart(folder, "test");
const { train, test } = trainTestSplit({ x: expandDims(digits.x, 1), y: digits.y }, 2000);
const [kInit, kFit] = random.split(random.key(Number(seed)));

/** A network of linear layers. */
async function mlp() {
  const model = sequential(
    flatten.of(),
    dropout.of(0.2),
    linear.of(784, 512),
    relu,
    dropout.of(0.3),
    linear.of(512, 256),
    relu,
    dropout.of(0.3),
    linear.of(256, 10),
  );
  const loss = supervised(model, softmaxCrossEntropy);
  const [epochs, batchSize] = [10, 64];
  const schedule = cosineDecay(0.002, epochs * Math.floor(train.y.size / batchSize));
  const { params, history } = await fit({
    loss,
    params: model.init(kInit),
    optimizer: adamw(schedule, { weightDecay: 0.05 }),
    data: train,
    batchSize,
    epochs,
    key: kFit,
    progress: false,
  });
  const end = performance.now();
  const { metrics } = evaluate({ loss, params, data: test, metrics: { accuracy } });
  return { end, history, params, accuracy: metrics.accuracy };
}

/** A network of two convolutions. */
async function cnn() {
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
  const loss = supervised(model, softmaxCrossEntropy);
  const { params, history } = await fit({
    loss,
    params: model.init(kInit),
    optimizer: adadelta(1),
    data: train,
    batchSize: 128,
    epochs: 6,
    key: kFit,
    progress: false,
  });
  const end = performance.now();
  const { metrics } = evaluate({ loss, params, data: test, batchSize: 500, metrics: { accuracy } });
  return { end, history, params, accuracy: metrics.accuracy };
}

const start = performance.now();
const { end, history, params, accuracy: found } = await { mlp, cnn }[name]();
console.log(JSON.stringify({
  accuracy: found,
  seconds: (end - start) / 1000,
  steps: history.epochs.at(-1)?.step,
  parameters: treeLeaves(params).reduce((sum, { size }) => sum + size, 0),
}));
