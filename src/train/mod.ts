/**
 * Training models, judging them, and choosing between them.
 *
 * @example
 * ```ts
 * import { greater, random } from "@katachi/katachi";
 * import { trainTestSplit } from "@katachi/katachi/data";
 * import { accuracy } from "@katachi/katachi/metrics";
 * import { linear, relu, sequential, softmaxCrossEntropy } from "@katachi/katachi/nn";
 * import { adam } from "@katachi/katachi/optim";
 * import { evaluate, fit, predict, supervised } from "@katachi/katachi/train";
 *
 * // Points inside and outside a circle.
 * const x = random.normal(random.key(0), [500, 2]);
 * const y = greater(x.square().sum(1), 1).astype("int32");
 * const { train, test } = trainTestSplit({ x, y }, 100);
 *
 * const model = sequential(linear.of(2, 32), relu, linear.of(32, 2));
 * const loss = supervised(model, softmaxCrossEntropy);
 * const { best, history } = await fit({
 *   loss,
 *   params: model.init(random.key(1)),
 *   optimizer: adam(0.01),
 *   data: train,
 *   batchSize: 50,
 *   epochs: 20,
 *   key: random.key(2),
 *   validation: test,
 *   metrics: { accuracy },
 *   earlyStopping: { patience: 5 },
 *   progress: false,
 * });
 * history.epochs[0].validation?.metrics.accuracy; // about 0.7
 *
 * const { metrics } = evaluate({ loss, params: best.params, data: test, metrics: { accuracy } });
 * metrics.accuracy; // above 0.9
 * predict(model.apply, best.params, test.x).shape; // [100, 2]
 * ```
 *
 * @module
 */
export type { Callback, EndEvent, EpochEvent, StepEvent, Stopped, Wish } from "./callback.ts";
export { crossValidate, type CrossValidated, type Round, type Scored } from "./cross_validate.ts";
export { evaluate, type Evaluated, type EvaluateOptions } from "./evaluate.ts";
export { fit, type Fitted } from "./fit.ts";
export type { BatchSource, DataBatch } from "./feed.ts";
export type { EpochRecord, History, Scores, StepRecord } from "./history.ts";
export type { Metrics, MetricStates, ScalarMetric } from "./judge.ts";
export type {
  LossContext,
  LossFunction,
  LossResult,
  Measured,
  NextState,
  StepFunction,
  Taken,
} from "./loss.ts";
export {
  type LearningCurve,
  learningCurve,
  type LearningCurveOptions,
  type Sample,
} from "./learning_curve.ts";
export { lrFind, type LrFindOptions, type LrFound } from "./lr_find.ts";
export type { EarlyStopping, Mode, Monitor } from "./monitor.ts";
export type { LossOptions, NeedsState, StepOptions, TrainingOptions } from "./options.ts";
export type { BestParams, Progress, TrainState } from "./state.ts";
export { predict, type PredictOptions } from "./predict.ts";
export type { Spread } from "./spread.ts";
export {
  type Examples,
  type LayerOutput,
  type PairLoss,
  supervised,
  type SupervisedLoss,
  type TargetsFor,
} from "./supervised.ts";
export { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { checkpoints, type CheckpointsOptions, latestCheckpoint } from "./checkpoints.ts";
