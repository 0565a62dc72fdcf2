/**
 * The shapes of attention with several heads.
 *
 * @module
 */
import type { Attended, Projected, Scores } from "./attention_shape.ts";
import type { DivRem } from "../shape/arithmetic.ts";
import type { Dim, IsLiteral, Shape, UnknownRank } from "../shape/dim.ts";
import { type Fail, type Ok, ShapeError } from "../shape/fail.ts";
import type { Same } from "../shape/same.ts";

/** The features of each of N heads that E features divide into, or the failure. */
export type HeadSize<E extends Dim, N extends Dim, K extends string> = IsLiteral<E, K> extends true
  ? IsLiteral<N, K> extends true ? N extends 0 ? Indivisible<E, N, K>
    : Divided<E, N> extends [infer H, 0] ? H
    : Indivisible<E, N, K>
  : number
  : number;

/** @internal */
type Divided<E extends Dim, N extends Dim> = DivRem<E, N>;

/** @internal */
type Indivisible<E extends Dim, N extends Dim, K extends string> = Fail<
  `${K}: ${E} features do not divide into ${N} heads`
>;

/** The size of a head, without its failure. */
export type HeadDim<E extends Dim, N extends Dim, K extends string> = HeadSize<E, N, K> extends
  infer H extends Dim ? H : number;

/** The run-time twin of {@linkcode HeadSize}. */
export function headSize(features: Dim, heads: Dim): number {
  if (heads === 0 || features % heads !== 0) {
    throw new ShapeError(
      `multiHeadAttention: ${features} features do not divide into ${heads} heads`,
    );
  }
  return features / heads;
}

/** The scores `[…, L, S]` of a query `[…, L, E]` and a key `[…, S, C]`. */
export type KeyRule<
  Q extends Shape,
  S extends Shape,
  E extends Dim,
  C extends Dim,
  K extends string,
> = First<
  Projected<S, C, E, `${K}: key`>,
  Scores<Ok<Projected<Q, E, E, K>>, Ok<Projected<S, C, E, K>>, K>
>;

/** The result `[…, L, E]` of a query, a key, and a value `[…, S, C]`. */
export type ValueRule<
  R,
  S extends Shape,
  V extends Shape,
  E extends Dim,
  C extends Dim,
  K extends string,
> = First<
  Projected<V, C, E, `${K}: value`>,
  Attended<R, S, Ok<Projected<V, C, E, K>>, K>
>;

/**
 * The second, if the first is no failure.
 *
 * @internal
 */
type First<A, B> = A extends { readonly fail: infer M } ? Fail<M> : B;

/** Scores with an axis of heads: `[…, N, L, S]`. */
export type HeadScores<R, N extends Dim> = R extends
  readonly [...infer B extends Shape, infer L extends Dim, infer S extends Dim] ? [...B, N, L, S]
  : Shape;

/** The shape of a cache of M positions `[…, N, M, H]` that fits a query `[…, L, E]`, or the failure. */
export type CacheRule<
  Q extends Shape,
  C extends Shape,
  N extends Dim,
  H extends Dim,
  K extends string,
> = UnknownRank<Q, K> extends true ? Shape
  : UnknownRank<C, K> extends true ? Shape
  : Q extends readonly [...infer B extends Shape, unknown, unknown]
    ? C extends readonly [...unknown[], infer M extends Dim, unknown]
      ? Same<[...B, N, M, H], C, `${K}: cache`>
    : Shape
  : Shape;
