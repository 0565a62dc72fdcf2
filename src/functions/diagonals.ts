/**
 * Diagonals and triangles of matrices.
 *
 * @module
 */
import {
  type Diag,
  type Diagonal,
  diagonalShape,
  diagShape,
  type Matrices,
  matricesShape,
} from "../shape/diagonal.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import type { DType, Summed } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { sub } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { lessEqual, not, select, zero } from "../primitives/compare.ts";
import { iota } from "../primitives/create.ts";
import { diagonalOf } from "../primitives/linear_algebra/matrices.ts";
import { scalar } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { padRaw } from "../primitives/slice.ts";
import { sum } from "./reductions.ts";

/**
 * The diagonals of the last two axes, `offset` places to the right of the main one (to the left where
 * it is negative). Axes in front are a batch.
 *
 * @throws {ShapeError} Where the tensor has fewer than two axes.
 *
 * @example
 * ```ts
 * import { diagonal, tensor } from "@katachi/katachi";
 *
 * diagonal(tensor([[1, 2], [3, 4]])).toArray(); // [1, 4]
 * diagonal(tensor([[1, 2], [3, 4]]), 1).toArray(); // [2]
 * ```
 */
export function diagonal<
  S extends Shape,
  D extends DType,
  const O extends number = 0,
  K extends string = "diagonal",
>(
  x: Arg<Diagonal<S, O, K>, Tensor<S, D>>,
  offset?: O,
): Tensor<Ok<Diagonal<S, O, K>>, D> {
  return diagonalOf(x as never, offset) as never;
}

/**
 * A matrix with a vector on its diagonal, `offset` places to the right of the main one, and 0
 * elsewhere; of a matrix, its diagonal.
 *
 * @throws {ShapeError} Where the tensor is no vector and no matrix.
 *
 * @example
 * ```ts
 * import { diag, tensor } from "@katachi/katachi";
 *
 * diag(tensor([1, 2])).toArray(); // [[1, 0], [0, 2]]
 * diag(tensor([[1, 2], [3, 4]])).toArray(); // [1, 4]
 * ```
 */
export function diag<
  S extends Shape,
  D extends DType,
  const O extends number = 0,
  K extends string = "diag",
>(x: Arg<Diag<S, O, K>, Tensor<S, D>>, offset?: O): Tensor<Ok<Diag<S, O, K>>, D> {
  return diagOf(x as never, offset) as never;
}

function diagOf(x: AnyTensor, offset = 0): AnyTensor {
  const shape = diagShape(x.shape, offset);
  if (x.shape.length === 2) return diagonalOf(x, offset);
  const [side] = shape;
  const length = x.shape[0];
  const before = offset < 0 ? -offset * side : offset;
  const span = length + Math.max(length - 1, 0) * side;
  const after = side * side - before - span;
  return reshapeRaw(padRaw(x, scalar(0, x.dtype), [before], [after], [side]), shape);
}

/**
 * The sum of the diagonals of the last two axes, `offset` places to the right of the main one. Axes in
 * front are a batch.
 *
 * @throws {ShapeError} Where the tensor has fewer than two axes.
 *
 * @example
 * ```ts
 * import { tensor, trace } from "@katachi/katachi";
 *
 * trace(tensor([[1, 2], [3, 4]])).item(); // 5
 * ```
 */
export function trace<
  S extends Shape,
  D extends DType,
  K extends string = "trace",
>(x: Arg<Matrices<S, K>, Tensor<S, D>>, offset = 0): Tensor<Batch<S>, Summed<D>> {
  return traceOf(x as never, offset) as never;
}

function traceOf(x: AnyTensor, offset: number): AnyTensor {
  diagonalShape(x.shape, offset, "trace");
  return sum(diagonalOf(x, offset), -1);
}

/** The axes in front of the last two. */
export type Batch<S extends Shape> = S extends readonly [...infer B extends Shape, unknown, unknown]
  ? B
  : Shape;

/**
 * The lower triangle of each matrix in the last two axes: 0 above the diagonal that is `k` places to
 * the right of the main one. Axes in front are a batch.
 *
 * @throws {ShapeError} Where the tensor has fewer than two axes.
 *
 * @example
 * ```ts
 * import { ones, tril } from "@katachi/katachi";
 *
 * tril(ones([2, 2])).toArray(); // [[1, 0], [1, 1]]
 * ```
 */
export function tril<S extends Shape, D extends DType, K extends string = "tril">(
  x: Arg<Matrices<S, K>, Tensor<S, D>>,
  k = 0,
): Tensor<S, D> {
  return triangle("tril", x as never, k, true) as never;
}

/**
 * The upper triangle of each matrix in the last two axes: 0 below the diagonal that is `k` places to
 * the right of the main one. Axes in front are a batch.
 *
 * @throws {ShapeError} Where the tensor has fewer than two axes.
 *
 * @example
 * ```ts
 * import { ones, triu } from "@katachi/katachi";
 *
 * triu(ones([2, 2])).toArray(); // [[1, 1], [0, 1]]
 * ```
 */
export function triu<S extends Shape, D extends DType, K extends string = "triu">(
  x: Arg<Matrices<S, K>, Tensor<S, D>>,
  k = 0,
): Tensor<S, D> {
  return triangle("triu", x as never, k - 1, false) as never;
}

/** The elements up to a diagonal, or those after it. */
function triangle(operation: string, x: AnyTensor, k: number, upTo: boolean): AnyTensor {
  const matrix = matricesShape(operation, x.shape).slice(-2);
  const inside = lessEqual(sub(iota(matrix, 1, "int32"), iota(matrix, 0, "int32")), k);
  return select(broadcast(upTo ? inside : not(inside), x.shape), x, zero(x));
}
