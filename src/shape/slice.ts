/**
 * Slicing, as NumPy's basic indexing.
 *
 * @module
 */
import type { Add, Compare, DivCeil, Min, Minus } from "./arithmetic.ts";
import type { Vague } from "./axis.ts";
import type { IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** An end of a range: a position, negative from the end, or `null` for an open end. */
export type Bound = number | null;

/** What to take of one axis: everything, one position (the axis goes), or a range. */
export type AxisIndex =
  | null
  | number
  | readonly [start: Bound, stop: Bound]
  | readonly [start: Bound, stop: Bound, step: number | null];

/**
 * What to take of each axis; `"..."` stands for all the axes that are not named, and `"newaxis"`
 * puts in an axis of 1.
 */
export type Index = readonly (AxisIndex | "..." | "newaxis")[];

/** The shape of a slice. */
export type Slice<S extends Shape, I extends Index, K extends string = "slice"> =
  UnknownRank<S, K> extends true ? Shape
    : number extends I["length"] ? Shape
    : Spread<I, S> extends infer F ? F extends "again" ? Fail<`${K}: "..." may stand once only`>
      : F extends Index ? Taken<S, F, K, S>
      : Fail<`${K}: ${Named<I>} axes are indexed, ${Show<S, K>} has ${S["length"]}`>
    : never;

/**
 * The number of axes that an index names.
 *
 * @internal
 */
type Named<I extends Index, Out extends readonly unknown[] = []> = I extends
  readonly [infer H, ...infer T extends Index]
  ? Named<T, H extends "..." | "newaxis" ? Out : [...Out, H]>
  : Out["length"];

/**
 * The index with as many entries as the shape has dims, or a word on what is wrong.
 *
 * @internal
 */
type Spread<
  I extends Index,
  S extends Shape,
  Before extends Index = [],
> = I extends readonly [infer H extends Index[number], ...infer T extends Index]
  ? H extends "..."
    ? T extends readonly (AxisIndex | "newaxis")[]
      ? Fill<S, [...Before, ...T], []> extends infer N extends Index ? [...Before, ...N, ...T]
      : "long"
    : "again"
  : Spread<T, S, [...Before, H]>
  : Fill<S, Before, []> extends infer N extends Index ? [...Before, ...N]
  : "long";

/** As many `null`s as the shape has dims more than the index. */
type Fill<S extends Shape, I extends Index, Out extends null[]> = I extends
  readonly [infer H, ...infer T extends Index] ? H extends "newaxis" ? Fill<S, T, Out>
  : S extends readonly [unknown, ...infer R extends Shape] ? Fill<R, T, Out>
  : "long"
  : S extends readonly [unknown, ...infer R extends Shape] ? Fill<R, [], [...Out, null]>
  : Out;

/** @internal */
type Taken<
  S extends Shape,
  I extends Index,
  K extends string,
  Whole extends Shape,
  Seen extends readonly unknown[] = [],
  Out extends readonly unknown[] = [],
> = I extends readonly [infer H, ...infer T extends Index]
  ? H extends "newaxis" ? Taken<S, T, K, Whole, Seen, [...Out, 1]>
  : S extends readonly [infer D extends number, ...infer R extends Shape]
    ? H extends null ? Taken<R, T, K, Whole, [...Seen, H], [...Out, D]>
    : H extends number ? Inside<H, D, K> extends true ? Taken<R, T, K, Whole, [...Seen, H], Out>
      : Fail<`${K}: index ${H} is out of range for axis ${Seen["length"]} of ${Show<Whole, K>}`>
    : H extends readonly [unknown, unknown, 0]
      ? Fail<`${K}: the step of axis ${Seen["length"]} is 0`>
    : Taken<R, T, K, Whole, [...Seen, H], [...Out, Count<D, H, K>]>
  : never
  : Out;

/** Whether a position is inside an axis, as far as can be known. */
type Inside<N extends number, D extends number, K> = IsLiteral<D, K> extends false ? true
  : number extends N ? true
  : `${N}` extends `-${infer M extends number}` ? Compare<M, D> extends "greater" ? false : true
  : Compare<N, D> extends "less" ? true
  : false;

/** How many positions a range takes of `D`. */
type Count<D extends number, R, K> = R extends readonly [null, null] ? D
  : R extends readonly [null, null, null | 1 | -1] ? D
  : IsLiteral<D, K> extends false ? number
  : R extends readonly [infer A, infer B, infer Step]
    ? Strided<D, A, B, Step extends null ? 1 : Step>
  : R extends readonly [infer A, infer B] ? Strided<D, A, B, 1>
  : number;

type Strided<D extends number, A, B, Step> = Vague<[A, B, Step]> extends true ? number
  : `${Step & number}` extends `-${infer N extends number}`
    ? DivCeil<Minus<FromTop<A, D, D>, FromTop<B, D, 0>>, N>
  : DivCeil<Minus<FromStart<B, D, D>, FromStart<A, D, 0>>, Step & number>;

/** A bound of a forward range, from 0 to `D`. */
type FromStart<B, D extends number, Open extends number> = B extends null ? Open
  : `${B & number}` extends `-${infer N extends number}` ? Minus<D, N>
  : Min<B & number, D>;

/** A bound of a backward range plus 1, from 0 (before the first) to `D`. */
type FromTop<B, D extends number, Open extends number> = B extends null ? Open
  : `${B & number}` extends `-${infer N extends number}` ? Minus<Add<D, 1>, N>
  : Min<Add<B & number, 1>, D>;

/** One axis of a slice, resolved against its dim. */
export interface ResolvedAxis {
  /** The first position. */
  readonly start: number;
  /** How many positions are taken. */
  readonly count: number;
  /** The distance between positions, negative for backwards. */
  readonly step: number;
  /** Whether the axis goes. */
  readonly drop: boolean;
}

/** A slice, resolved against a shape. */
export interface ResolvedSlice {
  /** What is taken of each axis. */
  readonly axes: readonly ResolvedAxis[];
  /** The shape that is left, new axes included. */
  readonly shape: readonly number[];
}

/** Refuses an index that is no list. */
export function requireList(operation: string, index: unknown): void {
  if (!Array.isArray(index)) {
    throw new ShapeError(
      `${operation}: an index is a list with an entry for each axis, got ${JSON.stringify(index)}`,
    );
  }
}

/** The run-time twin of {@linkcode Slice}, axis by axis. */
export function resolveSlice(operation: string, shape: Shape, index: Index): ResolvedSlice {
  requireList(operation, index);
  const named = index.filter((entry) => entry !== "..." && entry !== "newaxis").length;
  const dots = index.indexOf("...");
  if (dots !== index.lastIndexOf("...")) {
    throw new ShapeError(`${operation}: "..." may stand once only`);
  }
  if (named > shape.length) {
    throw new ShapeError(
      `${operation}: ${named} axes are indexed, ${showShape(shape)} has ${shape.length}`,
    );
  }
  const rest = new Array<null>(shape.length - named).fill(null);
  const entries = dots < 0 ? [...index, ...rest] : index.toSpliced(dots, 1, ...rest);
  const axes: ResolvedAxis[] = [];
  const left: number[] = [];
  for (const entry of entries) {
    if (entry === "newaxis") {
      left.push(1);
    } else {
      const axis = resolveAxis(operation, entry as AxisIndex, axes.length, shape);
      axes.push(axis);
      if (!axis.drop) left.push(axis.count);
    }
  }
  return { axes, shape: left };
}

function resolveAxis(
  operation: string,
  entry: AxisIndex,
  axis: number,
  shape: Shape,
): ResolvedAxis {
  const dim = shape[axis];
  if (typeof entry === "number") {
    const start = entry < 0 ? entry + dim : entry;
    if (!Number.isInteger(entry) || start < 0 || start >= dim) {
      throw new ShapeError(
        `${operation}: index ${entry} is out of range for axis ${axis} of ${showShape(shape)}`,
      );
    }
    return { start, count: 1, step: 1, drop: true };
  }
  const [from, to, by] = entry ?? [null, null];
  const step = by ?? 1;
  if (step === 0) throw new ShapeError(`${operation}: the step of axis ${axis} is 0`);
  for (const value of [from ?? 0, to ?? 0, step]) {
    if (!Number.isInteger(value)) {
      throw new ShapeError(`${operation}: ${value} at axis ${axis} is not a whole number`);
    }
  }
  const [low, high] = step > 0 ? [0, dim] : [-1, dim - 1];
  const bound = (value: number) => Math.min(Math.max(value < 0 ? value + dim : value, low), high);
  const start = from === null ? step > 0 ? low : high : bound(from);
  const stop = to === null ? step > 0 ? high : low : bound(to);
  return { start, count: Math.max(0, Math.ceil((stop - start) / step)), step, drop: false };
}

/** The run-time twin of {@linkcode Slice}. */
export function sliceShape(shape: Shape, index: Index): readonly number[] {
  return resolveSlice("slice", shape, index).shape;
}
