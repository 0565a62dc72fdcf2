/**
 * Diagonals and triangles of matrices.
 *
 * @module
 */
import type { Add, Min, Minus } from "./arithmetic.ts";
import type { Vague } from "./axis.ts";
import type { Agreed, EqualDim, Generic, IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of a matrix, or a batch of them. */
export type Matrices<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? S
  : S extends readonly [...unknown[], unknown, unknown] ? S
  : Fail<`${K}: needs a matrix or a batch of them, got ${Show<S, K>}`>;

/** The run-time twin of {@linkcode Matrices}. */
export function matricesShape(operation: string, shape: Shape): number[] {
  if (shape.length < 2) {
    throw new ShapeError(
      `${operation}: needs a matrix or a batch of them, got ${showShape(shape)}`,
    );
  }
  return [...shape];
}

/** The shape of the diagonals of the last two axes, `O` to the right of the main one. */
export type Diagonal<S extends Shape, O extends number, K extends string = "diagonal"> =
  Whole<O> extends false ? NoOffset<O, K>
    : UnknownRank<S, K> extends true ? Shape
    : S extends readonly [...infer B extends Shape, infer m, infer n] ? [...B, Length<m, n, O, K>]
    : Fail<`${K}: needs a matrix or a batch of them, got ${Show<S, K>}`>;

/** @internal */
type NoOffset<O extends number, K extends string> = Fail<
  `${K}: the offset must be a whole number, got ${O}`
>;

/** @internal */
type Whole<O extends number> = `${O}` extends `${string}.${string}` ? false : true;

/** @internal */
type Length<m, n, O extends number, K> = Vague<[O]> extends true ? number
  : IsLiteral<m, K> extends true
    ? IsLiteral<n, K> extends true ? Overlap<m & number, n & number, O> : number
  : O extends 0
    ? Generic<m, K> extends true
      ? Generic<n, K> extends true ? EqualDim<m, n, K> extends Agreed<infer D> ? D : number : number
    : number
  : number;

type Overlap<m extends number, n extends number, O extends number> = `${O}` extends
  `-${infer D extends number}` ? Min<Minus<m, D>, n> : Min<m, Minus<n, O>>;

/** The run-time twin of {@linkcode Diagonal}. */
export function diagonalShape(shape: Shape, offset: number, operation = "diagonal"): number[] {
  requireOffset(operation, offset);
  matricesShape(operation, shape);
  const [m, n] = shape.slice(-2);
  const length = Math.max(0, offset < 0 ? Math.min(m + offset, n) : Math.min(m, n - offset));
  return [...shape.slice(0, -2), length];
}

function requireOffset(operation: string, offset: number): void {
  if (!Number.isInteger(offset)) {
    throw new ShapeError(`${operation}: the offset must be a whole number, got ${offset}`);
  }
}

/** The shape of a matrix with a vector on its diagonal, or of the diagonal of a matrix. */
export type Diag<S extends Shape, O extends number, K extends string = "diag"> = Whole<O> extends
  false ? NoOffset<O, K>
  : UnknownRank<S, K> extends true ? Shape
  : S extends readonly [infer n] ? [Side<n, O, K>, Side<n, O, K>]
  : S extends readonly [unknown, unknown] ? Diagonal<S, O, K>
  : Fail<`${K}: needs a vector or a matrix, got ${Show<S, K>}`>;

/** @internal */
type Side<n, O extends number, K> = Vague<[O]> extends true ? number
  : O extends 0 ? n
  : IsLiteral<n, K> extends true
    ? `${O}` extends `-${infer D extends number}` ? Add<n & number, D> : Add<n & number, O>
  : number;

/** The run-time twin of {@linkcode Diag}. */
export function diagShape(shape: Shape, offset: number): number[] {
  requireOffset("diag", offset);
  if (shape.length === 2) return diagonalShape(shape, offset, "diag");
  if (shape.length !== 1) {
    throw new ShapeError(`diag: needs a vector or a matrix, got ${showShape(shape)}`);
  }
  const side = shape[0] + Math.abs(offset);
  return [side, side];
}
