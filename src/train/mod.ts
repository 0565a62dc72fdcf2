/**
 * Training.
 *
 * @module
 */
export type { Callback, EndEvent, EpochEvent, StepEvent, Stopped, Wish } from "./callback.ts";
export { evaluate, type Evaluated, type EvaluateOptions } from "./evaluate.ts";
export { fit, type Fitted } from "./fit.ts";
export type { BatchOf, BatchSource } from "./feed.ts";
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
export type { EarlyStopping, Mode, Monitor } from "./monitor.ts";
export type { LossOptions, NeedsState, StepOptions, TrainingOptions } from "./options.ts";
export type { BestParams, Progress, TrainState } from "./state.ts";
export { predict, type PredictOptions } from "./predict.ts";
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
