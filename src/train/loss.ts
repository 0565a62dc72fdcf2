/**
 * What is minimized: a function of parameters and a batch.
 *
 * @module
 */
import type { AnyTensor, FloatDType, random, Tensor } from "../../mod.ts";

/** What a loss is told beside parameters and batch. */
export interface LossContext<S = null> {
  /** Where its random numbers come from; another one in every step. */
  readonly key: random.Key;
  /** The state of the model; `null` where it keeps none. */
  readonly state: S;
  /** Whether the model is trained, and not judged: dropout drops then, and running means move. */
  readonly training: boolean;
}

/** A loss, and what else came out on the way. */
export type Measured<S = null> =
  & {
    /** What is minimized: the mean over the rows of the batch. */
    readonly loss: Tensor<[], FloatDType>;
    /** What metrics compare with the targets. */
    readonly predictions?: AnyTensor;
    /** What the predictions should be. */
    readonly targets?: AnyTensor;
  }
  & NextState<S>;

/** The state of the model after a batch, as a part of {@linkcode Measured}. */
export type NextState<S> = [S] extends [null] ? {
    /** Nothing: the model keeps no state. */
    readonly state?: null;
  }
  : {
    /** The state of the model after the batch. */
    readonly state: S;
  };

/** What a loss gives: a scalar, or {@linkcode Measured} where there is a state or there are metrics. */
export type LossResult<S = null> =
  | Measured<S>
  | ([S] extends [null] ? Tensor<[], FloatDType> : never);

/**
 * A loss: a pure function of parameters, a batch and a context. It is recorded once and compiled, so it
 * cannot read the values of tensors. Validation calls it as well, not `training` then, and with as many
 * rows as are left for the last batch.
 */
export type LossFunction<P, B, S = null, R extends LossResult<S> = LossResult<S>> = (
  params: P,
  batch: B,
  context: LossContext<S>,
) => R;

/** What a step of one's own gives: the next parameters, and what a loss gives. */
export type Taken<P, S = null> = Measured<S> & {
  /** The parameters after the step. */
  readonly params: P;
};

/**
 * A step of one's own, as {@linkcode LossFunction} pure and compiled: from parameters to the next ones.
 * What it keeps from step to step beside them, as the states of optimizers, is its state. Validation
 * calls it as well, not `training` then, and leaves the new parameters and the state alone.
 */
export type StepFunction<P, B, S = null, R extends Taken<P, S> = Taken<P, S>> = (
  params: P,
  batch: B,
  context: LossContext<S>,
) => R;
