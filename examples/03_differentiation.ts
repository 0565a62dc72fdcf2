/**
 * Derivatives, three ways: from differences of values, from complex numbers, and by `grad`. How wrong
 * is each, and what does a gradient cost if there are many numbers to differentiate by?
 *
 * ```sh
 * deno run examples/03_differentiation.ts
 * deno run examples/03_differentiation.ts --quick
 * ```
 *
 * What you should see: errors of differences over the step make a V, since long steps cut corners and
 * short ones drown in rounding, while grad is right to the last digit; and differences cost more
 * than two evaluations for each number, while grad costs less than two for all of them.
 */
import {
  cos,
  cost,
  exp,
  eye,
  type FloatDType,
  grad,
  jacfwd,
  jit,
  linspace,
  sin,
  type Tensor,
  vmap,
} from "@katachi/katachi";
import { linePlot } from "@katachi/katachi/viz";
import { figure, heading, quick, show } from "./lesson.ts";

// The function, and what differentiation by hand gives. All is done at 64 points at once.
type Points = Tensor<[64], FloatDType>;
const f = (x: Points) => exp(x).mul(sin(x));
const first = (x: number) => Math.exp(x) * (Math.sin(x) + Math.cos(x));
const second = (x: number) => 2 * Math.exp(x) * Math.cos(x);

/** (f(x + h) - f(x)) / h, wrong by h/2 f'' */
const forward = (x: Points, h: number) => f(x.add(h)).sub(f(x)).div(h);

/** (f(x + h) - f(x - h)) / 2h, wrong by h²/6 f''' */
const central = (x: Points, h: number) => f(x.add(h)).sub(f(x.sub(h))).div(2 * h);

/** (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h, wrong by h⁴/30 f⁽⁵⁾ */
const fivePoint = (x: Points, h: number) =>
  f(x.add(h)).sub(f(x.sub(h))).mul(8).sub(f(x.add(2 * h)).sub(f(x.sub(2 * h)))).div(12 * h);

/** The imaginary part of f(x + ih), by h: wrong by h²/6 f''', but nothing is subtracted. */
function complexStep(x: Points, h: number): Points {
  const [expRe, expIm] = [exp(x).mul(Math.cos(h)), exp(x).mul(Math.sin(h))];
  const [sinRe, sinIm] = [sin(x).mul(Math.cosh(h)), cos(x).mul(Math.sinh(h))];
  return expRe.mul(sinIm).add(expIm.mul(sinRe)).div(h);
}

/** (f(x + h) - 2 f(x) + f(x - h)) / h², of f'' */
const secondDifference = (x: Points, h: number) =>
  f(x.add(h)).sub(f(x)).sub(f(x).sub(f(x.sub(h)))).div(h * h);

const derivative = grad((x: Points) => f(x).sum());
const secondDerivative = grad((x: Points) => derivative(x).sum());

/** The error of derivatives at points, as a part of what is true. */
function errorOf(found: Points, truth: (x: number) => number, x: Points): number {
  const exact = x.toArray().map(truth);
  return Math.hypot(...found.toArray().map((y, i) => y - exact[i])) / Math.hypot(...exact);
}

/** The slope of the line that runs best through points. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  return mean(points.map(([a, b]) => (a - x) * (b - y))) / mean(points.map(([a]) => (a - x) ** 2));
}

const methods = { forward, central, "five-point": fivePoint, "complex step": complexStep };
type Method = keyof typeof methods;
const names: readonly Method[] = ["forward", "central", "five-point", "complex step"];
const scientific = (x: number) => x.toExponential(1);

/** The errors of all methods for the steps 1/2, 1/4, … down to the precision of a dtype. */
function study(dtype: FloatDType, bits: number) {
  const x: Points = linspace(0.5, 1.5, 64, dtype);
  const steps = Array.from({ length: bits }, (_, i) => 2 ** -(i + 1));
  const errors = (method: (x: Points, h: number) => Points, truth = first) =>
    steps.map((h) => errorOf(method(x, h), truth, x));
  return {
    steps,
    errors: new Map(names.map((name) => [name, errors(methods[name])])),
    grad: errorOf(derivative(x), first, x),
    second: Math.min(...errors(secondDifference, second)),
    secondGrad: errorOf(secondDerivative(x), second, x),
  };
}

const studies = { float32: study("float32", 23), float64: study("float64", 52) };

heading("(e^x sin x)' in float64: the error, for steps h");
const columns = (cells: readonly string[]) => cells.map((cell) => cell.padStart(14)).join("");
console.log("      h" + columns(names));
const { steps, errors, grad: error } = studies.float64;
for (let i = 3; i < steps.length; i += 4) {
  const cells = names.map((name) => scientific(errors.get(name)![i]));
  console.log(`2^-${i + 1}`.padEnd(7) + columns(cells));
}
console.log(`\ngrad needs no step; its error is ${scientific(error)}.`);

