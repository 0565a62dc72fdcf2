/**
 * Order statistics: the largest, quantiles, and what is sorted along one axis.
 *
 * @module
 */
import type { Add, Compare, Minus } from "./arithmetic.ts";
import { type AxisOf, normalizeAxis, type OutOfRange, type Vague } from "./axis.ts";
import type { IsLiteral, Shape, Single, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import { checkDims, type NotDim, type WrongDim } from "./literal.ts";
import { type Reduce, reduceShape } from "./reduce.ts";

/** The shape of the `N` largest along an axis. */
export type TopK<S extends Shape, N extends number, X extends number, K extends string = "topK"> =
  WrongDim<[N], K> extends infer W ? [W] extends [never] ? UnknownRank<S, K> extends true ? Shape
      : Vague<[X]> extends true ? { -readonly [I in keyof S]: number }
      : AxisOf<X, S["length"]> extends infer A extends number
        ? [A] extends [-1] ? OutOfRange<X, S, K> : Chosen<S, A, N, K, S>
      : never
    : NotDim<W, K>
    : never;

/** @internal */
type Chosen<
  S extends Shape,
  A extends number,
  N extends number,
  K extends string,
  Whole extends Shape,
  Before extends readonly unknown[] = [],
> = S extends readonly [infer D extends number, ...infer T extends Shape]
  ? Before["length"] extends A
    ? TooMany<N, D, K> extends true
      ? Fail<`${K}: there are no ${N} along axis ${A} of ${Show<Whole, K>}`>
    : [...Before, Single<N, K>, ...T]
  : Chosen<T, A, N, K, Whole, [...Before, D]>
  : never;

type TooMany<N extends number, D extends number, K> = IsLiteral<N, K> extends false ? false
  : IsLiteral<D, K> extends false ? false
  : Compare<N, D> extends "greater" ? true
  : false;

/** The run-time twin of {@linkcode TopK}. */
export function topKShape(shape: Shape, k: number, axis: number): number[] {
  checkDims("topK", [k]);
  const at = normalizeAxis("topK", axis, shape);
  if (k > shape[at]) {
    throw new ShapeError(`topK: there are no ${k} along axis ${at} of ${showShape(shape)}`);
  }
  return shape.with(at, k);
}

/** The shape of quantiles: a list of them has an axis in front. */
export type Quantile<
  S extends Shape,
  Q,
  X,
  Keep extends boolean,
  K extends string = "quantile",
> = Q extends readonly unknown[]
  ? Reduce<S, X, Keep, K> extends infer R ? InFront<Q["length"], R, K>
  : never
  : Reduce<S, X, Keep, K>;

/** @internal */
type InFront<N extends number, R, K> = R extends Fail<unknown> ? R
  : R extends readonly unknown[] ? UnknownRank<R & Shape, K> extends true ? Shape : [N, ...R]
  : Shape;

/** The run-time twin of {@linkcode Quantile}. */
export function quantileShape(
  operation: string,
  shape: Shape,
  q: number | readonly number[],
  axis: number | readonly number[] | undefined,
  keepDims: boolean,
): number[] {
  const reduced = reduceShape(operation, shape, axis, keepDims);
  return typeof q === "number" ? reduced : [q.length, ...reduced];
}

/** The shape of a tensor of one axis. */
export type OneAxis<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? Shape
  : S["length"] extends 1 ? S
  : Fail<`${K}: needs one axis, got ${Show<S, K>}`>;

/** The run-time twin of {@linkcode OneAxis}. */
export function requireOneAxis(operation: string, shape: Shape): Shape {
  if (shape.length !== 1) {
    throw new ShapeError(`${operation}: needs one axis, got ${showShape(shape)}`);
  }
  return shape;
}

/** The shape of the edges of `N` bins. */
export type BinEdges<N extends number, K extends string = "histogram"> = WrongDim<[N], K> extends
  infer W ? [W] extends [never] ? IsLiteral<Single<N, K>, K> extends true ? [Add<N, 1>] : [number]
  : NotDim<W, K>
  : never;

/** The run-time twin of {@linkcode BinEdges}. */
export function binEdgesShape(bins: number): number[] {
  checkDims("histogram", [bins]);
  return [bins + 1];
}

/** The shape of the bins between edges. */
export type Bins<E extends Shape, K extends string = "histogram"> = UnknownRank<E, K> extends true
  ? [number]
  : E extends readonly [infer N extends number]
    ? IsLiteral<Single<N, K>, K> extends true
      ? N extends 0 ? Fail<`${K}: needs at least one edge`> : [Minus<N, 1>]
    : [number]
  : Fail<`${K}: needs one axis, got ${Show<E, K>}`>;

/** The run-time twin of {@linkcode Bins}. */
export function binsShape(edges: Shape): number[] {
  const [count] = requireOneAxis("histogram", edges);
  if (count === 0) throw new ShapeError("histogram: needs at least one edge");
  return [count - 1];
}
