/**
 * Sizes of pooling: windows over the spatial axes of `[N, C, …spatial]`, of which there are one to three.
 *
 * @module
 */
import {
  type At,
  type PerAxis,
  perAxis,
  type Positions,
  type Setting,
  type SpatialAxis,
  type SpatialRank,
  type WindowOptions,
  windowPositions,
  type WrongPerAxis,
  type WrongWindow,
} from "./window.ts";
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** How a window moves over its input; the stride is the window unless given. */
export interface PoolOptions extends WindowOptions {
  /** The size of the window on every spatial axis, or on each. */
  readonly window: PerAxis;
}

/** As {@linkcode PoolOptions}, for means. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts, as zeros; `false` unless given. */
  readonly countIncludePad?: boolean;
}

/** The shape after pooling. */
export type Pool<X extends Shape, O extends PoolOptions, K extends string> =
  UnknownRank<X, K> extends true ? Shape
    : X["length"] extends 3 | 4 | 5
      ? WrongPool<O, SpatialRank<X["length"]>, K> extends infer F
        ? [F] extends [never] ? Spatial<X, O, K, [X[0], X[1]]> : F
      : never
    : Fail<`${K}: needs an input of rank 3, 4 or 5, got ${Show<X, K>}`>;

/**
 * The failure of settings, or `never`.
 *
 * @internal
 */
type WrongPool<O extends PoolOptions, Rank extends number, K extends string> =
  WrongPerAxis<O["window"], "window", Rank, K> extends infer F
    ? [F] extends [never] ? WrongWindow<O, Setting<O, "stride", O["window"]>, Rank, K> : F
    : never;

/** @internal */
type Spatial<
  X extends Shape,
  O extends PoolOptions,
  K extends string,
  Out extends readonly unknown[],
> = Out["length"] extends X["length"] ? Out
  : Positions<
    X[Out["length"]],
    At<O["window"], SpatialAxis<Out["length"]>>,
    O,
    SpatialAxis<Out["length"]>,
    Setting<O, "stride", O["window"]>,
    K
  > extends infer D ? [D] extends [-1] ? Fail<
        `${K}: window ${ShowWindow<O["window"], K>} does not fit into input ${Show<X, K>}`
      >
    : Spatial<X, O, K, [...Out, D]>
  : never;

type ShowWindow<W, K> = W extends number ? `${W}` : W extends Shape ? Show<W, K> : "?";

/** The run-time twin of {@linkcode Pool}. */
export function poolShape(operation: string, input: Shape, options: PoolOptions): number[] {
  if (input.length < 3 || input.length > 5) {
    throw new ShapeError(
      `${operation}: needs an input of rank 3, 4 or 5, got ${showShape(input)}`,
    );
  }
  const size = perAxis(operation, "window", options.window, input.length - 2);
  const stride = options.stride ?? options.window;
  const positions = windowPositions(operation, input, [1, 1, ...size], { ...options, stride });
  if (positions === undefined) {
    const window = typeof options.window === "number"
      ? String(options.window)
      : showShape(options.window);
    throw new ShapeError(
      `${operation}: window ${window} does not fit into input ${showShape(input)}`,
    );
  }
  return [input[0], input[1], ...positions];
}
