/**
 * The types of trees whose leaves have one axis more, or one less.
 *
 * @module
 */
import type { AxisOf } from "../shape/axis.ts";
import type { Add } from "../shape/arithmetic.ts";
import type { Dim, Generic, Mutable, Shape, Single, UnknownRank } from "../shape/dim.ts";
import type { Fail } from "../shape/fail.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** An axis for all leaves of a tree (`null` for none), or one for each of its branches. */
export type AxisTree = number | null | readonly AxisTree[] | { readonly [name: string]: AxisTree };

/**
 * The axis, or axes, for the branch `P` of a tree.
 *
 * @internal
 */
type Branch<X, P> = X extends number | null ? X : P extends keyof X ? X[P] : 0;

/** A tree with a further axis of size `N` in its leaves, at the places `X` says. */
export type WithAxis<T, N extends Dim, X = 0> = X extends null ? T
  : T extends Tensor<infer S extends Shape, infer D extends DType> ? Tensor<Insert<S, N, X>, D>
  : T extends object ? { [P in keyof T]: WithAxis<T[P], N, Branch<X, P>> }
  : T;

/** @internal */
type Insert<S extends Shape, N extends Dim, X> = number extends S["length"] ? Shape
  : X extends 0 ? [N, ...S]
  : X extends number ? number extends X ? Shape
    : AxisOf<X, Add<S["length"], 1>> extends infer At extends number
      ? [At] extends [-1] ? Shape : InsertAt<S, N, At>
    : Shape
  : Shape;

type InsertAt<S extends Shape, N extends Dim, X, Out extends readonly Dim[] = []> =
  Out["length"] extends X ? [...Out, N, ...S]
    : S extends readonly [infer D extends Dim, ...infer Rest extends Shape]
      ? InsertAt<Rest, N, X, [...Out, D]>
    : Shape;

/** A tree without the first axis of its leaves. */
export type WithoutAxis<T> = T extends Tensor<infer S extends Shape, infer D extends DType>
  ? Tensor<Rest<S>, D>
  : T extends object ? { -readonly [P in keyof T]: WithoutAxis<T[P]> }
  : T;

/** @internal */
// Inferred, since asking whether what is left is a shape would be put off for generic dims.
type Rest<S extends Shape> = S extends readonly [unknown, ...infer R]
  ? R extends infer T extends Shape ? Mutable<T> : Shape
  : Shape;

/** A tree whose leaves all have a first axis to go along. */
export type Sliced<T, K extends string> = ScalarIn<T, K> extends false ? T
  : Fail<`${K}: xs${Exclude<ScalarIn<T, K>, false>} is a scalar, and has no axis to go along`>;

/**
 * The paths of a tree's scalars, `false` for other leaves.
 *
 * @internal
 */
type ScalarIn<T, K, P extends string = ""> = T extends Tensor<infer S extends Shape, DType>
  ? UnknownRank<S, K> extends true ? false : S["length"] extends 0 ? P : false
  : T extends readonly unknown[]
    ? { [I in keyof T]: ScalarIn<T[I], K, `${P}[${I & string}]`> }[number]
  : T extends object ? { [N in keyof T]: ScalarIn<T[N], K, `${P}.${N & string}`> }[keyof T]
  : false;

/** The size of the first axis of a tree's leaves: `number` where they differ, or there are none. */
// In a box, since asking whether a bare type parameter is a dim would be put off.
export type LeadingDim<T, K extends string = "leading"> =
  { readonly dim: One<Leading<T>, K> } extends { readonly dim: infer D extends Dim } ? D : Dim;

/** @internal */
type One<D, K> = Generic<D, K> extends true ? D
  : [D] extends [never] ? number
  : Single<D, K>;

/** @internal */
type Leading<T> = T extends Tensor<infer S extends Shape, DType> ? S[0]
  : T extends readonly unknown[] ? Leading<T[number]>
  : T extends object ? Leading<T[keyof T]>
  : never;
