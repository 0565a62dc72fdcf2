/**
 * Reading data, and cutting it into batches.
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
export { batches, trainTestSplit, type WithRows } from "./batches.ts";
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
