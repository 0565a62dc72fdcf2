/**
 * Functions on vectors against `Math`: nanoseconds per element, in one loop over arrays that stay in
 * the first cache.
 *
 *     deno run bench/math.ts [function ...]
 *
 * @module
 */
import type { ScalarFunction } from "../src/tape/scalar.ts";
import { algebra } from "../src/engines/wasm/vector/algebra.ts";
import type { Value } from "../src/engines/wasm/vector/graph.ts";
import { type Kernel, kernel, relaxed } from "../tests/engines/wasm/vectors.ts";

const size = 1024;

/** The ranges that operands are drawn from. */
const unary: Partial<Record<ScalarFunction, readonly [number, number]>> = {
  neg: [-4, 4],
  sqrt: [0, 4],
  exp: [-8, 8],
  expm1: [-8, 8],
  log: [0, 8],
  log1p: [0, 8],
  tanh: [-4, 4],
  sinh: [-4, 4],
  cosh: [-4, 4],
  sin: [-8, 8],
  cos: [-8, 8],
  tan: [-8, 8],
  asin: [-1, 1],
  acos: [-1, 1],
  atan: [-4, 4],
  asinh: [-4, 4],
  acosh: [1, 4],
  atanh: [-1, 1],
};
const binary = ["rem", "pow", "atan2"] as const;

/** The best of many repeats, after enough of them for the optimizing compiler. */
function nanoseconds(run: (times: number) => void): number {
  for (let i = 0; i < 20; i++) run(20);
  let best = Infinity;
  for (let i = 0; i < 40; i++) {
    const start = performance.now();
    run(50);
    best = Math.min(best, (performance.now() - start) * 1e6 / (50 * size));
  }
  return best;
}

function fill(arrays: Kernel["inputs"], low: number, high: number): void {
  for (const array of arrays) {
    for (let i = 0; i < size; i++) array[i] = low + (high - low) * Math.random();
  }
}

/** A loop with the expression in it, so that the compiler sees which function is called. */
function plain(expression: string, range: readonly [number, number]): number {
  const [a, b, output] = Array.from({ length: 3 }, () => new Float64Array(size));
  fill([a, b], ...range);
  const body =
    `for (let i = 0; i < ${size}; i++) { const x = a[i], y = b[i]; out[i] = ${expression}; }`;
  const loop = new Function("a", "b", "out", body);
  return nanoseconds((times) => {
    for (let i = 0; i < times; i++) loop(a, b, output);
  });
}

function row(
  name: string,
  operands: number,
  range: readonly [number, number],
  expression: string,
  make: (dtype: "float32" | "float64", lanes: 2 | 4) => Parameters<typeof kernel>[4],
): void {
  const [single, double] = (["float32", "float64"] as const).map((dtype) => {
    const lanes = dtype === "float32" ? 4 : 2;
    const kinds = Array.from({ length: operands }, () => dtype);
    const made = kernel(kinds, dtype, lanes, size, make(dtype, lanes));
    fill(made.inputs, ...range);
    return nanoseconds(made.run);
  });
  const times = [single, double, plain(expression, range)].map((t) => t.toFixed(2).padStart(9));
  console.log(name.padEnd(8) + times.join(""));
}

const features = { relaxed };
const wanted = Deno.args;
console.log(`ns per element, relaxed_madd ${relaxed ? "used" : "not to be had"}`);
console.log("          float32  float64     Math");
for (const [name, range] of Object.entries(unary)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const expression = name === "neg" ? "-x" : `Math.${name}(x)`;
  row(name, 1, range, expression, (dtype, lanes) => (graph, [x]: readonly Value[]) => {
    return algebra(graph, dtype, lanes, features).apply(name as ScalarFunction, x);
  });
}
for (const name of binary) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const expression = name === "rem" ? "x % y" : `Math.${name}(x, y)`;
  row(name, 2, [0, 8], expression, (dtype, lanes) => (graph, [x, y]: readonly Value[]) => {
    return algebra(graph, dtype, lanes, features)[name](x, y);
  });
}
