import { assert } from "@std/assert";
import type { ScalarFunction } from "../../../src/tape/scalar.ts";
import { columns } from "../../../src/engines/interpreter/scalars.ts";
import { algebra } from "../../../src/engines/wasm/vector/algebra.ts";
import { figures } from "../../fixtures/figures.ts";
import { between, distance, everyExponent, special, ulp, Worst } from "./accuracy.ts";
import { applyTo, relaxed } from "./vectors.ts";

type Float = "float32" | "float64";

/** Functions, and ranges in which they are looked at more closely. */
const ranges: Partial<Record<ScalarFunction, readonly (readonly [number, number])[]>> = {
  neg: [],
  abs: [],
  sign: [],
  floor: [[-5, 5]],
  ceil: [[-5, 5]],
  round: [[-5, 5]],
  trunc: [[-5, 5]],
  sqrt: [[0, 4]],
  exp: [[-1, 1], [-105, 90], [-746, 710]],
  expm1: [[-1, 1], [-105, 90], [-746, 710]],
  log: [[0.5, 2], [0, 100]],
  log1p: [[-1, 1], [0, 100]],
  sin: [[-4, 4], [-1000, 1000], [-2e6, 2e6]],
  cos: [[-4, 4], [-1000, 1000], [-2e6, 2e6]],
  tan: [[-4, 4], [-1000, 1000], [-2e6, 2e6]],
  asin: [[-1, 1]],
  acos: [[-1, 1]],
  atan: [[-3, 3]],
  sinh: [[-2, 2], [-90, 90], [-711, 711]],
  cosh: [[-2, 2], [-90, 90], [-711, 711]],
  tanh: [[-1, 1], [-22, 22]],
  asinh: [[-3, 3]],
  acosh: [[1, 3]],
  atanh: [[-1, 1]],
};

const settings = relaxed ? [false, true] : [false];
const lanesOf = (dtype: Float) => dtype === "float32" ? 4 : 2;

function apply(dtype: Float, name: ScalarFunction, x: ArrayLike<number>, fused: boolean) {
  const lanes = lanesOf(dtype);
  return applyTo(
    [dtype],
    dtype,
    lanes,
    [x],
    (graph, [v]) => algebra(graph, dtype, lanes, { relaxed: fused }).apply(name, v),
  );
}

function report(what: string, { ulps, at }: Worst): void {
  console.log(`  ${what.padEnd(18)} ${ulps.toFixed(3)} ulp, at ${at.join(", ")}`);
  assert(ulps <= 2, `${what}: ${ulps} ulp at ${at}`);
}

for (const dtype of ["float32", "float64"] as const) {
  Deno.test(`${dtype} functions of one operand are within 2 ulp of Math over all exponents`, () => {
    const sweep = everyExponent(dtype, dtype === "float32" ? 100 : 16);
    for (const [key, spans] of Object.entries(ranges)) {
      const name = key as ScalarFunction;
      const points = [...sweep, ...spans.flatMap(([a, b]) => [...between(a, b, 20_000)])];
      const x = dtype === "float32" ? Float32Array.from(points) : Float64Array.from(points);
      const expected = columns(dtype, x.length).apply(name, x) as ArrayLike<number>;
      const worst = new Worst();
      for (const fused of settings) {
        const y = apply(dtype, name, x, fused);
        for (let i = 0; i < x.length; i++) worst.take(distance(dtype, y[i], expected[i]), [x[i]]);
      }
      report(name, worst);
    }
  });

  Deno.test(`${dtype} operations on two operands are within 2 ulp of the interpreter`, () => {
    const lanes = lanesOf(dtype);
    const [a, b]: number[][] = [[], []];
    for (const x of special[dtype]) for (const y of special[dtype]) a.push(x), b.push(y);
    const sweep = everyExponent(dtype, dtype === "float32" ? 20 : 4).slice(special[dtype].length);
    a.push(...sweep, ...between(0, 10, 20_000), ...between(-10, 10, 20_000));
    b.push(...sweep.map((_, i) => sweep[(i * 7919) % sweep.length]));
    b.push(...between(-40, 40, 20_000, 2), ...between(-300, 300, 20_000, 3).map(Math.round));
    const [x, y] = [a, b].map((v) =>
      dtype === "float32" ? Float32Array.from(v) : Float64Array.from(v)
    );
    const names = ["add", "sub", "mul", "div", "rem", "min", "max", "pow", "atan2"] as const;
    const interpreted = columns(dtype, x.length);
    for (const name of names) {
      const expected = interpreted[name](x, y) as Float64Array;
      const worst = new Worst();
      for (const fused of settings) {
        const z = applyTo(
          [dtype, dtype],
          dtype,
          lanes,
          [x, y],
          (graph, [v, w]) => algebra(graph, dtype, lanes, { relaxed: fused })[name](v, w),
        );
        for (let i = 0; i < x.length; i++) {
          // V8's atan2 loses the sign of results that are too small for a float.
          const value = name === "atan2" && expected[i] === 0 && x[i] !== 0
            ? (x[i] < 0 ? -0 : 0)
            : expected[i];
          worst.take(distance(dtype, z[i], value), [x[i], y[i]]);
        }
      }
      report(name, worst);
      if (name !== "pow" && name !== "atan2") assert(worst.ulps <= 0.5, name);
    }
  });
}

Deno.test("float64 functions are within 2 ulp of the true values", async () => {
  const { versions: _, ...known } = await figures<Record<string, readonly number[][]>>("math");
  for (const [name, points] of Object.entries(known)) {
    const count = points[0].length - 2;
    const columnsOf = Array.from(
      { length: count },
      (_, i) => Float64Array.from(points, (point) => point[i]),
    );
    const worst = new Worst();
    for (const fused of settings) {
      const y = applyTo(
        columnsOf.map(() => "float64"),
        "float64",
        2,
        columnsOf,
        (graph, [v, w]) => {
          const s = algebra(graph, "float64", 2, { relaxed: fused });
          return count === 1 ? s.apply(name as ScalarFunction, v) : s[name as "pow"](v, w);
        },
      );
      for (const [i, point] of points.entries()) {
        const [value, rest] = point.slice(count);
        const off = (y[i] - value) / ulp("float64", value) - rest;
        worst.take(Number.isNaN(off) ? Infinity : Math.abs(off), point.slice(0, count));
      }
    }
    report(name, worst);
  }
});

Deno.test("with two lanes of float32 the low ones count", () => {
  const x = Float32Array.of(0.3, 1e30, -2, 700, 0.1, 5);
  for (const name of Object.keys(ranges) as ScalarFunction[]) {
    const make = (lanes: 2 | 4) =>
      applyTo(
        ["float32"],
        "float32",
        lanes,
        [x],
        (graph, [v]) => algebra(graph, "float32", lanes, { relaxed: false }).apply(name, v),
      );
    const [two, four] = [make(2), make(4)];
    for (let i = 0; i < x.length; i++) assert(Object.is(two[i], four[i]), `${name} of ${x[i]}`);
  }
});
