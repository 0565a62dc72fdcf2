/**
 * Cross-validation that knows no future.
 *
 * @module
 */
import type { Fold } from "./k_fold.ts";
import { requireWhole, rowCount, rowOrder, takeRows } from "./rows.ts";

/** What {@linkcode timeSeriesSplit} trains and tests on. */
export interface TimeSeriesOptions<N extends number = number> {
  /** How many rows to test on; unless given, as many as `folds + 1` equal parts have. */
  readonly testSize?: N;
  /** How many rows to train on at most, the last ones before the test; all unless given. */
  readonly maxTrainSize?: number;
  /**
   * How many rows to leave out between training and test; 0 unless given. Windows of `h` steps that
   * overlap need a gap, or the last ones trained on reach into the first ones tested on.
   */
  readonly gap?: number;
}

/**
 * The rows of a series, oldest first, cut so that all rows trained on come before those tested on: the
 * last `folds` runs of `testSize` rows are tested on, each by a model of what came before it.
 *
 * Shuffled folds of a series test on rows between neighbours that were trained on, and find errors
 * that are far too small. The folds are those of scikit-learn's `TimeSeriesSplit`.
 *
 * @throws {RangeError} Where tensors differ in rows, or a setting is out of its range, or there are too
 * few rows.
 *
 * @example
 * ```ts
 * import { arange } from "@katachi/katachi";
 * import { timeSeriesSplit } from "@katachi/katachi/data";
 *
 * const folds = [...timeSeriesSplit({ x: arange(6) }, 2, { gap: 1 })];
 * folds.map(({ train }) => train.x.toArray()); // [[0], [0, 1, 2]]
 * folds.map(({ test }) => test.x.toArray()); // [[2, 3], [4, 5]]
 * ```
 */
export function timeSeriesSplit<T, const N extends number = number>(
  data: T,
  folds: number,
  options: TimeSeriesOptions<N> = {},
): Generator<Fold<T, number, N>, void, undefined> {
  const rows = rowCount("timeSeriesSplit", data);
  requireWhole("timeSeriesSplit", "number of folds", folds, 1);
  if (folds >= rows) {
    throw new RangeError(
      `timeSeriesSplit: ${rows} rows are too few for ${folds} folds: there is none to test on`,
    );
  }
  const { testSize = Math.floor(rows / (folds + 1)), maxTrainSize, gap = 0 } = options;
  requireWhole("timeSeriesSplit", "testSize", testSize, 1);
  requireWhole("timeSeriesSplit", "gap", gap, 0);
  if (maxTrainSize !== undefined) {
    requireWhole("timeSeriesSplit", "maxTrainSize", maxTrainSize, 1);
  }
  const first = rows - folds * testSize;
  if (first - gap < 1) {
    throw new RangeError(
      `timeSeriesSplit: ${rows} rows are too few for ${folds} folds with tests of ${testSize} ` +
        `and a gap of ${gap}: they leave none to train on`,
    );
  }
  return cut();

  function* cut(): Generator<Fold<T, number, N>, void, undefined> {
    const order = rowOrder(undefined, rows);
    for (let start = first; start < rows; start += testSize) {
      const end = start - gap;
      const from = Math.max(0, end - (maxTrainSize ?? end));
      yield {
        train: takeRows(data, order.subarray(from, end)),
        test: takeRows(data, order.subarray(start, start + testSize)),
      };
    }
  }
}
