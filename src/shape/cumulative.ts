/**
 * Running functions and differences along an axis.
 *
 * @module
 */
import type { Minus, NotWhole } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { IsLiteral, Mutable, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError } from "./fail.ts";
import { type Flatten, flattenShape } from "./reshape.ts";

/** The shape of a running function: that of the operand, flattened without an axis. */
export type Cumulative<S extends Shape, X, K extends string> = [X] extends [undefined]
  ? Flatten<S, 0, -1, K>
  : UnknownRank<S, K> extends true ? [X] extends [number] ? Rankless<S, K> : Shape
  : [X] extends [number] ? Vague<[X]> extends true ? Mutable<S>
    : AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
      : Mutable<S>
    : never
  : Shape;

/** The run-time twin of {@linkcode Cumulative}. */
export function cumulativeShape(operation: string, shape: Shape, axis?: number): number[] {
  if (axis === undefined) return flattenShape(shape);
  normalizeAxis(operation, axis, shape);
  return [...shape];
}

/** The shape of differences of order `N` along an axis: it is `N` shorter, down to 0. */
export type Diff<S extends Shape, N extends number, X extends number, K extends string = "diff"> =
  NotWhole<N> extends true ? Fail<`${K}: n must be a whole number from 0 on, got ${N}`>
    : UnknownRank<S, K> extends true ? Shape
    : Vague<[X]> extends true ? Unknown<S>
    : AxisOf<X, S["length"]> extends infer A extends number ? [A] extends [-1] ? OutOfRange<X, S, K>
      : Shorter<S, A, N, K>
    : never;

/**
 * The same rank with dims that only the run time knows.
 *
 * @internal
 */
type Unknown<S extends Shape> = { -readonly [I in keyof S]: number };

/** @internal */
type Shorter<S extends Shape, A extends number, N extends number, K> = {
  -readonly [I in keyof S]: I extends `${A}` ? ShorterDim<S[I], N, K> : S[I];
};

type ShorterDim<D, N extends number, K> = N extends 0 ? D
  : IsLiteral<D, K> extends false ? number
  : Vague<[N]> extends true ? number
  : Minus<D & number, N>;

/** The run-time twin of {@linkcode Diff}. */
export function diffShape(shape: Shape, n: number, axis: number): number[] {
  if (!Number.isInteger(n) || n < 0) {
    throw new ShapeError(`diff: n must be a whole number from 0 on, got ${n}`);
  }
  const at = normalizeAxis("diff", axis, shape);
  return shape.with(at, Math.max(shape[at] - n, 0));
}
