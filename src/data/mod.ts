/**
 * Reading data or making it up, cutting it into parts and batches, and making features of it.
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
export type { ReadOptions } from "./read_bytes.ts";
export { type Digits, type DigitsOptions, mnistDigits, readMnist, readMnistPart } from "./mnist.ts";
export {
  cifar10Classes,
  encodeCifar10,
  encodeCifar100,
  parseCifar10,
  parseCifar100,
  readCifar10,
  readCifar100,
} from "./cifar.ts";
export { type CifarRecords, cifarRecords, type ColorImages, colorImages } from "./color_images.ts";
export { type CsvOptions, type CsvTable, parseCsv, readCsv } from "./csv.ts";
export {
  csvClasses,
  type CsvColumns,
  csvDataset,
  type CsvLabels,
  type CsvNumbers,
  type CsvTensor,
} from "./csv_dataset.ts";
export { blobs, type BlobsOptions } from "./generators/blobs.ts";
export { checkerboard } from "./generators/checkerboard.ts";
export { circles } from "./generators/circles.ts";
export type { Curve, CurveOptions } from "./generators/curve.ts";
export { iceCream, iceCreamTruth } from "./generators/ice_cream.ts";
export { moons } from "./generators/moons.ts";
export { type LineOptions, noisyLine } from "./generators/noisy_line.ts";
export { noisyPolynomial } from "./generators/noisy_polynomial.ts";
export type { NoiseOptions, Points } from "./generators/points.ts";
export { type SineOptions, sineWave } from "./generators/sine_wave.ts";
export { spirals, type SpiralsOptions } from "./generators/spirals.ts";
export { xor } from "./generators/xor.ts";
export { drawnDigits, type DrawnDigitsOptions } from "./generators/drawn_digits.ts";
export { tinyImageClasses, tinyImages } from "./generators/tiny_images.ts";
