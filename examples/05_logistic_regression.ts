/**
 * Lesson 5: logistic regression. Which of two classes does a point belong to? A straight line
 * between them is the answer, found by minimizing a smooth loss: by hand, by `grad`, by steepest
 * descent and by L-BFGS.
 *
 * ```sh
 * deno run examples/05_logistic_regression.ts
 * ```
 *
 * What you should see: the gradient by hand is the one of `grad`, both methods end at the same line
 * although one takes many times the steps, and where a line separates the classes completely the
 * weights grow without end unless they are held.
 */
import {
  concat,
  grad,
  greater,
  mean,
  ndtr,
  ones,
  random,
  scan,
  sigmoid,
  softplus,
  std,
  type Tensor,
  tensor,
  zeros,
} from "@katachi/katachi";
import { gradientDescent, lbfgs, minimize, type Minimizer } from "@katachi/katachi/optim";
import { decisionBoundary, linePlot } from "@katachi/katachi/viz";
import { figure, heading, option, quick, show } from "./lesson.ts";

type Weights<D extends number> = Tensor<[D], "float64">;
type Points<D extends number> = Tensor<[number, D], "float64">;
type Labels = Tensor<[number], "float64">;

const n = 500; // points of each class
const [k1, k2, k3, k4] = random.split(random.key(Number(option("seed") ?? 0)), 4);

/** The loss: mean log(1 + e^(-y w·x)) + λ/2 |w|², for labels y of -1 and +1. */
const lossOn = <D extends number>(x: Points<D>, y: Labels, lambda: number) => (w: Weights<D>) =>
  softplus(y.mul(x.matmul(w)).neg()).mean().add(w.square().sum().mul(lambda / 2));

heading("The data: two overlapping clouds, the second measurement in a unit ten times smaller");

// Class y = ±1 is a normal distribution around (y, 10 y), with the standard deviations 1 and 10.
const scales = tensor([1, 10], "float64");
const y = concat([ones([n], "float64"), ones([n], "float64").neg()]);
const points = random.normal(k1, [2 * n, 2], { dtype: "float64" })
  .add(y.reshape([2 * n, 1])).mul(scales);
const withOne = (x: Points<2>): Points<3> => concat([x, ones([x.shape[0], 1], "float64")], 1);
const x = withOne(points); // the last column is 1: its weight is the line's offset
const lambda = 1e-4;
const loss = lossOn(x, y, lambda);
console.log(`${2 * n} points; a label is -1 or +1`);

heading("The gradient by hand");

/** ∇ = mean of -y x σ(-y w·x), + λ w. */
function gradientByHand(w: Weights<3>): Weights<3> {
  const weight = y.mul(sigmoid(y.mul(x.matmul(w)).neg())).neg(); // [1000]
  return weight.matmul(x).div(2 * n).add(w.mul(lambda));
}
let difference = 0;
for (const key of random.split(k2, 5)) {
  const w = random.normal(key, [3], { dtype: "float64" }).mul(tensor([1, 0.1, 1], "float64"));
  const gap = gradientByHand(w).sub(grad(loss)(w)).abs().max().item();
  difference = Math.max(difference, gap);
}
console.log("the largest difference to grad, at 5 random weights:");
figure("gradient by hand - grad", difference);

heading("Downhill to the minimum");

// The same points with mean 0 and standard deviation 1 in each column: a rounder valley.
const standardized = withOne(points.sub(mean(points, 0)).div(std(points, 0)));
const tolerance = 1e-6;
const start = zeros([3], "float64");

function solve<M>(name: string, loss: (w: Weights<3>) => Tensor<[], "float64">, m: Minimizer<M>) {
  const end = minimize(loss, start, { method: m, tolerance, maxIterations: 20_000 });
  const [steps, evaluations] = [end.iterations.item(), end.evaluations.item()];
  const row = [String(steps).padStart(8), String(evaluations).padStart(12)];
  console.log(`${name.padEnd(34)}${row.join("")}   ${end.value.item().toFixed(12)}`);
  return { ...end, steps };
}
console.log(`until no part of the gradient is larger than ${tolerance}:`);
console.log(`${"".padEnd(34)}${"steps".padStart(8)}${"evaluations".padStart(12)}   loss`);
// A step must bring a quarter of what the slope promises: longer ones leap from side to side.
const descent = gradientDescent({ sufficientDecrease: 0.25 });
const steepest = solve("steepest descent", loss, descent);
const quasiNewton = solve("L-BFGS", loss, lbfgs());
const round = lossOn(standardized, y, lambda);
const steepestRound = solve("steepest descent, standardized", round, descent);
const quasiNewtonRound = solve("L-BFGS, standardized", round, lbfgs());
figure("steps of steepest descent", steepest.steps);
figure("steps of L-BFGS", quasiNewton.steps);
figure("steps of steepest descent, standardized", steepestRound.steps);
figure("steps of L-BFGS, standardized", quasiNewtonRound.steps);
figure("difference of the losses", Math.abs(steepest.value.sub(quasiNewton.value).item()));
figure(
  "largest difference of the weights",
  steepest.params.sub(quasiNewton.params).abs().max().item(),
);

