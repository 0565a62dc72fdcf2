/**
 * Padding: each axis grows before and after its elements.
 *
 * @module
 */
import type { Add, NotWhole } from "./arithmetic.ts";
import type { IsLiteral, IsUnion, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** One width for all sides, or a pair for each axis. */
export type Widths = number | readonly (readonly [before: number, after: number])[];

/** The shape after padding. */
export type Pad<S extends Shape, W, K extends string = "pad"> = UnknownRank<S, K> extends true
  ? Shape
  : [W] extends [number] ? IsUnion<W> extends true ? OnAllSides<S, number, K>
    : NotWhole<W> extends true ? Wrong<W, K>
    : OnAllSides<S, W, K>
  : W extends readonly (readonly [number, number])[]
    ? number extends W["length"] ? { -readonly [I in keyof S]: number }
    : W["length"] extends S["length"] ? ByAxis<S, W, K>
    : Fail<`${K}: ${W["length"]} pairs of widths for ${Show<S, K>}`>
  : Shape;

/** @internal */
type Wrong<W extends number, K extends string> = Fail<
  `${K}: a width must be a whole number from 0 on, got ${W}`
>;

/** @internal */
type OnAllSides<S extends Shape, W extends number, K> = {
  -readonly [I in keyof S]: Grown<S[I], [W, W], K>;
};

/** @internal */
type ByAxis<
  S extends Shape,
  W extends readonly (readonly [number, number])[],
  K extends string,
  Out extends readonly unknown[] = [],
> = S extends readonly [infer D, ...infer R extends Shape] ? W extends readonly [
    infer H extends readonly [number, number],
    ...infer T extends readonly (readonly [number, number])[],
  ] ? NotWhole<H[0]> extends true ? Wrong<H[0], K>
    : NotWhole<H[1]> extends true ? Wrong<H[1], K>
    : ByAxis<R, T, K, [...Out, Grown<D, H, K>]>
  : never
  : Out;

type Grown<D, W extends readonly [number, number], K> = W extends readonly [0, 0] ? D
  : IsLiteral<D, K> extends true ? Add<Add<D & number, W[0]>, W[1]>
  : number;

/** The run-time twin of {@linkcode Pad}. */
export function padShape(shape: Shape, widths: Widths): number[] {
  if (typeof widths !== "number" && widths.length !== shape.length) {
    throw new ShapeError(`pad: ${widths.length} pairs of widths for ${showShape(shape)}`);
  }
  for (const width of [widths].flat(2)) {
    if (!Number.isInteger(width) || width < 0) {
      throw new ShapeError(`pad: a width must be a whole number from 0 on, got ${width}`);
    }
  }
  return shape.map((dim, axis) => {
    const [before, after] = typeof widths === "number" ? [widths, widths] : widths[axis];
    return before + dim + after;
  });
}
