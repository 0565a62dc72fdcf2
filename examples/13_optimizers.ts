/**
 * Lesson 13: the optimizers, in a narrow valley and on a network.
 *
 * The valley x²/4 + 16 y² is 64 times as steep across as along. Gradient descent must step carefully
 * for the sake of y, and so crawls in x. Momentum remembers where it was going; AdaGrad, RMSProp and
 * Adam give each coordinate a rate of its own.
 *
 * ```sh
 * deno run examples/13_optimizers.ts
 * deno run examples/13_optimizers.ts --quick
 * ```
 *
 * What you should see: gradient descent shrinks the distance by 63/65 a step, as theory says, and
 * momentum by 7/9; the methods with a rate for each coordinate take the valley in fewer steps than
 * plain descent.
 */
import {
  concat,
  geomspace,
  grad,
  jit,
  random,
  scan,
  tanh,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
} from "@katachi/katachi";
import { spirals } from "@katachi/katachi/data";
import { linear, sequential, sigmoidCrossEntropy } from "@katachi/katachi/nn";
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  applyUpdates,
  type Hyperparameter,
  lamb,
  lion,
  nadam,
  type Optimizer,
  radam,
  rmsprop,
  rprop,
  sgd,
  type StateFamily,
} from "@katachi/katachi/optim";
import { beside, optimizerPaths, type Picture } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

// The valley. Its curvature is 1/2 along x and 32 along y: the condition number is 64.

type Point = Tensor<[2]>;
const valley = (p: Point) => p.square().mul(tensor([1 / 4, 16])).sum();
const start = tensor([-8, 1.5]);
const [flat, steep] = [1 / 2, 32];
const kappa = steep / flat;

/** Where an optimizer goes, step by step. The whole way is one compiled loop. */
function path(optimizer: Optimizer<StateFamily>, steps: number): Tensor<[number, 2]> {
  const [, points] = scan(
    ({ p, state }: { p: Point; state: unknown }, _) => {
      const [updates, next] = optimizer.update(grad(valley)(p), state, p);
      const to = applyUpdates(p, updates);
      return [{ p: to, state: next }, to];
    },
    { p: start, state: optimizer.init(start) },
    null,
    { length: steps },
  );
  return points;
}

// What theory says of descent with the best rates. (B. Polyak, "Some methods of speeding up the
// convergence of iteration methods", 1964.)

/** By how much the distance from the minimum shrinks in a step, in the long run. */
function contraction(points: Tensor<[number, 2]>): number {
  const distances = points.toArray().map(([x, y]) => Math.hypot(x, y));
  const [from, to] = [200, 300]; // the oscillations of momentum cancel over so many steps
  return (distances[to] / distances[from]) ** (1 / (to - from));
}

const plain = sgd(2 / (flat + steep));
const root = Math.sqrt(kappa);
const momentum = ((root - 1) / (root + 1)) ** 2;
const heavyBall = sgd(4 / (Math.sqrt(steep) + Math.sqrt(flat)) ** 2, { momentum });

heading("How much of the distance is left after a step");
figure("gradient descent", contraction(jit(() => path(plain, 301))()));
figure("gradient descent, expected (κ - 1) / (κ + 1)", (kappa - 1) / (kappa + 1));
figure("momentum", contraction(jit(() => path(heavyBall, 301))()));
figure("momentum, expected (√κ - 1) / (√κ + 1)", (root - 1) / (root + 1));

// All of them. A learning rate may be a tensor, so that vmap tries many at once.

type Maker = (rate: Hyperparameter) => Optimizer<StateFamily>;
const makers: Record<string, Maker> = {
  "descent": sgd,
  "momentum": (rate) => sgd(rate, { momentum: 0.9 }),
  "Nesterov": (rate) => sgd(rate, { momentum: 0.9, nesterov: true }),
  "AdaGrad": adagrad,
  "RMSProp": rmsprop,
  "Adadelta": adadelta,
  "Adam": adam,
  "AdaMax": adamax,
  "NAdam": nadam,
  "RAdam": radam,
  "AdamW": adamw,
  "Adafactor": adafactor,
  "Lion": lion,
  "LAMB": lamb,
  "Rprop": rprop,
};

const rates = geomspace(1e-3, 1, 32);