heading("How steep the V is, and where its lowest point");
const measured = ["slope: long h", "short h", "best h", "expected", "its error"];
console.log(" ".repeat(18) + columns(measured));
for (const [dtype, { steps, errors }] of Object.entries(studies)) {
  const epsilon = dtype === "float32" ? 2 ** -23 : 2 ** -52; // the precision
  for (const [name, order] of [["forward", 1], ["central", 2], ["five-point", 4]] as const) {
    const line = steps.map((h, i) => [h, errors.get(name)![i]] as const);
    const [best, least] = line.reduce((a, b) => b[1] < a[1] ? b : a);
    const slopeOf = (from: number, to: number) =>
      slope(
        line.filter(([h]) => h >= from && h <= to).map(([h, e]) => [Math.log(h), Math.log(e)]),
      ).toFixed(2);
    const cells = [
      slopeOf(4 * best, 1),
      slopeOf(8 * epsilon, best / 8),
      scientific(best),
      scientific(epsilon ** (1 / (order + 1))),
      scientific(least),
    ];
    console.log(`${dtype} ${name}`.padEnd(18) + columns(cells));
  }
}
console.log(
  "\nThe formula's error grows with h, h² or h⁴, the rounding's with epsilon / h: slopes of 1, 2\n" +
    "and 4, and of -1. They meet near the expected epsilon^(1/2), epsilon^(1/3), epsilon^(1/5).",
);
for (const [dtype, { steps, errors }] of Object.entries(studies)) {
  const lines = names.map((name) => [name, { x: steps, y: errors.get(name)! }] as const);
  await show(
    dtype,
    linePlot(Object.fromEntries(lines), {
      title: `Errors of derivatives in ${dtype}`,
      xLabel: "step h",
      xScale: "log",
      yScale: "log",
    }),
  );
}
for (const [dtype, study] of Object.entries(studies)) {
  figure(`${dtype}: error of grad`, study.grad);
  figure(`${dtype}: error of the shortest complex step`, study.errors.get("complex step")!.at(-1)!);
  figure(`${dtype}: error of grad of grad`, study.secondGrad);
  figure(`${dtype}: least error of second differences`, study.second);
}

heading("Cost: the gradient of Rosenbrock's function of n numbers");
type Vector = Tensor<[number], "float64">;

/** The sum of 100 (x[i + 1] - x[i]²)² + (1 - x[i])² */
function rosenbrock(x: Vector): Tensor<[], "float64"> {
  const [here, next] = [x.slice([[0, -1]]), x.slice([[1, null]])];
  return next.sub(here.square()).square().mul(100).add(here.sub(1).square()).sum();
}

/** (f(x + h e) - f(x - h e)) / 2h for the n directions e, all at once */
function differences(x: Vector): Vector {
  const h = 2 ** -17;
  const along = (e: Vector) => rosenbrock(x.add(e.mul(h))).sub(rosenbrock(x.sub(e.mul(h))));
  return vmap(along)(eye(x.size, "float64")).div(2 * h);
}

/** How long a compiled function takes, in microseconds: the fastest of some tries. */
function microseconds(run: (x: Vector) => unknown, x: Vector): number {
  run(x);
  const tries = Array.from({ length: 20 }, () => {
    const start = performance.now();
    run(x);
    return performance.now() - start;
  });
  return 1000 * Math.min(...tries);
}

const ways = { differences, jacfwd: jacfwd(rosenbrock), grad: grad(rosenbrock) };
type Way = keyof typeof ways;
const sizes = Array.from({ length: quick ? 7 : 10 }, (_, i) => 4 * 2 ** i);
const costs = sizes.map((n) => {
  const x: Vector = linspace(-1, 1, n, "float64");
  const evaluation = cost(rosenbrock, x).flops;
  const of = (way: Way) => ({
    evaluations: cost(ways[way], x).flops / evaluation,
    time: microseconds(jit(ways[way]), x),
  });
  return { n, differences: of("differences"), jacfwd: of("jacfwd"), grad: of("grad") };
});

console.log("        operations, in evaluations of the function       microseconds, measured here");
const wayNames: readonly Way[] = ["differences", "jacfwd", "grad"];
console.log("    n" + columns([...wayNames, ...wayNames]));
for (const { n, ...row } of costs) {
  const evaluations = wayNames.map((way) => row[way].evaluations.toFixed(1));
  const times = wayNames.map((way) => row[way].time.toFixed(0));
  console.log(String(n).padStart(5) + columns([...evaluations, ...times]));
}
const over = (measure: "evaluations" | "time") =>
  Object.fromEntries(wayNames.map((way) => [
    way,
    { x: sizes, y: costs.map((row) => row[way][measure]) },
  ]));
const axes = { xLabel: "numbers", xScale: "log", yScale: "log" } as const;
await show("cost", linePlot(over("evaluations"), { title: "A gradient, in evaluations", ...axes }));
await show("time", linePlot(over("time"), { title: "A gradient, in microseconds", ...axes }));
console.log("\ngrad goes backward once for all numbers, jacfwd forward once for each of them.");
const most = costs[costs.length - 1];
figure("numbers", most.n);
for (const way of wayNames) figure(`evaluations' worth of ${way}`, most[way].evaluations);
figure("evaluations' worth of grad for 4 numbers", costs[0].grad.evaluations);
const x: Vector = linspace(-1, 1, most.n, "float64");
const exact = grad(rosenbrock)(x);
const scale = exact.square().sum().sqrt();
const apart = (way: Way) => ways[way](x).sub(exact).square().sum().sqrt().div(scale).item();
figure("differences apart from grad", apart("differences"));
figure("jacfwd apart from grad", apart("jacfwd"));
