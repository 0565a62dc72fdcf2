/**
 * Losses: from predictions and targets to one number, the mean over all elements or rows.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type DType,
  DTypeError,
  type DTypeOf,
  exp,
  expandDims,
  type Floating,
  less,
  log1p,
  logSoftmax,
  mean,
  mul,
  neg,
  type Same,
  type Shape,
  type ShapeOf,
  sub,
  sum,
  takeAlong,
  type Tensor,
  where,
} from "../../mod.ts";
import { sameShape } from "../shape/same.ts";
import { type ClassTargets, classTargetsShape } from "./class_targets.ts";

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
 * ```
 */
export function meanSquaredError<
  S extends Shape,
  D extends DType,
  T extends Shape,
  K extends string = "meanSquaredError",
>(
  predictions: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
): Tensor<[], Floating<D>> {
  const [p, t] = pair("meanSquaredError", predictions, targets);
  const difference = sub(p, t);
  return mean(mul(difference, difference)) as never;
}

/**
 * The binary cross-entropy of logits `z` against targets `t` from 0 to 1,
 * `mean -t log σ(z) - (1 - t) log (1 - σ(z))`, computed as `max(z, 0) - z t + log(1 + e^-|z|)`, which
 * neither overflows nor loses digits.
 *
 * @throws {ShapeError} Where the shapes differ: a loss never broadcasts.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { sigmoidCrossEntropy } from "@katachi/katachi/nn";
 *
 * sigmoidCrossEntropy(tensor([1000, -1000]), tensor([1, 0])).item(); // 0
 * ```
 */
export function sigmoidCrossEntropy<
  S extends Shape,
  D extends DType,
  T extends Shape,
  K extends string = "sigmoidCrossEntropy",
>(
  logits: Tensor<S, D>,
  targets: Arg<Same<S, T, K>, Tensor<T, DType>>,
): Tensor<[], Floating<D>> {
  const [z, t] = pair("sigmoidCrossEntropy", logits, targets);
  // Chosen, since the derivatives of a maximum and of |z| at 0, which is where training may begin,
  // do not add up to those of the whole.
  const negative = less(z, 0);
  const distance = where(negative, z, neg(z));
  const loss = add(sub(where(negative, 0, z), mul(z, t)), log1p(exp(distance)));
  return mean(loss) as never;
}

/** Predictions and targets of one shape. */
function pair(operation: string, predictions: AnyTensor, targets: unknown): [AnyTensor, AnyTensor] {
  const t = targets as AnyTensor;
  sameShape(operation, predictions.shape, t.shape);
  return [predictions, t];
}

/**
 * The cross-entropy of logits `[…, C]` against classes, the mean of `-log softmax(z)_t` over all rows.
 * Targets are whole numbers `[…]` of dtype `int32` or `uint32`, or probabilities `[…, C]` of a float
 * dtype, as one-hot rows are.
 *
 * @throws {ShapeError} Where the targets' shape is not that of the logits, or of their rows.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { softmaxCrossEntropy } from "@katachi/katachi/nn";
 *
 * softmaxCrossEntropy(tensor([[1000, 0], [0, 1000]]), tensor([0, 1], "int32")).item(); // 0
 * ```
 */
export function softmaxCrossEntropy<
  S extends Shape,
  D extends DType,
  T extends AnyTensor,
  K extends string = "softmaxCrossEntropy",
>(
  logits: Tensor<S, D>,
  targets: Arg<ClassTargets<S, ShapeOf<T>, DTypeOf<T>, K>, T>,
): Tensor<[], Floating<D>> {
  return crossEntropy(logits, targets as unknown as AnyTensor) as never;
}

function crossEntropy(logits: AnyTensor, targets: AnyTensor): AnyTensor {
  if (targets.dtype === "bool") {
    throw new DTypeError("softmaxCrossEntropy: targets are bool; convert with astype");
  }
  classTargetsShape("softmaxCrossEntropy", logits.shape, targets.shape, targets.dtype);
  const logProbabilities = logSoftmax(logits, -1);
  if (targets.dtype === "int32" || targets.dtype === "uint32") {
    const chosen = takeAlong(logProbabilities, expandDims(targets, -1) as never, -1);
    return neg(mean(chosen));
  }
  return neg(mean(sum(mul(targets, logProbabilities), -1)));
}
