/**
 * Windows that move over the spatial axes of `[N, C, …spatial]`: what convolution and pooling share.
 *
 * @module
 */
import type { Add, Compare, DivCeil, DivFloor, Mul, NotWhole, Sub } from "./arithmetic.ts";
import type { IsLiteral, IsUnion, Shape } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** A number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * What is put around the input: nothing (`"VALID"`), as much as makes the output the input divided by
 * the stride, rounded up (`"SAME"`), one number for all sides, or a number or `[before, after]` for
 * each spatial axis.
 */
export type Padding =
  | "VALID"
  | "SAME"
  | number
  | readonly (number | readonly [before: number, after: number])[];

/** How a kernel moves over its input. */
export interface WindowOptions {
  /** The distance between neighbouring window positions; 1 unless given. */
  readonly stride?: PerAxis;
  /** What is put around the input; `"VALID"` unless given. */
  readonly padding?: Padding;
  /** The distance between neighbouring elements of a window; 1 unless given. */
  readonly dilation?: PerAxis;
}

/**
 * A setting, or what it is unless given; one that may be left out is either.
 *
 * @internal
 */
export type Setting<O, Name extends string, Default> = Name extends keyof O
  ? undefined extends O[Name] ? Exclude<O[Name], undefined> | Default : O[Name]
  : Default;

/** One setting at one spatial axis; `number` where it may be one of several. */
export type At<V, I> = Each<V, I> extends infer N ? IsUnion<N> extends true ? number : N : never;

type Each<V, I> = V extends readonly unknown[] ? I extends keyof V ? V[I] : number : V;

/**
 * The failure of a setting that is no whole number from `Least` on, nor one for each axis; or
 * `never`.
 *
 * @internal
 */
export type WrongPerAxis<
  V,
  Name extends string,
  Rank extends number,
  K extends string,
  Least extends 0 | 1 = 1,
> = [V] extends [Least] ? never
  : [V] extends [number]
    ? NotWhole<V, Below<Least>> extends true ? NotPerAxis<`${V}`, Name, Rank, K, Least> : never
  : [V] extends [readonly number[]] ? number extends V["length"] ? never
    : V["length"] extends Rank
      ? NotWhole<V[number], Below<Least>> extends true
        ? NotPerAxis<Show<V, K>, Name, Rank, K, Least>
      : never
    : NotPerAxis<Show<V, K>, Name, Rank, K, Least>
  : never;

type Below<Least> = Least extends 1 ? "0" : never;

type NotPerAxis<
  V extends string,
  Name extends string,
  Rank extends number,
  K extends string,
  Least extends number,
> = Fail<
  `${K}: ${Name} must be a whole number from ${Least} on, or ${Rank} of them, got ${V}`
>;

/** The failure of a padding, or `never`. */
type WrongPadding<P, Rank extends number, K extends string> = [P] extends [string] ? never
  : [P] extends [number] ? FirstWrong<[P], K>
  : [P] extends [readonly unknown[]] ? number extends P["length"] ? never
    : P["length"] extends Rank ? FirstWrong<Sides<P>, K>
    : Fail<`${K}: ${P["length"]} paddings for an input of spatial rank ${Rank}`>
  : never;

/** The widths in the order in which they are written. */
type Sides<P, Out extends readonly unknown[] = []> = P extends readonly [infer H, ...infer T]
  ? Sides<T, H extends readonly unknown[] ? [...Out, ...H] : [...Out, H]>
  : Out;

type FirstWrong<L, K extends string> = L extends readonly [infer H, ...infer T]
  ? NotWhole<H & number> extends true
    ? Fail<`${K}: padding must be a whole number from 0 on, got ${H & number}`>
  : FirstWrong<T, K>
  : never;

/** The failure of a window's settings, or `never`. */
export type WrongWindow<O, Stride, Rank extends number, K extends string> =
  WrongPerAxis<Stride, "stride", Rank, K> extends infer F
    ? [F] extends [never]
      ? WrongPerAxis<Setting<O, "dilation", 1>, "dilation", Rank, K> extends infer G
        ? [G] extends [never] ? WrongPadding<Setting<O, "padding", "VALID">, Rank, K> : G
      : never
    : F
    : never;

/** The padding of both sides together at one spatial axis. */
export type Around<P, I> = P extends "VALID" ? 0
  : P extends number ? Mul<P, 2>
  : P extends readonly unknown[]
    ? I extends keyof P
      ? P[I] extends readonly [infer A extends number, infer B extends number] ? Add<A, B>
      : P[I] extends number ? Mul<P[I], 2>
      : number
    : number
  : number;

