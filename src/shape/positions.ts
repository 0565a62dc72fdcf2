/**
 * Elements named by positions along the first axes, as NumPy's advanced indexing.
 *
 * @module
 */
import { type Broadcast, broadcastAll } from "./broadcast.ts";
import type { Agreed, EqualDim, Shape, Single, UnknownRank } from "./dim.ts";
import { type Fail, type Ok, ShapeError, type Show, showShape } from "./fail.ts";
import { checkDims, type NotDim, type WrongDim } from "./literal.ts";

/**
 * The shape of what positions of the shapes `L` name along the first axes, one of them for each: the
 * positions broadcast together, and their shape takes the place of those axes.
 */
export type Positioned<S extends Shape, L extends readonly unknown[], K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : number extends L["length"] ? Shape
    : Behind<S, L> extends infer R
      ? R extends readonly unknown[] ? Together<L, K> extends infer P ? Joined<P, R, K> : never
      : Fail<`${K}: ${L["length"]} axes are indexed, ${Show<S, K>} has ${S["length"]}`>
    : never;

/**
 * The axes that are not indexed, or -1 where there are fewer than positions.
 *
 * @internal
 */
type Behind<S extends Shape, L extends readonly unknown[]> = L extends
  readonly [unknown, ...infer T]
  ? S extends readonly [unknown, ...infer R extends Shape] ? Behind<R, T> : -1
  : [...S];

/**
 * The shape that all broadcast to.
 *
 * @internal
 */
type Together<L extends readonly unknown[], K extends string, Out extends Shape = []> = L extends
  readonly [infer H extends Shape, ...infer T]
  ? Broadcast<Out, H, K> extends infer B ? B extends Fail<unknown> ? B : Together<T, K, Ok<B>>
  : never
  : Out;

/** @internal */
type Joined<P, R extends readonly unknown[], K> = P extends Fail<unknown> ? P
  : UnknownRank<Ok<P>, K> extends true ? Shape
  : P extends readonly unknown[] ? [...P, ...R]
  : Shape;

/** The run-time twin of {@linkcode Positioned}. */
export function positionedShape(
  operation: string,
  shape: Shape,
  positions: readonly Shape[],
): number[] {
  if (positions.length > shape.length) {
    throw new ShapeError(
      `${operation}: ${positions.length} axes are indexed, ${showShape(shape)} has ${shape.length}`,
    );
  }
  return [...broadcastAll(operation, ...positions), ...shape.slice(positions.length)];
}

/** The shape of segments: their number takes the place of the first axis, which has the ids. */
export type Segments<S extends Shape, I extends Shape, N extends number, K extends string> =
  WrongDim<[N], K> extends infer W ? [W] extends [never] ? UnknownRank<S, K> extends true ? Shape
      : UnknownRank<I, K> extends true ? Replaced<S, N, K>
      : S extends readonly [infer A, ...Shape]
        ? I extends readonly [infer B]
          ? EqualDim<A, B, K> extends Agreed<unknown> ? Replaced<S, N, K> : Unmatched<S, I, K>
        : Unmatched<S, I, K>
      : Unmatched<S, I, K>
    : NotDim<W, K>
    : never;

/** @internal */
type Replaced<S extends Shape, N extends number, K> = S extends
  readonly [unknown, ...infer T extends Shape] ? [Single<N, K>, ...T] : Shape;

/** @internal */
type Unmatched<S extends Shape, I extends Shape, K extends string> = Fail<
  `${K}: ids ${Show<I, K>} are not one for each row of ${Show<S, K>}`
>;

/** The run-time twin of {@linkcode Segments}. */
export function segmentsShape(
  operation: string,
  shape: Shape,
  ids: Shape,
  segments: number,
): number[] {
  checkDims(operation, [segments]);
  if (ids.length !== 1 || ids[0] !== shape[0]) {
    throw new ShapeError(
      `${operation}: ids ${showShape(ids)} are not one for each row of ${showShape(shape)}`,
    );
  }
  return [segments, ...shape.slice(1)];
}
