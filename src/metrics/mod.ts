/**
 * Metrics: how good predictions are, to be read rather than trained on.
 *
 * Each is a function of predictions and targets, and has `of(options?)`, which makes the same
 * {@linkcode Metric} for predictions that come in batches: `init`, `update` and `compute`, all pure. The
 * batches together give what all predictions give at once. Results are `float64`.
 *
 * @example
 * ```ts
 * import { jit, type Tensor, tensor } from "@katachi/katachi";
 * import { accuracy, f1Score } from "@katachi/katachi/metrics";
 *
 * const logits = tensor([[2, 1], [0, 3], [1, 0], [0, 1]]);
 * const labels = tensor([0, 1, 1, 1], "int32");
 * f1Score(logits, labels).item(); // 0.8
 *
 * const metric = accuracy.of();
 * const update = jit(metric.update<[4, 2], "float32", Tensor<[4], "int32">>);
 * let state = metric.init();
 * for (let batch = 0; batch < 3; batch++) state = update(state, logits, labels);
 * metric.compute(state).item(); // 0.75
 * ```
 *
 * @module
 */
export {
  accuracy,
  binaryAccuracy,
  type ThresholdOptions,
  topKAccuracy,
  type TopKOptions,
} from "./accuracy.ts";
export { type ConfusionMatrix, confusionMatrix } from "./confusion.ts";
export type { Figure, MeanState, Metric, MetricFunction, Paired, Pairing } from "./metric.ts";
export { perplexity, type PerplexityOptions } from "./perplexity.ts";
export {
  type Average,
  type Averaged,
  type ClassCounts,
  type ClassMetric,
  type ClassMetricOptions,
  f1Score,
  precision,
  recall,
} from "./precision_recall.ts";
export {
  meanAbsoluteError,
  meanSquaredError,
  r2Score,
  type R2State,
  rootMeanSquaredError,
} from "./regression.ts";
export { type RocAuc, rocAuc, type RocAucOptions, type RocAucState } from "./roc_auc.ts";
