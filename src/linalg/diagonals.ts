/**
 * Diagonals of matrices.
 *
 * @module
 */
import {
  type Arg,
  type DType,
  type Ok,
  type Shape,
  sum,
  type Summed,
  type Tensor,
} from "../../mod.ts";
import {
  type Diag,
  type Diagonal,
  diagonalShape,
  diagShape,
  type PerMatrix,
} from "../shape/matrix.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { diagonalMatrix, diagonalOf } from "../primitives/linear_algebra/matrices.ts";

/**
 * The diagonals of matrices `[…, m, n]` as vectors: the main ones, or those `offset` to the right of
 * them (to the left, where it is negative).
 *
 * @throws {ShapeError} Where the rank is below 2, or the offset is no whole number.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { diagonal } from "@katachi/katachi/linalg";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * diagonal(x).toArray(); // [1, 5]
 * diagonal(x, 1).toArray(); // [2, 6]
 * ```
 */
export function diagonal<
  S extends Shape,
  D extends DType,
  const N extends number = 0,
  K extends string = "diagonal",
>(
  x: Arg<Diagonal<S, N, K>, Tensor<S, D>>,
  offset?: N,
): Tensor<Ok<Diagonal<S, N, K>>, D> {
  return diagonalOf(x as never, offset) as never;
}

/**
 * The sums of the diagonals of matrices `[…, m, n]`: the main ones, or those `offset` to the right of
 * them. Booleans are counted.
 *
 * @throws {ShapeError} Where the rank is below 2, or the offset is no whole number.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { trace } from "@katachi/katachi/linalg";
 *
 * trace(tensor([[1, 2], [3, 4]])).item(); // 5
 * ```
 */
export function trace<S extends Shape, D extends DType, K extends string = "trace">(
  x: Arg<PerMatrix<S, K>, Tensor<S, D>>,
  offset?: number,
): Tensor<Ok<PerMatrix<S, K>>, Summed<D>> {
  return traceOf(x as never, offset) as never;
}

function traceOf(x: AnyTensor, offset?: number): AnyTensor {
  diagonalShape("trace", x.shape, offset ?? 0);
  return sum(diagonalOf(x, offset), -1);
}

/**
 * The matrix with a vector on its diagonal and 0 elsewhere; of a matrix, the vector on its diagonal.
 *
 * @throws {ShapeError} Where the rank is not 1 or 2.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { diag } from "@katachi/katachi/linalg";
 *
 * diag(tensor([1, 2])).toArray(); // [[1, 0], [0, 2]]
 * diag(tensor([[1, 2], [3, 4]])).toArray(); // [1, 4]
 * ```
 */
export function diag<S extends Shape, D extends DType, K extends string = "diag">(
  x: Arg<Diag<S, K>, Tensor<S, D>>,
): Tensor<Ok<Diag<S, K>>, D> {
  return diagOf(x as never) as never;
}

function diagOf(x: AnyTensor): AnyTensor {
  diagShape("diag", x.shape);
  return x.shape.length === 1 ? diagonalMatrix(x) : diagonalOf(x);
}
