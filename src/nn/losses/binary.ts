/**
 * Losses of two classes.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  astype,
  type BroadcastTo,
  type DType,
  exp,
  type FloatDType,
  type Floating,
  full,
  less,
  lessEqual,
  log1p,
  mul,
  neg,
  type Operand,
  type Same,
  type Shape,
  type ShapeOf,
  softplus,
  sub,
  type Tensor,
  where,
} from "../../../mod.ts";
import { broadcastToShape } from "../../shape/broadcast.ts";
import { elementwiseLoss, type LossOptions, type Reduced, type Reduction } from "./reduction.ts";

/** How {@linkcode sigmoidCrossEntropy} counts. */
export interface SigmoidOptions<
  S extends Shape = Shape,
  W extends Operand = Operand,
  R extends Reduction = Reduction,
  K extends string = "sigmoidCrossEntropy",
> extends LossOptions<R> {
  /** What the positive part counts, for logits of a shape that it broadcasts to; 1 unless given. */
  readonly posWeight?: Arg<BroadcastTo<ShapeOf<W>, S, K>, W>;
  /** The part `ε` of every target that goes to 1/2: `t (1 - ε) + ε/2`; 0 unless given. */
  readonly labelSmoothing?: number;
}

/**
 * The binary cross-entropy of logits `z` against targets `t` from 0 to 1,
 * `mean -t log σ(z) - (1 - t) log (1 - σ(z))`, computed as `max(z, 0) - z t + log(1 + e^-|z|)`, which
 * neither overflows nor loses digits. With a weight `w` for the positive part it is
 * `mean -w t log σ(z) - (1 - t) log (1 - σ(z))`.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts its targets.
 * @throws {RangeError} Where the label smoothing is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { sigmoidCrossEntropy } from "@katachi/katachi/nn";
 *
 * sigmoidCrossEntropy(tensor([1000, -1000]), tensor([1, 0])).item(); // 0
 * sigmoidCrossEntropy(tensor([-1000, 0]), tensor([1, 1]), { posWeight: 3 }).shape; // []
 * ```
 */
export function sigmoidCrossEntropy<
  S extends Shape,
  D extends DType,
  T extends Shape,
  W extends Operand = number,
  R extends Reduction = "mean",
  K extends string = "sigmoidCrossEntropy",
>(
  logits: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: SigmoidOptions<S, W, R, K>,
): Tensor<Reduced<S, R>, Floating<D>> {
  const operation = "sigmoidCrossEntropy";
  const { posWeight, labelSmoothing = 0 } = (options ?? {}) as SigmoidOptions;
  requireShare(operation, labelSmoothing);
  return elementwiseLoss(operation, logits, targets, options, (z, given) => {
    const t = labelSmoothing === 0
      ? given
      : add(mul(given, 1 - labelSmoothing), labelSmoothing / 2);
    // Chosen, since the derivatives of a maximum and of |z| at 0, which is where training may begin,
    // do not add up to those of the whole.
    const negative = less(z, 0);
    const distance = where(negative, z, neg(z));
    const tail = log1p(exp(distance));
    if (posWeight === undefined) return add(sub(where(negative, 0, z), mul(z, t)), tail);
    const weight = add(mul(t, sub(weightOf(operation, posWeight, z), 1)), 1);
    return add(mul(sub(1, t), z), mul(weight, add(tail, where(negative, neg(z), 0))));
  }) as never;
}

/** A weight that broadcasts to the logits, in their dtype. */
function weightOf(operation: string, weight: Operand, logits: AnyTensor): AnyTensor {
  if (typeof weight === "number") return full([], weight, logits.dtype as FloatDType);
  broadcastToShape(operation, weight.shape, logits.shape);
  return astype(weight, logits.dtype);
}

/** Refuses a share that is not from 0 to 1. */
export function requireShare(operation: string, share: number): void {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`${operation}: labelSmoothing must be from 0 to 1, got ${share}`);
  }
}

/**
 * The logistic loss of scores `f` against labels `y` of -1 and +1, `mean log(1 + e^(-y f))`. It is
 * {@linkcode sigmoidCrossEntropy} with the labels 0 and 1.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { logisticLoss } from "@katachi/katachi/nn";
 *
 * logisticLoss(tensor([1000, 1000]), tensor([1, -1])).item(); // 500
 * ```
 */
export function logisticLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "logisticLoss",
>(
  scores: Tensor<S, D>,
  labels: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  return elementwiseLoss(
    "logisticLoss",
    scores,
    labels,
    options,
    (f, y) => softplus(neg(mul(y, f))),
  ) as never;
}

/**
 * The hinge loss of scores `f` against labels `y` of -1 and +1, `mean max(0, 1 - y f)`, with the
 * derivative 0 where `y f = 1`. (C. Cortes and V. Vapnik, "Support-vector networks", 1995.)
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { hingeLoss } from "@katachi/katachi/nn";
 *
 * hingeLoss(tensor([2, 0.5]), tensor([1, -1]), { reduction: "none" }).toArray(); // [0, 1.5]
 * ```
 */
export function hingeLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "hingeLoss",
>(
  scores: Tensor<S, D>,
  labels: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  return elementwiseLoss("hingeLoss", scores, labels, options, missing) as never;
}

/**
 * The squared hinge loss of scores `f` against labels `y` of -1 and +1, `mean max(0, 1 - y f)²`.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { squaredHingeLoss } from "@katachi/katachi/nn";
 *
 * squaredHingeLoss(tensor([2, 0.5]), tensor([1, -1]), { reduction: "none" }).toArray(); // [0, 2.25]
 * ```
 */
export function squaredHingeLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "squaredHingeLoss",
>(
  scores: Tensor<S, D>,
  labels: Arg<Same<S, T, K>, Tensor<T, DType>>,
  options?: LossOptions<R>,
): Tensor<Reduced<S, R>, Floating<D>> {
  return elementwiseLoss("squaredHingeLoss", scores, labels, options, (f, y) => {
    const distance = missing(f, y);
    return mul(distance, distance);
  }) as never;
}

/** What a margin of 1 is missed by. */
function missing(f: AnyTensor, y: AnyTensor): AnyTensor {
  const distance = sub(1, mul(y, f));
  return where(lessEqual(distance, 0), 0, distance);
}
