/**
 * Factors of matrices: QR, eigenvalues, singular values.
 *
 * @module
 */
import type { Arg, DType, Floating, Ok, Shape, Tensor } from "../../mod.ts";
import {
  type Eigenvalues,
  eigenvaluesShape,
  type LeftFactor,
  matrixOf,
  type RightFactor,
  type RightVectors,
  type SingularValues,
  type Square,
} from "../shape/matrix.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { eighRaw } from "../primitives/linear_algebra/eigh.ts";
import { symmetric } from "../primitives/linear_algebra/matrices.ts";
import { qrRaw } from "../primitives/linear_algebra/qr.ts";
import { svdRaw } from "../primitives/linear_algebra/svd.ts";
import { real } from "./batches.ts";

/** Whether {@linkcode qr} gives a square `q`. */
export type QrMode = "reduced" | "complete";

/**
 * @internal
 */
type IsComplete<M extends QrMode> = M extends "complete" ? true : false;

/**
 * `A = Q R` for matrices `[…, m, n]`: orthonormal columns `q` and an upper triangle `r`, by
 * Householder's reflections with the signs that LAPACK and JAX have. With `k = min(m, n)`, `q` is
 * `[…, m, k]` and `r` is `[…, k, n]`; in the mode "complete" `k` is `m`. An infinite or NaN element
 * makes all NaN.
 *
 * The gradient wants the first `k` columns of `A` to be independent; a complete `q` has one only where
 * `m <= n`. (M. Seeger et al., "Auto-differentiating linear algebra", 2017.)
 *
 * @throws {ShapeError} Where the rank is below 2.
 *
 * @example
 * ```ts
 * import { matmul, tensor } from "@katachi/katachi";
 * import { qr } from "@katachi/katachi/linalg";
 *
 * const { q, r } = qr(tensor([[3, 1], [4, 2]]));
 * matmul(q, r).toString(); // close to [[3, 1], [4, 2]]
 * ```
 */
export function qr<
  S extends Shape,
  D extends DType,
  M extends QrMode = "reduced",
  K extends string = "qr",
>(
  a: Arg<LeftFactor<S, IsComplete<M>, K>, Tensor<S, D>>,
  mode?: M,
): {
  readonly q: Tensor<Ok<LeftFactor<S, IsComplete<M>, K>>, Floating<D>>;
  readonly r: Tensor<Ok<RightFactor<S, IsComplete<M>, K>>, Floating<D>>;
} {
  return qrOf(a as never, mode) as never;
}

function qrOf(a: AnyTensor, mode: QrMode = "reduced"): { q: AnyTensor; r: AnyTensor } {
  matrixOf("qr", a.shape);
  const [q, r] = qrRaw(real(a), mode === "complete");
  return { q, r };
}

/** How {@linkcode eigh} reads matrices. */
export interface EighOptions {
  /** Whether to work on `(A + Aᵀ) / 2`, true unless told; else only the lower triangle is read. */
  readonly symmetrizeInput?: boolean;
}

/**
 * Eigenvalues, ascending, and eigenvectors, the orthonormal columns of `V` with `A V = V diag(w)`, of
 * symmetric matrices `[…, n, n]`, by Jacobi's rotations. The sign of an eigenvector is such that its
 * component of largest magnitude is positive. An infinite or NaN element makes all NaN.
 *
 * Where eigenvalues are equal, the gradient through the eigenvectors is NaN or infinite, as JAX's.
 * (M. Giles, "Collected matrix derivative results", 2008.)
 *
 * @throws {ShapeError} Where the matrices are not square.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { eigh } from "@katachi/katachi/linalg";
 *
 * eigh(tensor([[2, 0], [0, 1]])).eigenvalues.toArray(); // [1, 2]
 * ```
 */
export function eigh<S extends Shape, D extends DType, K extends string = "eigh">(
  a: Arg<Square<S, K>, Tensor<S, D>>,
  options?: EighOptions,
): {
  readonly eigenvalues: Tensor<Ok<Eigenvalues<S, K>>, Floating<D>>;
  readonly eigenvectors: Tensor<Ok<Square<S, K>>, Floating<D>>;
} {
  const [eigenvalues, eigenvectors] = eighOf("eigh", a as never, options);
  return { eigenvalues, eigenvectors } as never;
}

