/**
 * Training.
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
