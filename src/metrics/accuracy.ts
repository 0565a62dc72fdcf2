/**
 * How many predictions are right.
 *
 * @module
 */
import {
  type AnyTensor,
  argmax,
  equal,
  expandDims,
  greater,
  isNaN,
  less,
  logicalAnd,
  logicalNot,
  sum,
} from "../../mod.ts";
import { sameShape } from "../shape/same.ts";
import { isFloating } from "../tensor/dtype.ts";
import { chosenFrom, requireClasses, requireTargets } from "../nn/losses/rows.ts";
import { meanMetric, type MeanState, type MetricFunction, metricOf, total } from "./metric.ts";

/**
 * The share of right predictions. Predictions are logits `[…, C]` of a float dtype, of which the
 * largest counts (the first of several), with targets that are classes `[…]` or one-hot rows
 * `[…, C]`; or they are classes of another dtype, with targets of the same shape. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where targets have another shape.
 * @throws {DTypeError} Where predictions are logits and targets `bool`.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { accuracy } from "@katachi/katachi/metrics";
 *
 * const logits = tensor([[2, 1], [0, 3], [1, 0], [0, 1]]);
 * const labels = tensor([0, 1, 1, 1], "int32");
 * accuracy(logits, labels).item(); // 0.75
 *
 * const metric = accuracy.of(); // the same, batch by batch
 * const state = metric.update(metric.init(), logits, labels);
 * metric.compute(metric.update(state, logits, labels)).item(); // 0.75
 * ```
 */
export const accuracy: MetricFunction<"accuracy", "classes", MeanState> = metricOf(() =>
  meanMetric((predictions, targets) => {
    const [found, wanted] = classesOf("accuracy", predictions, targets);
    return total(equal(found, wanted));
  })
);

/** Predicted classes and right ones, of the same shape. */
export function classesOf(
  operation: string,
  predictions: AnyTensor,
  targets: AnyTensor,
): readonly [predictions: AnyTensor, targets: AnyTensor] {
  if (!isFloating(predictions.dtype)) {
    sameShape(operation, predictions.shape, targets.shape);
    return [predictions, targets];
  }
  requireTargets(operation, predictions, targets);
  return [argmax(predictions, -1), isFloating(targets.dtype) ? argmax(targets, -1) : targets];
}

/** How {@linkcode binaryAccuracy} decides. */
export interface ThresholdOptions {
  /** What a score must be above to be positive; 0.5 unless given, which is right for probabilities. */
  readonly threshold?: number;
}

/**
 * The share of scores that are on the right side of a threshold: above it where the target is above 0
 * (1 or `true`), not above it where the target is 0 or -1. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { binaryAccuracy } from "@katachi/katachi/metrics";
 *
 * binaryAccuracy(tensor([0.9, 0.2, 0.6, 0.5]), tensor([1, 0, 0, 1])).item(); // 0.5
 * binaryAccuracy(tensor([3, -2]), tensor([1, -1]), { threshold: 0 }).item(); // 1
 * ```
 */
export const binaryAccuracy: MetricFunction<
  "binaryAccuracy",
  "elements",
  MeanState,
  ThresholdOptions
> = metricOf(({ threshold = 0.5 }: ThresholdOptions = {}) =>
  meanMetric((scores, targets) => {
    sameShape("binaryAccuracy", scores.shape, targets.shape);
    return total(equal(greater(scores, threshold), positive(targets)));
  })
);

/** Which targets of two classes are the positive one: 1 of 0 and 1, or of -1 and 1. */
export function positive(targets: AnyTensor): AnyTensor {
  return greater(targets, 0);
}

/** How {@linkcode topKAccuracy} counts. */
export interface TopKOptions {
  /** How many of the largest count; 5 unless given. */
  readonly k?: number;
}

/**
 * The share of rows of logits `[…, C]` whose target is among the `k` largest: fewer than `k` are larger
 * than it, so that of several equal ones all are. (So do TensorFlow and Keras; scikit-learn takes the
 * later classes of equal ones.) Targets are classes `[…]` or one-hot rows `[…, C]`. A target whose logit
 * is NaN is not among them. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where the targets' shape is not that of the logits, or of their rows.
 * @throws {DTypeError} Where targets are `bool`.
 * @throws {RangeError} Where `k` is not a whole number above 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { topKAccuracy } from "@katachi/katachi/metrics";
 *
 * const logits = tensor([[3, 2, 1], [3, 2, 1]]);
 * topKAccuracy(logits, tensor([1, 2], "int32"), { k: 2 }).item(); // 0.5
 * ```
 */
export const topKAccuracy: MetricFunction<"topKAccuracy", "rows", MeanState, TopKOptions> =
  metricOf(({ k = 5 }: TopKOptions = {}) => {
    if (!Number.isInteger(k) || k < 1) {
      throw new RangeError(`topKAccuracy: k must be a whole number above 0, got ${k}`);
    }
    return meanMetric((logits, targets) => {
      requireTargets("topKAccuracy", logits, targets);
      const classes = isFloating(targets.dtype) ? argmax(targets, -1) : targets;
      requireClasses("topKAccuracy", classes, logits.shape[logits.rank - 1]);
      const own = chosenFrom(logits, classes);
      const larger = sum(less(expandDims(own, -1), logits) as AnyTensor, -1);
      return total(logicalAnd(less(larger, k), logicalNot(isNaN(own))));
    });
  });
