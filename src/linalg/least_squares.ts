/**
 * Equations that have no solution or many.
 *
 * @module
 */
import {
  type Arg,
  type DType,
  type Floating,
  greater,
  matmul,
  mul,
  type Ok,
  type Promote,
  type Shape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
} from "../../mod.ts";
import { matrixOf, type PerMatrix, type Pinv, type SingularValues } from "../shape/matrix.ts";
import { type LeastSquares, leastSquaresShape, type Residuals } from "../shape/solve.ts";
import { floating } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { product } from "../primitives/linear_algebra/matrices.ts";
import { pinvRaw } from "../primitives/linear_algebra/pinv.ts";
import { svdRaw } from "../primitives/linear_algebra/svd.ts";
import { unify } from "../primitives/operands.ts";
import { byColumns, epsilonOf, inBatch, real } from "./batches.ts";

/** Which singular values count as 0. */
export interface ToleranceOptions {
  /** Those up to this part of the largest. */
  readonly rtol?: number;
}

/**
 * The Moore-Penrose inverses `[…, n, m]` of matrices `[…, m, n]`. Singular values up to `rtol` of the
 * largest count as 0; `rtol` is `10 max(m, n) ε` unless given, with the rounding error `ε` of the dtype.
 * The gradient is that by changes which keep the rank. (G. Golub and V. Pereyra, "The differentiation
 * of pseudo-inverses and nonlinear least squares problems whose variables separate", 1973.)
 *
 * @throws {ShapeError} Where the rank is below 2.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { pinv } from "@katachi/katachi/linalg";
 *
 * pinv(tensor([[2, 0], [0, 0], [0, 4]])).toArray(); // [[0.5, 0, 0], [0, 0, 0.25]]
 * ```
 */
export function pinv<S extends Shape, D extends DType, K extends string = "pinv">(
  a: Arg<Pinv<S, K>, Tensor<S, D>>,
  options?: ToleranceOptions,
): Tensor<Ok<Pinv<S, K>>, Floating<D>> {
  return pinvOf(a as never, options) as never;
}

function pinvOf(a: AnyTensor, { rtol }: ToleranceOptions = {}): AnyTensor {
  const x = real(a);
  return pinvRaw(x, rtol ?? 10 * defaultTolerance("pinv", x));
}

/**
 * How many singular values of matrices `[…, m, n]` are above `rtol` times the largest; `rtol` is
 * `max(m, n) ε` unless given, with the rounding error `ε` of the dtype.
 *
 * @throws {ShapeError} Where the rank of the tensor is below 2.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { matrixRank } from "@katachi/katachi/linalg";
 *
 * matrixRank(tensor([[1, 2], [2, 4]])).item(); // 1
 * ```
 */
export function matrixRank<S extends Shape, D extends DType, K extends string = "matrixRank">(
  a: Arg<PerMatrix<S, K>, Tensor<S, D>>,
  options?: ToleranceOptions,
): Tensor<Ok<PerMatrix<S, K>>, "int32"> {
  return matrixRankOf(a as never, options) as never;
}

function matrixRankOf(a: AnyTensor, { rtol }: ToleranceOptions = {}): AnyTensor {
  const x = real(a);
  return countAbove(svdRaw(x)[1], rtol ?? defaultTolerance("matrixRank", x));
}

/** How many singular values, which descend, count. */
function countAbove(s: AnyTensor, rtol: number): AnyTensor {
  return sum(greater(s, mul(slice(s, ["...", [0, 1]]), rtol)), -1);
}

/** `max(m, n) ε`. */
function defaultTolerance(operation: string, { shape, dtype }: AnyTensor): number {
  return Math.max(...matrixOf(operation, shape)) * epsilonOf(dtype);
}

/** What {@linkcode lstsq} gives. */
export interface LeastSquaresResult<
  A extends Shape,
  B extends Shape,
  D extends DType,
  K extends string,
> {
  /** The solution of least length: `[n]` for a vector, else `[…, n, k]`. */
  readonly x: Tensor<Ok<LeastSquares<A, B, K>>, D>;
  /** The sums of squares that are left, one for each column. */
  readonly residuals: Tensor<Ok<Residuals<A, B, K>>, D>;
  /** How many singular values count. */
  readonly rank: Tensor<Ok<PerMatrix<A, K>>, "int32">;
  /** The singular values of `A`, descending. */
  readonly singularValues: Tensor<Ok<SingularValues<A, K>>, D>;
}

/**
 * The `x` for which `|A x - b|²` is least, and of those the shortest, for matrices `A` `[…, m, n]`
 * and a vector `b` `[m]` or matrices `[…, m, k]`, column by column; batches broadcast. Singular values
 * up to `rtol` of the largest count as 0; `rtol` is `max(m, n) ε` unless given, with the rounding error
 * `ε` of the dtype.
 *
 * @throws {ShapeError} Where shapes do not fit.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { lstsq } from "@katachi/katachi/linalg";
 *
 * // A line through three points: the offset and the slope.
 * const { x } = lstsq(tensor([[1, 0], [1, 1], [1, 2]]), tensor([1, 3, 5]));
 * x.toString(); // close to [1, 2]
 * ```
 */
export function lstsq<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "lstsq",
>(
  a: Tensor<A, D>,
  b: Arg<LeastSquares<A, B, K>, Tensor<B, E>>,
  options?: ToleranceOptions,
): LeastSquaresResult<A, B, Floating<Promote<D, E>>, K> {
  return lstsqOf(a as never, b as never, options) as never;
}

function lstsqOf(a: AnyTensor, b: AnyTensor, { rtol }: ToleranceOptions = {}) {
  const shape = leastSquaresShape("lstsq", a.shape, b.shape);
  const [matrices, right] = unify("lstsq", [a, b], floating);
  const tolerance = rtol ?? defaultTolerance("lstsq", matrices);
  const inverse = pinvRaw(matrices, tolerance);
  const x = byColumns(
    "lstsq",
    inverse,
    right,
    shape,
    (p, columns, batch) => product(inBatch(p, batch), columns),
  );
  const singularValues = svdRaw(matrices)[1];
  return {
    x,
    residuals: sum(square(sub(right, matmul(matrices, x))), b.shape.length === 1 ? -1 : -2),
    rank: countAbove(singularValues, tolerance),
    singularValues,
  };
}
