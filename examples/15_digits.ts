/**
 * Lesson 15: a network of three layers learns to read handwritten digits. It is compared with simpler
 * readers, judged on digits that it has never seen, and asked where it is wrong and what its first
 * layer looks for.
 *
 * ```sh
 * deno run examples/15_digits.ts                                # digits that the program draws
 * deno run --allow-read=DIR examples/15_digits.ts --data DIR    # the digits of MNIST in DIR
 * deno run examples/15_digits.ts --seed 7 --epochs 3
 * ```
 *
 * What you should see: a linear reader makes less than half of the mistakes of the nearest mean
 * picture, and the network less than half of those of the linear reader; twelve digits carry more
 * than a third of the loss that is left; the first layer has learned most in the middle, where the
 * strokes are.
 */
import {
  argmax,
  argsort,
  avgPool,
  oneHot,
  random,
  slice,
  square,
  take,
  transpose,
} from "@katachi/katachi";
import { accuracy, confusionMatrix } from "@katachi/katachi/metrics";
import {
  dropout,
  flatten,
  linear,
  relu,
  sequential,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { adam, adamw, cosineDecay } from "@katachi/katachi/optim";
import { evaluate, fit, predict, supervised } from "@katachi/katachi/train";
import { confusionMatrixPlot, filterGrid, imageGrid, learningCurves } from "@katachi/katachi/viz";
import { folder, handwriting } from "./handwriting.ts";
import { figure, heading, option, quick, show } from "./lesson.ts";

const [kLinear, kInit, kFit] = random.split(random.key(Number(option("seed") ?? 0)), 3);
const epochs = Number(option("epochs") ?? (quick ? 4 : 10));
const batchSize = 64;

const { train, test } = await handwriting(
  quick ? { train: 3000, test: 1000 } : { train: 6000, test: 2000 },
);
const rows = test.y.size;
const from = folder === undefined ? "drawn by the program" : "of MNIST";
console.log(`Pictures of digits, 28 x 28 pixels from 0 to 1, ${from}: which digit is it?`);
figure("digits to learn from", train.y.size);
figure("digits to test on", rows);

heading("Two simple readers");

// The digit whose mean picture μ is nearest: |x - μ|² is least where x·μ - |μ|²/2 is greatest.
const flat = { train: train.x.reshape([-1, 784]), test: test.x.reshape([-1, 784]) };
const members = oneHot(train.y, 10); // [N, 10]
const means = transpose(members).matmul(flat.train).div(members.sum(0).reshape([10, 1]));
const nearest = flat.test.matmul(transpose(means)).sub(square(means).sum(1).div(2));
const byMean = accuracy(nearest, test.y).item();
figure("accuracy of the nearest mean picture", byMean);

// A linear reader learns its own ten pictures to compare with.
const reader = sequential(flatten.of(), linear.of(784, 10));
const readerLoss = supervised(reader, softmaxCrossEntropy);
const linearFit = await fit({
  loss: readerLoss,
  params: reader.init(kLinear),
  optimizer: adam(0.002),
  data: train,
  batchSize,
  epochs,
  key: kFit,
  progress: false,
});
const byLinear = evaluate({
  loss: readerLoss,
  params: linearFit.params,
  data: test,
  metrics: { accuracy },
});
figure("accuracy of the linear reader", byLinear.metrics.accuracy);

heading("A network of three layers");

// Dropout leaves out pixels and units at random while it learns; the learning rate falls to 0 along a
// cosine; the weights decay. Each of them keeps it from learning the training digits by heart.
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
const steps = epochs * Math.floor(train.y.size / batchSize);
const first = model.init(kInit);
const { params, history } = await fit({
  loss,
  params: first,
  optimizer: adamw(cosineDecay(0.002, steps), { weightDecay: 0.05 }),
  data: train,
  batchSize,
  epochs,
  key: kFit,
  // Only looked at: nothing is chosen by the test digits, and the last parameters are taken.
  validation: test,
  validationBatchSize: 500,
  metrics: { accuracy },
});
await show("curves", learningCurves(history, { title: "a network of three layers" }));

const judged = { loss, params, metrics: { accuracy } };
const onTest = evaluate({ ...judged, data: test }).metrics.accuracy;
figure("accuracy on the training digits", evaluate({ ...judged, data: train }).metrics.accuracy);
figure("test accuracy", onTest);
// As chance would have it with other test digits: √(p(1 - p)/n).
figure("its standard error", Math.sqrt(onTest * (1 - onTest) / rows));
figure("mistakes of the nearest mean picture", Math.round((1 - byMean) * rows));
figure("mistakes of the linear reader", Math.round((1 - byLinear.metrics.accuracy) * rows));
figure("mistakes of the network", Math.round((1 - onTest) * rows));

heading("Which digits are taken for which");

const logits = predict(model.apply, params, test.x);
const confusion = confusionMatrix(logits, test.y, 10);
await show("confusion", confusionMatrixPlot(confusion));

heading("The worst mistakes");

const losses = softmaxCrossEntropy(logits, test.y, { reduction: "none" });
const worst = slice(argsort(losses, 0, { descending: true }), [[0, 12]]);
const taken = take(argmax(logits, -1), worst).toArray();
const labels = take(test.y, worst).toArray().map((y, i) => `${y}, read as ${taken[i]}`);
await show("mistakes", imageGrid(take(test.x, worst, 0), { labels, columns: 6, range: [0, 1] }));
const share = take(losses, worst).sum().div(losses.sum()).item();
figure("share of the whole loss that these 12 have", share);

heading("What the first layer looks for");

// Of the 512 units the 10 that learning has changed most, and how: ink on red pixels turns a unit on,
// ink on blue ones turns it off. Means of 2 x 2 pixels, since their neighbours tell almost the same.
const change = transpose(params[2].weight.sub(first[2].weight)).reshape([512, 1, 28, 28]);
const most = slice(argsort(square(change).sum([1, 2, 3]), 0, { descending: true }), [[0, 10]]);
await show("weights", filterGrid(avgPool(take(change, most, 0), { window: 2 }), { columns: 5 }));
const size = change.square().mean([0, 1]).sqrt(); // [28, 28]
const middle = slice(size, [[7, 21], [7, 21]]).mean().item();
const all = size.mean().item();
figure("change of a weight in the middle", middle);
figure("change of a weight outside it", (all * 784 - middle * 196) / 588);
