/**
 * Weighted means, covariances, and reductions that pass over NaN.
 *
 * @module
 */
import { type Covariance, covarianceShape } from "../shape/covariance.ts";
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError, showShape } from "../shape/fail.ts";
import { type Reduce, reduceShape } from "../shape/reduce.ts";
import { equalShapes } from "../shape/same.ts";
import { type DType, type Floating, floating, isFloating, type Summed } from "../tensor/dtype.ts";
import type { Axes, KeepDims } from "../tensor/methods.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { div, maximum, minimum, mul, sub } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { not, select, zero } from "../primitives/compare.ts";
import { isNaN } from "../primitives/logic.ts";
import { sqrt } from "../primitives/math.ts";
import { transposeRaw } from "../primitives/movement.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { diagonal } from "./diagonals.ts";
import { matmul } from "./products.ts";
import { axesOf, max, mean, min, sum } from "./reductions.ts";

/** What {@linkcode average} is told. */
export interface AverageOptions<Keep extends boolean = boolean> extends KeepDims<Keep> {
  /**
   * How much each element counts: a tensor of the same shape, or a vector along the one axis. All
   * count the same unless given.
   */
  readonly weights?: AnyTensor;
}

/**
 * The weighted mean along axes: one, several, or all of them. NaN or infinite where the weights add
 * up to 0. Integers become `float32`.
 *
 * @throws {ShapeError} Where an axis is out of range, or the weights do not fit.
 *
 * @example
 * ```ts
 * import { average, tensor } from "@katachi/katachi";
 *
 * average(tensor([1, 2, 4]), 0, { weights: tensor([1, 1, 2]) }).item(); // 2.75
 * ```
 */
export function average<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "average",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: AverageOptions<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return averageOf(x as never, axis as never, options as never) as never;
}

function averageOf(x: AnyTensor, axis?: Axes, options: AverageOptions = {}): AnyTensor {
  const axes = axesOf("average", x.shape, axis);
  if (options.weights === undefined) return mean(x, axes, options);
  const real = convert(x, floating(x.dtype));
  const weights = convert(weightsFor(options.weights, x.shape, axes), real.dtype);
  return div(sum(mul(real, weights), axes, options), sum(weights, axes, options));
}

function weightsFor(weights: AnyTensor, shape: Shape, axes: readonly number[]): AnyTensor {
  if (equalShapes(weights.shape, shape)) return weights;
  const [axis] = axes;
  if (axes.length !== 1 || !equalShapes(weights.shape, [shape[axis]])) {
    throw new ShapeError(
      `average: weights ${showShape(weights.shape)} do not fit ${
        showShape(shape)
      } over axes [${axes}]`,
    );
  }
  return broadcast(reshapeRaw(weights, shape.map((dim, i) => i === axis ? dim : 1)), shape);
}

/** What {@linkcode cov} is told. */
export interface CovOptions<Rows extends boolean = boolean> {
  /** Whether each row is a variable and each column an observation, or the other way round. */
  readonly rowVar?: Rows;
  /** What is taken from the number of observations before dividing by it; 1 unless given. */
  readonly ddof?: number;
}

/**
 * The covariances of variables with each other: a variable is a row (or, with `rowVar: false`, a
 * column), an observation an element of it. A vector is one variable, and its variance a scalar.
 *
 * @throws {ShapeError} Where the tensor is no vector and no matrix.
 *
 * @example
 * ```ts
 * import { cov, tensor } from "@katachi/katachi";
 *
 * cov(tensor([[1, 2, 3], [3, 2, 1]])).toArray(); // [[1, -1], [-1, 1]]
 * ```
 */
export function cov<
  S extends Shape,
  D extends DType,
  Rows extends boolean = true,
  K extends string = "cov",
>(
  x: Arg<Covariance<S, Rows, K>, Tensor<S, D>>,
  options?: CovOptions<Rows>,
): Tensor<Ok<Covariance<S, Rows, K>>, Floating<D>> {
  return covOf("cov", x as never, options) as never;
}

