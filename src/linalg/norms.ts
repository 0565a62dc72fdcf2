/**
 * Norms.
 *
 * @module
 */
import {
  abs,
  any,
  type Arg,
  type Axes,
  type DType,
  type Floating,
  isNaN,
  logicalAnd,
  logicalNot,
  max,
  min,
  norm,
  notEqual,
  type Ok,
  pow,
  type Reduce,
  type Shape,
  ShapeError,
  slice,
  sum,
  type Tensor,
  where,
} from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { type Condition, conditionShape, matrixOf, type PerMatrix } from "../shape/matrix.ts";
import { reduceShape } from "../shape/reduce.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { reducedCount } from "../functions/reductions.ts";
import { div, mul } from "../primitives/arithmetic.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { solveRaw } from "../primitives/linear_algebra/lu.ts";
import { identity } from "../primitives/linear_algebra/matrices.ts";
import { svdRaw } from "../primitives/linear_algebra/svd.ts";
import { real } from "./batches.ts";

/** The settings of {@linkcode vectorNorm}. */
export interface VectorNormOptions<Keep extends boolean = boolean> {
  /** The exponent `p`; 2 unless given. */
  readonly ord?: number;
  /** Whether reduced axes stay, with a dim of 1; false unless given. */
  readonly keepDims?: Keep;
}

/**
 * The norm `(Σ|x|ᵖ)^(1/p)` along axes, of all elements unless told. For the `ord` `Infinity` and
 * `-Infinity` it is the largest and the smallest magnitude, for 0 the number of elements that are not
 * 0. For 2 it is {@linkcode norm}.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { vectorNorm } from "@katachi/katachi/linalg";
 *
 * vectorNorm(tensor([3, -4]), -1, { ord: 1 }).item(); // 7
 * ```
 */
export function vectorNorm<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "vectorNorm",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: VectorNormOptions<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return vectorNormOf(x as never, axis as never, options) as never;
}

function vectorNormOf(
  x: AnyTensor,
  axis?: Axes,
  { ord = 2, keepDims = false }: VectorNormOptions = {},
): AnyTensor {
  reduceShape("vectorNorm", x.shape, axis, keepDims);
  const y = real(x);
  const keep = { keepDims };
  switch (ord) {
    case 2:
      return norm(y, axis, keep);
    case Infinity:
      return largest(abs(y), axis, keepDims);
    case -Infinity:
      return min(abs(y), axis, keep);
    case 0:
      return sum(convert(notEqual(y, 0), y.dtype), axis, keep);
    case 1:
      return sum(abs(y), axis, keep);
    default:
      return pow(sum(pow(abs(y), ord), axis, keep), 1 / ord);
  }
}

/** The largest along axes of what is not negative; 0 over nothing. */
function largest(x: AnyTensor, axis: Axes, keepDims = false): AnyTensor {
  return reducedCount("norm", x.shape, axis) === 0
    ? sum(x, axis, { keepDims })
    : max(x, axis, { keepDims });
}

/**
 * Which norm of a matrix: the root of the sum of squares (`"fro"`), the sum of singular values
 * (`"nuc"`), the largest or (negative) smallest sum of magnitudes of a column (1, -1) or row
 * (`Infinity`, `-Infinity`), or the largest or smallest singular value (2, -2).
 */
export type MatrixOrd = "fro" | "nuc" | number;

/** The settings of {@linkcode matrixNorm}. */
export interface MatrixNormOptions<Keep extends boolean = boolean> {
  /** Which norm; `"fro"` unless given. */
  readonly ord?: MatrixOrd;
  /** Whether reduced axes stay, with a dim of 1; false unless given. */
  readonly keepDims?: Keep;
}

