/**
 * Gradient descent: to find the lowest point of a function, go downhill in small steps. Four
 * functions of one number, each of which teaches something: where a formula gives the answer, where
 * none does, where there are many valleys, and how long the steps may be.
 *
 * ```sh
 * deno run examples/02_gradient_descent.ts
 * deno run examples/02_gradient_descent.ts --quick
 * ```
 *
 * What you should see: descent finds a lowest point to all digits, formula or not; where it starts
 * decides in which of several valleys it ends; and steps longer than 2 / curvature lead away.
 */
import {
  concat,
  exp,
  grad,
  jit,
  linspace,
  log,
  scan,
  sigmoid,
  sin,
  stack,
  type Tensor,
  tensor,
  vmap,
} from "@katachi/katachi";
import { applyUpdates, minimize, sgd } from "@katachi/katachi/optim";
import { beside, functionPlot, linePlot, type Picture, scatterPlot } from "@katachi/katachi/viz";
import { figure, heading, quick, show } from "./lesson.ts";

type Scalar = Tensor<[], "float64">;
type Curve = (x: Scalar) => Scalar;
const scalar = (x: number) => tensor(x, "float64");

const parabola: Curve = (x) => x.square();
const bent: Curve = (x) => x.square().add(exp(x.neg()));
const unnamed: Curve = (x) => log(sigmoid(x).add(1)).div(x.square().add(1)).neg();
const waves: Curve = (x) => x.square().div(10).add(sin(x.square().div(4)).mul(10));

/** Gradient descent: from x to x - rate f'(x), again and again; the end, and the way there. */
const descent = (f: Curve, steps: number) => (start: Scalar, rate: Scalar) =>
  scan((x: Scalar) => [x.sub(grad(f)(x).mul(rate)), x], start, null, { length: steps });

/** Where descent is after 0, 1, 2, … steps. */
function path(f: Curve, start: number, rate: number, steps: number): number[] {
  return jit(descent(f, steps + 1))(scalar(start), scalar(rate))[1].toArray();
}

const slopeAt = (f: Curve, x: number) => grad(f)(scalar(x)).item();
const curvatureAt = (f: Curve, x: number) => grad(grad(f))(scalar(x)).item();

/** The first steps of descent: along the tangent as far as the next place, and from there to the curve. */
function stepsPlot(name: string, f: Curve, path: readonly number[]): Picture {
  const x = linspace(-2, 3.2, 200, "float64");
  const corners = path.slice(0, 12).flatMap((here, i) => {
    const [next, height] = [path[i + 1], f(scalar(here)).item()];
    return [[here, height], [next, height + slopeAt(f, here) * (next - here)]];
  });
  const descent = { x: corners.map(([x]) => x), y: corners.map(([, y]) => y) };
  const lines = { function: { x, y: vmap(f)(x) }, steps: descent };
  return linePlot(lines, { title: name, xLabel: "x", width: 360 });
}

/** A line of a table: numbers of so many digits in columns of so many characters. */
function row(...columns: readonly (readonly [text: string | number, width: number])[]): void {
  console.log(columns.map(([text, width]) => String(text).padStart(width)).join(""));
}

heading("x²: downhill from 3, the learning rate 0.1");
row(["step", 4], ["x", 12], ["x²", 12], ["slope 2x", 12]);
const down = path(parabola, 3, 0.1, 40);
for (const step of [0, 1, 2, 3, 5, 10, 20, 40]) {
  const [x, slope] = [down[step], slopeAt(parabola, down[step])];
  row([step, 4], [x.toFixed(6), 12], [(x * x).toFixed(6), 12], [slope.toFixed(6), 12]);
}
console.log("\nEach step leaves 1 - 2 · 0.1 = 0.8 of the way to the bottom:");
figure("x after 40 steps", down[40]);
figure("3 · 0.8^40", 3 * 0.8 ** 40);

heading("x² + e^-x: the lowest point has a name");
const bentPath = path(bent, -1.5, 0.1, 200);
const bentEnd = bentPath[200];
console.log("The slope 2x - e^-x is 0 where x e^x = 1/2, at Lambert's W(1/2) = 0.3517337112.");
console.log(`Descent from -1.5 with the rate 0.1 ends at ${bentEnd.toFixed(10)}.`);
figure("lowest point of x² + e^-x", bentEnd);
figure("its distance from W(1/2)", bentEnd - 0.35173371124919584);
figure("slope there", slopeAt(bent, bentEnd));

heading("-log(1 / (1 + e^-x) + 1) / (x² + 1): the lowest point has no formula");
const unnamedPath = path(unnamed, 1.2, 2, 400);
const unnamedEnd = unnamedPath[400];
console.log(
  `Descent asks for none: from 1.2 with the rate 2 it ends at ${unnamedEnd.toFixed(10)}.`,
);
figure("lowest point without a formula", unnamedEnd);
figure("value at it", unnamed(scalar(unnamedEnd)).item());
figure("slope at it", slopeAt(unnamed, unnamedEnd));
figure("curvature at it", curvatureAt(unnamed, unnamedEnd));
await show(
  "steps",
  beside([
    stepsPlot("x² + e^-x", bent, bentPath),
    stepsPlot("without a formula", unnamed, unnamedPath),
  ]),
);

heading("x²/10 + 10 sin(x²/4): many valleys, and the start decides");
const starts = linspace(-9, 9, quick ? 91 : 181, "float64");
/** Where descent ends, from all the starts at once. */
const endsOf = (rate: number) =>
  jit(vmap((x: Scalar) => descent(waves, 4000)(x, scalar(rate))[0]))(starts);