function covOf(
  operation: string,
  x: AnyTensor,
  { rowVar = true, ddof = 1 }: CovOptions = {},
): AnyTensor {
  const shape = covarianceShape(operation, x.shape, rowVar);
  const matrix = x.shape.length === 1 ? reshapeRaw(x, [1, ...x.shape]) : x;
  const rows = rowVar || x.shape.length === 1 ? matrix : transposeRaw(matrix, [1, 0]);
  const real = convert(rows, floating(x.dtype));
  const offsets = sub(real, mean(real, 1, { keepDims: true }));
  const products = matmul(offsets, transposeRaw(offsets, [1, 0]));
  return reshapeRaw(div(products, Math.max(real.shape[1] - ddof, 0)), shape);
}

/** What {@linkcode corrcoef} is told. */
export type CorrcoefOptions<Rows extends boolean = boolean> = Pick<CovOptions<Rows>, "rowVar">;

/**
 * Pearson's correlations of variables with each other: their covariances over the roots of their
 * variances, from -1 to 1. A variable is a row (or, with `rowVar: false`, a column).
 *
 * @throws {ShapeError} Where the tensor is no vector and no matrix.
 *
 * @example
 * ```ts
 * import { corrcoef, tensor } from "@katachi/katachi";
 *
 * corrcoef(tensor([[1, 2, 3], [3, 2, 1]])).shape; // [2, 2]
 * ```
 */
export function corrcoef<
  S extends Shape,
  D extends DType,
  Rows extends boolean = true,
  K extends string = "corrcoef",
>(
  x: Arg<Covariance<S, Rows, K>, Tensor<S, D>>,
  options?: CorrcoefOptions<Rows>,
): Tensor<Ok<Covariance<S, Rows, K>>, Floating<D>> {
  return corrcoefOf(x as never, options) as never;
}

function corrcoefOf(x: AnyTensor, options?: CorrcoefOptions): AnyTensor {
  const covariances = covOf("corrcoef", x, options);
  if (covariances.shape.length === 0) return div(covariances, covariances);
  const spread = sqrt(diagonal(covariances) as AnyTensor);
  const side = spread.size;
  const correlations = div(
    div(covariances, reshapeRaw(spread, [side, 1])),
    reshapeRaw(spread, [1, side]),
  );
  return minimum(maximum(correlations, -1), 1);
}

/**
 * The sum along axes without the NaNs: they count as 0.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { nanSum, tensor } from "@katachi/katachi";
 *
 * nanSum(tensor([1, NaN, 2])).item(); // 3
 * ```
 */
export function nanSum<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "nanSum",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Summed<D>> {
  return nanSumOf("nanSum", x as never, axis as never, options as never) as never;
}

function nanSumOf(operation: string, x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  reduceShape(operation, x.shape, axis, false);
  return sum(isFloating(x.dtype) ? select(isNaN(x), zero(x), x) : x, axis, options);
}

/**
 * The mean along axes of the elements that are not NaN; NaN where all are. Integers become `float32`.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { nanMean, tensor } from "@katachi/katachi";
 *
 * nanMean(tensor([1, NaN, 2])).item(); // 1.5
 * ```
 */
export function nanMean<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "nanMean",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return nanMeanOf(x as never, axis as never, options as never) as never;
}

function nanMeanOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  const real = convert(x, floating(x.dtype));
  const total = nanSumOf("nanMean", real, axis, options);
  return div(total, sum(convert(not(isNaN(real)), real.dtype), axis, options));
}

/**
 * From the smallest to the largest along axes: their difference.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice, or there is nothing.
 *
 * @example
 * ```ts
 * import { ptp, tensor } from "@katachi/katachi";
 *
 * ptp(tensor([3, 1, 7])).item(); // 6
 * ```
 */
export function ptp<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "ptp",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, D> {
  return ptpOf(x as never, axis as never, options as never) as never;
}

function ptpOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  reduceShape("ptp", x.shape, axis, false);
  return sub(max(x, axis, options), min(x, axis, options));
}

/**
 * How many elements along axes are not 0; NaN is not 0.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { countNonzero, tensor } from "@katachi/katachi";
 *
 * countNonzero(tensor([3, 0, 7])).item(); // 2
 * ```
 */
export function countNonzero<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "countNonzero",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, "int32"> {
  return countNonzeroOf(x as never, axis as never, options as never) as never;
}

function countNonzeroOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  reduceShape("countNonzero", x.shape, axis, false);
  return sum(convert(convert(x, "bool"), "int32"), axis, options);
}
