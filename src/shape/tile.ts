/**
 * Repetition: dims are multiplied.
 *
 * @module
 */
import type { Mul, NotWhole } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { Generic, Shape, Single, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError } from "./fail.ts";

/**
 * The product of two dims, where both are known or one is 1.
 *
 * @internal
 */
type Product<A, B, K> = Generic<A, K> extends true
  ? Generic<B, K> extends true ? number : B extends 1 ? A : number
  : number extends A ? number
  : A extends 1 ? B
  : Generic<B, K> extends true ? number
  : Mul<A & number, B & number>;

/** @internal */
type Wrong<N extends number, K extends string> = Fail<
  `${K}: repetitions must be whole numbers from 0 on, got ${N}`
>;

/** The shape of a tensor laid beside itself, along the last axes or, where there are more, new ones. */
export type Tile<S extends Shape, R, K extends string = "tile"> = UnknownRank<S, K> extends true
  ? Shape
  : [R] extends [number] ? TileList<S, [R], K>
  : [R] extends [readonly number[]] ? TileList<S, R, K>
  : Shape;

/** @internal */
type TileList<S extends Shape, R extends readonly number[], K extends string> = number extends
  R["length"] ? Shape
  : Vague<R> extends true ? Shape
  : WrongIn<R> extends infer W extends number
    ? [W] extends [never] ? Products<S, R, K> : Wrong<W, K>
  : never;

/** The first that is no count, or `never`. */
type WrongIn<R extends readonly number[]> = R extends
  readonly [infer r extends number, ...infer T extends readonly number[]]
  ? NotWhole<r> extends true ? r : WrongIn<T>
  : never;

/**
 * Products of dims from the last on; a dim that is missing is 1.
 *
 * @internal
 */
type Products<A extends Shape, B extends Shape, K, Out extends readonly unknown[] = []> = A extends
  readonly [...infer AH extends Shape, infer a]
  ? B extends readonly [...infer BH extends Shape, infer b]
    ? Products<AH, BH, K, [Product<a, b, K>, ...Out]>
  : [...A, ...Out]
  : [...B, ...Out];

/** The run-time twin of {@linkcode Tile}. */
export function tileShape(shape: Shape, repetitions: number | readonly number[]): number[] {
  const list = typeof repetitions === "number" ? [repetitions] : repetitions;
  for (const count of list) requireCount("tile", count);
  return products(shape, list);
}

function requireCount(operation: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new ShapeError(`${operation}: repetitions must be whole numbers from 0 on, got ${count}`);
  }
}

function products(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from(
    { length: rank },
    (_, i) => (a[i - rank + a.length] ?? 1) * (b[i - rank + b.length] ?? 1),
  );
}

/** The shape of Kronecker's product: dims are multiplied from the last on. */
export type Kron<A extends Shape, B extends Shape, K extends string = "kron"> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : Products<A, B, K>;

/** The run-time twin of {@linkcode Kron}. */
export function kronShape(a: Shape, b: Shape): number[] {
  return products(a, b);
}

/** The shape with each element repeated along an axis, or (`undefined`) in one row. */
export type Repeat<S extends Shape, N extends number, X, K extends string = "repeat"> =
  NotWhole<N> extends true ? Wrong<N, K>
    : UnknownRank<S, K> extends true ? [X] extends [undefined] ? [number] : Shape
    : [X] extends [undefined] ? [Product<Total<S, K>, Single<N, K>, K>]
    : [X] extends [number] ? Vague<[X]> extends true ? { -readonly [I in keyof S]: number }
      : AxisOf<X, S["length"]> extends infer A extends number
        ? [A] extends [-1] ? OutOfRange<X, S, K>
        : { -readonly [I in keyof S]: I extends `${A}` ? Product<S[I], Single<N, K>, K> : S[I] }
      : never
    : Shape;

/**
 * How many elements a shape has.
 *
 * @internal
 */
type Total<S extends Shape, K, Out = 1> = S extends readonly [infer D, ...infer T extends Shape]
  ? Total<T, K, Product<Out, D, K>>
  : Out;

/** The run-time twin of {@linkcode Repeat}. */
export function repeatShape(shape: Shape, count: number, axis?: number): number[] {
  requireCount("repeat", count);
  if (axis === undefined) return [shape.reduce((a, b) => a * b, 1) * count];
  const at = normalizeAxis("repeat", axis, shape);
  return shape.map((dim, i) => i === at ? dim * count : dim);
}
