/**
 * Axes of 1, taken away and put in.
 *
 * @module
 */
import type { Add } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { Generic, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape without the given axes of 1, or (`undefined`) without all of them. */
export type Squeeze<S extends Shape, X, K extends string = "squeeze"> = UnknownRank<S, K> extends
  true ? Shape
  : [X] extends [undefined] ? WithoutOnes<S, K>
  : [X] extends [number] ? SqueezeList<S, [X], K>
  : [X] extends [readonly number[]] ? SqueezeList<S, X, K>
  : Shape;

/**
 * Where a dim is not known, neither is the rank.
 *
 * @internal
 */
type WithoutOnes<S extends Shape, K, Out extends readonly unknown[] = []> = S extends
  readonly [infer D, ...infer T extends Shape] ? Generic<D, K> extends true ? Shape
  : number extends D ? Shape
  : WithoutOnes<T, K, D extends 1 ? Out : [...Out, D]>
  : Out;

/** @internal */
type SqueezeList<S extends Shape, L extends readonly number[], K extends string> = number extends
  L["length"] ? Shape
  : Vague<L> extends true ? Shape
  : Marks<S, L, K> extends infer N ? Result<N, Unmarked<S, N>>
  : never;

/** The failure, or a shape. `Marked` is a union of axes, or `never` for none: both must stay whole. */
type Result<Marked, S> = [Marked] extends [never] ? S
  : [Marked] extends [Fail<unknown>] ? Marked
  : S;

/** The union of the axes counted from 0, or the failure of the first that is wrong. */
type Marks<S extends Shape, L extends readonly number[], K extends string, Out = never> = L extends
  readonly [infer X extends number, ...infer T extends readonly number[]]
  ? AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
    : Generic<S[N], K> extends true ? NotOne<S, X, S[N], K>
    : number extends S[N] ? Marks<S, T, K, Out | N>
    : S[N] extends 1 ? Marks<S, T, K, Out | N>
    : NotOne<S, X, S[N], K>
  : never
  : Out;

type NotOne<S extends Shape, X extends number, D, K extends string> = Fail<
  `${K}: axis ${X} of ${Show<S, K>} is ${D & number}, not 1`
>;

type Unmarked<
  S extends Shape,
  Axes,
  Seen extends readonly unknown[] = [],
  Out extends readonly unknown[] = [],
> = S extends readonly [infer D, ...infer T extends Shape]
  ? Unmarked<T, Axes, [...Seen, D], [Seen["length"]] extends [Axes] ? Out : [...Out, D]>
  : Out;

/** The run-time twin of {@linkcode Squeeze}. */
export function squeezeShape(shape: Shape, axis?: number | readonly number[]): number[] {
  if (axis === undefined) return shape.filter((dim) => dim !== 1);
  const axes = (typeof axis === "number" ? [axis] : axis).map((x) => {
    const normal = normalizeAxis("squeeze", x, shape);
    if (shape[normal] !== 1) {
      throw new ShapeError(
        `squeeze: axis ${x} of ${showShape(shape)} is ${shape[normal]}, not 1`,
      );
    }
    return normal;
  });
  return shape.filter((_, i) => !axes.includes(i));
}

/** The shape with axes of 1 put in where the result shall have them. */
export type ExpandDims<S extends Shape, X, K extends string = "expandDims"> =
  UnknownRank<S, K> extends true ? Shape
    : [X] extends [number] ? ExpandList<S, [X], K>
    : [X] extends [readonly number[]] ? ExpandList<S, X, K>
    : Shape;

/** @internal */
type ExpandList<S extends Shape, L extends readonly number[], K extends string> = number extends
  L["length"] ? Shape
  : Vague<L> extends true ? Shape
  : Places<S, L, Add<S["length"], L["length"]>, K> extends infer N
    ? Result<N, Inserted<S, N, Add<S["length"], L["length"]>>>
  : never;

type Places<
  S extends Shape,
  L extends readonly number[],
  Rank extends number,
  K extends string,
  Out = never,
> = L extends readonly [infer X extends number, ...infer T extends readonly number[]]
  ? AxisOf<X, Rank> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
    : [N] extends [Out] ? Fail<`${K}: axis ${X} is named twice for ${Show<S, K>}`>
    : Places<S, T, Rank, K, Out | N>
  : never
  : Out;

type Inserted<S extends Shape, Axes, Rank, Out extends readonly unknown[] = []> =
  Out["length"] extends Rank ? Out
    : [Out["length"]] extends [Axes] ? Inserted<S, Axes, Rank, [...Out, 1]>
    : S extends readonly [infer D, ...infer T extends Shape] ? Inserted<T, Axes, Rank, [...Out, D]>
    : Out;

/** The run-time twin of {@linkcode ExpandDims}. */
export function expandDimsShape(shape: Shape, axis: number | readonly number[]): number[] {
  const list = typeof axis === "number" ? [axis] : axis;
  const rank = shape.length + list.length;
  const axes = new Set<number>();
  for (const x of list) {
    const normal = x < 0 ? x + rank : x;
    if (!Number.isInteger(x) || normal < 0 || normal >= rank) {
      throw new ShapeError(`expandDims: axis ${x} is out of range for ${showShape(shape)}`);
    }
    if (axes.has(normal)) {
      throw new ShapeError(`expandDims: axis ${x} is named twice for ${showShape(shape)}`);
    }
    axes.add(normal);
  }
  const dims = shape[Symbol.iterator]();
  return Array.from({ length: rank }, (_, i) => axes.has(i) ? 1 : dims.next().value!);
}
