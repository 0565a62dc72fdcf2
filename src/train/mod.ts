/**
 * Training.
 *
 * @module
 */
export { fit, type FitOptions, type Fitted, type Stopped } from "./fit.ts";
export type { BatchOf, BatchSource } from "./feed.ts";
export type { EpochRecord, History, Scores, StepRecord } from "./history.ts";
export type { Metrics, MetricStates, ScalarMetric } from "./judge.ts";
export type { LossContext, LossFunction, LossResult, Measured } from "./loss.ts";
export type { BestParams, Progress, TrainState } from "./state.ts";
export { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