/** How far above its minimum the loss is, before each step. */
function excess<M>(loss: (w: Weights<3>) => Tensor<[], "float64">, m: Minimizer<M>, steps: number) {
  const [, values] = scan(
    (progress) => [m.step(loss, progress), progress.value],
    m.init(loss, start),
    null,
    { length: steps },
  );
  return values.sub(values.min()).toArray().slice(0, -1);
}
await show(
  "descent",
  linePlot({
    "steepest descent": excess(loss, descent, steepest.steps),
    "L-BFGS": excess(loss, lbfgs(), quasiNewton.steps),
    "steepest, standardized": excess(round, descent, steepestRound.steps),
    "L-BFGS, standardized": excess(round, lbfgs(), quasiNewtonRound.steps),
  }, {
    xLabel: "steps",
    yLabel: "loss above its minimum",
    yScale: "log",
    xDomain: [0, 100],
    yDomain: [1e-10, 1],
  }),
);

heading("The line that it has found");

// For two normal distributions of one spread the log-odds are linear in x: w = 2 m / σ², that is
// (2, 0.2, 0) here, and no line is right for more of all points than Φ(|m / σ|) = Φ(√2).
const w = quasiNewton.params;
const [w1, w2, offset] = w.toArray();
const right = greater(x.matmul(w).mul(y), 0).astype("float64").mean();

/** Of all points that such clouds can give: the mean of Φ((w·m ± b) / |w σ|). */
function rightOfAll([w1, w2, offset]: readonly [number, number, number]): number {
  const middle = w1 + 10 * w2;
  const spread = Math.hypot(w1, 10 * w2);
  return ndtr(tensor([middle + offset, middle - offset], "float64").div(spread)).mean().item();
}
console.log(`${w1.toFixed(3)} x1 + ${w2.toFixed(4)} x2 + ${offset.toFixed(3)} = 0`);
figure("weight of x1", w1);
figure("weight of x2", w2);
figure("offset", offset);
figure("accuracy on these points", right.item());
figure("accuracy on all that may come", rightOfAll([w1, w2, offset]));
figure("best accuracy of any line", rightOfAll([2, 0.2, 0]));

// The chance of the class +1, σ(w·x), over the plane; a fifth of the points on top.
await show(
  "boundary",
  decisionBoundary((p) => sigmoid(withOne(p.astype("float64")).matmul(w)), {
    points: points.slice([[0, 2 * n, 5]]),
    labels: y.slice([[0, 2 * n, 5]]),
    xLabel: "x1",
    yLabel: "x2",
  }),
);

heading("Classes that a line separates: weights without end");

// (1, 1) and (-1, -1), and points of both classes at least twice as far along the same direction.
const m = 20;
const far = random.uniform(k3, [m, 1], { minval: 2, maxval: 4, dtype: "float64" });
const aside = random.normal(k4, [m, 1], { dtype: "float64" });
const above = concat([ones([1, 2], "float64"), concat([far.add(aside), far.sub(aside)], 1)]);
const apart: Points<2> = concat([above, above.neg()]);
const sides = concat([ones([m + 1], "float64"), ones([m + 1], "float64").neg()]);

/** The lengths |w| after 1, 2, 3, … steps of gradient descent. */
function lengths(lambda: number, steps: number, rate = 0.1): Float64Array {
  const slope = grad(lossOn(apart, sides, lambda));
  const [, result] = scan(
    (w: Weights<2>) => {
      const next = w.sub(slope(w).mul(rate));
      return [next, next.square().sum().sqrt()];
    },
    zeros([2], "float64"),
    null,
    { length: steps },
  );
  return Float64Array.from(result.toArray());
}
const steps = quick ? 100_000 : 1_000_000;
const free = lengths(0, steps);
const held = lengths(0.01, steps);
console.log("   steps   |w| without penalty   |w| with λ = 0.01");
for (let t = 10; t <= steps; t *= 10) {
  const row = [free[t - 1].toFixed(3).padStart(21), held[t - 1].toFixed(3).padStart(20)];
  console.log(`${String(t).padStart(8)}${row.join("")}`);
}
// |w| grows as log(t) / margin (Soudry et al. 2018), and the margin is |(1, 1)| = √2 here.
figure("growth of |w| from a tenth of the steps", free[steps - 1] - free[steps / 10 - 1]);
figure("log(10) / margin", Math.LN10 / Math.SQRT2);
figure("|w| at the last step, held", held[steps - 1]);
const heldMinimum = minimize(lossOn(apart, sides, 0.01), zeros([2], "float64"), { tolerance });
figure("|w| at the held minimum", heldMinimum.params.square().sum().sqrt().item());

// At powers of the tenth root of 10.
const times = Array.from(
  { length: 10 * Math.log10(steps) + 1 },
  (_, i) => Math.floor(10 ** (i / 10)),
);
const at = (lengths: Float64Array) => ({ x: times, y: times.map((t) => lengths[t - 1]) });
await show(
  "weights",
  linePlot({ "without penalty": at(free), "λ = 0.01": at(held) }, {
    xLabel: "steps of gradient descent",
    yLabel: "|w|",
    xScale: "log",
  }),
);
