/**
 * Shapes that end in another.
 *
 * @module
 */
import type { Disagreed, EqualDim, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";

/** A shape whose last dims are those of `N`. */
export type Trailing<S extends Shape, N extends Shape, K extends string> = UnknownRank<S, K> extends
  true ? Rankless<S, K>
  : UnknownRank<N, K> extends true ? S
  : EndsIn<S, N, K> extends false ? Fail<`${K}: ${Show<S, K>} does not end in ${Show<N, K>}`>
  : S;

/** @internal */
type EndsIn<S extends readonly unknown[], N extends readonly unknown[], K> = N extends
  readonly [...infer NT, infer n]
  ? S extends readonly [...infer ST, infer s]
    ? EqualDim<s, n, K> extends Disagreed ? false : EndsIn<ST, NT, K>
  : false
  : true;

/** The run-time twin of {@linkcode Trailing}. */
export function trailingShape(operation: string, shape: Shape, end: Shape): number[] {
  const lead = shape.length - end.length;
  if (lead < 0 || end.some((dim, axis) => dim !== shape[lead + axis])) {
    throw new ShapeError(`${operation}: ${showShape(shape)} does not end in ${showShape(end)}`);
  }
  return [...shape];
}
