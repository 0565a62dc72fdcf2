/**
 * The shapes of targets for classes and for rows, and of weights of classes.
 *
 * @module
 */
import { equalShapes, type Same } from "../shape/same.ts";
import type { Shape, UnknownRank } from "../shape/dim.ts";
import { type Fail, ShapeError, type Show, showShape, type Whole } from "../shape/fail.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";

/** Targets are like the logits if they are floats, and like their rows if they are whole numbers. */
export type ClassTargets<S extends Shape, T extends Shape, D, K extends string> =
  UnknownRank<S, K> extends true ? Whole<T>
    : [D] extends ["int32" | "uint32"] ? ClassLabels<S, T, K>
    : Same<S, T, K>;

/** One class for each row of logits. */
export type ClassLabels<S extends Shape, T extends Shape, K extends string> =
  UnknownRank<S, K> extends true ? Whole<T>
    : S extends readonly [...infer Rows extends Shape, unknown] ? Same<Rows, T, K>
    : Fail<`${K}: logits need an axis of classes, got ${Show<S, K>}`>;

/** One weight for each class of logits. */
export type ClassWeights<S extends Shape, W extends Shape, K extends string> =
  UnknownRank<S, K> extends true ? Whole<W>
    : S extends readonly [...unknown[], infer C extends number] ? Same<[C], W, `${K}: weight`>
    : Whole<W>;

/** Rows can be ignored where targets are classes. */
export type IgnoreIndex<D, K extends string> = [D] extends ["float32" | "float64"]
  ? Fail<`${K}: ignoreIndex needs targets that are classes, got ${D}`>
  : number;

/** Rows of the same shape. */
export type SameRows<S extends Shape, T extends Shape, K extends string> = UnknownRank<S, K> extends
  true ? Same<S, T, K>
  : S extends readonly [] ? Fail<`${K}: axis -1 is out of range for []`>
  : Same<S, T, K>;

/** The run-time twin of {@linkcode SameRows}. */
export function sameRowsShape(operation: string, rows: Shape, targets: Shape): void {
  if (rows.length === 0) throw new ShapeError(`${operation}: axis -1 is out of range for []`);
  requireShape(operation, rows, targets);
}

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
  requireShape(operation, isFloating(dtype) ? logits : logits.slice(0, -1), targets);
}

/** The run-time twin of {@linkcode ClassWeights}. */
export function classWeightsShape(operation: string, logits: Shape, weight: Shape): void {
  requireShape(`${operation}: weight`, logits.slice(-1), weight);
}

function requireShape(operation: string, expected: Shape, shape: Shape): void {
  if (!equalShapes(expected, shape)) {
    throw new ShapeError(
      `${operation}: shapes differ: ${showShape(expected)} and ${showShape(shape)}`,
    );
  }
}

/** One row of labels for each sequence of rows of logits. */
export type CtcTargets<S extends Shape, T extends Shape, K extends string> =
  UnknownRank<S, K> extends true ? Whole<T>
    : S extends readonly [infer N extends number, unknown, unknown]
      ? UnknownRank<T, K> extends true ? Whole<T>
      : T extends readonly [unknown, infer L extends number] ? Same<[N, L], T, K>
      : Fail<`${K}: needs targets [N, L], got ${Show<T, K>}`>
    : Fail<`${K}: needs logits [N, T, C], got ${Show<S, K>}`>;

/** One length for each sequence of rows of logits. */
export type CtcLengths<S extends Shape, L extends Shape, K extends string> =
  UnknownRank<S, K> extends true ? Whole<L>
    : S extends readonly [infer N extends number, ...unknown[]] ? Same<[N], L, `${K}: lengths`>
    : Whole<L>;

/** The run-time twin of {@linkcode CtcTargets} and {@linkcode CtcLengths}. */
export function ctcShapes(
  operation: string,
  logits: Shape,
  targets: Shape,
  lengths: readonly Shape[],
): void {
  if (logits.length !== 3) {
    throw new ShapeError(`${operation}: needs logits [N, T, C], got ${showShape(logits)}`);
  }
  if (targets.length !== 2) {
    throw new ShapeError(`${operation}: needs targets [N, L], got ${showShape(targets)}`);
  }
  requireShape(operation, [logits[0], targets[1]], targets);
  for (const shape of lengths) requireShape(`${operation}: lengths`, [logits[0]], shape);
}
