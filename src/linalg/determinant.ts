/**
 * Determinants.
 *
 * @module
 */
import {
  abs,
  type Arg,
  type DType,
  type Floating,
  log,
  mul,
  type Ok,
  prod,
  type Shape,
  sign,
  stopGradient,
  sum,
  type Tensor,
} from "../../mod.ts";
import { type Determinant, determinantShape } from "../shape/matrix.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { detRaw } from "../primitives/linear_algebra/det.ts";
import { luRaw, parityOf } from "../primitives/linear_algebra/lu.ts";
import { diagonalOf } from "../primitives/linear_algebra/matrices.ts";
import { real } from "./batches.ts";

/**
 * The determinants of square matrices `[…, n, n]`; 1 of an empty one. The gradient is the matrix of
 * cofactors, at singular matrices too; second derivatives are 0 where the rank is below `n - 1`.
 *
 * @throws {ShapeError} Where the matrices are not square.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { det } from "@katachi/katachi/linalg";
 *
 * det(tensor([[2, 1], [1, 1]])).item(); // 1
 * ```
 */
export function det<S extends Shape, D extends DType, K extends string = "det">(
  a: Arg<Determinant<S, K>, Tensor<S, D>>,
): Tensor<Ok<Determinant<S, K>>, Floating<D>> {
  return detOf(a as never) as never;
}

function detOf(a: AnyTensor): AnyTensor {
  determinantShape("det", a.shape);
  return detRaw(real(a));
}

/**
 * The sign and the logarithm of the magnitude of determinants, for those that would overflow:
 * `det A = sign e^logabsdet`. Of a singular matrix, 0 and `-Infinity`.
 *
 * @throws {ShapeError} Where the matrices are not square.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { slogdet } from "@katachi/katachi/linalg";
 *
 * const { sign, logabsdet } = slogdet(tensor([[0, 1], [1, 0]]));
 * [sign.item(), logabsdet.item()]; // [-1, 0]
 * ```
 */
export function slogdet<S extends Shape, D extends DType, K extends string = "slogdet">(
  a: Arg<Determinant<S, K>, Tensor<S, D>>,
): {
  readonly sign: Tensor<Ok<Determinant<S, K>>, Floating<D>>;
  readonly logabsdet: Tensor<Ok<Determinant<S, K>>, Floating<D>>;
} {
  return slogdetOf(a as never) as never;
}

function slogdetOf(a: AnyTensor): { sign: AnyTensor; logabsdet: AnyTensor } {
  determinantShape("slogdet", a.shape);
  const [lu, pivots] = luRaw(real(a));
  const diagonal = diagonalOf(lu);
  const signs: AnyTensor = prod(sign(stopGradient(diagonal)), -1);
  return {
    sign: mul(signs, parityOf(pivots, lu.dtype)),
    logabsdet: sum(log(abs(diagonal)), -1),
  };
}
