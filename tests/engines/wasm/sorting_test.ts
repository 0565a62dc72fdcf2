/** Sorting, compiled, against the interpreter. */
import fc from "fast-check";
import { type DType, sort } from "@katachi/katachi";
import { argsortPrimitive } from "../../../src/primitives/sort.ts";
import { bind } from "../../../src/tape/recorder.ts";
import { assertAgrees, drawn } from "./agreement.ts";

const every = ["float32", "float64", "int32", "uint32", "bool"] as const;
const odd = [NaN, Infinity, -Infinity, 0, -0, 0.5] as const;

const arrays = fc.record({
  outer: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 1 }),
  size: fc.oneof(
    fc.integer({ min: 0, max: 50 }),
    fc.integer({ min: 50, max: 400 }),
    fc.constant(4500),
  ),
  inner: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 1 }),
  dtype: fc.constantFrom<DType>(...every),
  special: fc.subarray([...odd]),
  seed: fc.integer({ min: 0, max: 100 }),
  turned: fc.boolean(),
});

Deno.test("sorting is stable, along any axis, with NaN last and one zero", () => {
  fc.assert(
    fc.property(arrays, ({ outer, size, inner, dtype, special, seed, turned }) => {
      const axis = turned ? inner.length : outer.length;
      assertAgrees(
        (xs) => [...bind(argsortPrimitive, xs, { axis }), ...xs],
        [drawn([...outer, size, ...inner], dtype, seed, dtype.startsWith("f") ? special : [])],
        { turned: [turned] },
      );
    }),
    { numRuns: 150 },
  );
});

Deno.test("keys of all magnitudes are in order", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const n of [30, 300, 5000]) {
      const x = drawn([n], dtype, 3, [NaN, -0, 0]).mul(drawn([n], dtype, 5).mul(80).exp());
      assertAgrees(([x]) => [sort(x as never)], [x]);
    }
  }
});
