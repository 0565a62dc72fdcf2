/**
 * What a loss and metrics may be, as types: a line says what is wrong where something is.
 *
 * @module
 */
import type { AnyTensor, DTypeOf, FloatDType, ShapeOf } from "../../mod.ts";
import type { Show } from "../shape/fail.ts";
import type { LossResult, NextState, Taken } from "./loss.ts";

/**
 * What a loss gives, with metrics `M` that compare its predictions with its targets. `Op` is what the
 * loss was handed to.
 *
 * @internal
 */
export type Given<R, S, M, Op extends string> = unknown extends R ? R
  : R extends LossResult<S> ? Compared<R, M, Op>
  : R extends AnyTensor ? [S] extends [null] ? Scalar<R, R, Op> : MissingState<Op>
  : R extends { readonly loss: infer L extends AnyTensor }
    ? Scalar<L, R, Op> extends R ? OddPart<R, S, Op> : Scalar<L, R, Op>
  : `${Op}: the loss must give a scalar, or { loss, state, predictions, targets }`;

/**
 * What a step gives.
 *
 * @internal
 */
export type GivenByStep<R, P, S, M, Op extends string> = unknown extends R ? R
  : R extends Taken<P, S> ? Compared<R, M, Op>
  : R extends { readonly params: P; readonly loss: infer L extends AnyTensor }
    ? Scalar<L, R, Op> extends R ? OddPart<R, S, Op> : Scalar<L, R, Op>
  : R extends { readonly params: unknown; readonly loss: AnyTensor }
    ? `${Op}: the step must give params of the same type as it takes`
  : `${Op}: the step must give { params, loss, state, predictions, targets }`;

type MissingState<Op extends string> =
  `${Op}: the loss must give { loss, state }, since there is a state`;

/** What is wrong where the loss is right: the state, or else predictions or targets. */
type OddPart<R, S, Op extends string> = R extends NextState<S>
  ? `${Op}: predictions and targets must be tensors`
  : [S] extends [null] ? `${Op}: the loss gives a state, so ${Op} needs the first one: state`
  : R extends { readonly state: unknown }
    ? `${Op}: the loss must give a state of the same type as it takes`
  : MissingState<Op>;

type Scalar<L extends AnyTensor, R, Op extends string> = number extends ShapeOf<L>["length"] ? R
  : ShapeOf<L> extends readonly [] ? DTypeOf<L> extends FloatDType ? R
    : `${Op}: the loss must be a float, got ${DTypeOf<L>}`
  : `${Op}: the loss must be a scalar, got ${Show<ShapeOf<L>, R>}`;

/** A result, or the first metric that cannot do with it. */
type Compared<R, M, Op extends string> = [keyof M] extends [never] ? R
  : R extends
    { readonly predictions: infer A extends AnyTensor; readonly targets: infer B extends AnyTensor }
    ? { [K in keyof M]: ComparedBy<M[K], A, B, `${Op}: ${K & string}`> }[keyof M] extends
      infer Complaint ? [Complaint] extends [never] ? R : Complaint
    : never
  : `${Op}: metrics need a loss that gives { loss, predictions, targets }`;

/** `never`, or what is wrong. */
type ComparedBy<M, A extends AnyTensor, B extends AnyTensor, K extends string> = M extends
  ((predictions: A, targets: B) => unknown) | Gathers<A, B> ? never
  : `${K} cannot compare predictions ${Described<A>} with targets ${Described<B>}`;

type Described<T extends AnyTensor> = `${DTypeOf<T>}${Show<ShapeOf<T>, T>}`;

interface Gathers<A, B> {
  // deno-lint-ignore no-explicit-any -- a state of any type
  update(state: any, predictions: A, targets: B): unknown;
}
