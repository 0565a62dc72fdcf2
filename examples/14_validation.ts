/**
 * Lesson 14: validation done right.
 *
 * How good will a model be on what it has not seen? The question is easily answered wrongly: by too few
 * rows, by rows that have helped to choose the features, by rows whose neighbours in time were learned
 * from, and by a number that does not measure what matters.
 *
 * ```sh
 * deno run examples/14_validation.ts
 * deno run examples/14_validation.ts --quick
 * ```
 *
 * What you should see: five folds estimate the error with less spread than one hold-out; features chosen
 * before the folds are made turn coin tosses into a good accuracy; shuffled folds of a series promise a
 * fraction of the true error; and a model that never finds anything is right nineteen times of twenty.
 */
import {
  abs,
  arange,
  argmin,
  argsort,
  concat,
  cumsum,
  eye,
  grad,
  greater,
  mean,
  ones,
  random,
  sin,
  sqrt,
  take,
  type Tensor,
  zeros,
} from "@katachi/katachi";
import {
  kFold,
  polynomialFeatures,
  stratifiedKFold,
  timeSeriesSplit,
  trainTestSplit,
} from "@katachi/katachi/data";
import { solve } from "@katachi/katachi/linalg";
import {
  accuracy,
  confusionMatrix,
  f1Score,
  precision,
  recall,
  rocAuc,
} from "@katachi/katachi/metrics";
import { sigmoidCrossEntropy } from "@katachi/katachi/nn";
import { minimize } from "@katachi/katachi/optim";
import { crossValidate } from "@katachi/katachi/train";
import { confusionMatrixPlot, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const keys = random.split(random.key(Number(option("seed") ?? 0)), 5);
const dtype = "float64";
type Numbers = Tensor<[number], "float64">;

const average = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const spread = (values: readonly number[]) => {
  const center = average(values);
  return Math.sqrt(average(values.map((value) => (value - center) ** 2)));
};

// 1. Hold-out and folds: polynomials through 60 noisy points of a sine.

interface Curve {
  readonly x: Numbers;
  readonly y: Numbers;
}

function points(key: random.Key, rows: number): Curve {
  const [a, b] = random.split(key);
  const x = random.uniform(a, [rows], { minval: -1, dtype });
  return { x, y: sin(x.mul(4)).add(random.normal(b, [rows], { dtype }).mul(0.3)) };
}

/** The mean squared error on `test` of the polynomial that is best on `train`. */
function polynomialError(train: Curve, test: Curve, degree: number): number {
  const features = (x: Numbers) => polynomialFeatures(x.reshape([x.shape[0], 1]), degree);
  const design = features(train.x);
  const size = design.shape[1];
  const normal = design.transpose().matmul(design).add(eye(size, dtype).mul(1e-2));
  const weights = solve(normal, design.transpose().matmul(train.y));
  return features(test.x).matmul(weights).sub(test.y).square().mean().item();
}

const seen = points(keys[0], 60);
const unseen = points(random.foldIn(keys[0], 1), 5000);
const repeats = quick ? 15 : 40;

async function folded(degree: number, key?: random.Key): Promise<number> {
  const { error } = await crossValidate(
    keys[1],
    kFold(seen, 5, { key }),
    ({ fold: { train, test } }) => ({ error: polynomialError(train, test, degree) }),
  );
  return error.mean;
}

const splits = random.split(keys[1], repeats);
const holdOuts = Array.from(splits, (key) => {
  const { train, test } = trainTestSplit(seen, 12, { key });
  return polynomialError(train, test, 5);
});
const estimates = await Promise.all(Array.from(splits, (key) => folded(5, key)));

heading(`The error of a polynomial of degree 5, estimated from 60 rows, ${repeats} times`);
figure("true error", polynomialError(seen, unseen, 5));
figure("one hold-out: mean", average(holdOuts));
figure("one hold-out: spread", spread(holdOuts));
figure("five folds: mean", average(estimates));
figure("five folds: spread", spread(estimates));

const degrees = Array.from({ length: 12 }, (_, i) => i + 1);
const errors = {
  "on the rows learned from": degrees.map((degree) => polynomialError(seen, seen, degree)),
  "five folds": await Promise.all(degrees.map((degree) => folded(degree, keys[2]))),
  "unseen": degrees.map((degree) => polynomialError(seen, unseen, degree)),
};
const lowest = (values: readonly number[]) => values.indexOf(Math.min(...values));
figure(
  "degree chosen by the rows learned from",
  degrees[lowest(errors["on the rows learned from"])],
);
figure("degree chosen by folds", degrees[lowest(errors["five folds"])]);
figure(
  "its error, over the least",
  errors.unseen[lowest(errors["five folds"])] / Math.min(...errors.unseen),
);
await show(
  "degrees",
  linePlot(
    Object.fromEntries(Object.entries(errors).map(([name, y]) => [name, { x: degrees, y }])),
    { title: "Mean squared error", xLabel: "degree", yScale: "log" },
  ),
);

// 2. The leak: choosing features by all rows. 50 rows, 1000 features, labels from coin tosses: nobody
// can do better than 1/2. (T. Hastie and others, "The elements of statistical learning", 7.10.2.)

interface Tosses {
  readonly x: Tensor<[number, number], "float64">;
  readonly y: Numbers; // -1 or 1
}

/** The twenty features that go most with the labels. */
const chosen = ({ x, y }: Tosses) => argsort(abs(y.matmul(x)).neg()).slice([[0, 20]]);

/** How often the nearer mean has the right label. */
function nearerMean(train: Tosses, test: Tosses, features: Tensor<[number], "int32">): number {
  const of = ({ x }: Tosses) => take(x, features, 1);
  const [up, down] = [train.y.add(1).mul(0.5), train.y.sub(1).mul(-0.5)];
  const a = up.matmul(of(train)).div(up.sum());
  const b = down.matmul(of(train)).div(down.sum());
  const side = of(test).sub(a.add(b).mul(0.5)).matmul(a.sub(b));
  return mean(greater(side.mul(test.y), 0)).item();
}

const labels = concat([ones([25], dtype), ones([25], dtype).neg()]);
const rounds = Array.from(random.split(keys[3], quick ? 5 : 20), (key) => {
  const tosses: Tosses = { x: random.normal(key, [50, 1000], { dtype }), y: labels };
  const folds = [...stratifiedKFold(tosses, labels.astype("int32"), 5, { key })];
  const early = chosen(tosses);
  return {
    before: average(folds.map(({ train, test }) => nearerMean(train, test, early))),
    within: average(folds.map(({ train, test }) => nearerMean(train, test, chosen(train)))),
  };
});

heading("Twenty of 1000 features for labels from coin tosses: accuracy by five folds");
figure("chosen before the folds", average(rounds.map(({ before }) => before)));
figure("chosen within each fold", average(rounds.map(({ within }) => within)));

// 3. A series: the next value of a random walk, by the nearest moment that is known.

interface Walk {
  readonly t: Numbers;
  readonly y: Numbers;
}

function nearestError(train: Walk, test: Walk): number {
  const apart = abs(test.t.reshape([test.t.shape[0], 1]).sub(train.t));
  return take(train.y, argmin(apart, 1)).sub(test.y).square().mean().item();
}

const moments = 240;
const walks = Array.from(random.split(keys[4], quick ? 40 : 150), (key) => {
  const y = cumsum(random.normal(key, [moments + 40], { dtype }));
  const walk: Walk = { t: arange(moments + 40).astype(dtype), y };
  const { train: past, test: future } = trainTestSplit(walk, 40);
  const by = (folds: Iterable<{ train: Walk; test: Walk }>) =>
    average(Array.from(folds, ({ train, test }) => nearestError(train, test)));
  return {
    shuffled: by(kFold(past, 5, { key })),
    ordered: by(timeSeriesSplit(past, 5)),
    future: nearestError(past, future),
  };
});

heading(`The squared error on the future of ${walks.length} random walks`);
figure("promised by shuffled folds", average(walks.map(({ shuffled }) => shuffled)));
figure("promised by timeSeriesSplit", average(walks.map(({ ordered }) => ordered)));
figure("on the future", average(walks.map(({ future }) => future)));

// 4. Metrics that are not losses. One row of twenty is what one looks for.

const rows = 2000;
const [noiseKey, otherKey] = random.split(random.foldIn(keys[4], 1));
const y = greater(arange(rows), rows * 0.95 - 1).astype("float32");
const rare = (key: random.Key) => random.normal(key, [rows, 2]).add(y.reshape([rows, 1]).mul(1.5));
const [train, test] = [rare(noiseKey), rare(otherKey)];
interface Weights {
  readonly w: Tensor<[2]>;
  readonly b: Tensor<[]>;
}
const logits = ({ w, b }: Weights, x: Tensor<[2000, 2]>) => x.matmul(w).add(b);
const loss = (weights: Weights) => sigmoidCrossEntropy(logits(weights, train), y);
const { params } = minimize(loss, { w: zeros([2]), b: zeros([]) });
const scores = logits(params, test);
const found = (threshold: number) => greater(scores, threshold).astype("int32");
const truth = y.astype("int32");

// The threshold of which F1 is highest on the rows that were learned from.
const thresholds = Array.from({ length: 41 }, (_, i) => -4 + 0.1 * i);
const f1s = thresholds.map((at) =>
  f1Score(greater(logits(params, train), at).astype("int32"), truth).item()
);
const threshold = thresholds[f1s.indexOf(Math.max(...f1s))];

heading("One of twenty: metrics on 2000 other rows");
const never = zeros([rows], "int32");
figure("never: accuracy", accuracy(never, truth).item());
figure("never: recall", recall(never, truth).item());
for (const [name, at] of [["at 1/2", 0], ["at the best F1", threshold]] as const) {
  figure(`${name}: accuracy`, accuracy(found(at), truth).item());
  figure(`${name}: precision`, precision(found(at), truth).item());
  figure(`${name}: recall`, recall(found(at), truth).item());
  figure(`${name}: F1`, f1Score(found(at), truth).item());
}
figure("ROC-AUC, whatever the threshold", rocAuc(scores, truth).item());
await show(
  "confusion",
  confusionMatrixPlot(confusionMatrix(found(threshold), truth, 2), {
    classes: ["common", "rare"],
    title: "At the best F1",
  }),
);

// Why not follow the gradient of the accuracy itself? It is 0 almost everywhere.
const right = (weights: Weights) =>
  mean(greater(logits(weights, train).mul(y.sub(0.5)), 0).astype("float32"));
const size = ({ w, b }: Weights) => sqrt(w.square().sum().add(b.square())).item();
const start = { w: ones([2]), b: zeros([]) };
figure("size of the loss's gradient", size(grad(loss)(start)));
figure("size of the accuracy's gradient", size(grad(right)(start)));
