/**
 * The matrix product, as NumPy's `@`: the last axis of the first operand meets the last but one of
 * the second, vectors are a row on the left and a column on the right, axes in front are batches.
 *
 * @module
 */
import type { Aligned } from "./broadcast.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { Disagreed, EqualDim, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of a matrix product. */
export type MatMul<A extends Shape, B extends Shape, K extends string = "matmul"> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : A extends readonly [] ? Scalar<A, B, K>
    : B extends readonly [] ? Scalar<A, B, K>
    : Inner<A, B, K> extends
      { readonly left: infer a extends number; readonly right: infer b extends number }
      ? EqualDim<a, b, K> extends Disagreed ? Differ<a, b, A, B, K> : Outer<A, B, K>
    : never;

/** @internal */
type Scalar<A extends Shape, B extends Shape, K extends string> = Fail<
  `${K}: a scalar has no inner dimension: ${Show<A, K>} x ${Show<B, K>}`
>;

/** @internal */
type Differ<
  a extends number,
  b extends number,
  A extends Shape,
  B extends Shape,
  K extends string,
> = Fail<
  `${K}: inner dimensions differ: ${Show<A, K>} x ${Show<B, K>} (${a} != ${b})`
>;

/**
 * The two dims that meet.
 *
 * @internal
 */
type Inner<A extends Shape, B extends Shape, K> = A extends readonly [...unknown[], infer a]
  ? B extends readonly [...unknown[], infer b, unknown] ? { left: a; right: b }
  : B extends readonly [infer b] ? { left: a; right: b }
  : K
  : K;

/**
 * Batches, then the rows of the first, then the columns of the second.
 *
 * @internal
 */
type Outer<A extends Shape, B extends Shape, K extends string> = A extends
  readonly [...infer AB extends Shape, infer m, unknown]
  ? B extends readonly [...infer BB extends Shape, unknown, infer n]
    ? Batched<Aligned<AB, BB, K, A, B>, [m, n]>
  : [...AB, m]
  : B extends readonly [...infer BB extends Shape, unknown, infer n] ? [...BB, n]
  : [];

type Batched<R, Matrix extends readonly unknown[]> = R extends readonly unknown[]
  ? [...R, ...Matrix]
  : R;

/** The run-time twin of {@linkcode MatMul}. */
export function matmulShape(a: Shape, b: Shape, operation = "matmul"): number[] {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(
      `${operation}: a scalar has no inner dimension: ${showShape(a)} x ${showShape(b)}`,
    );
  }
  const columns = a[a.length - 1];
  const rows = b[Math.max(b.length - 2, 0)];
  if (columns !== rows) {
    throw new ShapeError(
      `${operation}: inner dimensions differ: ${showShape(a)} x ${
        showShape(b)
      } (${columns} != ${rows})`,
    );
  }
  const batch = broadcastShapes(operation, a.slice(0, -2), b.slice(0, -2), a, b);
  return [...batch, ...a.slice(-2, -1), ...(b.length > 1 ? b.slice(-1) : [])];
}
