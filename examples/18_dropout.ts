/**
 * Lesson 18: dropout is an ensemble.
 *
 * While a network is trained with dropout, every step sets half of its hidden values to 0 at random.
 * Each choice of what is left is a network of its own, thinner than the whole: with n hidden values
 * there are 2^n of them, all with the same weights. In prediction nothing is left out, and the values
 * are halved instead. That one pass stands for the vote of all the thinned networks.
 *
 * ```sh
 * deno run examples/18_dropout.ts
 * deno run examples/18_dropout.ts --quick
 * ```
 *
 * What you should see: for one hidden layer the geometric mean of all 1024 networks' predictions is the
 * halved network's to the last digits, and for two layers nearly; on few examples dropout slows learning
 * by heart, so that the loss on others grows less; and masks drawn in prediction disagree more away from
 * the data than amid it.
 */
import {
  arange,
  argmax,
  bitwiseAnd,
  cumsum,
  equal,
  jit,
  linspace,
  mean,
  random,
  sign,
  stack,
  std,
  type Tensor,
  tensor,
  vmap,
} from "@katachi/katachi";
import { blobs, moons, sineWave } from "@katachi/katachi/data";
import { accuracy } from "@katachi/katachi/metrics";
import {
  dropout,
  linear,
  logSoftmax,
  meanSquaredError,
  relu,
  sequential,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { adam } from "@katachi/katachi/optim";
import { fit, supervised } from "@katachi/katachi/train";
import { bandPlot, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const seed = random.key(Number(option("seed") ?? 0));
const [dataKey, initKey, trainKey, drawKey, fewKey, waveKey, kinkKey] = random.split(seed, 7);
const float64 = { dtype: "float64" } as const;

// A classifier with ten hidden values, and dropout as its inventors wrote it: in training half of the
// values are left out, in prediction all of them are halved.

const centers = tensor([[-1.5, 0], [1.5, 0], [0, 2]]);
const points = blobs(dataKey, 100, { centers });
const data = { x: points.x.astype("float64"), y: points.y };
const training = { data, epochs: 300, optimizer: adam(0.02), key: trainKey, progress: false };

const model = sequential(
  linear.of(2, 10, float64),
  relu,
  dropout.of(0.5, { inverted: false }),
  linear.of(10, 3, float64),
);
const { params } = await fit({
  ...training,
  loss: supervised(model, softmaxCrossEntropy),
  params: model.init(initKey),
});

// All ways to keep some of ten values: the bits of the numbers below 1024. Every row is a mask.
const bits = tensor([1, 2, 4, 8, 16, 32, 64, 128, 256, 512], "int32");
const numbers = arange(1024).astype("int32").reshape([1024, 1]);
const masks = sign(bitwiseAnd(numbers, bits)).astype("float64");

type Logits = Tensor<[number, 100, 3], "float64">;

/** The logits of the network that a mask leaves. */
function thinned(mask: Tensor<[10], "float64">) {
  const [hidden, , , output] = params;
  return linear(output, relu(linear(hidden, data.x)).mul(mask));
}

// p(class) ∝ (p₁(class) p₂(class) … pₘ(class))^(1/m): the mean of the logarithms, made to sum to 1.
const vote = (logits: Logits) => softmax(mean(logSoftmax(logits), 0));
const farthest = (a: Tensor<[100, 3], "float64">, b: Tensor<[100, 3], "float64">) =>
  a.sub(b).abs().max().item();

const members = jit(vmap(thinned))(masks);
const scaled = softmax(model.apply(params, data.x));

heading("One hidden layer of 10: all 1024 thinned networks");
const losses = jit(
  vmap((logits: Tensor<[100, 3], "float64">) => softmaxCrossEntropy(logits, data.y)),
)(members);
figure("loss of a thinned network, on average", losses.mean().item());
figure("loss of their geometric mean", softmaxCrossEntropy(vote(members).log(), data.y).item());
figure(
  "accuracy of a thinned network, on average",
  equal(argmax(members, -1), data.y).astype("float64").mean().item(),
);
figure("accuracy of the halved network", accuracy(scaled, data.y).item());
figure("geometric mean less halved network, at most", farthest(vote(members), scaled));
figure("arithmetic mean less halved network, at most", farthest(mean(softmax(members), 0), scaled));

// With a second hidden layer the halved network is an approximation.

const deep = sequential(
  linear.of(2, 5, float64),
  relu,
  dropout.of(0.5, { inverted: false }),
  linear.of(5, 5, float64),
  relu,
  dropout.of(0.5, { inverted: false }),
  linear.of(5, 3, float64),
);
const { params: deepParams } = await fit({
  ...training,
  loss: supervised(deep, softmaxCrossEntropy),
  params: deep.init(initKey),
});
function deepThinned(mask: Tensor<[10], "float64">) {
  const [first, , , second, , , output] = deepParams;
  const [low, high] = [mask.slice([[0, 5]]), mask.slice([[5, 10]])];
  const h = relu(linear(first, data.x)).mul(low);
  return linear(output, relu(linear(second, h)).mul(high));
}
const deepVote = vote(jit(vmap(deepThinned))(masks));
const deepScaled = softmax(deep.apply(deepParams, data.x));
heading("Two hidden layers of 5: again 1024 thinned networks");
figure("two layers: geometric mean less halved network, at most", farthest(deepVote, deepScaled));
figure(
  "two layers: the same, on average",
  deepVote.sub(deepScaled).abs().mean().item(),
);

// A large network has too many masks to try. Some, drawn at random, come near the vote of all: the
// error of a mean of m draws falls as 1/√m. `model.train` draws, for every row a mask of its own.

const draws = quick ? 1024 : 4096;
const keys = stack(random.split(drawKey, draws));
const drawn = jit(vmap((key: random.Key) => model.train(params, data.x, { key })[0]))(keys);
const counts = arange(draws).add(1).reshape([draws, 1, 1]);
const running = softmax(cumsum(logSoftmax(drawn), 0).div(counts));
const errors = running.sub(scaled).square().mean([1, 2]).sqrt().toArray();

heading(`Masks drawn at random, up to ${draws}`);
const powers = Array.from({ length: Math.log2(draws) + 1 }, (_, i) => 2 ** i);
for (const m of powers.filter((_, i) => i % 2 === 0)) figure(`vote of ${m}: error`, errors[m - 1]);
await show(
  "masks",
  linePlot({
    "of the drawn masks": { x: powers, y: powers.map((m) => errors[m - 1]) },
    "1/√m": { x: powers, y: powers.map((m) => errors[draws - 1] * Math.sqrt(draws / m)) },
  }, {
    title: "From the vote of m masks to that of all",
    xLabel: "m",
    yLabel: "error",
    xScale: "log",
    yScale: "log",
  }),
);

// In training the logits are, on average over the masks, those of prediction. Most libraries double what
// is left in training, and do nothing in prediction, which is the same network with weights half as large.

const inverted = sequential(
  linear.of(2, 10, float64),
  relu,
  dropout.of(0.5),
  linear.of(10, 3, float64),
);
const [hidden, , , output] = params;
const halved = [hidden, {}, {}, { ...output, weight: output.weight.mul(0.5) }] as const;

/** How far the mean of the drawn logits is from others, in standard errors, on average. */
function apart(logits: Logits, others: Tensor<[100, 3], "float64">): number {
  const error = std(logits, 0).div(Math.sqrt(draws));
  return mean(logits, 0).sub(others).div(error).square().mean().sqrt().item();
}
const doubled = jit(vmap((key: random.Key) => inverted.train(halved, data.x, { key })[0]))(keys);
const other = inverted.apply(halved, data.x);
heading("Halving in prediction, or doubling in training");
const predicted = model.apply(params, data.x);
figure("halving: mean in training, in standard errors", apart(drawn, predicted));
figure("doubling less halving, with the same masks", doubled.sub(drawn).abs().max().item());
figure("doubling less halving, in prediction", other.sub(predicted).abs().max().item());

// What is it for? A large network and few examples, which it learns by heart, the noise as well.

const [epochs, trials] = quick ? [400, 3] : [600, 6];
const wide = (rate: number) =>
  sequential(
    linear.of(2, 128),
    relu,
    dropout.of(rate),
    linear.of(128, 128),
    relu,
    dropout.of(rate),
    linear.of(128, 1),
  );

function noisyMoons<const N extends number>(key: random.Key, n: N) {
  const { x, y } = moons(key, n, { noise: 0.35 });
  return { x, y: y.reshape([n, 1]).astype("float32") };
}

/** The losses on 1000 other examples, every ten epochs. */
async function onOthers(rate: number, key: random.Key): Promise<number[]> {
  const [fewKey, othersKey, initKey, fitKey] = random.split(key, 4);
  const network = wide(rate);
  const { history } = await fit({
    loss: supervised(network, sigmoidCrossEntropy),
    params: network.init(initKey),
    optimizer: adam(1e-3),
    data: noisyMoons(fewKey, 40),
    validation: noisyMoons(othersKey, 1000),
    validationFreq: 10,
    epochs,
    key: fitKey,
    progress: false,
  });
  return history.epochs.flatMap(({ validation }) => validation?.loss ?? []);
}

/** The mean of several curves, at each point. */
const average = (curves: readonly (readonly number[])[]) =>
  curves[0].map((_, i) => curves.reduce((sum, curve) => sum + curve[i], 0) / curves.length);

heading(`Learning by heart: 40 examples, ${epochs} steps, the mean over ${trials} keys`);
const rates = { "without": 0, "rate 0.5": 0.5, "rate 0.8": 0.8 };
const curves: Record<string, { x: number[]; y: number[] }> = {};
for (const [name, rate] of Object.entries(rates)) {
  const runs = [];
  for (const key of random.split(fewKey, trials)) runs.push(await onOthers(rate, key));
  const y = average(runs);
  curves[name] = { x: y.map((_, i) => 10 * (i + 1)), y };
  figure(`${name}: loss on others, at the end`, y[y.length - 1]);
  figure(`${name}: least loss on the way`, average(runs.map((run) => [Math.min(...run)]))[0]);
}
await show(
  "others",
  linePlot(curves, { title: "The loss on 1000 other examples", xLabel: "step", yLabel: "loss" }),
);

// The members of an ensemble agree on what they have learned. With masks drawn in prediction, too, their
// disagreement says where the network knows little. (Y. Gal and Z. Ghahramani, "Dropout as a Bayesian
// approximation", 2016.)

const wave = sineWave(waveKey, 100, { periods: 1, noise: 0.1 });
const scale = (t: Tensor<[100, 1]>) => t.mul(2 / Math.PI).sub(2); // to [-2, 2]
const curve = sequential(
  linear.of(1, 64),
  relu,
  dropout.of(0.1),
  linear.of(64, 64),
  relu,
  dropout.of(0.1),
  linear.of(64, 1),
);
// A line of ReLUs has its kinks where their inputs are 0: the first biases spread them over the data.
const [entry, ...others] = curve.init(initKey);
const bias = random.uniform(kinkKey, [64], { minval: -2, maxval: 2 });
const known = await fit({
  loss: supervised(curve, meanSquaredError),
  params: [{ ...entry, bias }, ...others] as const,
  optimizer: adam(3e-3),
  data: { x: scale(wave.x), y: wave.y },
  epochs: 1000,
  key: trainKey,
  progress: false,
});
const at = linspace(-4, 4, 161);
const answers = jit(
  vmap((key: random.Key) => curve.train(known.params, at.reshape([161, 1]), { key })[0].flatten()),
)(stack(random.split(drawKey, 256)));
const [answer, spread] = [mean(answers, 0), std(answers, 0)];

heading("How far 256 masks disagree");
figure("below -3", spread.slice([[0, 20]]).mean().item());
figure("amid the data, from -2 to 2", spread.slice([[40, 121]]).mean().item());
figure("above 3", spread.slice([[141, 161]]).mean().item());
await show(
  "wave",
  bandPlot(
    { "256 masks: mean and twice the spread": { x: at, y: answer, spread: spread.mul(2) } },
    {
      title: "A sine wave learned from -2 to 2",
      xLabel: "x",
    },
  ),
);
