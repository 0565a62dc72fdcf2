/**
 * Axes that change places.
 *
 * @module
 */
import type { AxesOf, AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxes, normalizeAxis } from "./axis.ts";
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError } from "./fail.ts";
import type { Without } from "./reduce.ts";

/** @internal */
type Dynamic<S extends Shape> = { -readonly [I in keyof S]: number };

/** The shape with two axes in each other's place. */
export type SwapAxes<
  S extends Shape,
  X extends number,
  Y extends number,
  K extends string = "swapAxes",
> = UnknownRank<S, K> extends true ? Shape
  : Vague<[X, Y]> extends true ? Dynamic<S>
  : AxisOf<X, S["length"]> extends infer A extends number ? [A] extends [-1] ? OutOfRange<X, S, K>
    : AxisOf<Y, S["length"]> extends infer B extends number ? [B] extends [-1] ? OutOfRange<Y, S, K>
      : { -readonly [I in keyof S]: I extends `${A}` ? S[B] : I extends `${B}` ? S[A] : S[I] }
    : never
  : never;

/** The order of axes that swaps two. */
export function swapOrder(shape: Shape, a: number, b: number): readonly number[] {
  const [x, y] = [normalizeAxis("swapAxes", a, shape), normalizeAxis("swapAxes", b, shape)];
  return shape.map((_, axis) => axis === x ? y : axis === y ? x : axis);
}

/** The run-time twin of {@linkcode SwapAxes}. */
export function swapAxesShape(shape: Shape, a: number, b: number): number[] {
  return swapOrder(shape, a, b).map((axis) => shape[axis]);
}

/** The shape with axes put in other places; the others keep their order. */
export type MoveAxis<S extends Shape, From, To, K extends string = "moveAxis"> =
  UnknownRank<S, K> extends true ? Shape
    : MoveLists<S, Listed<From>, Listed<To>, K>;

/** @internal */
type Listed<X> = [X] extends [number] ? [X] : X extends readonly number[] ? X : never;

/** @internal */
type MoveLists<
  S extends Shape,
  From extends readonly number[],
  To extends readonly number[],
  K extends string,
> = number extends From["length"] | To["length"] ? Dynamic<S>
  : true extends Vague<From> | Vague<To> ? Dynamic<S>
  : From["length"] extends To["length"]
    ? AxesOf<S, From, K> extends infer F
      ? F extends readonly number[]
        ? AxesOf<S, To, K> extends infer T
          ? T extends readonly number[] ? Ordered<S, F, T, Without<S, F[number], false>> : T
        : never
      : F
    : never
  : Fail<`${K}: ${From["length"]} axes to ${To["length"]} places`>;

/** Place by place: the axis that moves there, or the next one that stays. */
type Ordered<
  S extends Shape,
  From extends readonly number[],
  To extends readonly number[],
  Rest extends readonly unknown[],
  Out extends readonly unknown[] = [],
> = Out["length"] extends S["length"] ? Out
  : Mover<From, To, Out["length"]> extends infer A
    ? A extends number ? Ordered<S, From, To, Rest, [...Out, S[A]]>
    : Rest extends readonly [infer D, ...infer T] ? Ordered<S, From, To, T, [...Out, D]>
    : never
  : never;

/** The axis that moves to a place, or `undefined`. */
type Mover<From extends readonly number[], To extends readonly number[], Place> = To extends
  readonly [infer t, ...infer TT extends readonly number[]]
  ? From extends readonly [infer f, ...infer FT extends readonly number[]]
    ? t extends Place ? f : Mover<FT, TT, Place>
  : undefined
  : undefined;

/** The order of axes that moves some. */
export function moveOrder(
  shape: Shape,
  from: number | readonly number[],
  to: number | readonly number[],
): readonly number[] {
  const [sources, places] = [from, to].map((x) => typeof x === "number" ? [x] : x);
  if (sources.length !== places.length) {
    throw new ShapeError(`moveAxis: ${sources.length} axes to ${places.length} places`);
  }
  const [own, other] = [sources, places].map((list) => normalizeAxes("moveAxis", list, shape));
  const rest = shape.map((_, axis) => axis).filter((axis) => !own.includes(axis));
  return shape.map((_, place) => {
    const mover = other.indexOf(place);
    return mover < 0 ? rest.shift()! : own[mover];
  });
}

/** The run-time twin of {@linkcode MoveAxis}. */
export function moveAxisShape(
  shape: Shape,
  from: number | readonly number[],
  to: number | readonly number[],
): number[] {
  return moveOrder(shape, from, to).map((axis) => shape[axis]);
}
