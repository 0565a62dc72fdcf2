/**
 * Covariance: every variable against every other.
 *
 * @module
 */
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of the covariances of the rows of a matrix, or of its columns; of one row a scalar. */
export type Covariance<S extends Shape, Rows extends boolean, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [unknown] ? []
    : S extends readonly [infer m, infer n]
      ? boolean extends Rows ? [number, number] : Rows extends true ? [m, m] : [n, n]
    : Fail<`${K}: needs a vector or a matrix, got ${Show<S, K>}`>;

/** The run-time twin of {@linkcode Covariance}. */
export function covarianceShape(operation: string, shape: Shape, rows: boolean): number[] {
  if (shape.length === 1) return [];
  if (shape.length !== 2) {
    throw new ShapeError(`${operation}: needs a vector or a matrix, got ${showShape(shape)}`);
  }
  const side = shape[rows ? 0 : 1];
  return [side, side];
}