const [smallEnds, longEnds] = [endsOf(0.002), endsOf(0.04)];
const [smallSteps, longSteps] = [smallEnds.toArray(), longEnds.toArray()];

// The slope x/5 + 5x cos(x²/4) is 0 at 0 and where cos(x²/4) = -1/25; these of them are valleys.
const bottoms = [0, ...[1, 2, 3].map((k) => Math.sqrt(4 * (2 * Math.PI * k - Math.acos(-1 / 25))))];
const endAt = (bottom: number, ends: readonly number[]) =>
  ends.filter((x) => Math.abs(Math.abs(x) - bottom) < 1e-9).length;
row(["", 40], ["starts that end there with", 32]);
row(["bottom", 10], ["value", 12], ["2 / curvature", 18], ["rate 0.002", 16], ["rate 0.04", 16]);
for (const bottom of bottoms) {
  row(
    [`${bottom === 0 ? "" : "±"}${bottom.toFixed(6)}`, 10],
    [waves(scalar(bottom)).item().toFixed(4), 12],
    [(2 / curvatureAt(waves, bottom)).toFixed(4), 18],
    [endAt(bottom, smallSteps), 16],
    [endAt(bottom, longSteps), 16],
  );
}
console.log(
  "\nSmall steps end in the valley in which they begin. Long ones jump out of the narrow",
);
console.log("valleys, and come to rest where 2 / curvature is more than the rate.");
await show(
  "valleys",
  functionPlot({ waves: (x) => vmap(waves)(x.astype("float64")) }, [-9, 9], {
    title: "Many valleys",
    xLabel: "x",
  }),
);
await show(
  "ends",
  scatterPlot(concat([stack([starts, smallEnds], 1), stack([starts, longEnds], 1)]), {
    title: "Where descent ends",
    xLabel: "start",
    yLabel: "end",
    labels: [...smallSteps.map(() => 0), ...longSteps.map(() => 1)],
    names: ["rate 0.002", "rate 0.04"],
  }),
);
const [, deepest, narrow, narrowest] = bottoms;
figure("starts", starts.size);
figure("small steps: ends in the deepest valleys", endAt(deepest, smallSteps));
figure(
  "small steps: ends in one of the valleys",
  bottoms.reduce((n, b) => n + endAt(b, smallSteps), 0),
);
figure("long steps: ends in the deepest valleys", endAt(deepest, longSteps));
figure(
  "long steps: ends in the two narrower ones",
  endAt(narrow, longSteps) + endAt(narrowest, longSteps),
);

heading("The learning rate: x², fifty steps from 3");
row(["rate", 6], ["1 - 2 rate", 14], ["x after 10", 16], ["x after 50", 16]);
const rates = [0.001, 0.01, 0.1, 0.5, 0.9, 1, 1.01, 1.1];
const tries = new Map(rates.map((rate) => [rate, path(parabola, 3, rate, 50)]));
for (const [rate, xs] of tries) {
  row(
    [rate, 6],
    [(1 - 2 * rate).toFixed(3), 14],
    [xs[10].toPrecision(4), 16],
    [xs[50].toPrecision(4), 16],
  );
}
console.log("\nToo small is slow; 0.5 is there at once; near 1 x swings; above 1 it flies away.");
const distances = [0.01, 0.1, 0.2, 1, 1.1].map((rate) => [
  `rate ${rate}`,
  path(parabola, 3, rate, 50).map(Math.abs),
]);
await show(
  "rates",
  linePlot(Object.fromEntries(distances), {
    title: "The distance from the bottom of x²",
    xLabel: "step",
    yScale: "log",
  }),
);
for (const rate of [0.1, 1, 1.1]) {
  figure(`x after 50 steps at the rate ${rate}`, path(parabola, 3, rate, 50)[50]);
}

/** The largest rate at which descent, begun beside the lowest point, comes nearer to it. */
function largestRate(f: Curve, bottom: number): number {
  const away = 1e-3;
  const walk = jit(descent(f, 1000));
  let [low, high] = [0, 4];
  for (let halving = 0; halving < 30; halving++) {
    const rate = (low + high) / 2;
    const end = walk(scalar(bottom + away), scalar(rate))[0].item();
    if (Math.abs(end - bottom) < away) low = rate;
    else high = rate;
  }
  return low;
}

console.log("\nThe largest rate that leads to the bottom, found by trying, is 2 / curvature:");
const lowest = {
  "x²": [parabola, 0],
  "x² + e^-x": [bent, bentEnd],
  "waves": [waves, deepest],
} as const;
for (const [name, [f, bottom]] of Object.entries(lowest)) {
  figure(`${name}: largest rate`, largestRate(f, bottom));
  figure(`${name}: 2 / curvature`, 2 / curvatureAt(f, bottom));
}

heading("The same from the library");
console.log("sgd is what was done by hand here; minimize finds good steps itself (L-BFGS).");
const optimizer = sgd(0.1);
let x = scalar(-1.5);
let state = optimizer.init(x);
for (let step = 0; step < 200; step++) {
  const [updates, next] = optimizer.update(grad(bent)(x), state, x);
  [x, state] = [applyUpdates(x, updates), next];
}
const found = minimize(bent, scalar(-1.5), { tolerance: 1e-9 });
figure("x² + e^-x by sgd, less by hand", x.item() - bentEnd);
figure("x² + e^-x by minimize, less by hand", found.params.item() - bentEnd);
figure("steps of minimize", found.iterations.item());
