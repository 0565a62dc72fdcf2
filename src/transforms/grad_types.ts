/**
 * The types of gradients.
 *
 * @module
 */
import type { Show } from "../shape/fail.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What to differentiate by, and whether the function returns more than its loss. */
export interface GradOptions {
  /** The argument to differentiate by, or several; 0 unless given. */
  readonly argnums?: number | readonly number[];
  /** Whether the function returns `[loss, aux]`. */
  readonly hasAux?: boolean;
}

/**
 * A result that can be differentiated: a scalar, or a tensor of unknown rank.
 *
 * @internal
 */
type ScalarOr<T, R, Op extends string> = T extends Tensor<infer S, DType>
  ? number extends S["length"] ? R
  : S extends readonly [] ? R
  : `${Op}: the function must return a scalar, got ${Show<S, R>}`
  : `${Op}: the function must return a scalar tensor`;

/** What a function may return to be differentiated; a line that says what is wrong where it may not. */
export type Loss<R, O extends GradOptions, Op extends string> = O extends { readonly hasAux: true }
  ? R extends readonly [infer L, unknown] ? ScalarOr<L, R, Op>
  : `${Op}: with hasAux the function must return [loss, aux]`
  : ScalarOr<R, R, Op>;

/** The chosen argument, or a tuple of those chosen: what a derivative by it is a tree like. */
export type ByArgument<
  A extends readonly unknown[],
  O extends Pick<GradOptions, "argnums">,
> = O extends { readonly argnums: infer N } ? N extends number ? A[N]
  : N extends readonly number[] ? { -readonly [K in keyof N]: A[N[K] & keyof A] }
  : A[0]
  : A[0];

/** What {@linkcode grad}'s function returns. */
export type GradResult<A extends readonly unknown[], R, O extends GradOptions> = O extends
  { readonly hasAux: true } ? [gradient: ByArgument<A, O>, aux: Second<R>]
  : ByArgument<A, O>;

/** What {@linkcode valueAndGrad}'s function returns. */
export type ValueAndGradResult<A extends readonly unknown[], R, O extends GradOptions> = [
  value: R,
  gradient: ByArgument<A, O>,
];

/** @internal */
type Second<R> = R extends readonly [unknown, infer X] ? X : unknown;
