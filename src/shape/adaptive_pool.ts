/**
 * Sizes of pooling to a given size, and to one value: over the spatial axes of `[N, C, …spatial]`, of
 * which there are one to three.
 *
 * @module
 */
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import {
  type At,
  type PerAxis,
  perAxis,
  type SpatialAxis,
  type SpatialRank,
  type WrongPerAxis,
} from "./window.ts";

/** The shape after pooling to a size. */
export type AdaptivePool<X extends Shape, Size extends PerAxis, K extends string> =
  UnknownRank<X, K> extends true ? Shape
    : X["length"] extends 3 | 4 | 5
      ? WrongPerAxis<Size, "size", SpatialRank<X["length"]>, K> extends infer F
        ? [F] extends [never] ? Spatial<X, Size, K, [X[0], X[1]]> : F
      : never
    : WrongRank<X, K>;

/** The shape after pooling to one value for each channel. */
export type GlobalPool<X extends Shape, Keep extends boolean, K extends string> = boolean extends
  Keep ? Shape
  : UnknownRank<X, K> extends true ? Shape
  : X["length"] extends 3 | 4 | 5 ? Spatial<X, 1, K, [X[0], X[1]], Keep>
  : WrongRank<X, K>;

/** @internal */
type WrongRank<X extends Shape, K extends string> = Fail<
  `${K}: needs an input of rank 3, 4 or 5, got ${Show<X, K>}`
>;

/** @internal */
type Spatial<
  X extends Shape,
  Size extends PerAxis,
  K extends string,
  Out extends readonly unknown[],
  Keep extends boolean = true,
> = Out["length"] extends X["length"] ? Keep extends true ? Out : [X[0], X[1]]
  : X[Out["length"]] extends 0 ? Fail<`${K}: nothing to pool in input ${Show<X, K>}`>
  : Spatial<X, Size, K, [...Out, At<Size, SpatialAxis<Out["length"]>>], Keep>;

/** The run-time twin of {@linkcode AdaptivePool}. */
export function adaptivePoolShape(operation: string, input: Shape, size: PerAxis): number[] {
  if (input.length < 3 || input.length > 5) {
    throw new ShapeError(
      `${operation}: needs an input of rank 3, 4 or 5, got ${showShape(input)}`,
    );
  }
  const sizes = perAxis(operation, "size", size, input.length - 2);
  if (input.slice(2).includes(0)) {
    throw new ShapeError(`${operation}: nothing to pool in input ${showShape(input)}`);
  }
  return [input[0], input[1], ...sizes];
}

/** The run-time twin of {@linkcode GlobalPool}. */
export function globalPoolShape(operation: string, input: Shape, keepDims: boolean): number[] {
  const pooled = adaptivePoolShape(operation, input, 1);
  return keepDims ? pooled : pooled.slice(0, 2);
}
