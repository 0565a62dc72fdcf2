/**
 * Taking a tensor apart along an axis: the rules give a list of shapes.
 *
 * @module
 */
import type { Compare, DivRem, NotWhole, Sub } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import type { Without } from "./reduce.ts";

/** The shapes of equal parts, or of the parts between positions. */
export type Split<S extends Shape, P, X extends number, K extends string = "split"> =
  UnknownRank<S, K> extends true ? Shape[]
    : Vague<[X]> extends true ? Shape[]
    : AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
      : [P] extends [number] ? Vague<[P]> extends true ? Sized<S, N, number>[] : Equal<S, N, P, K>
      : [P] extends [readonly number[]] ? number extends P["length"] ? Sized<S, N, number>[]
        : Vague<P> extends true ? Sized<S, N, number>[]
        : Between<S, N, P, K>
      : Shape[]
    : never;

/**
 * The shape with another dim at an axis.
 *
 * @internal
 */
type Sized<S extends Shape, N extends number, D> = {
  -readonly [I in keyof S]: I extends `${N}` ? D : S[I];
};

/** @internal */
type Equal<S extends Shape, N extends number, P extends number, K extends string> =
  NotWhole<P, "0"> extends true
    ? Fail<`${K}: the number of parts must be a whole number from 1 on, got ${P}`>
    : IsLiteral<S[N], K> extends true
      ? DivRem<S[N], P> extends [infer D, infer R] ? R extends 0 ? Times<Sized<S, N, D>, P>
        : Fail<`${K}: axis ${N} of ${Show<S, K>} does not divide into ${P} parts`>
      : never
    : Times<Sized<S, N, number>, P>;

/**
 * A list of as many shapes; of unknown length from 100 on.
 *
 * @internal
 */
export type Times<S, N extends number, Out extends readonly unknown[] = []> = `${N}` extends
  `${infer _a}${infer _b}${infer _c}${infer _d}` ? S[]
  : Out["length"] extends N ? Out
  : Times<S, N, [...Out, S]>;

/**
 * From each position to the next.
 *
 * @internal
 */
type Between<
  S extends Shape,
  N extends number,
  P extends readonly number[],
  K extends string,
  From extends number = 0,
  Out extends readonly unknown[] = [],
> = P extends readonly [infer p extends number, ...infer T extends readonly number[]]
  ? Follows<From, p, S[N], K> extends true
    ? Between<S, N, T, K, p, [...Out, Sized<S, N, Sub<p, From>>]>
  : Fail<`${K}: positions must rise from 0 to the end of axis ${N} of ${Show<S, K>}, got ${p}`>
  : [
    ...Out,
    Sized<S, N, IsLiteral<S[N], K> extends true ? Sub<S[N], From> : From extends 0 ? S[N] : number>,
  ];

type Follows<From extends number, To extends number, D extends number, K> = NotWhole<To> extends
  true ? false
  : Compare<To, From> extends "less" ? false
  : IsLiteral<D, K> extends true ? Compare<To, D> extends "greater" ? false : true
  : true;

/** Where the parts of an axis end. */
export function splitEnds(
  shape: Shape,
  parts: number | readonly number[],
  axis: number,
  operation = "split",
): readonly number[] {
  const at = normalizeAxis(operation, axis, shape);
  const dim = shape[at];
  if (typeof parts === "number") {
    if (!Number.isInteger(parts) || parts < 1) {
      throw new ShapeError(
        `${operation}: the number of parts must be a whole number from 1 on, got ${parts}`,
      );
    }
    if (dim % parts !== 0) {
      throw new ShapeError(
        `${operation}: axis ${at} of ${showShape(shape)} does not divide into ${parts} parts`,
      );
    }
    return Array.from({ length: parts }, (_, i) => (i + 1) * (dim / parts));
  }
  for (const [i, position] of parts.entries()) {
    if (!Number.isInteger(position) || position < (parts[i - 1] ?? 0) || position > dim) {
      throw new ShapeError(
        `${operation}: positions must rise from 0 to the end of axis ${at} of ${
          showShape(shape)
        }, got ${position}`,
      );
    }
  }
  return [...parts, dim];
}

/** The run-time twin of {@linkcode Split}. */
export function splitShapes(
  shape: Shape,
  parts: number | readonly number[],
  axis: number,
  operation = "split",
): number[][] {
  const ends = splitEnds(shape, parts, axis, operation);
  return ends.map((end, i) => [...shape].with(axis, end - (ends[i - 1] ?? 0)));
}

/** The shape of one of two equal parts. */
export type Halved<S extends Shape, X extends number, K extends string = "split"> =
  Split<S, 2, X, K> extends infer R
    ? R extends readonly [infer Half, unknown] ? Half : R extends readonly Shape[] ? Shape : R
    : never;

/** The run-time twin of {@linkcode Halved}. */
export function halvedShape(shape: Shape, axis: number, operation = "split"): number[] {
  return splitShapes(shape, 2, axis, operation)[0];
}

/** The shapes of the slices along an axis, which goes. */
export type Unstack<S extends Shape, X extends number, K extends string = "unstack"> =
  UnknownRank<S, K> extends true ? Shape[]
    : Vague<[X]> extends true ? Shape[]
    : AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
      : IsLiteral<S[N], K> extends true ? Times<Without<S, N, false>, S[N]>
      : Without<S, N, false>[]
    : never;

/** The run-time twin of {@linkcode Unstack}. */
export function unstackShapes(shape: Shape, axis: number): number[][] {
  const at = normalizeAxis("unstack", axis, shape);
  return Array.from({ length: shape[at] }, () => shape.toSpliced(at, 1));
}
