/**
 * Reductions: axes go, or stay with a dim of 1.
 *
 * @module
 */
import type { AxesOf, Vague } from "./axis.ts";
import { normalizeAxes } from "./axis.ts";
import type { Shape, UnknownRank } from "./dim.ts";

/** The shape after a reduction over one axis, several, or (`undefined`) all. */
export type Reduce<S extends Shape, X, Keep extends boolean, K extends string> = [X] extends
  [undefined] ? boolean extends Keep ? Shape
  : Keep extends true ? UnknownRank<S, K> extends true ? Shape : Ones<S>
  : []
  : UnknownRank<S, K> extends true ? Shape
  : boolean extends Keep ? Shape
  : [X] extends [number] ? OverList<S, [X], Keep, K>
  : [X] extends [readonly number[]] ? OverList<S, X, Keep, K>
  : Shape;

/** @internal */
type Ones<S extends Shape> = { -readonly [I in keyof S]: 1 };

/** @internal */
type OverList<
  S extends Shape,
  L extends readonly number[],
  Keep extends boolean,
  K extends string,
> = number extends L["length"] ? Keep extends true ? Dynamic<S> : Shape
  : Vague<L> extends true ? Keep extends true ? Dynamic<S> : Dynamic<Shorter<S, L>>
  : AxesOf<S, L, K> extends infer N ? N extends readonly number[] ? Without<S, N[number], Keep> : N
  : never;

/**
 * The same rank with dims that only the run time knows.
 *
 * @internal
 */
type Dynamic<S extends readonly unknown[]> = { -readonly [I in keyof S]: number };

/** As many axes fewer as the list has. */
type Shorter<S extends Shape, L extends readonly unknown[]> = L extends
  readonly [unknown, ...infer T]
  ? S extends readonly [unknown, ...infer Rest extends Shape] ? Shorter<Rest, T> : []
  : S;

/**
 * The dims at the axes taken away, or set to 1.
 *
 * @internal
 */
export type Without<
  S extends Shape,
  Axes,
  Keep extends boolean,
  Seen extends readonly unknown[] = [],
  Out extends readonly unknown[] = [],
> = S extends readonly [infer D, ...infer T extends Shape]
  ? [Seen["length"]] extends [Axes]
    ? Without<T, Axes, Keep, [...Seen, D], Keep extends true ? [...Out, 1] : Out>
  : Without<T, Axes, Keep, [...Seen, D], [...Out, D]>
  : Out;

/** The run-time twin of {@linkcode Reduce}. */
export function reduceShape(
  operation: string,
  shape: Shape,
  axis: number | readonly number[] | undefined,
  keepDims: boolean,
): number[] {
  const axes = axis === undefined
    ? [...shape.keys()]
    : normalizeAxes(operation, [axis].flat() as number[], shape);
  return shape.flatMap((dim, i) => axes.includes(i) ? keepDims ? [1] : [] : [dim]);
}
