/**
 * Axes: negative ones count from the end.
 *
 * @module
 */
import type { Compare, Sub } from "./arithmetic.ts";
import type { IsUnion, Shape } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/**
 * The axis counted from 0, or -1 where a shape of this rank has no such axis. Both are literals.
 *
 * @internal
 */
export type AxisOf<X extends number, Rank extends number> = `${X}` extends
  `-${infer N extends number}` ? Compare<N, Rank> extends "greater" ? -1 : Sub<Rank, N>
  : `${X}` extends `${string}.${string}` ? -1
  : Compare<X, Rank> extends "less" ? X
  : -1;

/**
 * The failure of an axis that is not there.
 *
 * @internal
 */
export type OutOfRange<X extends number, S extends Shape, K extends string> = Fail<
  `${K}: axis ${X} is out of range for ${Show<S, K>}`
>;

/**
 * The axes counted from 0, or the failure of the first that is wrong.
 *
 * @internal
 */
export type AxesOf<
  S extends Shape,
  L extends readonly number[],
  K extends string,
  Out extends readonly number[] = [],
> = L extends readonly [infer X extends number, ...infer T extends readonly number[]]
  ? AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
    : [N] extends [Out[number]] ? Fail<`${K}: axis ${X} is named twice for ${Show<S, K>}`>
    : AxesOf<S, T, K, [...Out, N]>
  : never
  : Out;

/**
 * Whether an axis in a list is not known, or is one of several.
 *
 * @internal
 */
export type Vague<L extends readonly unknown[]> = number extends L[number] ? true
  : true extends { [I in keyof L]: IsUnion<L[I]> }[number] ? true
  : false;

/** The run-time twin of {@linkcode AxisOf}: the axis counted from 0, or an error. */
export function normalizeAxis(operation: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (typeof axis !== "number") {
    throw new ShapeError(`${operation}: an axis is a number, got ${JSON.stringify(axis)}`);
  }
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ShapeError(`${operation}: axis ${axis} is out of range for ${showShape(shape)}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** The run-time twin of {@linkcode AxesOf}: the axes counted from 0, each named once, or an error. */
export function normalizeAxes(operation: string, axes: readonly number[], shape: Shape): number[] {
  const normal: number[] = [];
  for (const axis of axes) {
    const one = normalizeAxis(operation, axis, shape);
    if (normal.includes(one)) {
      throw new ShapeError(`${operation}: axis ${axis} is named twice for ${showShape(shape)}`);
    }
    normal.push(one);
  }
  return normal;
}
