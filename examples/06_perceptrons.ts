/**
 * Lesson 6: perceptrons. A unit that fires where a weighted sum of its inputs is not below zero
 * computes AND, OR and NAND; three of them together compute XOR, which no single one can. A rule of
 * three lines learns the weights. Gradient descent cannot: the step has no slope to go down.
 *
 * ```sh
 * deno run examples/06_perceptrons.ts
 * ```
 *
 * What you should see: 14 of the 16 functions of two inputs are a single perceptron's, XOR is not
 * among them; the learning rule stops at AND and OR and goes round in circles at XOR; the gradient
 * through a step is 0 everywhere, through a sigmoid it is not.
 */
import {
  countNonzero,
  equal,
  foriLoop,
  grad,
  jit,
  random,
  sigmoid,
  stack,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@katachi/katachi";
import { meanSquaredError, step } from "@katachi/katachi/nn";
import { beside, decisionBoundary, functionPlot, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, show } from "./lesson.ts";

type Row<N extends number> = Tensor<[N], "float64">;
const key = random.key(Number(option("seed") ?? 0));

// All inputs, and what the four functions give for them.
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]], "float64");
const truth = {
  AND: tensor([0, 0, 0, 1], "float64"),
  OR: tensor([0, 1, 1, 1], "float64"),
  NAND: tensor([1, 1, 1, 0], "float64"),
  XOR: tensor([0, 1, 1, 0], "float64"),
};
const names = ["AND", "OR", "NAND", "XOR"] as const;

heading("Weights by hand");

/** A perceptron: 1 where w·x + b ≥ 0, and 0 elsewhere. */
const perceptron = (w: Row<2>, b: number) => (x: Tensor<[number, 2], "float64">) =>
  step(x.matmul(w).add(b));
const and = perceptron(tensor([1, 1], "float64"), -1.5);
const or = perceptron(tensor([1, 1], "float64"), -0.5);
const nand = perceptron(tensor([-1, -1], "float64"), 1.5);
const xor = (x: Tensor<[number, 2], "float64">) => and(stack([or(x), nand(x)], 1));

const units = { AND: and, OR: or, NAND: nand, XOR: xor };
console.log("x1 x2   AND  OR NAND   XOR = (x1 OR x2) AND (x1 NAND x2)");
const outputs = names.map((name) => units[name](x).toArray());
for (const [row, inputs] of x.toArray().entries()) {
  const [a, o, n, e] = outputs.map((output) => output[row]);
  console.log(` ${inputs[0]}  ${inputs[1]}     ${a}   ${o}    ${n}     ${e}`);
}
for (const name of names) {
  figure(`errors of ${name}`, units[name](x).sub(truth[name]).abs().sum().item());
}

await show(
  "gates",
  beside(
    names.map((name) =>
      decisionBoundary((p) => units[name](p.astype("float64")), {
        title: name,
        points: x,
        labels: truth[name],
        xDomain: [-0.5, 1.5],
        yDomain: [-0.5, 1.5],
        width: 240,
        height: 240,
      })
    ),
    { columns: 2 },
  ),
);

heading("What a single perceptron can compute");

/** Every list of `n` numbers from -most to most. */
function* lists(n: number, most: number): Generator<number[]> {
  if (n === 0) yield [];
  else {
    for (const rest of lists(n - 1, most)) {
      for (let w = -most; w <= most; w++) yield [...rest, w];
    }
  }
}

/** The functions of `n` bits, as tables of 2^n bits, that perceptrons of small weights compute. */
function functionsOf(n: number, most: number): { tried: number; tables: Set<number> } {
  const inputs = tensor(
    Array.from({ length: 2 ** n }, (_, i) => Array.from({ length: n }, (_, bit) => (i >> bit) & 1)),
    "float64",
  );
  const weights = tensor([...lists(n, most)], "float64"); // one perceptron a row
  const sums = weights.matmul(inputs.transpose());
  const places = tensor(Array.from({ length: 2 ** n }, (_, i) => 2 ** i), "float64");
  // Between two whole numbers: with these offsets no sum is 0.
  const offsets = Array.from({ length: 2 * n * most + 2 }, (_, i) => i - n * most - 0.5);
  const tables = new Set(offsets.flatMap((b) => step(sums.add(b)).matmul(places).toArray()));
  return { tried: weights.shape[0] * offsets.length, tables };
}
const found = [[2, 1], [3, 2], [4, 3]].map(([n, most]) => ({ n, ...functionsOf(n, most) }));
console.log("inputs   perceptrons tried   functions   of them found");
for (const { n, tried, tables } of found) {
  const row = [tried, 2 ** 2 ** n, tables.size].map((x, i) => String(x).padStart([19, 11, 15][i]));
  console.log(`${String(n).padStart(6)} ${row.join(" ")}`);
}
for (const { n, tables } of found) figure(`functions of ${n} inputs found`, tables.size);
// The two that are missing, as the bits of their four outputs.
figure("XOR among them", Number(found[0].tables.has(0b0110)));
figure("its opposite among them", Number(found[0].tables.has(0b1001)));
console.log(`
No weights can do XOR. They would have to satisfy
            b < 0    (0 0 gives 0)
       w2 + b ≥ 0    (0 1 gives 1)
  w1      + b ≥ 0    (1 0 gives 1)
  w1 + w2 + b < 0    (1 1 gives 0)
The middle two say w1 + w2 + 2b ≥ 0, the outer two w1 + w2 + 2b < 0.`);