/**
 * The eigenvalues of symmetric matrices `[…, n, n]`, ascending, as {@linkcode eigh} gives them. The
 * gradient is right where eigenvalues are equal, too.
 *
 * @throws {ShapeError} Where the matrices are not square.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { eigvalsh } from "@katachi/katachi/linalg";
 *
 * eigvalsh(tensor([[2, 0], [0, 1]])).toArray(); // [1, 2]
 * ```
 */
export function eigvalsh<S extends Shape, D extends DType, K extends string = "eigvalsh">(
  a: Arg<Eigenvalues<S, K>, Tensor<S, D>>,
  options?: EighOptions,
): Tensor<Ok<Eigenvalues<S, K>>, Floating<D>> {
  return eighOf("eigvalsh", a as never, options)[0] as never;
}

function eighOf(
  operation: string,
  a: AnyTensor,
  { symmetrizeInput = true }: EighOptions = {},
): readonly [AnyTensor, AnyTensor] {
  eigenvaluesShape(operation, a.shape);
  const x = real(a);
  return eighRaw(symmetrizeInput ? symmetric(x) : x);
}

/** How much {@linkcode svd} gives. */
export interface SvdOptions<Full extends boolean = boolean> {
  /** Whether `u` and `vh` are square; false unless told. */
  readonly fullMatrices?: Full;
}

/**
 * The singular value decomposition `A = U diag(s) Vh` of matrices `[…, m, n]`, by Jacobi's rotations:
 * singular values `s` `[…, k]`, descending from `k = min(m, n)` on, orthonormal columns `u` `[…, m, k]`
 * and orthonormal rows `vh` `[…, k, n]`; `[…, m, m]` and `[…, n, n]` with `fullMatrices`. The signs are
 * such that the component of largest magnitude of each column of `u` is positive. An infinite or NaN
 * element makes all NaN.
 *
 * Where singular values are equal, the gradient through the vectors is NaN or infinite, as JAX's, and
 * full matrices have one only for square `A`. (J. Townsend, "Differentiating the singular value
 * decomposition", 2016.)
 *
 * @throws {ShapeError} Where the rank is below 2.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { svd } from "@katachi/katachi/linalg";
 *
 * const { u, s, vh } = svd(tensor([[0, 2], [1, 0], [0, 0]]));
 * s.toArray(); // [2, 1]
 * [u.shape, vh.shape]; // [[3, 2], [2, 2]]
 * ```
 */
export function svd<
  S extends Shape,
  D extends DType,
  Full extends boolean = false,
  K extends string = "svd",
>(
  a: Arg<SingularValues<S, K>, Tensor<S, D>>,
  options?: SvdOptions<Full>,
): {
  readonly u: Tensor<Ok<LeftFactor<S, Full, K>>, Floating<D>>;
  readonly s: Tensor<Ok<SingularValues<S, K>>, Floating<D>>;
  readonly vh: Tensor<Ok<RightVectors<S, Full, K>>, Floating<D>>;
} {
  return svdOf(a as never, options) as never;
}

function svdOf(
  a: AnyTensor,
  { fullMatrices = false }: SvdOptions = {},
): { u: AnyTensor; s: AnyTensor; vh: AnyTensor } {
  matrixOf("svd", a.shape);
  const [u, s, vh] = svdRaw(real(a), fullMatrices);
  return { u, s, vh };
}

/**
 * The singular values of matrices `[…, m, n]`, descending. The gradient is right where they are equal,
 * too.
 *
 * @throws {ShapeError} Where the rank is below 2.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { svdvals } from "@katachi/katachi/linalg";
 *
 * svdvals(tensor([[0, 2], [1, 0]])).toArray(); // [2, 1]
 * ```
 */
export function svdvals<S extends Shape, D extends DType, K extends string = "svdvals">(
  a: Arg<SingularValues<S, K>, Tensor<S, D>>,
): Tensor<Ok<SingularValues<S, K>>, Floating<D>> {
  return svdvalsOf(a as never) as never;
}

function svdvalsOf(a: AnyTensor): AnyTensor {
  matrixOf("svdvals", a.shape);
  return svdRaw(real(a))[1];
}
