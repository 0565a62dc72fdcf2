/**
 * Lesson 7: backpropagation. The gradient of a fully connected network of any depth is worked out
 * by hand, with the chain rule from the last layer to the first, and is compared with `grad`: its
 * numbers, and what it costs.
 *
 * ```sh
 * deno run examples/07_backpropagation.ts
 * ```
 *
 * What you should see: the gradient by hand and that of `grad` differ by rounding only, for every
 * depth, width and activation; it costs about three times the network itself, where finite
 * differences cost once more for each parameter.
 */
import {
  cost,
  grad,
  greater,
  jit,
  linspace,
  random,
  scan,
  sigmoid,
  sin,
  softplus,
  stack,
  tanh,
  type Tensor,
  treeLeaves,
  treeMap,
  zeros,
} from "@katachi/katachi";
import { relu } from "@katachi/katachi/nn";
import { adam, applyUpdates, cosineDecay } from "@katachi/katachi/optim";
import { linePlot, scatterPlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

type Matrix = Tensor<[number, number], "float64">;
type Layer = { w: Matrix; b: Tensor<[number], "float64"> };
type Network = Layer[];

const float64 = { dtype: "float64" } as const;
const key = random.key(Number(option("seed") ?? 0));

/** An activation f and its derivative f', as functions of the sum z. */
type Activation = { f: (z: Matrix) => Matrix; slope: (z: Matrix) => Matrix };
const activations: Record<string, Activation> = {
  sigmoid: { f: sigmoid, slope: (z) => sigmoid(z).mul(sigmoid(z.neg())) },
  tanh: { f: tanh, slope: (z) => tanh(z).square().neg().add(1) },
  relu: { f: relu, slope: (z) => greater(z, 0).astype("float64") },
  softplus: { f: softplus, slope: sigmoid },
};

/** Layers of random weights, from widths such as [3, 8, 1]. */
function init(key: random.Key, widths: readonly number[]): Network {
  return random.split(key, widths.length - 1).map((key, l) => {
    const [k1, k2] = random.split(key);
    return {
      w: random.normal(k1, [widths[l], widths[l + 1]], float64).div(Math.sqrt(widths[l])),
      b: random.normal(k2, [widths[l + 1]], float64),
    };
  });
}

/** Forward: z_l = a_(l-1) W_l + b_l, a_l = f(z_l); the last layer has no activation. */
function forward(network: Network, x: Matrix, f: Activation["f"]) {
  const [as, zs]: [Matrix[], Matrix[]] = [[x], []];
  for (const [l, { w, b }] of network.entries()) {
    const z = as[l].matmul(w).add(b);
    zs.push(z);
    as.push(l === network.length - 1 ? z : f(z));
  }
  return { as, zs, output: as[network.length] };
}

/** The loss: half of the squared error, its mean over the examples. */
const lossOf = ({ f }: Activation, x: Matrix, y: Matrix) => (network: Network) =>
  forward(network, x, f).output.sub(y).square().sum().div(2 * x.shape[0]);

/**
 * Backward, from the last layer to the first, with δ_l the derivative of the loss by z_l:
 *
 *   δ_L = (a_L - y) / N
 *   δ_l = (δ_(l+1) W_(l+1)ᵀ) ⊙ f'(z_l)
 *   ∂/∂W_l = a_(l-1)ᵀ δ_l,  ∂/∂b_l = sum of δ_l over the examples
 */
const backward =
  ({ f, slope }: Activation, x: Matrix, y: Matrix) => (network: Network): Network => {
    const { as, zs, output } = forward(network, x, f);
    const gradients: Network = [];
    let delta = output.sub(y).div(x.shape[0]);
    for (let l = network.length - 1; l >= 0; l--) {
      gradients.unshift({ w: as[l].transpose().matmul(delta), b: delta.sum(0) });
      if (l > 0) {
        delta = delta.matmul(network[l].w.transpose()).mul(slope(zs[l - 1]));
      }
    }
    return gradients;
  };

const parameters = (network: Network) =>
  treeLeaves(network).reduce((sum, leaf) => sum + leaf.size, 0);

heading("The same gradient, whatever the network");

const largest = (network: Network) =>
  Math.max(...network.flatMap(({ w, b }) => [w.abs().max().item(), b.abs().max().item()]));
const difference = (a: Network, b: Network) => treeMap((a, b) => a.sub(b), a, b);

console.log("widths of the layers                  activation  parameters  |by hand - grad|");
const worst = { byHand: 0, numerical: 0 };
const count = quick ? 12 : 40;
for (const [i, k] of random.split(key, count).entries()) {
  const [kDepth, kWidths, kNetwork, kX, kY, kDirection] = random.split(k, 6);
  const depth = random.randint(kDepth, [], 1, 9).item();
  const widths = random.randint(kWidths, [depth + 1], 1, 13).toArray();
  const name = Object.keys(activations)[i % 4];
  const network = init(kNetwork, widths);
  const x = random.normal(kX, [5, widths[0]], float64);
  const y = random.normal(kY, [5, widths[depth]], float64);
  const loss = lossOf(activations[name], x, y);

  const byHand = backward(activations[name], x, y)(network);
  const byGrad = grad(loss)(network);
  const gap = largest(difference(byHand, byGrad)) / largest(byGrad);
  worst.byHand = Math.max(worst.byHand, gap);

  // The slope along a random direction d, from two values of the loss: (L(p + h d) - L(p - h d)) / 2h.
  const h = 1e-6;
  const direction = init(kDirection, widths);
  const along = (t: number) => loss(treeMap((p, d) => p.add(d.mul(t)), network, direction));
  const numerical = along(h).sub(along(-h)).div(2 * h).item();
  const exact = byHand.reduce(
    (sum, { w, b }, l) =>
      sum + w.mul(direction[l].w).sum().item() + b.mul(direction[l].b).sum().item(),
    0,
  );
  worst.numerical = Math.max(worst.numerical, Math.abs(numerical - exact) / largest(byGrad));
  if (i < 8) {
    const row = [name.padEnd(10), String(parameters(network)).padStart(12)];
    console.log(
      `${widths.join(" ").padEnd(38)}${row.join("")}${gap.toExponential(1).padStart(18)}`,
    );
  }
}
console.log(`… ${count} networks`);
figure("by hand - grad, at most", worst.byHand);
figure("by hand - finite differences, at most", worst.numerical);

heading("What it costs, in arithmetic operations");

// Finite differences evaluate the loss once more for each parameter.
console.log("widths           parameters       network      gradient   finite differences");
const examples = 32;
const costs = [4, 8, 16, 32, 64, 128, 256].map((h) => {
  const widths = [2, h, h, 1];
  const network = init(key, widths);
  const x: Matrix = zeros([examples, 2], "float64");
  const y: Matrix = zeros([examples, 1], "float64");
  const once = cost(lossOf(activations.tanh, x, y), network).flops;
  const gradient = cost(backward(activations.tanh, x, y), network).flops;
  const auto = cost(grad(lossOf(activations.tanh, x, y)), network).flops;
  const size = parameters(network);
  const differences = once * (size + 1);
  const row = [size, once, gradient, differences].map((x, i) => {
    return x.toLocaleString("en").padStart([12, 14, 14, 21][i]);
  });
  console.log(`${widths.join(" ").padEnd(15)}${row.join("")}`);
  return { size, once, gradient, auto, differences };
});
const last = costs[costs.length - 1];
figure("gradient by hand / network", last.gradient / last.once);
figure("gradient by grad / network", last.auto / last.once);
figure("finite differences / network", last.differences / last.once);

const size = costs.map(({ size }) => size);
await show(
  "cost",
  linePlot({
    "finite differences": { x: size, y: costs.map(({ differences }) => differences) },
    "backpropagation": { x: size, y: costs.map(({ gradient }) => gradient) },
    "the network": { x: size, y: costs.map(({ once }) => once) },
  }, { xLabel: "parameters", yLabel: "operations", xScale: "log", yScale: "log" }),
);

heading("Trained with the gradient by hand");

// A wave, learned by the widths 1, 16, 16, 1 from 60 points; Adam goes down the gradients.
const x: Matrix = linspace(-4, 4, 60, "float64").reshape([60, 1]);
const y: Matrix = sin(x).mul(x);
const loss = lossOf(activations.tanh, x, y);
const steps = quick ? 500 : 2000;
const optimizer = adam(cosineDecay(0.02, steps)); // smaller and smaller steps

/** The loss before each step, and the network after the last. */
const train = (gradient: (network: Network) => Network) =>
  jit((start: Network) => {
    const [end, losses] = scan(
      ({ network, state }) => {
        const [updates, next] = optimizer.update(gradient(network), state, network);
        return [{ network: applyUpdates(network, updates), state: next }, loss(network)];
      },
      { network: start, state: optimizer.init(start) },
      null,
      { length: steps },
    );
    return { network: end.network, losses };
  })(init(random.foldIn(key, 1), [1, 16, 16, 1]));

const learned = { byHand: train(backward(activations.tanh, x, y)), byGrad: train(grad(loss)) };
const { losses, network } = learned.byHand;
figure("loss at the start", losses.slice([0]).item());
figure("loss at the end", loss(network).item());
figure("loss at the end by grad", loss(learned.byGrad.network).item());
figure("largest difference of the losses", losses.sub(learned.byGrad.losses).abs().max().item());

const wave = linspace(-4, 4, 200, "float64");
const fit = forward(network, wave.reshape([200, 1]), tanh).output.flatten();
await show(
  "wave",
  scatterPlot(stack([x.flatten(), y.flatten()], 1), {
    lines: { "network": { x: wave, y: fit } },
    xLabel: "x",
    yLabel: "x sin(x)",
  }),
);
