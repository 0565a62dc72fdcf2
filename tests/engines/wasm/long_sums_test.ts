/** Sums of many products in float32: how far off they are. */
import { assert } from "@std/assert";
import { features } from "../../../src/engines/wasm/features.ts";
import { type Form, make } from "./contractions.ts";

/** From a row of the left operand to the next, and from a column of the right one: few elements. */
const [toRow, toColumn] = [7, 3];

/** Rows and columns lie across each other, so that long operands take little memory. */
const form = (m: number, n: number, k: number): Form => ({
  dtype: "float32",
  batch: [],
  m: [m],
  n: [n],
  k: [k],
  a: { offset: 0, length: k + toRow * m, batch: [], row: [toRow], column: [1] },
  b: { offset: 0, length: k + toColumn * n, batch: [], row: [1], column: [toColumn] },
});

/** Numbers that are hard to add up: rounding goes the same way again and again, or terms cancel. */
const inputs: Record<string, (i: number, k: number) => number> = {
  equal: () => 0.1,
  increasing: (i, k) => i / k,
  alternating: (i) => i % 2 === 0 ? 1.1 : -0.7,
  mixed: (i) => Math.sin(i) * 2 ** (i % 20),
};

/** Dot products, one and several; rows; tiles. */
const shapes = [[1, 1], [1, 6], [1, 70], [2, 3], [5, 8]] as const;
const mostRows = 5;

for (const [name, input] of Object.entries(inputs)) {
  Deno.test(`errors of long sums grow like the logarithm of their length: ${name} terms`, () => {
    for (const k of [1e3, 1e5, 1e7]) {
      const left = Float32Array.from({ length: k + toRow * mostRows }, (_, i) => input(i, k));
      const right = Math.fround(0.3);
      // Sums in float64, and sums of magnitudes, whose last place is what errors are measured in.
      const exact = Array.from({ length: mostRows }, (_, row) => {
        let [sum, size] = [0, 0];
        for (let i = row * toRow; i < k + row * toRow; i++) {
          sum += left[i] * right;
          size += Math.abs(left[i] * right);
        }
        return { sum, place: size * 2 ** -23 };
      });
      for (const [m, n] of shapes.filter(([m, n]) => m * n * k <= 6e7)) {
        for (const relaxed of features().relaxed ? [false, true] : [false]) {
          const made = make(form(m, n, k), { relaxed });
          made.a.set(left.subarray(0, made.a.length));
          made.b.fill(right);
          made.run(0, 1);
          for (const [at, value] of made.out.entries()) {
            const { sum, place } = exact[Math.floor(at / n)];
            const error = Math.abs(value - sum) / place;
            // Up to 256 terms are added in order.
            assert(error <= 16 + Math.log2(k), `${m} by ${n}, ${k} terms: ${error}`);
          }
        }
      }
    }
  });
}
