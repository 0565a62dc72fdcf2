/**
 * A step of training as one compiled program: loss, gradient, metrics, update.
 *
 * @module
 */
import { jit, random, type Tensor, valueAndGrad } from "../../mod.ts";
import { applyUpdates, type Optimizer, type StateFamily } from "../optim/optimizer.ts";
import { observedRate } from "../optim/rate.ts";
import { type Judge, measured, type MetricStates } from "./judge.ts";
import type { LossContext, LossFunction, LossResult, Measured, StepFunction } from "./loss.ts";

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

/** What a step does with the parameters, before it is compiled. */
type Move = (learner: Learner, batch: unknown, context: LossContext<unknown>) => {
  readonly params: unknown;
  readonly optimizerState: unknown;
  readonly found: Measured<unknown>;
  readonly learningRate: Stepped["learningRate"];
};

/** The program that follows the gradient of a loss. */
export function gradientStep(
  operation: string,
  loss: LossFunction<unknown, unknown, unknown>,
  optimizer: Optimizer<StateFamily>,
  judge: Judge,
): Step {
  return compiled(judge, ({ params, optimizerState }, batch, context) => {
    const measure = (params: unknown): [unknown, Measured<unknown>] => {
      const found = measured(operation, loss(params, batch, context) as LossResult<unknown>);
      return [found.loss, found];
    };
    const [[value, found], gradients] = valueAndGrad(measure as never, { hasAux: true })(
      params as never,
    ) as unknown as [[Tensor<[]>, Measured<unknown>], unknown];
    const [[updates, next], learningRate] = observedRate(() =>
      optimizer.update(gradients, optimizerState, params, {
        value,
        loss: (params) => measure(params)[0] as Tensor<[]>,
      })
    );
    return { params: applyUpdates(params, updates), optimizerState: next, found, learningRate };
  });
}

/** The program of a step of the user's own. */
export function ownStep(
  operation: string,
  step: StepFunction<unknown, unknown, unknown>,
  judge: Judge,
): Step {
  return compiled(judge, ({ params: before, optimizerState }, batch, context) => {
    const [{ params, ...found }, learningRate] = observedRate(() => step(before, batch, context));
    measured(operation, found as LossResult<unknown>);
    return { params, optimizerState, found, learningRate };
  });
}

function compiled(judge: Judge, move: Move): Step {
  const step: Step = (learner, batch, key, step) => {
    const context = { key: random.foldIn(key, step), state: learner.modelState, training: true };
    const { params, optimizerState, found, learningRate } = move(learner, batch, context);
    return {
      learner: {
        params,
        modelState: found.state ?? null,
        optimizerState,
        metricStates: judge.update(learner.metricStates, found),
      },
      loss: found.loss as Tensor<[]>,
      learningRate,
    };
  };
  return jit(step, { donate: [0] });
}
