/**
 * Joining tensors along an axis.
 *
 * @module
 */
import type { Add } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { Agreed, EqualDim, IsLiteral, IsUnion, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of tensors of the shapes `L` joined along an axis. */
export type Concat<L extends readonly Shape[], X extends number, K extends string = "concat"> =
  L extends readonly [] ? Fail<`${K}: needs at least one tensor`>
    : UnknownRank<L[number], K> extends true ? Shape
    : Vague<[X]> extends true ? Shape
    : number extends L["length"] ? Several<L[number], X, K>
    : L extends Long ? Several<L[0], X, K>
    : L extends readonly [infer First extends Shape, ...infer T extends readonly Shape[]]
      ? UnknownRank<First, K> extends true ? Shape
      : AxisOf<X, First["length"]> extends infer N extends number
        ? [N] extends [-1] ? OutOfRange<X, First, K>
        : Joined<T, N, K, First>
      : never
    : never;

/**
 * A list of more than 64: the compiler, which follows lists to about 1,000, goes by the first alone.
 *
 * @internal
 */
export type Long = readonly [...Eight, ...Eight, ...Eight, ...Eight, ...Eighths];
type Eight = readonly [Shape, Shape, Shape, Shape, Shape, Shape, Shape, Shape];
type Eighths = readonly [...Eight, ...Eight, ...Eight, ...Eight, Shape, ...Shape[]];

/**
 * Tensors of one shape; how many, nobody knows.
 *
 * @internal
 */
type Several<S extends Shape, X extends number, K extends string> = IsUnion<S> extends true ? Shape
  : AxisOf<X, S["length"]> extends infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
    : { -readonly [I in keyof S]: I extends `${N}` ? number : S[I] }
  : never;

/** @internal */
type Joined<
  L extends readonly Shape[],
  N extends number,
  K extends string,
  Acc extends readonly unknown[],
> = L extends readonly [infer S extends Shape, ...infer T extends readonly Shape[]]
  ? UnknownRank<S, K> extends true ? Shape
  : S["length"] extends Acc["length"]
    ? Both<Acc, S, N, K, Acc, S> extends infer R
      ? R extends readonly unknown[] ? Joined<T, N, K, R> : R
    : never
  : Fail<`${K}: ranks differ: ${Show<Acc, K>} and ${Show<S, K>}`>
  : Acc;

/** Two shapes joined: dims add up at the axis and are equal elsewhere. */
type Both<
  A extends readonly unknown[],
  B extends Shape,
  N extends number,
  K extends string,
  WholeA extends readonly unknown[],
  WholeB extends Shape,
  Out extends readonly unknown[] = [],
> = A extends readonly [infer a extends number, ...infer AT]
  ? B extends readonly [infer b extends number, ...infer BT extends Shape]
    ? Out["length"] extends N ? Both<AT, BT, N, K, WholeA, WholeB, [...Out, SumDim<a, b, K>]>
    : EqualDim<a, b, K> extends Agreed<infer D> ? Both<AT, BT, N, K, WholeA, WholeB, [...Out, D]>
    : Fail<
      `${K}: dims differ besides axis ${N}: ${Show<WholeA, K>} and ${Show<
        WholeB,
        K
      >} (${a} != ${b})`
    >
  : never
  : Out;

type SumDim<A, B, K> = IsLiteral<A, K> extends true
  ? IsLiteral<B, K> extends true ? Add<A & number, B & number> : number
  : number;

/** The run-time twin of {@linkcode Concat}. */
export function concatShape(shapes: readonly Shape[], axis: number): number[] {
  if (shapes.length === 0) throw new ShapeError("concat: needs at least one tensor");
  const at = normalizeAxis("concat", axis, shapes[0]);
  return shapes.slice(1).reduce<number[]>((joined, shape) => {
    if (shape.length !== joined.length) {
      throw new ShapeError(`concat: ranks differ: ${showShape(joined)} and ${showShape(shape)}`);
    }
    return joined.map((dim, i) => {
      if (i === at) return dim + shape[i];
      if (dim !== shape[i]) {
        throw new ShapeError(
          `concat: dims differ besides axis ${at}: ${showShape(joined)} and ${
            showShape(shape)
          } (${dim} != ${shape[i]})`,
        );
      }
      return dim;
    });
  }, [...shapes[0]]);
}
