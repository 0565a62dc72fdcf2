/**
 * The types of trees whose leaves have one axis more, or one less.
 *
 * @module
 */
import type { AxisOf } from "../shape/axis.ts";
import type { Add } from "../shape/arithmetic.ts";
import type { Dim, Mutable, Shape, Single } from "../shape/dim.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

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
type Rest<S extends Shape> = S extends readonly [Dim, ...infer R extends Shape] ? Mutable<R>
  : Shape;

/** The size of the first axis of a tree's leaves. */
export type LeadingDim<T> = Single<Leading<T>, "leading"> extends infer N extends Dim
  ? [N] extends [never] ? number : N
  : number;

/** @internal */
type Leading<T> = T extends AnyTensor ? T["shape"][0]
  : T extends readonly unknown[] ? Leading<T[number]>
  : T extends object ? Leading<T[keyof T]>
  : never;