/** The loss before each step of an optimizer. */
function losses<P>(
  loss: (params: P) => Tensor<[]>,
  first: P,
  optimizer: Optimizer<StateFamily>,
  steps: number,
): Tensor<[number]> {
  const [, values] = scan(
    ({ params, state }: { params: P; state: unknown }, _) => {
      const [value, gradients] = valueAndGrad(loss)(params);
      const [updates, next] = optimizer.update(gradients, state, params);
      return [{ params: applyUpdates(params, updates), state: next }, value];
    },
    { params: first, state: optimizer.init(first) },
    null,
    { length: steps },
  );
  return values;
}

/** How many steps it takes until the loss stays below a goal, with the best of the rates. */
function race<P>(
  loss: (params: P) => Tensor<[]>,
  first: P,
  make: Maker,
  steps: number,
  goal: number,
): { steps: number; rate: number } {
  const runs = jit(vmap((rate: Tensor<[]>) => losses(loss, first, make(rate), steps)))(rates);
  const values = runs.toArray();
  const times = values.map((losses) => {
    const last = losses.findLastIndex((loss) => !(loss < goal)); // NaN is no success
    return last + 1 < losses.length ? last + 1 : Infinity;
  });
  // Where no rate is good enough, the one that comes lowest.
  const ends = values.map((losses) =>
    Number.isNaN(losses[steps - 1]) ? Infinity : losses[steps - 1]
  );
  const order = times.some(Number.isFinite) ? times : ends;
  const best = order.indexOf(Math.min(...order));
  return { steps: times[best], rate: rates.toArray()[best] };
}

const names = Object.keys(makers);
const say = (name: string, { steps, rate }: { steps: number; rate: number }) =>
  console.log(
    `${name.padEnd(10)} ${steps < Infinity ? String(steps).padStart(6) : "   not"}   ${
      steps < Infinity ? `rate ${rate.toPrecision(2)}` : ""
    }`,
  );

const most = quick ? 400 : 1000;
heading(`Steps until the valley's f stays below 1e-6, of ${most}, with the best of 32 rates`);
const down = Object.fromEntries(
  names.map((name) => [name, race(valley, start, makers[name], most, 1e-6)]),
);
for (const name of names) say(name, down[name]);
figure("steps of descent", down.descent.steps);
figure("steps of momentum", down.momentum.steps);
figure("steps of Nesterov's", down.Nesterov.steps);
figure("steps of Adam", down.Adam.steps);

/** The ways of some of them over the contours of the valley. */
function ways(title: string, names: readonly string[]): Picture {
  const paths = names.map((name) => {
    const way = jit(() => path(makers[name](down[name].rate), 60))();
    return [name, concat([start.reshape([1, 2]), way])] as const;
  });
  const options = { title, xDomain: [-9, 4], yDomain: [-2, 2], width: 420 } as const;
  return optimizerPaths(
    (p) => p.square().mul(tensor([1 / 4, 16])).sum(),
    Object.fromEntries(paths),
    options,
  );
}
await show(
  "valley",
  beside([
    ways("x²/4 + 16 y², the first of them", names.slice(0, 7)),
    ways("those after Adam", names.slice(7)),
  ]),
);

// The same race on a network that learns two spirals.

const [dataKey, initKey] = random.split(random.key(Number(option("seed") ?? 0)));
const { x, y } = spirals(dataKey, 256, { noise: 0.02 });
const labels = y.astype("float32");
const model = sequential(linear.of(2, 16), tanh, linear.of(16, 16), tanh, linear.of(16, 1));
type Params = ReturnType<typeof model.init>;
const spiralLoss = (params: Params) =>
  sigmoidCrossEntropy(model.apply(params, x).reshape([256]), labels);
const first = model.init(initKey);

const [tries, goal] = quick ? [150, 0.5] : [500, 0.1];
heading(`Steps until a network's loss stays below ${goal}, of ${tries}, with the best of 32 rates`);
const onNetwork = Object.fromEntries(
  names.map((name) => [name, race(spiralLoss, first, makers[name], tries, goal)]),
);
for (const name of names) say(name, onNetwork[name]);
figure("steps of Adam on the network", onNetwork.Adam.steps);
figure("steps of momentum on the network", onNetwork.momentum.steps);