/**
 * The norms of matrices `[…, m, n]`: Frobenius's, the root of the sum of squares, or another
 * {@linkcode MatrixOrd}.
 *
 * @throws {ShapeError} Where the rank is below 2, or an empty matrix has no smallest.
 * @throws {RangeError} Where there is no norm of that name.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { matrixNorm } from "@katachi/katachi/linalg";
 *
 * const x = tensor([[3, 0], [0, -4]]);
 * matrixNorm(x).item(); // 5
 * matrixNorm(x, { ord: "nuc" }).item(); // 7
 * matrixNorm(x, { ord: Infinity }).item(); // 4
 * ```
 */
export function matrixNorm<
  S extends Shape,
  D extends DType,
  Keep extends boolean = false,
  K extends string = "matrixNorm",
>(
  x: Arg<PerMatrix<S, K>, Tensor<S, D>>,
  options?: MatrixNormOptions<Keep>,
): Tensor<Ok<Reduce<S, [-2, -1], Keep, K>>, Floating<D>> {
  return matrixNormOf("matrixNorm", x as never, options) as never;
}

function matrixNormOf(
  operation: string,
  x: AnyTensor,
  { ord = "fro", keepDims = false }: MatrixNormOptions = {},
): AnyTensor {
  matrixOf(operation, x.shape);
  const value = plainNorm(operation, real(x), ord);
  return keepDims ? reshapeRaw(value, [...value.shape, 1, 1]) : value;
}

function plainNorm(operation: string, x: AnyTensor, ord: MatrixOrd): AnyTensor {
  switch (ord) {
    case "fro":
      return norm(x, [-2, -1]);
    case "nuc":
      return sum(svdRaw(x)[1], -1);
    case 1:
      return largest(sum(abs(x), -2), -1);
    case -1:
      return min(sum(abs(x), -2), -1);
    case 2:
      return largest(svdRaw(x)[1], -1);
    case -2:
      return min(svdRaw(x)[1], -1);
    case Infinity:
      return largest(sum(abs(x), -1), -1);
    case -Infinity:
      return min(sum(abs(x), -1), -1);
  }
  throw new RangeError(
    `${operation}: ord must be "fro", "nuc", 1, -1, 2, -2, Infinity or -Infinity, got ${ord}`,
  );
}

/**
 * The condition numbers of matrices `[…, m, n]`: the largest singular value over the smallest, the
 * other way round for the `ord` -2, and for any other `|A| |A⁻¹|` in that norm (of square matrices;
 * infinite for a singular one).
 *
 * @throws {ShapeError} Where the rank is below 2, matrices are empty, or are not square and have to be.
 * @throws {RangeError} Where there is no norm of that name.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { cond } from "@katachi/katachi/linalg";
 *
 * cond(tensor([[4, 0], [0, 2]])).item(); // 2
 * ```
 */
export function cond<
  S extends Shape,
  D extends DType,
  const P extends MatrixOrd = 2,
  K extends string = "cond",
>(
  x: Arg<Condition<S, P, K>, Tensor<S, D>>,
  ord?: P,
): Tensor<Ok<Condition<S, P, K>>, Floating<D>> {
  return condOf(x as never, ord) as never;
}

function condOf(a: AnyTensor, ord: MatrixOrd = 2): AnyTensor {
  conditionShape("cond", a.shape, ord);
  if (matrixOf("cond", a.shape).includes(0)) {
    throw new ShapeError(`cond: an empty matrix has no condition number: ${showShape(a.shape)}`);
  }
  const x = real(a);
  if (ord === 2 || ord === -2) {
    const s = svdRaw(x)[1];
    const [first, last]: AnyTensor[] = [slice(s, ["...", 0]), slice(s, ["...", -1])];
    return ord === 2 ? div(first, last) : div(last, first);
  }
  const inverse = solveRaw(x, identity(x, x.shape[x.shape.length - 1]));
  const value = mul(plainNorm("cond", x, ord), plainNorm("cond", inverse, ord));
  const known = logicalNot(any(isNaN(x), [-2, -1]));
  return where(logicalAnd(isNaN(value), known), Infinity, value);
}
