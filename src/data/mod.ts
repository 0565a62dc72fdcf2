/**
 * Reading data, cutting it into parts and batches, and making features of it.
 *
 * @example
 * ```ts
 * import { arange, random } from "@katachi/katachi";
 * import { batches, trainTestSplit } from "@katachi/katachi/data";
 *
 * const { train, test } = trainTestSplit({ x: arange(100).reshape([100, 1]) }, 20);
 * test.x.shape; // [20, 1]
 * for (const batch of batches(random.key(0), train, 32)) {
 *   batch.x.shape; // [32, 1], twice
 * }
 * ```
 *
 * @module
 */
export type { RowsOf, WithRows } from "./rows.ts";
export {
  batches,
  type BatchOf,
  type BatchOptions,
  orderedBatches,
  type Remainder,
} from "./batches.ts";
export { shuffle, type SplitOptions, type TrainTest, trainTestSplit } from "./split.ts";
export {
  type EvenFold,
  type Fold,
  type FoldOptions,
  groupKFold,
  kFold,
  stratifiedKFold,
} from "./k_fold.ts";
export { type TimeSeriesOptions, timeSeriesSplit } from "./time_series_split.ts";
export type { RowLabels } from "./strata.ts";
export type { FeatureShape, FitOptions, Measured, Scaler } from "./scaler.ts";
export { minMax, type MinMaxOptions, robust, standardize } from "./scaling.ts";
export {
  type ClassName,
  decodeLabels,
  type EncodedLabels,
  encodeLabels,
  type EncodeOptions,
} from "./class_labels.ts";
export { polynomialFeatureNames, polynomialFeatures } from "./polynomial_features.ts";
export type { Polynomial, PolynomialOptions } from "./polynomial_shape.ts";
export { type Radial, radialFeatures } from "./radial_features.ts";
export { slidingWindows, type Windows, type WindowsOptions } from "./sliding_windows.ts";
export { FormatError } from "./format_error.ts";
export {
  decodeIdx,
  encodeIdx,
  type IdxArray,
  type IdxData,
  type IdxType,
  parseIdx,
  readIdx,
} from "./idx.ts";
