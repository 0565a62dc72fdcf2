/**
 * Reshaping: the number of elements stays.
 *
 * @module
 */
import type { Compare, DivRem, Mul, NotWhole, Sub } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { Disagreed, EqualDim, Generic, IsLiteral, Plain, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape `B` for the elements of `A`; one -1 in `B` is worked out. */
export type Reshape<A extends Shape, B extends Shape, K extends string = "reshape"> =
  UnknownRank<B, K> extends true ? Rankless<B, K>
    : WrongIn<B, K> extends infer W
      ? [W] extends [never] ? Plain<B, K> extends infer P extends Shape ? Balanced<A, P, K> : never
      : Fail<`${K}: a dim must be -1 or a whole number from 0 on, got ${W & number}`>
    : never;

/**
 * The first dim that is no size and no -1, or `never`.
 *
 * @internal
 */
type WrongIn<S extends Shape, K> = S extends readonly [infer D, ...infer T extends Shape]
  ? IsLiteral<D, K> extends false ? WrongIn<T, K>
  : D extends -1 ? WrongIn<T, K>
  : NotWhole<D & number> extends true ? D
  : WrongIn<T, K>
  : never;

/** @internal */
type Balanced<A extends Shape, B extends Shape, K extends string> = Parts<B, K> extends
  infer Target extends AnyParts
  ? Target["free"] extends readonly [unknown, unknown, ...unknown[]]
    ? Fail<`${K}: more than one -1: ${Show<B, K>}`>
  : UnknownRank<A, K> extends true ? Filled<B, number, K>
  : Balance<A, B, K, Parts<A, K>, Target>
  : never;

/** What is known of a shape's element count: literals multiplied, type parameters listed. */
interface AnyParts {
  readonly product: number;
  readonly generic: readonly unknown[];
  readonly dynamic: boolean;
  readonly free: readonly unknown[];
}

type Parts<
  S extends Shape,
  K,
  Product extends number = 1,
  Generics extends readonly unknown[] = [],
  Dynamic extends boolean = false,
  Free extends readonly unknown[] = [],
> = S extends readonly [infer D, ...infer T extends Shape]
  ? Generic<D, K> extends true ? Parts<T, K, Product, [...Generics, D], Dynamic, Free>
  : number extends D ? Parts<T, K, Product, Generics, true, Free>
  : D extends -1 ? Parts<T, K, Product, Generics, Dynamic, [...Free, D]>
  : Parts<T, K, Mul<Product, D & number>, Generics, Dynamic, Free>
  : { product: Product; generic: Generics; dynamic: Dynamic; free: Free };

/** Compares the counts after type parameters on both sides have been cancelled. */
type Balance<
  A extends Shape,
  B extends Shape,
  K extends string,
  From,
  To extends AnyParts,
> = From extends AnyParts
  ? Cancel<From["generic"], To["generic"], K> extends
    readonly [infer Left extends readonly unknown[], infer Right extends readonly unknown[]]
    ? true extends From["dynamic"] | To["dynamic"] ? Filled<B, number, K>
    : Right extends readonly [] ? Solved<A, B, K, From["product"], To["product"], To["free"], Left>
    : Unproven<A, B, K>
  : never
  : never;

type Solved<
  A extends Shape,
  B extends Shape,
  K extends string,
  P extends number,
  Q extends number,
  Free extends readonly unknown[],
  Left extends readonly unknown[],
> = Free extends readonly []
  ? Left extends readonly [] ? P extends Q ? Filled<B, never, K> : Differ<A, B, P, Q, K>
  : Unproven<A, B, K>
  : Q extends 0 ? Fail<`${K}: -1 has no one size beside a 0: ${Show<A, K>} -> ${Show<B, K>}`>
  : Left extends readonly []
    ? DivRem<P, Q> extends [infer N, infer R] ? R extends 0 ? Filled<B, N, K>
      : Fail<
        `${K}: element count differs: ${Show<A, K>} -> ${Show<B, K>} (${P} is no multiple of ${Q})`
      >
    : never
  : Left extends readonly [infer D] ? P extends Q ? Filled<B, D, K> : Filled<B, number, K>
  : Filled<B, number, K>;

/** @internal */
type Differ<
  A extends Shape,
  B extends Shape,
  P extends number,
  Q extends number,
  K extends string,
> = Fail<`${K}: element count differs: ${Show<A, K>} -> ${Show<B, K>} (${P} != ${Q})`>;

type Unproven<A extends Shape, B extends Shape, K extends string> = Fail<
  `${K}: element count may differ: ${Show<A, K>} -> ${Show<B, K>}`
>;

/**
 * The target with its -1 filled in.
 *
 * @internal
 */
type Filled<S extends Shape, By, K, Out extends readonly unknown[] = []> = S extends
  readonly [infer D, ...infer T extends Shape]
  ? Generic<D, K> extends true ? Filled<T, By, K, [...Out, D]>
  : Filled<T, By, K, [...Out, D extends -1 ? By : D]>
  : Out;

/** Takes dims that occur on both sides away from both. */
type Cancel<
  L extends readonly unknown[],
  R extends readonly unknown[],
  K,
  Left extends readonly unknown[] = [],
> = L extends readonly [infer D, ...infer T]
  ? Remove<R, D, K> extends infer Rest extends readonly unknown[] ? Cancel<T, Rest, K, Left>
  : Cancel<T, R, K, [...Left, D]>
  : [Left, R];

/** A list without one dim, or `false` where it is not in the list. */
type Remove<R extends readonly unknown[], D, K, Seen extends readonly unknown[] = []> = R extends
  readonly [infer E, ...infer T]
  ? EqualDim<D, E, K> extends Disagreed ? Remove<T, D, K, [...Seen, E]> : [...Seen, ...T]
  : false;

/** The run-time twin of {@linkcode Reshape}. */
export function reshapeShape(from: Shape, to: Shape): number[] {
  for (const dim of to) {
    if (dim < -1 || !Number.isInteger(dim)) {
      throw new ShapeError(`reshape: a dim must be -1 or a whole number from 0 on, got ${dim}`);
    }
  }
  const free = to.filter((dim) => dim === -1).length;
  if (free > 1) throw new ShapeError(`reshape: more than one -1: ${showShape(to)}`);
  const count = from.reduce((a, b) => a * b, 1);
  const known = to.reduce((a, b) => b === -1 ? a : a * b, 1);
  const change = `${showShape(from)} -> ${showShape(to)}`;
  const differ = "reshape: element count differs";
  if (free === 0 && count !== known) {
    throw new ShapeError(`${differ}: ${change} (${count} != ${known})`);
  }
  if (free === 1 && known === 0) {
    throw new ShapeError(`reshape: -1 has no one size beside a 0: ${change}`);
  }
  if (free === 1 && count % known !== 0) {
    throw new ShapeError(`${differ}: ${change} (${count} is no multiple of ${known})`);
  }
  return to.map((dim) => dim === -1 ? count / known : dim);
}

/** The shape with the axes from `Start` to `End`, both included, joined into one. */
export type Flatten<
  S extends Shape,
  Start extends number,
  End extends number,
  K extends string = "flatten",
> = UnknownRank<S, K> extends true ? Shape
  : Vague<[Start, End]> extends true ? Shape
  : S extends readonly [] ? Start extends 0 ? [1] : OutOfRange<Start, S, K>
  : AxisOf<Start, S["length"]> extends infer From extends number
    ? AxisOf<End, S["length"]> extends infer To extends number
      ? [From] extends [-1] ? OutOfRange<Start, S, K>
      : [To] extends [-1] ? OutOfRange<End, S, K>
      : Compare<From, To> extends "greater"
        ? Fail<`${K}: axis ${From} comes after axis ${To} in ${Show<S, K>}`>
      : Joined<S, From, To, K>
    : never
  : never;

/** @internal */
type Joined<
  S extends Shape,
  From extends number,
  To extends number,
  K extends string,
  Before extends readonly unknown[] = [],
> = Before["length"] extends From
  ? Split<S, Sub<To, From>> extends
    [infer Inside extends Shape, infer After extends readonly unknown[]]
    ? [...Before, Product<Inside, K>, ...After]
  : never
  : S extends readonly [infer D, ...infer T extends Shape] ? Joined<T, From, To, K, [...Before, D]>
  : never;

/**
 * The first `N + 1` dims, and the rest.
 *
 * @internal
 */
type Split<S extends Shape, N, Inside extends readonly unknown[] = []> = S extends
  readonly [infer D, ...infer T extends Shape]
  ? Inside["length"] extends N ? [[...Inside, D], T] : Split<T, N, [...Inside, D]>
  : never;

/** The product of dims: `number` where one is not a literal, unless all others are 1. */
type Product<S extends Shape, K> = Parts<S, K> extends infer P extends AnyParts
  ? P["dynamic"] extends true ? number
  : P["generic"] extends readonly [] ? P["product"]
  : P["generic"] extends readonly [infer D] ? P["product"] extends 1 ? D : number
  : number
  : never;

/** The run-time twin of {@linkcode Flatten}. */
export function flattenShape(shape: Shape, start = 0, end = -1): number[] {
  if (shape.length === 0 && start === 0) return [1];
  const from = normalizeAxis("flatten", start, shape);
  const to = normalizeAxis("flatten", end, shape);
  if (from > to) {
    throw new ShapeError(`flatten: axis ${from} comes after axis ${to} in ${showShape(shape)}`);
  }
  const joined = shape.slice(from, to + 1).reduce((a, b) => a * b, 1);
  return [...shape.slice(0, from), joined, ...shape.slice(to + 1)];
}
