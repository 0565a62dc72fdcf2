/**
 * Lesson 12: how large the first weights must be.
 *
 * Each layer multiplies the size of what comes in by some factor. Over many layers a factor below 1
 * leaves nothing, and one above 1 leaves only noise. Xavier's and He's initializations choose the
 * weights so that the factor is 1 for tanh and for ReLU; SIREN does it for sines; ZerO does it without
 * drawing anything. Batch normalization sets the size anew in each layer, and forgives every choice.
 *
 * ```sh
 * deno run examples/12_initialization.ts
 * deno run examples/12_initialization.ts --quick
 * ```
 *
 * What you should see: the mean square of ReLU's outputs halves with each layer of Xavier's weights and
 * stays with He's; the sines' settles where theory puts it; and a network with weights a hundred times
 * too small learns with batch normalization as well as a good one, without it not at all.
 */
import { abs, type Dim, greater, mean, random, sin, tanh, type Tensor } from "@katachi/katachi";
import { moons } from "@katachi/katachi/data";
import {
  batchNorm,
  type Initializer,
  initializers,
  linear,
  type Member,
  relu,
  sequential,
  sigmoidCrossEntropy,
} from "@katachi/katachi/nn";
import { adam } from "@katachi/katachi/optim";
import { fit, type History, supervised } from "@katachi/katachi/train";
import { histograms, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const width = 256;
const depth = quick ? 10 : 20;
const key = random.key(Number(option("seed") ?? 0));
const [inputKey, weightKey, dataKey, trainKey] = random.split(key, 4);

// What comes out of each of many layers, for normal inputs of variance 1.

type Activation = <B extends Dim>(x: Tensor<[B, 256]>) => Tensor<[B, 256]>;

function outputs(init: Initializer, activation: Activation, first = init): Tensor<[256, 256]>[] {
  let h: Tensor<[256, 256]> = random.normal(inputKey, [256, width]);
  return random.split(weightKey, depth).map((key, layer) => {
    const weight = (layer === 0 ? first : init)(key, [width, width]);
    return h = activation(h.matmul(weight));
  });
}

const sine: Activation = (x) => sin(x.mul(30));

const kinds = {
  "tanh, N(0, 1)": outputs(initializers.normal(), tanh),
  "tanh, N(0, 0.01²)": outputs(initializers.normal({ stddev: 0.01 }), tanh),
  "tanh, Xavier": outputs(initializers.xavierNormal(), tanh),
  "ReLU, Xavier": outputs(initializers.xavierNormal(), relu),
  "ReLU, He": outputs(initializers.heNormal(), relu),
  "ReLU, ZerO": outputs(initializers.zerO(), relu),
  "sine, SIREN": outputs(initializers.siren(), sine, initializers.siren({ first: true })),
};

const square = (h: Tensor<[256, 256]>) => mean(h.square()).item();
const squares = Object.entries(kinds).map(([name, layers]) => [name, layers.map(square)] as const);

heading(`The mean square of what comes out, ${depth} layers of ${width}`);
for (const [name, values] of squares) {
  figure(`${name}: layer 1`, values[0]);
  figure(`${name}: layer ${depth}`, values[depth - 1]);
  figure(`${name}: factor per layer`, (values[depth - 1] / values[0]) ** (1 / (depth - 1)));
}

// Of normal numbers ReLU keeps half the square: with Xavier's weights, of variance 1 / width, the factor
// is 1/2, and with He's, of variance 2 / width, it is 1. The sine of a normal number of variance v has
// the mean square (1 - e^(-2v)) / 2, and SIREN's weights make a variance of 2 times the mean square of
// the layer before: it settles where v = 1 - e^(-2v).

let v = 1;
for (let i = 0; i < 100; i++) v = 1 - Math.exp(-2 * v);
figure("sine, SIREN: expected at last", v / 2);

const saturated = (h: Tensor<[256, 256]>) => mean(greater(abs(h), 0.95)).item();
figure("tanh, N(0, 1): share beyond ±0.95", saturated(kinds["tanh, N(0, 1)"][depth - 1]));
figure("tanh, Xavier: share beyond ±0.95", saturated(kinds["tanh, Xavier"][depth - 1]));

const layers = Array.from({ length: depth }, (_, i) => i + 1);
await show(
  "depth",
  linePlot(
    Object.fromEntries(squares.map(([name, y]) => [name, { x: layers, y }])),
    { title: "Mean square of the outputs", xLabel: "layer", yScale: "log", yDomain: [1e-8, 2] },
  ),
);
await show(
  "outputs",
  histograms(
    Object.fromEntries(Object.entries(kinds).map(([name, layers]) => [name, layers[depth - 1]])),
    { title: `Outputs of layer ${depth}` },
  ),
);

// Does it matter? Six layers learn the two moons, from weights of the right size and from weights a
// hundred times smaller; without batch normalization and with it.

const size = 32;
const { x, y } = moons(dataKey, 200, { noise: 0.1 });
const data = { x, y: y.reshape([200, 1]).astype("float32") };

const deep = <const M extends Member>(block: M) =>
  sequential(linear.of(2, size), block, block, block, block, linear.of(size, 1));
const bare = (init: Initializer) => deep(sequential(linear.of(size, size, { init }), relu));
const normed = (init: Initializer) =>
  deep(sequential(linear.of(size, size, { init }), batchNorm.of(size), relu));

const training = { optimizer: adam(1e-3), data, epochs: 200, key: trainKey, progress: false };
const losses = ({ epochs }: History) => epochs.map(({ loss }) => loss);

async function withoutNorm(init: Initializer): Promise<number[]> {
  const model = bare(init);
  const loss = supervised(model, sigmoidCrossEntropy);
  const { history } = await fit({ ...training, loss, params: model.init(trainKey) });
  return losses(history);
}

async function withNorm(init: Initializer): Promise<number[]> {
  const model = normed(init);
  const loss = supervised(model, sigmoidCrossEntropy);
  const [params, state] = [model.init(trainKey), model.initState()];
  const { history } = await fit({ ...training, loss, params, state });
  return losses(history);
}

const he = initializers.heNormal();
const small: Initializer = (key, shape, dtype) => he(key, shape, dtype).mul(0.01);
const runs = {
  "He": await withoutNorm(he),
  "100 times smaller": await withoutNorm(small),
  "He, batch norm": await withNorm(he),
  "100 times smaller, batch norm": await withNorm(small),
};

heading("The loss after 200 steps on two moons");
for (const [name, values] of Object.entries(runs)) figure(name, values.at(-1) ?? NaN);
await show(
  "training",
  linePlot(runs, {
    title: "Six layers on two moons",
    xLabel: "step",
    yLabel: "loss",
    yScale: "log",
  }),
);
