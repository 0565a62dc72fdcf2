/**
 * Losses of predicted numbers.
 *
 * @module
 */
import {
  abs,
  add,
  type AnyTensor,
  type Arg,
  type DType,
  exp,
  type Floating,
  less,
  lessEqual,
  log,
  log1p,
  mul,
  type Same,
  type Shape,
  sign,
  sinh,
  sub,
  type Tensor,
  where,
  xlogy,
} from "../../../mod.ts";
import {
  elementwiseLoss,
  type LossOptions,
  type Reduced,
  type Reduction,
  requirePositive,
} from "./reduction.ts";

/**
 * The mean of the squared differences, `mean (p - t)²`.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { meanSquaredError } from "@katachi/katachi/nn";
 *
 * meanSquaredError(tensor([1, 2]), tensor([1, 4])).item(); // 2
 * meanSquaredError(tensor([1, 2]), tensor([1, 4]), { reduction: "none" }).toArray(); // [0, 4]
 * ```
 */
export function meanSquaredError<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "meanSquaredError",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  return elementwiseLoss("meanSquaredError", predictions, targets, options, (p, t) => {
    const difference = sub(p, t);
    return mul(difference, difference);
  }) as never;
}

/**
 * The mean of the distances, `mean |p - t|`, with the derivative 0 where they are 0.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { meanAbsoluteError } from "@katachi/katachi/nn";
 *
 * meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item(); // 1
 * ```
 */
export function meanAbsoluteError<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "meanAbsoluteError",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  return elementwiseLoss(
    "meanAbsoluteError",
    predictions,
    targets,
    options,
    (p, t) => distanceOf(sub(p, t)),
  ) as never;
}

/** The absolute value with the derivative 0 at 0; that of `abs` is 1 there. */
function distanceOf(x: AnyTensor): AnyTensor {
  return mul(x, sign(x));
}

/** How {@linkcode huberLoss} goes from a parabola to a line. */
export interface HuberOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The distance from which on the loss is linear, above 0; 1 unless given. */
  readonly delta?: number;
}

/**
 * Huber's loss of `d = p - t`: `d²/2` where `|d| ≤ δ`, and `δ (|d| - δ/2)` beyond. (P. J. Huber,
 * "Robust estimation of a location parameter", 1964.)
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 * @throws {RangeError} Where `delta` is not above 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { huberLoss } from "@katachi/katachi/nn";
 *
 * huberLoss(tensor([1, 5]), tensor([0, 0]), { reduction: "none" }).toArray(); // [0.5, 4.5]
 * ```
 */
export function huberLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "huberLoss",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: HuberOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  const { delta = 1 } = options ?? {};
  requirePositive("huberLoss", "delta", delta);
  return elementwiseLoss("huberLoss", predictions, targets, options, (p, t) => {
    const difference = sub(p, t);
    const distance = abs(difference);
    return where(
      lessEqual(distance, delta),
      mul(mul(difference, difference), 0.5),
      mul(sub(distance, delta / 2), delta),
    );
  }) as never;
}

/** How {@linkcode smoothL1Loss} goes from a parabola to a line. */
export interface SmoothL1Options<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The distance from which on the loss is linear; 1 unless given, and at 0 it is linear everywhere. */
  readonly beta?: number;
}

/**
 * The smooth absolute error of `d = p - t`: `d²/(2β)` where `|d| < β`, and `|d| - β/2` beyond. It is
 * {@linkcode huberLoss} divided by `β`. (R. Girshick, "Fast R-CNN", 2015.)
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 * @throws {RangeError} Where `beta` is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { smoothL1Loss } from "@katachi/katachi/nn";
 *
 * smoothL1Loss(tensor([1, 5]), tensor([0, 0]), { beta: 2, reduction: "none" }).toArray(); // [0.25, 4]
 * ```
 */
export function smoothL1Loss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "smoothL1Loss",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: SmoothL1Options<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  const { beta = 1 } = options ?? {};
  if (!(beta >= 0)) throw new RangeError(`smoothL1Loss: beta must be at least 0, got ${beta}`);
  return elementwiseLoss("smoothL1Loss", predictions, targets, options, (p, t) => {
    const difference = sub(p, t);
    if (beta === 0) return distanceOf(difference);
    const distance = abs(difference);
    return where(
      less(distance, beta),
      mul(mul(difference, difference), 0.5 / beta),
      sub(distance, beta / 2),
    );
  }) as never;
}

/**
 * The mean of `log cosh (p - t)`: close to `d²/2` for small differences and to `|d| - log 2` for
 * large ones, with the derivative `tanh d`. It neither overflows nor loses digits.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { logCoshLoss } from "@katachi/katachi/nn";
 *
 * logCoshLoss(tensor([1000]), tensor([0])).item(); // 1000 - log 2, not Infinity
 * ```
 */
export function logCoshLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "logCoshLoss",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  return elementwiseLoss(
    "logCoshLoss",
    predictions,
    targets,
    options,
    (p, t) => logCosh(sub(p, t)),
  ) as never;
}

function logCosh(x: AnyTensor): AnyTensor {
  const distance = abs(x);
  const close = less(distance, 1);
  // The hyperbolic sine sees no large number, whose infinity would make a NaN of the gradient's 0.
  const sine = sinh(where(close, x, 0));
  const far = sub(add(distance, log1p(exp(mul(distance, -2)))), Math.LN2);
  return where(close, mul(log1p(mul(sine, sine)), 0.5), far);
}

/** How {@linkcode poissonLoss} takes its predictions. */
export interface PoissonOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Whether predictions are logarithms of rates, as they are unless told, or the rates themselves. */
  readonly logInput?: boolean;
  /** Whether Stirling's approximation of `log t!` is added where `t > 1`; not unless told. */
  readonly full?: boolean;
  /** What is added to a rate before its logarithm is taken; 1e-8 unless given. */
  readonly eps?: number;
}

/**
 * The negative log-likelihood of counts `t` under Poisson distributions, without the constant
 * `log t!`: `mean e^p - t p` for logarithms of rates `p`, and `mean p - t log(p + ε)` for rates.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { poissonLoss } from "@katachi/katachi/nn";
 *
 * poissonLoss(tensor([0, 0]), tensor([1, 3])).item(); // 1
 * ```
 */
export function poissonLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "poissonLoss",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: PoissonOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  const { logInput = true, full = false, eps = 1e-8 } = options ?? {};
  return elementwiseLoss("poissonLoss", predictions, targets, options, (p, t) => {
    const loss: AnyTensor = logInput ? sub(exp(p), mul(t, p)) : sub(p, mul(t, log(add(p, eps))));
    return full ? add(loss, stirling(t)) : loss;
  }) as never;
}

/** `log t!` by Stirling's approximation where `t > 1`, else 0. */
function stirling(t: AnyTensor): AnyTensor {
  const small = lessEqual(t, 1);
  const large = where(small, 2, t);
  const root = mul(log(mul(large, 2 * Math.PI)), 0.5);
  return where(small, 0, add(sub(xlogy(large, large), large), root));
}
