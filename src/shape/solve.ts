/**
 * Systems of linear equations, and chains of products.
 *
 * @module
 */
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Ok, ShapeError, type Show, showShape } from "./fail.ts";
import { type MatMul, matmulShape } from "./matmul.ts";
import { orderOf, type Pinv, pinvShape, type Square } from "./matrix.ts";

/** The shape of solutions: `B` is a vector, or matrices whose batch broadcasts with that of `A`. */
export type Solve<A extends Shape, B extends Shape, K extends string> = UnknownRank<A, K> extends
  true ? Shape
  : UnknownRank<B, K> extends true ? Shape
  : Square<A, K> extends infer R ? R extends Fail<unknown> ? R : MatMul<Ok<R>, B, K>
  : never;

/** The run-time twin of {@linkcode Solve}. */
export function solveShape(operation: string, a: Shape, b: Shape): number[] {
  orderOf(operation, a);
  return matmulShape(a, b, operation);
}

/** The shape of least-squares solutions: rows of `A` meet rows of `B`. */
export type LeastSquares<A extends Shape, B extends Shape, K extends string> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : Pinv<A, K> extends infer R ? R extends Fail<unknown> ? R : MatMul<Ok<R>, B, K>
    : never;

/** The run-time twin of {@linkcode LeastSquares}. */
export function leastSquaresShape(operation: string, a: Shape, b: Shape): number[] {
  return matmulShape(pinvShape(operation, a), b, operation);
}

/** The shape of what there is one of for each column of a right-hand side. */
export type Residuals<A extends Shape, B extends Shape, K extends string> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : LeastSquares<A, B, K> extends infer X
      ? B extends readonly [unknown] ? X extends readonly [...infer Batch, unknown] ? Batch : X
      : X extends readonly [...infer Batch, unknown, infer k] ? [...Batch, k]
      : X
    : never;

/** The run-time twin of {@linkcode Residuals}. */
export function residualsShape(operation: string, a: Shape, b: Shape): number[] {
  const shape = leastSquaresShape(operation, a, b);
  return shape.toSpliced(b.length === 1 ? -1 : -2, 1);
}

/** The shape of a product of two or more: matrices, and a vector first or last. */
export type MultiDot<L extends readonly Shape[], K extends string = "multiDot"> = L extends
  readonly [infer A extends Shape, ...infer T extends readonly Shape[]]
  ? T extends readonly [] ? Fail<`${K}: needs at least two operands`>
  : UnknownRank<A, K> extends true ? Shape
  : A extends readonly [unknown] | readonly [unknown, unknown] ? Chain<A, T, K>
  : NotFactor<A, K>
  : number extends L["length"] ? Shape
  : Fail<`${K}: needs at least two operands`>;

/** @internal */
type Chain<A, L extends readonly Shape[], K extends string> = A extends Shape
  ? L extends readonly [infer B extends Shape, ...infer T extends readonly Shape[]]
    ? UnknownRank<B, K> extends true ? Shape
    : B extends readonly [unknown, unknown] ? Chain<MatMul<A, B, K>, T, K>
    : B extends readonly [unknown] ? T extends readonly [] ? MatMul<A, B, K> : NotFactor<B, K>
    : NotFactor<B, K>
  : A
  : A;

/** @internal */
type NotFactor<S extends Shape, K extends string> = Fail<
  `${K}: operands are matrices, with a vector first or last, got ${Show<S, K>}`
>;

/** The run-time twin of {@linkcode MultiDot}. */
export function multiDotShape(shapes: readonly Shape[]): number[] {
  if (shapes.length < 2) throw new ShapeError("multiDot: needs at least two operands");
  return shapes.slice(1).reduce<number[]>((a, b, i) => {
    requireFactor(b, i === shapes.length - 2);
    return matmulShape(a, b, "multiDot");
  }, requireFactor(shapes[0], true));
}

function requireFactor(shape: Shape, atEnd: boolean): number[] {
  if (shape.length === 2 || (shape.length === 1 && atEnd)) return [...shape];
  throw new ShapeError(
    `multiDot: operands are matrices, with a vector first or last, got ${showShape(shape)}`,
  );
}