/** The size of a dilated axis or window: `(n - 1) d + 1`, and 0 of nothing. */
export type Extent<W extends number, D extends number> = D extends 1 ? W
  : W extends 0 ? 0
  : Add<Mul<Sub<W, 1>, D>, 1>;

/** How many positions a window has on an axis, or -1 where it does not fit once. */
export type Positions<X, W, O, I, Stride, K> = IsLiteral<X, K> extends false ? number
  : IsLiteral<W, K> extends false ? number
  : Setting<O, "padding", "VALID"> extends infer P
    ? At<Stride, I> extends infer S extends number ? P extends "SAME" ? DivCeil<X & number, S>
      : Fitted<
        Add<X & number, Around<P, I> & number>,
        Extent<W & number, At<Setting<O, "dilation", 1>, I> & number>,
        S
      >
    : number
  : never;

type Fitted<X extends number, W extends number, S extends number> = number extends X ? number
  : number extends W ? number
  : number extends S ? number
  : Compare<X, W> extends "less" ? -1
  : Add<DivFloor<Sub<X, W>, S>, 1>;

/** The index of an axis among the spatial ones. */
export type SpatialAxis<N> = N extends 2 ? "0" : N extends 3 ? "1" : "2";

/**
 * How many spatial axes an input of a rank has.
 *
 * @internal
 */
export type SpatialRank<Rank> = Rank extends 3 ? 1 : Rank extends 4 ? 2 : 3;

/** A setting as one number for each spatial axis. */
export function perAxis(
  operation: string,
  name: string,
  value: PerAxis,
  rank: number,
  least: 0 | 1 = 1,
): number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : [...value];
  if (list.length !== rank || list.some((v) => !Number.isInteger(v) || v < least)) {
    const text = typeof value === "number" ? value : showShape(value);
    throw new ShapeError(
      `${operation}: ${name} must be a whole number from ${least} on, or ${rank} of them, got ${text}`,
    );
  }
  return list;
}

/** The run-time twin of {@linkcode Extent}. */
export function extent(n: number, dilation: number): number {
  return n === 0 ? 0 : (n - 1) * dilation + 1;
}

/** How much is put before and after each spatial axis. */
export function convPadding(
  operation: string,
  input: Shape,
  kernel: Shape,
  options: WindowOptions,
): [before: number, after: number][] {
  const rank = input.length - 2;
  const stride = perAxis(operation, "stride", options.stride ?? 1, rank);
  const dilation = perAxis(operation, "dilation", options.dilation ?? 1, rank);
  const padding = options.padding ?? "VALID";
  if (typeof padding === "object" && padding.length !== rank) {
    throw new ShapeError(
      `${operation}: ${padding.length} paddings for an input of spatial rank ${rank}`,
    );
  }
  return Array.from({ length: rank }, (_, i) => {
    if (padding === "VALID") return [0, 0];
    if (padding === "SAME") {
      const size = input[i + 2];
      const reach = (Math.ceil(size / stride[i]) - 1) * stride[i];
      const total = Math.max(reach + (kernel[i + 2] - 1) * dilation[i] + 1 - size, 0);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    }
    const own = typeof padding === "number" ? padding : padding[i];
    const [before, after] = typeof own === "number" ? [own, own] : own;
    for (const width of [before, after]) {
      if (!Number.isInteger(width) || width < 0) {
        throw new ShapeError(
          `${operation}: padding must be a whole number from 0 on, got ${width}`,
        );
      }
    }
    return [before, after];
  });
}

/** How many positions a window has on each spatial axis; `undefined` where it does not fit. */
export function windowPositions(
  operation: string,
  input: Shape,
  kernel: Shape,
  options: WindowOptions,
): number[] | undefined {
  const rank = input.length - 2;
  const stride = perAxis(operation, "stride", options.stride ?? 1, rank);
  const dilation = perAxis(operation, "dilation", options.dilation ?? 1, rank);
  const padding = convPadding(operation, input, kernel, options);
  const positions = padding.map(([before, after], i) => {
    const room = input[i + 2] + before + after - extent(kernel[i + 2], dilation[i]);
    if (options.padding === "SAME") return Math.ceil(input[i + 2] / stride[i]);
    return room < 0 ? -1 : Math.floor(room / stride[i]) + 1;
  });
  return positions.includes(-1) ? undefined : positions;
}
