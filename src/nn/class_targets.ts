/**
 * The shapes of targets for classes.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import type { Shape } from "../shape/dim.ts";
import { type Fail, ShapeError, type Show, showShape, type Whole } from "../shape/fail.ts";
import type { Same } from "../shape/same.ts";
import type { UnknownRank } from "../shape/dim.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";

/** Targets are like the logits if they are floats, and like their rows if they are whole numbers. */
export type ClassTargets<S extends Shape, T extends Shape, D, K extends string> =
  UnknownRank<S, K> extends true ? Whole<T>
    : [D] extends ["int32" | "uint32"]
      ? S extends readonly [...infer Rows extends Shape, unknown] ? Same<Rows, T, K>
      : Fail<`${K}: logits need an axis of classes, got ${Show<S, K>}`>
    : Same<S, T, K>;

/** The run-time twin of {@linkcode ClassTargets}. */
export function classTargetsShape(
  operation: string,
  logits: Shape,
  targets: Shape,
  dtype: DType,
): void {
  if (logits.length === 0) {
    throw new ShapeError(`${operation}: logits need an axis of classes, got ${showShape(logits)}`);
  }
  const expected = isFloating(dtype) ? logits : logits.slice(0, -1);
  if (!equalShapes(expected, targets)) {
    throw new ShapeError(
      `${operation}: shapes differ: ${showShape(expected)} and ${showShape(targets)}`,
    );
  }
}
