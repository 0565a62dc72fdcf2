/**
 * Scores that were found several times, and how they spread.
 *
 * @module
 */

/** A score found several times. */
export interface Spread {
  /** What was found each time. */
  readonly scores: readonly number[];
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation, as NumPy's: the root of the mean of squared deviations. */
  readonly std: number;
}

/** Scores with their mean and their standard deviation. */
export function spreadOf(scores: readonly number[]): Spread {
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = average(scores);
  return { scores, mean, std: Math.sqrt(average(scores.map((score) => (score - mean) ** 2))) };
}
