/**
 * A step of training as one compiled program: loss, gradient, metrics, update.
 *
 * @module
 */
import { jit, random, type Tensor, valueAndGrad } from "../../mod.ts";
import { applyUpdates, type Optimizer, type StateFamily } from "../optim/optimizer.ts";
import { observedRate } from "../optim/rate.ts";
import { type Judge, measured, type MetricStates } from "./judge.ts";
import type { LossFunction, LossResult } from "./loss.ts";

/** What changes from step to step. Its tensors are given away to the next step. */
export interface Learner {
  readonly params: unknown;
  readonly modelState: unknown;
  readonly optimizerState: unknown;
  readonly metricStates: MetricStates;
}

/** What comes of a step. */
export interface Stepped {
  readonly learner: Learner;
  /** The loss before the step. */
  readonly loss: Tensor<[]>;
  /** The learning rate, where the optimizer has one. */
  readonly learningRate: Tensor<[], "float64"> | null;
}

/** A step from a learner, which it uses up, a batch, the key of all steps and the step's number. */
export type Step = (
  learner: Learner,
  batch: unknown,
  key: random.Key,
  step: Tensor<[], "int32">,
) => Stepped;

/** The program that follows the gradient of a loss. */
export function gradientStep(
  operation: string,
  loss: LossFunction<unknown, unknown, unknown>,
  optimizer: Optimizer<StateFamily>,
  judge: Judge,
): Step {
  const step: Step = (learner, batch, key, step) => {
    const context = { key: random.foldIn(key, step), state: learner.modelState, training: true };
    const measure = (params: unknown) => {
      const found = measured(operation, loss(params, batch, context) as LossResult<unknown>);
      return [found.loss, { ...found }] as const;
    };
    const [[value, found], gradients] = valueAndGrad(measure as never, { hasAux: true })(
      learner.params as never,
    ) as unknown as [[Tensor<[]>, ReturnType<typeof measure>[1]], unknown];
    const [[updates, optimizerState], learningRate] = observedRate(() =>
      optimizer.update(gradients, learner.optimizerState, learner.params, { value })
    );
    return {
      learner: {
        params: applyUpdates(learner.params, updates),
        modelState: found.state ?? null,
        optimizerState,
        metricStates: judge.update(learner.metricStates, found),
      },
      loss: value,
      learningRate,
    };
  };
  return jit(step, { donate: [0] });
}
