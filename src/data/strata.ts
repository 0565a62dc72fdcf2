/**
 * Classes of rows, by their labels.
 *
 * @module
 */
import { type DType, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";

/** A label for each row, of any dtype: rows with equal labels belong together. */
export type RowLabels = Tensor<readonly [number], DType>;

/** The class of each row, in the order in which labels first come; `what` names them in errors. */
export function classesOf(
  operation: string,
  what: string,
  labels: RowLabels,
  rows: number,
): Int32Array {
  if (labels.shape.length !== 1 || labels.shape[0] !== rows) {
    throw new ShapeError(
      `${operation}: ${what} must be one for each of ${rows} rows, got ${showShape(labels.shape)}`,
    );
  }
  const classes = new Map<number, number>();
  return Int32Array.from(labels.data, (label) => {
    const known = classes.get(label);
    if (known !== undefined) return known;
    classes.set(label, classes.size);
    return classes.size - 1;
  });
}

/** How many rows each class has. */
export function countsOf(classes: Int32Array): number[] {
  const counts = Array<number>(classes.reduce((a, b) => Math.max(a, b), -1) + 1).fill(0);
  for (const at of classes) counts[at]++;
  return counts;
}

/**
 * Shares `total` out in proportion to counts: each gets its part rounded down, and the largest
 * fractions one more (the largest-remainder method), of equal ones the first.
 */
export function shareOut(total: number, counts: readonly number[]): number[] {
  const all = counts.reduce((a, b) => a + b, 0);
  // Whole numbers throughout, so that equal fractions are equal.
  const shares = counts.map((count) => Math.floor(total * count / all));
  const left = total - shares.reduce((a, b) => a + b, 0);
  const byFraction = [...counts.keys()].sort((a, b) =>
    (total * counts[b]) % all - (total * counts[a]) % all
  );
  for (const at of byFraction.slice(0, left)) shares[at]++;
  return shares;
}
