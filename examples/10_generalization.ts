/**
 * Lesson 10: to fit the data is not to have understood them.
 *
 * Noisy points of 3x³ - 2x² + 1 are fitted with polynomials of every degree. The higher the degree, the
 * nearer they come to the points they have seen, and from some degree on the further from all others. What
 * helps: more data, smaller weights, stopping in time. And where there are many inputs, no fixed features
 * help, since there would have to be too many: features have to be learned.
 *
 * ```sh
 * deno run examples/10_generalization.ts
 * deno run examples/10_generalization.ts --quick
 * ```
 *
 * What you should see: the training error falls with every degree, the test error only up to 3, the degree
 * of the truth; the error is bias² + variance + noise, as theory says; more data, weight decay and early
 * stopping each take most of the over-fitting away; and among eight inputs a network finds what matters.
 */
import {
  concat,
  eye,
  geomspace,
  linspace,
  mean,
  median,
  random,
  sin,
  slice,
  stack,
  tanh,
  type Tensor,
  tensor,
  vmap,
} from "@katachi/katachi";
import { noisyPolynomial, polynomialFeatures, radialFeatures } from "@katachi/katachi/data";
import { lstsq, solve } from "@katachi/katachi/linalg";
import { linear, meanSquaredError, sequential } from "@katachi/katachi/nn";
import { adam } from "@katachi/katachi/optim";
import { evaluate, fit, supervised } from "@katachi/katachi/train";
import { beside, linePlot, scatterPlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const truth = [1, 0, -2, 3]; // the constant first
const noise = 0.5;
const rows = 20;
const sets = quick ? 50 : 200;
const degrees = Array.from({ length: 12 }, (_, i) => i + 1);
const keys = random.split(random.key(Number(option("seed") ?? 0)), 8);
const [trainKey, testKey, noiseKey, amountKey, validationKey, networkKey, inputsKey] = keys;

/** Many sets of so many rows. */
function dataSets(key: random.Key, sets: number, rows: number) {
  const all = random.split(key, sets).map((key) => noisyPolynomial(key, rows, truth, { noise }));
  return {
    x: stack(all.map(({ x }) => x)).astype("float64"),
    y: stack(all.map(({ y }) => y)).astype("float64"),
  };
}

type Values = Tensor<[number, number, number], "float64">;

/** The mean squared error of each set. */
const errors = (predictions: Values, y: Values) => mean(predictions.sub(y).square(), [1, 2]);
const average = (errors: Tensor<[number], "float64">) => mean(errors).item();
const middle = (errors: Tensor<[number], "float64">) => median(errors).item();

/** Prints rows of numbers in columns below their names. */
function table(names: readonly string[], rows: readonly (readonly (number | string)[])[]): void {
  for (const row of [names, ...rows]) {
    console.log(row.map((cell, i) => String(cell).padStart(names[i].length + 2)).join(""));
  }
  console.log();
}

// Least squares: the polynomial of a degree that is nearest to the points, for each set of them.

const train = dataSets(trainKey, sets, rows);
const test = dataSets(testKey, 1, 1000);

const fits = degrees.map((degree) => {
  const features = polynomialFeatures(train.x, degree);
  const { x: weights } = lstsq(features, train.y);
  return {
    degree,
    weights,
    trainError: average(errors(features.matmul(weights), train.y)),
    testError: middle(errors(polynomialFeatures(test.x, degree).matmul(weights), test.y)),
  };
});
const least = (errors: readonly number[]) => errors.indexOf(Math.min(...errors));
const rises = (values: readonly number[]) =>
  values.slice(1).filter((value, i) => value > values[i]).length;

heading(`Over-fitting: ${sets} sets of ${rows} points of 3x³ - 2x² + 1 and noise of variance 0.25`);
console.log("The mean squared error at the points themselves, and at others (the median set's):\n");
table(
  ["degree", "training error", "test error"],
  fits.map(({ degree, trainError, testError }) => [
    degree,
    trainError.toFixed(4),
    testError.toFixed(4),
  ]),
);
const ofDegree = (degree: number) => fits[degree - 1];
const trainErrors = fits.map(({ trainError }) => trainError);
const testErrors = fits.map(({ testError }) => testError);
figure("degrees at which the training error rises", rises(trainErrors));
figure("the degree of the least test error", degrees[least(testErrors)]);
for (const degree of [1, 3, 12]) figure(`degree ${degree}: test error`, ofDegree(degree).testError);
// Least squares with p weights takes the part p/n of the noise out of the training error.
figure("degree 12: training error", ofDegree(12).trainError);
figure("degree 12: expected training error", noise ** 2 * (1 - 13 / rows));

const places = linspace(-1, 1, 300, "float64");
const curves = [1, 3, 12].map((degree) => {
  const weights = slice(ofDegree(degree).weights, [0]);
  const y = polynomialFeatures(places.reshape([300, 1]), degree).matmul(weights).reshape([300]);
  return [`degree ${degree}`, { x: places, y }];
});
const firstSet = concat([slice(train.x, [0]), slice(train.y, [0])], 1).reshape([rows, 2]);
await show(
  "overfitting",
  beside([
    scatterPlot(firstSet, {
      title: "The first set",
      lines: Object.fromEntries(curves),
      xLabel: "x",
      yDomain: [-6, 4],
      width: 360,
    }),
    linePlot({
      "training": { x: degrees, y: trainErrors },
      "test": { x: degrees, y: testErrors },
    }, { title: "Mean squared error", xLabel: "degree", yScale: "log", width: 360 }),
  ]),
);

// Bias and variance. Always the same xs, and only the noise is new in each set: then the predictions of
// all the sets are the mean prediction, which is off the truth by the bias, and what strays around it.
// The error at new measurements is bias² + variance + noise. For p weights and n points the variance is
// p/n of the noise.

const many = quick ? 1000 : 4000;
const at = slice(train.x, [0]);
const exact = at.pow(3).mul(3).sub(at.square().mul(2)).add(1);
const measured = (key: random.Key) =>
  random.normal(key, [rows, many], { dtype: "float64" }).mul(noise).add(exact);
const [seen, unseen] = random.split(noiseKey).map(measured);

const parts = degrees.map((degree) => {
  const features = polynomialFeatures(at, degree);
  const predictions = features.matmul(lstsq(features, seen).x); // [rows, many]
  const expected = mean(predictions, 1, { keepDims: true });
  const bias2 = mean(expected.sub(exact).square()).item();
  const variance = mean(predictions.sub(expected).square()).item();
  return {
    degree,
    bias2,
    variance,
    sum: bias2 + variance + noise ** 2,
    error: mean(predictions.sub(unseen).square()).item(),
  };
});

heading(`Bias and variance: ${many} sets with the same xs`);
table(
  ["degree", " bias²", "variance", "0.25 (degree + 1) / 20", "all + noise", "test error"],
  parts.map(({ degree, bias2, variance, sum, error }) => [
    degree,
    ...[bias2, variance, noise ** 2 * (degree + 1) / rows, sum, error].map((x) => x.toFixed(4)),
  ]),
);
for (const { degree, bias2, variance } of [0, 2, 11].map((i) => parts[i])) {
  figure(`degree ${degree}: bias²`, bias2);
  figure(`degree ${degree}: variance`, variance);
}
const off = ({ sum, error }: { sum: number; error: number }) => Math.abs(sum / error - 1);
figure("the sum differs from the test error by a part of", Math.max(...parts.map(off)));

// More data. A model that cannot be the truth gets no better than its bias allows, and one that can be
// more than the truth over-fits less and less. Of the truth on the interval from -1 to 1 no line has more
// than all but -4/3 P₂(x) + 6/5 P₃(x), with Legendre's polynomials, whose squares have the mean
// 1 / (2 degree + 1): it is off by 16/9 / 5 + 36/25 / 7.

const amounts = quick ? [12, 20, 50, 200] : [12, 15, 20, 30, 50, 100, 200, 500];
const amountKeys = random.split(amountKey, amounts.length);
const amountsOf = (degree: number) =>
  amounts.map((rows, i) => {
    const { x, y } = dataSets(amountKeys[i], quick ? 30 : 60, rows);
    const features = polynomialFeatures(x, degree);
    const weights = lstsq(features, y).x;
    return {
      train: average(errors(features.matmul(weights), y)),
      test: middle(errors(polynomialFeatures(test.x, degree).matmul(weights), test.y)),
    };
  });
const [straight, bent] = [amountsOf(1), amountsOf(9)];
const last = amounts.length - 1;

heading("More data");
figure("degree 1, 12 points: test error", straight[0].test);
figure(`degree 1, ${amounts[last]} points: test error`, straight[last].test);
figure("noise and what no line can be", noise ** 2 + 16 / 9 / 5 + 36 / 25 / 7);
figure("degree 9, 12 points: test error", bent[0].test);
figure(`degree 9, ${amounts[last]} points: test error`, bent[last].test);
await show(
  "parts",
  beside([
    linePlot({
      "bias²": { x: degrees, y: parts.map(({ bias2 }) => bias2) },
      "variance": { x: degrees, y: parts.map(({ variance }) => variance) },
      "test error": { x: degrees, y: parts.map(({ error }) => error) },
    }, { title: "Bias and variance", xLabel: "degree", width: 360 }),
    linePlot({
      "degree 1, training": { x: amounts, y: straight.map(({ train }) => train) },
      "degree 1, test": { x: amounts, y: straight.map(({ test }) => test) },
      "degree 9, training": { x: amounts, y: bent.map(({ train }) => train) },
      "degree 9, test": { x: amounts, y: bent.map(({ test }) => test) },
    }, {
      title: "Learning curves",
      xLabel: "points",
      xScale: "log",
      yScale: "log",
      yDomain: [0.03, 10],
      width: 360,
    }),
  ]),
);

// Weight decay: |X w - y|² + λ |w|² instead of |X w - y|², so that (Xᵀ X + λ I) w = Xᵀ y. How large λ
// has to be, other points say, the validation data.

type Matrix = Tensor<[number, number], "float64">;

function ridge(x: Matrix, y: Matrix, lambda: number): Matrix {
  const transposed = x.transpose();
  const penalty = eye(x.shape[1], "float64").mul(lambda);
  return solve(transposed.matmul(x).add(penalty), transposed.matmul(y));
}

const validation = dataSets(validationKey, sets, rows);
const at12 = polynomialFeatures(train.x, 12);
const path = geomspace(1e-10, 1e2, quick ? 13 : 25).toArray().map((lambda) => {
  const weights = vmap((x: Matrix, y: Matrix) => ridge(x, y, lambda))(at12, train.y);
  const errorsOn = ({ x, y }: typeof train) =>
    errors(polynomialFeatures(x, 12).matmul(weights), y).toArray();
  return {
    lambda,
    trainError: errorsOn(train),
    validationError: errorsOn(validation),
    testError: errorsOn(test),
  };
});
const middleOf = (numbers: number[]) => middle(tensor(numbers, "float64"));
const without = path[0].testError;
const chosen = without.map((_, set) =>
  path[least(path.map(({ validationError }) => validationError[set]))].testError[set]
);

heading("Smaller weights: degree 12 again");
const share = (better: number[], than: number[]) =>
  better.filter((error, i) => error < than[i]).length / than.length;
figure("hardly any weight decay: test error", middleOf(without));
figure("weight decay chosen by validation: test error", middleOf(chosen));
figure("the part of the sets for which that is better", share(chosen, without));

// Networks over-fit as well: trained long enough, two layers of 64 units go through nearly every point.
// Early stopping takes the parameters that were best on the validation data, and ends the training where
// none better have come for long.

const network = sequential(linear.of(1, 64), tanh, linear.of(64, 64), tanh, linear.of(64, 1));
const networkLoss = supervised(network, meanSquaredError);
const points = (key: random.Key, rows: number) => noisyPolynomial(key, rows, truth, { noise });
const newPoints = points(testKey, 1000);
const testErrorOf = (params: ReturnType<typeof network.init>) =>
  evaluate({ loss: networkLoss, params, data: newPoints }).loss;

async function overfit(key: random.Key) {
  const [dataKey, otherKey, initKey] = random.split(key, 3);
  const training = {
    loss: networkLoss,
    params: network.init(initKey),
    data: points(dataKey, rows),
    validation: points(otherKey, 2 * rows),
    validationFreq: 10,
    optimizer: adam(0.005),
    epochs: 2000,
    key: initKey,
    progress: false,
  };
  const long = await fit(training);
  const stopped = await fit({ ...training, earlyStopping: { patience: 50 } });
  return {
    history: long.history,
    long: testErrorOf(long.params),
    best: stopped.best.epoch,
    stopped: testErrorOf(stopped.best.params),
  };
}
const runs = [];
for (const key of random.split(networkKey, quick ? 3 : 6)) runs.push(await overfit(key));

heading(`A network of two hidden layers of 64 units, on ${runs.length} sets of ${rows} points`);
console.log(
  "Test errors after 2000 epochs, and with early stopping; below, those of the median set:\n",
);
table(
  ["set", "trained to the end", "best epoch", "stopped early"],
  runs.map(({ long, best, stopped }, i) => [i + 1, long.toFixed(4), best, stopped.toFixed(4)]),
);
figure("trained to the end: test error", middleOf(runs.map(({ long }) => long)));
figure("early stopping: test error", middleOf(runs.map(({ stopped }) => stopped)));

const judged = runs[2].history.epochs.filter(({ validation }) => validation !== undefined);
const epochs = judged.map(({ epoch }) => epoch);
await show(
  "remedies",
  beside([
    linePlot({
      "training": {
        x: path.map(({ lambda }) => lambda),
        y: path.map((p) => middleOf(p.trainError)),
      },
      "test": { x: path.map(({ lambda }) => lambda), y: path.map((p) => middleOf(p.testError)) },
    }, { title: "Weight decay, degree 12", xLabel: "λ", xScale: "log", yScale: "log", width: 360 }),
    linePlot({
      "training": { x: epochs, y: judged.map(({ loss }) => loss) },
      "validation": { x: epochs, y: judged.map(({ validation }) => validation?.loss ?? NaN) },
    }, { title: "The network, set 3", xLabel: "epoch", yScale: "log", width: 360 }),
  ]),
);

// Features, given or learned. Of many inputs only one direction u matters: y = sin(2 u·x) and noise. Each
// kind of feature may have 200 weights at most. Polynomials are of the best degree, radial basis functions
// exp(-|x - c|² / 2 width²) of the best width around 200 points, best by validation; the network has one
// layer of 16, in which the direction can be learned.

const samples = 400;
const widths = quick ? [1, 2, 4] : [0.25, 0.5, 1, 2, 4, 8];

interface Sample {
  readonly x: Tensor<[number, number]>;
  readonly y: Tensor<[number, 1]>;
}

async function compare(key: random.Key, inputs: number) {
  const [directionKey, trainKey, validationKey, testKey, initKey] = random.split(key, 5);
  const direction = random.normal(directionKey, [inputs, 1]);
  const u = direction.div(direction.square().sum().sqrt());
  const draw = (key: random.Key, rows: number): Sample => {
    const [placeKey, noiseKey] = random.split(key);
    const bound = Math.sqrt(3);
    const x = random.uniform(placeKey, [rows, inputs], { minval: -bound, maxval: bound });
    return { x, y: sin(x.matmul(u).mul(2)).add(random.normal(noiseKey, [rows, 1]).mul(0.1)) };
  };
  const [data, validation] = [draw(trainKey, samples), draw(validationKey, samples)];
  const test = draw(testKey, 2000);

  // Given features, with a little weight decay.
  type Features = (x: Tensor<[number, number]>) => Tensor<[number, number]>;
  const linearModel = (features: Features) => {
    const of = (x: Tensor<[number, number]>) => features(x).astype("float64");
    const weights = ridge(of(data.x), data.y.astype("float64"), 1e-3);
    const error = ({ x, y }: Sample) => mean(of(x).matmul(weights).sub(y).square()).item();
    return { validation: error(validation), test: error(test) };
  };
  const best = (features: readonly Features[]) => {
    const models = features.map(linearModel);
    return models[least(models.map(({ validation }) => validation))].test;
  };
  // Of up to so high a degree there are (inputs + degree)! / (inputs! degree!) products.
  const products = (degree: number): number =>
    degree === 0 ? 1 : products(degree - 1) * (inputs + degree) / degree;
  const polynomials = degrees
    .filter((degree) => products(degree) <= 200)
    .map((degree): Features => (x) => polynomialFeatures(x, degree));
  const centers = slice(data.x, [[0, 200]]);
  const bases = widths.map((width): Features => (x) => radialFeatures(x, centers, width));

  // Learned features.
  const model = sequential(linear.of(inputs, 16), tanh, linear.of(16, 1));
  const loss = supervised(model, meanSquaredError);
  const { best: learned } = await fit({
    loss,
    params: model.init(initKey),
    optimizer: adam(0.01),
    data,
    batchSize: 50,
    epochs: quick ? 150 : 300,
    validation,
    earlyStopping: { patience: quick ? 15 : 30 },
    key: initKey,
    progress: false,
  });
  return {
    polynomial: best(polynomials),
    radial: best(bases),
    learned: evaluate({ loss, params: learned.params, data: test }).loss,
  };
}

const dimensions = quick ? [1, 8] : [1, 2, 4, 8];
const compared = [];
for (const [i, key] of random.split(inputsKey, dimensions.length).entries()) {
  compared.push(await compare(key, dimensions[i]));
}

heading("Given features and learned ones: one direction of many inputs matters");
table(
  ["inputs", "polynomials", "radial bases", "learned"],
  compared.map(({ polynomial, radial, learned }, i) => [
    dimensions[i],
    ...[polynomial, radial, learned].map((x) => x.toFixed(4)),
  ]),
);
const [one, eight] = [compared[0], compared[compared.length - 1]];
figure("1 input, polynomials: test error", one.polynomial);
figure("1 input, radial bases: test error", one.radial);
figure("1 input, learned: test error", one.learned);
figure("8 inputs, polynomials: test error", eight.polynomial);
figure("8 inputs, radial bases: test error", eight.radial);
figure("8 inputs, learned: test error", eight.learned);
await show(
  "features",
  linePlot({
    "polynomials": { x: dimensions, y: compared.map(({ polynomial }) => polynomial) },
    "radial bases": { x: dimensions, y: compared.map(({ radial }) => radial) },
    "learned": { x: dimensions, y: compared.map(({ learned }) => learned) },
  }, { title: "Mean squared error", xLabel: "inputs", yScale: "log" }),
);
