/**
 * Random matrices of the kinds that are hard on linear algebra, and how to compare results.
 *
 * @module
 */
import { assert } from "@std/assert";
import fc from "fast-check";
import { type AnyTensor, eye, fromBuffer, matmul, sub, transpose } from "@katachi/katachi";

/** A tensor of float64. */
export type Wide = AnyTensor;

// Numbers so small that their squares vanish have a test of their own.
const element = fc.double({ min: -4, max: 4, noNaN: true }).map((x) => Math.abs(x) < 1e-9 ? 0 : x);

function filled(
  rows: number,
  columns: number,
  values: fc.Arbitrary<number>,
): fc.Arbitrary<Float64Array> {
  const size = rows * columns;
  return fc.array(values, { minLength: size, maxLength: size }).map((list) =>
    Float64Array.from(list)
  );
}

/** Matrices: ordinary, of small whole numbers, of low rank, and with rows of very different scale. */
export function matricesOf(rows: number, columns: number): fc.Arbitrary<Wide> {
  const wrap = (data: Float64Array): Wide => fromBuffer(data, [rows, columns]);
  const inner = Math.min(rows, columns, 2);
  return fc.oneof(
    filled(rows, columns, element).map(wrap),
    filled(rows, columns, fc.integer({ min: -2, max: 2 })).map(wrap),
    fc.tuple(filled(rows, inner, element), filled(inner, columns, element)).map(([a, b]): Wide =>
      matmul(fromBuffer(a, [rows, inner]), fromBuffer(b, [inner, columns]))
    ),
    fc.tuple(filled(rows, columns, element), filled(rows, 1, fc.integer({ min: -30, max: 30 })))
      .map(([a, powers]): Wide => wrap(a.map((x, i) => x * 10 ** powers[Math.floor(i / columns)]))),
  );
}

/** Any number of rows and columns, from 0 on. */
export const anyMatrix: fc.Arbitrary<Wide> = fc.tuple(fc.nat(6), fc.nat(6)).chain(([m, n]) =>
  matricesOf(m, n)
);

/** Any square one. */
export const anySquare: fc.Arbitrary<Wide> = fc.nat(6).chain((n) => matricesOf(n, n));

/** Square and safely invertible. */
export const anyRegular: fc.Arbitrary<Wide> = fc.nat(5).chain((n) =>
  filled(n, n, fc.double({ min: -1, max: 1, noNaN: true })).map((data) =>
    fromBuffer(data.map((x, i) => x + (i % (n + 1) === 0 ? n + 1 : 0)), [n, n])
  )
);

/** The largest magnitude, 0 of nothing. */
export function size(x: AnyTensor): number {
  return Math.max(0, ...Array.from(x.data, Math.abs));
}

/** Two tensors differ by no more than rounding of numbers as large as `scale`. */
export function assertNear(a: AnyTensor, b: AnyTensor, scale: number, what: string): void {
  assert(a.shape.join() === b.shape.join(), `${what}: [${a.shape}] and [${b.shape}]`);
  const difference = size(sub(a, b));
  assert(difference <= 1e-13 * scale, `${what}: they differ by ${difference}, of ${scale}`);
}

/** The columns are orthonormal. */
export function assertOrthonormal(x: AnyTensor, what: string): void {
  const n = x.shape[x.shape.length - 1];
  assertNear(matmul(transpose(x), x), eye(n, "float64"), 1, what);
}
