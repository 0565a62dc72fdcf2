/**
 * The tape: how a program can know a derivative. A function is written down as a list of simple steps,
 * each of which knows its own slope. The chain rule multiplies slopes along every path from the number
 * that goes in to the one that comes out, and adds the paths up; going backward does so without
 * walking them one by one.
 *
 * ```sh
 * deno run examples/04_the_tape.ts
 * deno run examples/04_the_tape.ts --quick
 * ```
 *
 * What you should see: the six steps of sin((x + 2) + (1 + e^(x²))), three paths through them whose
 * products add up to what grad gives, and a power of x with 8192 paths whose derivative takes 26
 * multiplications.
 */
import {
  type Atom,
  exp,
  type FloatDType,
  grad,
  jvp,
  makeTape,
  sin,
  type Tape,
  type Tensor,
  tensor,
  type Variable,
} from "@katachi/katachi";
import { drawTape } from "@katachi/katachi/viz";
import { figure, heading, quick, show } from "./lesson.ts";

type Scalar = Tensor<[], FloatDType>;
const scalar = (x: number) => tensor(x, "float64");

const y = (x: Scalar) => sin(x.add(2).add(exp(x.mul(x)).add(1)));
const x = 0.5;

/** What a step of the tape computes, and its slope by each operand. */
interface Step {
  readonly value: (...operands: number[]) => number;
  readonly slopes: (...operands: number[]) => number[];
}
const steps: Record<string, Step> = {
  add: { value: (a, b) => a + b, slopes: () => [1, 1] },
  mul: { value: (a, b) => a * b, slopes: (a, b) => [b, a] },
  exp: { value: Math.exp, slopes: (a) => [Math.exp(a)] },
  sin: { value: Math.sin, slopes: (a) => [Math.cos(a)] },
  cos: { value: Math.cos, slopes: (a) => [-Math.sin(a)] },
};

/** An edge of the graph: how steeply a value changes with one of its operands. */
interface Edge {
  readonly from: Variable;
  readonly to: Variable;
  readonly slope: number;
}

/** Runs a tape on numbers, as its author would on paper: the values, and the slopes of all edges. */
function walk(tape: Tape, x: number) {
  const values = new Map<Atom, number>([[tape.inputs[0], x]]);
  const read = (atom: Atom) => "literal" in atom ? atom.literal : values.get(atom)!;
  const edges: Edge[] = [];
  for (const { primitive, inputs, outputs: [to] } of tape.equations) {
    const { value, slopes } = steps[primitive.name];
    const operands = inputs.map(read);
    values.set(to, value(...operands));
    for (const [i, slope] of slopes(...operands).entries()) {
      const from = inputs[i];
      if (!("literal" in from)) edges.push({ from, to, slope });
    }
  }
  return { values, edges };
}

/** All paths from a variable to an atom, as lists of edges. */
function paths(edges: readonly Edge[], from: Atom, to: Atom): readonly Edge[][] {
  if (from === to) return [[]];
  return edges.filter((edge) => edge.from === from)
    .flatMap((edge) => paths(edges, edge.to, to).map((rest) => [edge, ...rest]));
}

const product = (path: readonly Edge[]) => path.reduce((slope, edge) => slope * edge.slope, 1);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The sum over all paths, without walking them: from the end backward, each edge once. */
function backward(tape: Tape, edges: readonly Edge[]): number {
  const slopes = new Map<Atom, number>([[tape.outputs[0], 1]]);
  for (const { from, to, slope } of edges.toReversed()) {
    slopes.set(from, (slopes.get(from) ?? 0) + slope * (slopes.get(to) ?? 0));
  }
  return slopes.get(tape.inputs[0])!;
}

heading(`sin((x + 2) + (1 + e^(x²))) as a tape, where a is x = ${x}`);
const tape = makeTape(y)(scalar(x));
console.log(tape.toString());

