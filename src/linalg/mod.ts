/**
 * Linear algebra over matrices, which are the last two axes of a tensor; the axes in front are a
 * batch. Names and conventions are those of `jax.numpy.linalg`.
 *
 * Factors are computed in float64 and rounded once. Signs that the mathematics leaves open are fixed,
 * as each function says. What does not exist comes out as NaN or infinities, not as an error: the
 * Cholesky factor of an indefinite matrix, the inverse of a singular one. Everything is
 * differentiable, twice and more, where the mathematics allows it.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { choSolve, cholesky, slogdet } from "@katachi/katachi/linalg";
 *
 * // Twice the negative log density of a normal distribution, less its constant.
 * const x = tensor([1, 2]);
 * const energy = (covariance: Tensor<[2, 2]>) =>
 *   x.mul(choSolve(cholesky(covariance), x)).sum().add(slogdet(covariance).logabsdet);
 * grad(energy)(tensor([[2, 0], [0, 4]])).toArray(); // [[0.25, -0.25], [-0.25, 0]]
 * ```
 *
 * @module
 */
export { cholesky, type CholeskyOptions, choSolve, type ChoSolveOptions } from "./cholesky.ts";
export {
  eigh,
  type EighOptions,
  eigvalsh,
  qr,
  type QrMode,
  svd,
  type SvdOptions,
  svdvals,
} from "./decompositions.ts";
export { det, slogdet } from "./determinant.ts";
export { diag, diagonal, trace } from "../functions/diagonals.ts";
export {
  type LeastSquaresResult,
  lstsq,
  matrixRank,
  pinv,
  type ToleranceOptions,
} from "./least_squares.ts";
export {
  cond,
  matrixNorm,
  type MatrixNormOptions,
  type MatrixOrd,
  vectorNorm,
  type VectorNormOptions,
} from "./norms.ts";
export { matrixPower, multiDot } from "./products.ts";
export { inv, solve, solveTriangular, type SolveTriangularOptions } from "./solve.ts";

// Shapes and their rules.
export type {
  Condition,
  Determinant,
  Eigenvalues,
  LeftFactor,
  PerMatrix,
  Pinv,
  RightFactor,
  RightVectors,
  SingularValues,
  Square,
} from "../shape/matrix.ts";
export type { LeastSquares, MultiDot, Residuals, Solve } from "../shape/solve.ts";
export type { Diag, Diagonal, Matrices } from "../shape/diagonal.ts";