heading("The learning rule: where a perceptron errs, move its weights by the input");

const inputs = tensor([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], "float64"); // the 1 is for b

/** Passes over the four inputs: w ← w + (t - p) x for each, until a pass has no mistake. */
function learn(target: Row<4>, passes: number, order: readonly number[] = [0, 1, 2, 3]) {
  let w: Row<3> = zeros([3], "float64");
  let mistakes = 0;
  const counts = [0]; // the mistakes after each example
  const weights = [String(w.toArray())]; // the weights after each pass
  for (let pass = 1; pass <= passes; pass++) {
    const before = mistakes;
    for (const i of order) {
      const example = inputs.slice([i]);
      const error = target.slice([i]).sub(step(w.matmul(example))); // -1, 0 or 1
      w = w.add(example.mul(error));
      mistakes += Math.abs(error.item());
      counts.push(mistakes);
    }
    weights.push(String(w.toArray()));
    if (mistakes === before) break;
  }
  return { w, weights, mistakes, counts };
}

// Novikoff 1962: if some u has y u·x ≥ 1 for all examples, with y = ±1 for t = 1 and 0, there are at
// most R² |u|² mistakes, where R is the length of the longest input. Here are three such u:
const separators = {
  AND: tensor([2, 2, -3], "float64"),
  OR: tensor([2, 2, -1], "float64"),
  NAND: tensor([-2, -2, 3], "float64"),
};
const orders = random.split(key, 20).map((key) => random.permutation(key, 4).toArray());
for (const name of ["AND", "OR", "NAND"] as const) {
  const u = separators[name];
  const runs = orders.map((order) => learn(truth[name], 100, order));
  const mistakes = runs.map((run) => run.mistakes);
  const margins = inputs.matmul(u).mul(truth[name].mul(2).sub(1));
  const [w1, w2, b] = runs[0].w.toArray();
  console.log(
    `${name}: learned ${w1} x1 + ${w2} x2 + ${b} ≥ 0 in ${runs[0].weights.length - 1} passes`,
  );
  figure(`least y u·x of ${name}`, margins.min().item());
  figure(`most mistakes of ${name} in 20 orders`, Math.max(...mistakes));
  figure(`bound on the mistakes of ${name}`, 3 * u.square().sum().item());
  const errors = runs.map(({ w }) => step(inputs.matmul(w)).sub(truth[name]).abs().sum().item());
  figure(`most errors of ${name} at the end`, Math.max(...errors));
}
const circling = learn(truth.XOR, 20);
const { weights } = circling;
const back = weights.findIndex((w, pass) => weights.indexOf(w) < pass);
console.log(
  `XOR: after ${back} passes the weights are again what they were before: (${weights[back]}),`,
);
console.log("so that they go round in a circle for ever");
figure("passes round the circle of XOR", back - weights.indexOf(weights[back]));
figure("mistakes of XOR in 20 passes", circling.mistakes);

/** The mistakes after each of 48 examples. */
const counts = (target: Row<4>) => {
  const { counts, mistakes } = learn(target, 12);
  return Array.from({ length: 49 }, (_, i) => counts[i] ?? mistakes);
};
await show(
  "mistakes",
  linePlot({ AND: counts(truth.AND), OR: counts(truth.OR), XOR: counts(truth.XOR) }, {
    xLabel: "examples seen",
    yLabel: "mistakes so far",
  }),
);

heading("The step has no slope");

/** The mean squared error of a unit at AND, by its three weights. */
const lossOf = (activation: (z: Row<4>) => Row<4>) => (w: Row<3>) =>
  meanSquaredError(activation(inputs.matmul(w)), truth.AND);
const losses = { step: lossOf(step), sigmoid: lossOf(sigmoid) };

const steps = 5000;
const rate = 1;
console.log(`AND by ${steps} steps of gradient descent, from 20 random starts`);
const starts = random.normal(random.foldIn(key, 1), [20, 3], { dtype: "float64" });
for (const [name, loss] of Object.entries(losses)) {
  const errorsAt = (w: Row<3>) => step(inputs.matmul(w)).sub(truth.AND).abs().sum();
  const run = jit((start: Row<3>) => {
    const end = foriLoop(0, steps, (_, w) => w.sub(grad(loss)(w).mul(rate)), start);
    const moved = end.sub(start).abs().max();
    const slope = grad(loss)(start).abs().max();
    return { slope, moved, before: errorsAt(start), after: errorsAt(end) };
  });
  const { slope, moved, before, after } = vmap(run)(starts);
  figure(`least slope of the ${name} at the starts`, slope.min().item());
  figure(`largest slope of the ${name} at the starts`, slope.max().item());
  figure(`largest move of the weights by the ${name}`, moved.max().item());
  figure(`runs of the ${name} that begin with AND`, countNonzero(equal(before, 0)).item());
  figure(`runs of the ${name} that end with AND`, countNonzero(equal(after, 0)).item());
}

const slopeOf = (f: (z: Tensor<[]>) => Tensor<[]>) => vmap(grad(f));
await show(
  "slopes",
  functionPlot(
    { step, "its slope": slopeOf(step), sigmoid, "slope of the sigmoid": slopeOf(sigmoid) },
    [-6, 6],
    { xLabel: "w·x + b" },
  ),
);
