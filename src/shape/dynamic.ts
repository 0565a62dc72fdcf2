/**
 * Windows whose place is computed: their sizes are static, their starts are not.
 *
 * @module
 */
import type { Compare } from "./arithmetic.ts";
import type { IsLiteral, Plain, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import { checkDims, type NotDim, type WrongDim } from "./literal.ts";

/** The shape of a window of sizes `N`. */
export type DynamicSlice<S extends Shape, N extends Shape, K extends string = "dynamicSlice"> =
  UnknownRank<N, K> extends true ? Shape
    : WrongDim<N, K> extends infer W
      ? [W] extends [never] ? Fits<S, N, K> extends true ? Plain<N, K>
        : Fail<`${K}: window ${Show<N, K>} does not fit into ${Show<S, K>}`>
      : NotDim<W, K>
    : never;

/** The shape of a tensor after a window of the shape `U` has been written. */
export type DynamicUpdateSlice<
  S extends Shape,
  U extends Shape,
  K extends string = "dynamicUpdateSlice",
> = UnknownRank<U, K> extends true ? S
  : Fits<S, U, K> extends true ? S
  : Fail<`${K}: window ${Show<U, K>} does not fit into ${Show<S, K>}`>;

/** The shape of starts, one for each axis. */
export type Starts<S extends Shape, P extends Shape, K extends string> = UnknownRank<S, K> extends
  true ? P
  : UnknownRank<P, K> extends true ? P
  : P extends readonly [infer N extends number]
    ? IsLiteral<N, K> extends false ? P : N extends S["length"] ? P : Unmatched<S, P, K>
  : Unmatched<S, P, K>;

/** @internal */
type Unmatched<S extends Shape, P extends Shape, K extends string> = Fail<
  `${K}: starts ${Show<P, K>} are not one for each axis of ${Show<S, K>}`
>;

/**
 * Whether no dim of a window is known to be too large.
 *
 * @internal
 */
type Fits<S extends Shape, N extends Shape, K> = UnknownRank<S, K> extends true ? true
  : S extends readonly [infer D extends number, ...infer ST extends Shape]
    ? N extends readonly [infer M extends number, ...infer NT extends Shape]
      ? Larger<M, D, K> extends true ? false : Fits<ST, NT, K>
    : false
  : N extends readonly [] ? true
  : false;

type Larger<M extends number, D extends number, K> = IsLiteral<M, K> extends false ? false
  : IsLiteral<D, K> extends false ? false
  : Compare<M, D> extends "greater" ? true
  : false;

/** The run-time twin of {@linkcode DynamicSlice}. */
export function dynamicSliceShape(shape: Shape, sizes: Shape): number[] {
  checkDims("dynamicSlice", sizes);
  requireFit("dynamicSlice", shape, sizes);
  return [...sizes];
}

/** The run-time twin of {@linkcode DynamicUpdateSlice}. */
export function dynamicUpdateSliceShape(shape: Shape, update: Shape): number[] {
  requireFit("dynamicUpdateSlice", shape, update);
  return [...shape];
}

/** The run-time twin of {@linkcode Starts}. */
export function startsShape(operation: string, shape: Shape, starts: Shape): number[] {
  if (starts.length !== 1 || starts[0] !== shape.length) {
    throw new ShapeError(
      `${operation}: starts ${showShape(starts)} are not one for each axis of ${showShape(shape)}`,
    );
  }
  return [...starts];
}

function requireFit(operation: string, shape: Shape, window: Shape): void {
  if (window.length !== shape.length || window.some((size, axis) => size > shape[axis])) {
    throw new ShapeError(
      `${operation}: window ${showShape(window)} does not fit into ${showShape(shape)}`,
    );
  }
}
