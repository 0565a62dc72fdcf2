/**
 * How many operations the algorithms of linear algebra take.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Abstract } from "../../tape/tape.ts";

/**
 * The operations of an algorithm for one matrix, for all of a batch: the leading terms of the counts
 * in Golub & Van Loan, "Matrix Computations", 4th edition, 2013.
 */
export function flopsEach(
  count: (rows: number, columns: number) => number,
): ([a]: readonly Abstract[]) => number {
  return ([{ shape }]) => {
    const [rows, columns] = shape.slice(-2);
    return sizeOf(shape.slice(0, -2)) * Math.round(count(rows, columns));
  };
}

/** A singular value decomposition with all its factors, by way of a QR decomposition. */
export function svdFlops(rows: number, columns: number): number {
  const [small, large] = [Math.min(rows, columns), Math.max(rows, columns)];
  return 4 * large ** 2 * small + 22 * small ** 3;
}