const { values, edges } = walk(tape, x);
const names = new Map<Atom, string>(
  [...tape.inputs, ...tape.equations.flatMap(({ outputs }) => outputs)]
    .map((variable, i) => [variable, "abcdefghij"[i]]),
);
console.log("\nvalue            slope by its operands");
for (const [atom, value] of values) {
  const slopes = edges.filter(({ to }) => to === atom)
    .map(({ from, slope }) => `by ${names.get(from)}: ${slope.toFixed(6)}`);
  console.log(`${names.get(atom)} = ${value.toFixed(6).padEnd(13)}${slopes.join("   ")}`);
}
await show("graph", drawTape(y, tensor(x), { backward: false, names: ["a"] }));

heading("The chain rule, path by path");
const all = paths(edges, tape.inputs[0], tape.outputs[0]);
for (const path of all) {
  const stations = [names.get(path[0].from), ...path.map(({ to }) => names.get(to))].join(" → ");
  const slopes = path.map(({ slope }) => slope.toFixed(4)).join(" · ");
  console.log(`${stations.padEnd(22)}${slopes.padEnd(44)} → ${product(path).toFixed(6)}`);
}
const e = Math.exp(x * x);
const u = x + 2 + 1 + e;
const derivative = grad(y);
figure("paths", all.length);
figure("sum over the paths", sum(all.map(product)));
figure("cos(x + 3 + e^(x²)) (1 + 2x e^(x²))", Math.cos(u) * (1 + 2 * x * e));
figure("grad", derivative(scalar(x)).item());
figure("paths less grad", sum(all.map(product)) - derivative(scalar(x)).item());

heading("Backward: each edge once");
console.log("grad goes back from sin, h being its slope; where paths meet, in k and l, it adds.");
await show("gradient", drawTape(y, tensor(x), { names: ["a"] }));
figure("backward by hand less grad", backward(tape, edges) - derivative(scalar(x)).item());

/** x squared so many times: x, x², x⁴, x⁸, … */
const squared = (times: number) => (x: Scalar): Scalar =>
  times === 0 ? x : squared(times - 1)(x.mul(x));

heading("Many paths: squaring again and again");
console.log(
  "Each squaring doubles the paths and adds two edges. Each path gives x^(m-1), and there",
);
console.log("are m of them: (x^m)' = m x^(m-1).\n");
console.log("power m   paths   multiplications   edges     by paths     by edges    m x^(m-1)");
const base = 0.999;
const powers = (quick ? [1, 4, 10] : [1, 4, 7, 10, 13]).map((times) => {
  const tape = makeTape(squared(times))(scalar(base));
  const { edges } = walk(tape, base);
  const all = paths(edges, tape.inputs[0], tape.outputs[0]);
  const [m, byPaths, byEdges] = [2 ** times, sum(all.map(product)), backward(tape, edges)];
  const formula = m * base ** (m - 1);
  const counts = [all.length, sum(all.map((path) => path.length)), edges.length];
  console.log(
    [m, ...counts].map((count, i) => String(count).padStart([7, 8, 18, 8][i])).join("") +
      [byPaths, byEdges, formula].map((y) => y.toFixed(8).padStart(13)).join(""),
  );
  return { m, byPaths, byEdges, formula, counts };
});
const largest = powers[powers.length - 1];
figure("largest power", largest.m);
figure("its paths", largest.counts[0]);
figure("its edges", largest.counts[2]);
figure("its slope by paths, over the formula's", largest.byPaths / largest.formula);
figure("its slope by edges, over the formula's", largest.byEdges / largest.formula);

heading("Forward, and the second derivative");
console.log("jvp goes forward: it takes a slope along with each value.");
figure("jvp less grad", jvp(y, [scalar(x)], [scalar(1)])[1].item() - derivative(scalar(x)).item());
console.log("The derivative's tape can be walked as any other, which gives the second derivative.");
const slopeTape = makeTape(derivative)(scalar(x));
const slopeEdges = walk(slopeTape, x).edges;
const second = grad(derivative);
await show("second", drawTape(derivative, tensor(x), { names: ["a"] }));
figure(
  "paths of the derivative's tape",
  paths(slopeEdges, slopeTape.inputs[0], slopeTape.outputs[0]).length,
);
figure("backward through it", backward(slopeTape, slopeEdges));
figure("by hand", -Math.sin(u) * (1 + 2 * x * e) ** 2 + Math.cos(u) * (2 + 4 * x * x) * e);
figure("grad of grad", second(scalar(x)).item());
