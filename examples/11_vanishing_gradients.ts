/**
 * Lesson 11: why deep networks of sigmoids do not learn.
 *
 * The gradient that reaches a layer is a product with one factor for each layer above it. A sigmoid's
 * factor is about a quarter, so that the first of many layers hears nothing; ReLU's is 1, if the
 * weights have the right size; a way around each layer keeps it at 1 or more, whatever the layer does.
 *
 * ```sh
 * deno run examples/11_vanishing_gradients.ts
 * deno run examples/11_vanishing_gradients.ts --quick
 * ```
 *
 * What you should see: the gradient of the sigmoids' first layer is millions of times smaller than
 * that of their last, as the theory says, and only the networks without that learn the two spirals.
 */
import {
  abs,
  type Dim,
  exp,
  grad,
  jit,
  linspace,
  log10,
  random,
  scan,
  sqrt,
  sum,
  tanh,
  type Tensor,
  valueAndGrad,
  vmap,
  zeros,
} from "@katachi/katachi";
import { spirals } from "@katachi/katachi/data";
import { linear, type LinearParams, relu, sigmoid, sigmoidCrossEntropy } from "@katachi/katachi/nn";
import { adam, applyUpdates } from "@katachi/katachi/optim";
import { histograms, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

const width = 64;
const depth = quick ? 12 : 24; // hidden layers
const [rate, steps] = quick ? [1e-3, 200] : [5e-4, 300];
const [initKey, dataKey] = random.split(random.key(Number(option("seed") ?? 0)));

// A network of equal hidden layers. Their weights lie one after another in one tensor, and `scan` goes
// through them.

type Activation = <B extends Dim>(x: Tensor<[B, 64]>) => Tensor<[B, 64]>;

interface Params {
  readonly input: LinearParams<2, 64>;
  readonly hidden: {
    readonly weight: Tensor<[number, 64, 64]>;
    readonly bias: Tensor<[number, 64]>;
  };
  readonly output: LinearParams<64, 1>;
}

/** Hidden weights of variance gain² / width. */
function init(key: random.Key, gain: number): Params {
  const [input, hidden, output] = random.split(key, 3);
  return {
    input: linear.init(input, 2, width),
    hidden: {
      weight: random.normal(hidden, [depth, width, width]).mul(gain / Math.sqrt(width)),
      bias: zeros([depth, width]),
    },
    output: linear.init(output, width, 1),
  };
}

/** The network's logits, and what came out of each hidden layer. */
function network(activation: Activation, skip: boolean) {
  return <B extends Dim>(params: Params, x: Tensor<[B, 2]>) => {
    const [last, layers] = scan(
      (h: Tensor<[B, 64]>, layer) => {
        const own = activation(linear(layer, h));
        const next = skip ? h.add(own) : own;
        return [next, next];
      },
      activation(linear(params.input, x).reshape([x.shape[0], 64])),
      params.hidden,
    );
    return { logits: linear(params.output, last), layers };
  };
}

// What theory expects of random weights: in a wide network what goes into the activation φ is normal,
// of variance q = gain² E φ(z)², and each layer multiplies the square of the gradient by
// gain² E φ'(z)². (S. Schoenholz and others, "Deep information propagation", 2017.)

const z = linspace(-8, 8, 4001);
const density = exp(z.square().mul(-0.5)).mul(16 / 4000 / Math.sqrt(2 * Math.PI));
const expectation = (values: Tensor<[4001]>) => values.mul(density).sum().item();

function expectedFactor(phi: (x: Tensor<[]>) => Tensor<[]>, gain: number): number {
  let q = 1;
  for (let layer = 0; layer < depth; layer++) {
    q = gain ** 2 * expectation(vmap(phi)(z.mul(Math.sqrt(q))).square());
  }
  return gain * Math.sqrt(expectation(vmap(grad(phi))(z.mul(Math.sqrt(q))).square()));
}

// Four networks, each with the size of weights that suits it, and what becomes of them on two spirals.

const { x, y } = spirals(dataKey, 256, { noise: 0.02 });
const labels = y.astype("float32");

function study(activation: Activation, gain: number, skip: boolean) {
  const model = network(activation, skip);
  const loss = (params: Params) =>
    sigmoidCrossEntropy(model(params, x).logits.reshape([256]), labels);
  const first = init(initKey, gain);
  const { weight } = jit(grad(loss))(first).hidden;
  const norms = sqrt(sum(weight.square(), [1, 2])).toArray();
  const factor = (norms[0] / norms[depth - 1]) ** (1 / (depth - 1));

  const optimizer = adam(rate);
  const step = jit((params: Params, state: ReturnType<typeof optimizer.init<Params>>) => {
    const [value, gradients] = valueAndGrad(loss)(params);
    const [updates, next] = optimizer.update(gradients, state, params);
    return { value, params: applyUpdates(params, updates), state: next };
  });
  let params = first;
  let state = optimizer.init(params);
  const losses = [];
  for (let i = 0; i < steps; i++) {
    const next = step(params, state);
    losses.push(next.value.item());
    ({ params, state } = next);
  }
  return { weight, norms, factor, losses };
}

const studies = {
  "sigmoid": study(sigmoid, 1, false),
  "tanh": study(tanh, 1, false),
  "ReLU": study(relu, Math.sqrt(2), false),
  "tanh, skip": study(tanh, 1, true),
};

heading(`The gradient in ${depth} hidden layers of ${width}, before training`);
for (const [name, { norms, factor }] of Object.entries(studies)) {
  figure(`${name}: first layer`, norms[0]);
  figure(`${name}: last layer`, norms[depth - 1]);
  figure(`${name}: factor per layer`, factor);
}
figure("sigmoid: expected factor", expectedFactor(sigmoid, 1));
figure("tanh: expected factor", expectedFactor(tanh, 1));
figure("ReLU: expected factor", expectedFactor(relu, Math.sqrt(2)));

const layers = Array.from({ length: depth }, (_, i) => i + 1);
await show(
  "gradients",
  linePlot(
    Object.fromEntries(
      Object.entries(studies).map(([name, { norms }]) => [name, { x: layers, y: norms }]),
    ),
    { title: "Size of the gradient in each layer", xLabel: "layer", yScale: "log" },
  ),
);

const magnitudes = (name: "sigmoid" | "tanh", layer: number) =>
  [
    `${name}, layer ${layer}`,
    log10(abs(studies[name].weight.slice([[layer - 1, layer]]))),
  ] as const;
await show(
  "histograms",
  histograms(
    Object.fromEntries([
      ...[1, depth / 2, depth].map((layer) => magnitudes("sigmoid", layer)),
      ...[1, depth / 2, depth].map((layer) => magnitudes("tanh", layer)),
    ]),
    { title: "log10 |gradient|" },
  ),
);

heading(`The loss after ${steps} steps of Adam; ln 2 = 0.6931 is guessing`);
for (const [name, { losses }] of Object.entries(studies)) {
  figure(`${name}: loss`, losses.at(-1) ?? NaN);
}
await show(
  "training",
  linePlot(
    Object.fromEntries(Object.entries(studies).map(([name, { losses }]) => [name, losses])),
    { title: "Training on two spirals", xLabel: "step", yLabel: "loss" },
  ),
);
