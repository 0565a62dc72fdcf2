/**
 * Picking elements by position.
 *
 * @module
 */
import type { NotWhole } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { Agreed, EqualDim, Shape, Single, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of slices taken at positions of the shape `I`: it replaces the axis. */
export type Take<S extends Shape, I extends Shape, X, K extends string = "take"> = [X] extends
  [undefined] ? [...I]
  : UnknownRank<S, K> extends true ? Shape
  : UnknownRank<I, K> extends true ? Shape
  : [X] extends [number] ? Vague<[X]> extends true ? Shape
    : AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
      : Replaced<S, N, I>
    : never
  : Shape;

/** @internal */
type Replaced<S extends Shape, N, By extends Shape, Seen extends readonly unknown[] = []> =
  S extends readonly [infer D, ...infer T extends Shape]
    ? Seen["length"] extends N ? [...Seen, ...By, ...T] : Replaced<T, N, By, [...Seen, D]>
    : never;

/** The run-time twin of {@linkcode Take}. */
export function takeShape(shape: Shape, positions: Shape, axis?: number): number[] {
  if (axis === undefined) return [...positions];
  const at = normalizeAxis("take", axis, shape);
  return shape.toSpliced(at, 1, ...positions);
}

/** The shape of elements taken one for each position along an axis. */
export type TakeAlong<
  S extends Shape,
  I extends Shape,
  X extends number,
  K extends string = "takeAlong",
> = UnknownRank<S, K> extends true ? Shape
  : UnknownRank<I, K> extends true ? Shape
  : Vague<[X]> extends true ? Shape
  : AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
    : S["length"] extends I["length"] ? Along<S, I, N, K, S, I>
    : Fail<`${K}: ranks differ: ${Show<S, K>} and positions ${Show<I, K>}`>
  : never;

/** @internal */
type Along<
  S extends Shape,
  I extends Shape,
  N extends number,
  K extends string,
  WholeS extends Shape,
  WholeI extends Shape,
  Out extends readonly unknown[] = [],
> = S extends readonly [infer a extends number, ...infer ST extends Shape]
  ? I extends readonly [infer b extends number, ...infer IT extends Shape]
    ? Out["length"] extends N ? Along<ST, IT, N, K, WholeS, WholeI, [...Out, b]>
    : EqualDim<a, b, K> extends Agreed<infer D> ? Along<ST, IT, N, K, WholeS, WholeI, [...Out, D]>
    : Fail<
      `${K}: dims differ besides axis ${N}: ${Show<WholeS, K>} and positions ${Show<
        WholeI,
        K
      >} (${a} != ${b})`
    >
  : never
  : Out;

/** The run-time twin of {@linkcode TakeAlong}. */
export function takeAlongShape(
  operation: string,
  shape: Shape,
  positions: Shape,
  axis: number,
): number[] {
  const at = normalizeAxis(operation, axis, shape);
  if (shape.length !== positions.length) {
    throw new ShapeError(
      `${operation}: ranks differ: ${showShape(shape)} and positions ${showShape(positions)}`,
    );
  }
  for (const [i, dim] of shape.entries()) {
    if (i !== at && dim !== positions[i]) {
      throw new ShapeError(
        `${operation}: dims differ besides axis ${at}: ${showShape(shape)} and positions ${
          showShape(positions)
        } (${dim} != ${positions[i]})`,
      );
    }
  }
  return [...positions];
}

/** The shape of one-hot rows: a new last axis. */
export type OneHot<S extends Shape, N extends number, K extends string = "oneHot"> =
  NotWhole<N> extends true ? Fail<`${K}: the number of classes must be a whole number, got ${N}`>
    : UnknownRank<S, K> extends true ? Shape
    : [...S, Single<N, K>];

/** The run-time twin of {@linkcode OneHot}. */
export function oneHotShape(shape: Shape, classes: number): number[] {
  if (!Number.isInteger(classes) || classes < 0) {
    throw new ShapeError(`oneHot: the number of classes must be a whole number, got ${classes}`);
  }
  return [...shape, classes];
}
