/**
 * Perplexity.
 *
 * @module
 */
import { exp, notEqual, sum } from "../../mod.ts";
import { softmaxCrossEntropy } from "../nn/losses/classes.ts";
import {
  meanMetric,
  type MeanState,
  type MetricFunction,
  metricOf,
  total,
  wide,
} from "./metric.ts";

/** How {@linkcode perplexity} counts. */
export interface PerplexityOptions {
  /** Rows whose target is this are left out; there are none unless given. */
  readonly ignoreIndex?: number;
}

/**
 * Perplexity: `e` to the mean cross-entropy of rows of logits `[…, C]` against classes `[…]` (or
 * probabilities `[…, C]`). It is 1 for certainty of what is right, and `C` for logits that are all
 * equal. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where the targets' shape is not that of the logits, or of their rows; where a
 * target that can be read is not a class.
 * @throws {DTypeError} Where targets are `bool`, or are probabilities and rows are to be ignored.
 *
 * @example
 * ```ts
 * import { tensor, zeros } from "@katachi/katachi";
 * import { perplexity } from "@katachi/katachi/metrics";
 *
 * perplexity(zeros([3, 5], "float64"), tensor([0, 4, 2], "int32")).item(); // 5
 * ```
 */
export const perplexity: MetricFunction<"perplexity", "rows", MeanState, PerplexityOptions> =
  metricOf(({ ignoreIndex }: PerplexityOptions = {}) =>
    meanMetric((logits, targets) => {
      const options = { ignoreIndex, reduction: "none" } as const;
      const all = total(softmaxCrossEntropy(logits, targets, options as never));
      if (ignoreIndex === undefined) return all;
      return { total: all.total, count: sum(wide(notEqual(targets, ignoreIndex))) };
    }, exp)
  );
