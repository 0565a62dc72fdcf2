/**
 * Matrices: the last two axes, with any batch in front.
 *
 * @module
 */
import type { Min } from "./arithmetic.ts";
import type {
  Agreed,
  EqualDim,
  Generic,
  IsLiteral,
  IsUnion,
  Shape,
  Single,
  UnknownRank,
} from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of square matrices. */
export type Square<S extends Shape, K extends string> = UnknownRank<S, K> extends true
  ? Rankless<S, K>
  : OfSquare<S, 2, K>;

/** The shape of what there is one of for each row of square matrices, as eigenvalues. */
export type Eigenvalues<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? Shape
  : OfSquare<S, 1, K>;

/** The shape of what there is one of for each square matrix, as determinants. */
export type Determinant<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? Shape
  : OfSquare<S, 0, K>;

/**
 * The batch, followed by the dim of the square matrices as often as told.
 *
 * @internal
 */
type OfSquare<S extends Shape, Times extends 0 | 1 | 2, K extends string> = S extends
  readonly [...infer B extends Shape, infer m, infer n]
  ? EqualDim<m, n, K> extends Agreed<infer D> ? [...B, ...[[], [D], [D, D]][Times]]
  : NotSquare<S, K>
  : NotSquare<S, K>;

type NotSquare<S extends Shape, K extends string> = Fail<
  `${K}: needs square matrices, got ${Show<S, K>}`
>;

/** The run-time twin of {@linkcode Square}. */
export function squareShape(operation: string, shape: Shape): number[] {
  orderOf(operation, shape);
  return [...shape];
}

/** The run-time twin of {@linkcode Eigenvalues}. */
export function eigenvaluesShape(operation: string, shape: Shape): number[] {
  return [...batchOf(shape), orderOf(operation, shape)];
}

/** The run-time twin of {@linkcode Determinant}. */
export function determinantShape(operation: string, shape: Shape): number[] {
  orderOf(operation, shape);
  return [...batchOf(shape)];
}

/** The dims in front of a matrix's own. */
export function batchOf(shape: Shape): Shape {
  return shape.slice(0, -2);
}

/** The rows of square matrices. */
export function orderOf(operation: string, shape: Shape): number {
  if (shape.length < 2 || shape[shape.length - 2] !== shape[shape.length - 1]) {
    throw new ShapeError(`${operation}: needs square matrices, got ${showShape(shape)}`);
  }
  return shape[shape.length - 1];
}

/** Rows and columns. */
export function matrixOf(operation: string, shape: Shape): [rows: number, columns: number] {
  if (shape.length < 2) {
    throw new ShapeError(`${operation}: needs matrices, got ${showShape(shape)}`);
  }
  return [shape[shape.length - 2], shape[shape.length - 1]];
}

/** @internal */
type NotMatrix<S extends Shape, K extends string> = Fail<`${K}: needs matrices, got ${Show<S, K>}`>;

/** The shape of what there is one of for each matrix, as ranks. */
export type PerMatrix<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? Shape
  : S extends readonly [...infer B extends Shape, unknown, unknown] ? [...B]
  : NotMatrix<S, K>;

/** The run-time twin of {@linkcode PerMatrix}. */
export function perMatrixShape(operation: string, shape: Shape): number[] {
  matrixOf(operation, shape);
  return [...batchOf(shape)];
}

/** The shape of condition numbers: in norms other than 2 and -2, of square matrices only. */
export type Condition<S extends Shape, P, K extends string> = [P] extends [2 | -2] ? PerMatrix<S, K>
  : IsUnion<P> extends true ? PerMatrix<S, K>
  : number extends P ? PerMatrix<S, K>
  : Determinant<S, K>;

/** The run-time twin of {@linkcode Condition}. */
export function conditionShape(operation: string, shape: Shape, ord: unknown): number[] {
  return ord === 2 || ord === -2
    ? perMatrixShape(operation, shape)
    : determinantShape(operation, shape);
}

/** The shape of matrices with rows and columns exchanged, as pseudo-inverses. */
export type Pinv<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? Shape
  : S extends readonly [...infer B extends Shape, infer m, infer n] ? [...B, n, m]
  : NotMatrix<S, K>;

/** The run-time twin of {@linkcode Pinv}. */
export function pinvShape(operation: string, shape: Shape): number[] {
  const [rows, columns] = matrixOf(operation, shape);
  return [...batchOf(shape), columns, rows];
}

/** The smaller of two dims. */
type Smaller<m, n, K> = IsLiteral<m, K> extends true
  ? IsLiteral<n, K> extends true ? Min<m & number, n & number> : number
  : Generic<m, K> extends true ? { readonly is: m } extends { readonly is: n } ? m : number
  : number;

/**
 * How many singular values there are, or how many rows or columns where a factor is whole.
 *
 * @internal
 */
type Inner<Whole, All, m, n, K> = [Whole] extends [true] ? All
  : [Whole] extends [false] ? Smaller<Single<m, K>, Single<n, K>, K>
  : number;

/** The shape of a left factor: `Q`, or the left singular vectors. Square where it is `Whole`. */
export type LeftFactor<S extends Shape, Whole extends boolean, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [...infer B extends Shape, infer m, infer n]
      ? [...B, m, Inner<Whole, m, m, n, K>]
    : NotMatrix<S, K>;

/** The shape of the factor `R`. */
export type RightFactor<S extends Shape, Whole extends boolean, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [...infer B extends Shape, infer m, infer n]
      ? [...B, Inner<Whole, m, m, n, K>, n]
    : NotMatrix<S, K>;

/** The shape of the right singular vectors. Square where they are `Whole`. */
export type RightVectors<S extends Shape, Whole extends boolean, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [...infer B extends Shape, infer m, infer n]
      ? [...B, Inner<Whole, n, m, n, K>, n]
    : NotMatrix<S, K>;

/** The shape of singular values. */
export type SingularValues<S extends Shape, K extends string> = UnknownRank<S, K> extends true
  ? Shape
  : S extends readonly [...infer B extends Shape, infer m, infer n]
    ? [...B, Inner<false, m, m, n, K>]
  : NotMatrix<S, K>;

/** The run-time twin of {@linkcode LeftFactor}. */
export function leftFactorShape(operation: string, shape: Shape, whole: boolean): number[] {
  const [rows, columns] = matrixOf(operation, shape);
  return [...batchOf(shape), rows, whole ? rows : Math.min(rows, columns)];
}

/** The run-time twin of {@linkcode RightFactor}. */
export function rightFactorShape(operation: string, shape: Shape, whole: boolean): number[] {
  const [rows, columns] = matrixOf(operation, shape);
  return [...batchOf(shape), whole ? rows : Math.min(rows, columns), columns];
}

/** The run-time twin of {@linkcode RightVectors}. */
export function rightVectorsShape(operation: string, shape: Shape, whole: boolean): number[] {
  const [rows, columns] = matrixOf(operation, shape);
  return [...batchOf(shape), whole ? columns : Math.min(rows, columns), columns];
}

/** The run-time twin of {@linkcode SingularValues}. */
export function singularValuesShape(operation: string, shape: Shape): number[] {
  return [...batchOf(shape), Math.min(...matrixOf(operation, shape))];
}
