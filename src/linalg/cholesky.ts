/**
 * Symmetric positive definite matrices.
 *
 * @module
 */
import type { Arg, DType, Floating, Ok, Promote, Shape, Tensor } from "../../mod.ts";
import { type Square, squareShape } from "../shape/matrix.ts";
import { type Solve, solveShape } from "../shape/solve.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { choleskyRaw } from "../primitives/linear_algebra/cholesky.ts";
import { symmetric, transposed } from "../primitives/linear_algebra/matrices.ts";
import { triangularSolveRaw } from "../primitives/linear_algebra/triangular_solve.ts";
import { byColumns, inBatch, real } from "./batches.ts";

/** How {@linkcode cholesky} reads and writes matrices. */
export interface CholeskyOptions {
  /** Whether to give the upper triangular `U = Lᵀ` with `A = Uᵀ U`; false unless told. */
  readonly upper?: boolean;
  /** Whether to work on `(A + Aᵀ) / 2`, true unless told; else only the lower triangle is read. */
  readonly symmetrizeInput?: boolean;
}

/**
 * The Cholesky factor: the lower triangular `L` with `A = L Lᵀ` and a positive diagonal, of symmetric
 * positive definite matrices `[…, n, n]`. Where a matrix is not positive definite, the triangle is
 * NaN. The gradient is symmetric. (I. Murray, "Differentiation of the Cholesky decomposition", 2016.)
 *
 * @throws {ShapeError} Where the matrices are not square.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { cholesky } from "@katachi/katachi/linalg";
 *
 * cholesky(tensor([[4, 2], [2, 5]])).toArray(); // [[2, 0], [1, 2]]
 * ```
 */
export function cholesky<S extends Shape, D extends DType, K extends string = "cholesky">(
  a: Arg<Square<S, K>, Tensor<S, D>>,
  options?: CholeskyOptions,
): Tensor<Ok<Square<S, K>>, Floating<D>> {
  return choleskyOf(a as never, options) as never;
}

function choleskyOf(
  a: AnyTensor,
  { upper = false, symmetrizeInput = true }: CholeskyOptions = {},
): AnyTensor {
  squareShape("cholesky", a.shape);
  const x = real(a);
  const l = choleskyRaw(symmetrizeInput ? symmetric(x) : x);
  return upper ? transposed(l) : l;
}

/** Which triangle {@linkcode choSolve} is given. */
export interface ChoSolveOptions {
  /** Whether the factor is lower triangular, true unless told. */
  readonly lower?: boolean;
}

/**
 * The `X` with `A X = B`, from the factor that {@linkcode cholesky} gives for `A`. `B` is a vector
 * `[n]` or matrices `[…, n, k]`; batches broadcast.
 *
 * @throws {ShapeError} Where shapes do not fit.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { cholesky, choSolve } from "@katachi/katachi/linalg";
 *
 * const l = cholesky(tensor([[4, 2], [2, 5]]));
 * choSolve(l, tensor([8, 12])).toArray(); // [1, 2]
 * ```
 */
export function choSolve<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "choSolve",
>(
  factor: Tensor<A, D>,
  b: Arg<Solve<A, B, K>, Tensor<B, E>>,
  options?: ChoSolveOptions,
): Tensor<Ok<Solve<A, B, K>>, Floating<Promote<D, E>>> {
  return choSolveOf(factor as never, b as never, options) as never;
}

function choSolveOf(
  factor: AnyTensor,
  b: AnyTensor,
  { lower = true }: ChoSolveOptions = {},
): AnyTensor {
  const shape = solveShape("choSolve", factor.shape, b.shape);
  return byColumns("choSolve", factor, b, shape, (l, columns, batch) => {
    const [repeated, triangle] = [inBatch(l, batch), { lower, unitDiagonal: false }];
    const y = triangularSolveRaw(repeated, columns, { ...triangle, transpose: !lower });
    return triangularSolveRaw(repeated, y, { ...triangle, transpose: lower });
  });
}
