/**
 * Stochastic gradient descent.
 *
 * @module
 */
import type { Hyperparameter, LearningRate } from "./hyperparameter.ts";
import type { Optimizer } from "./optimizer.ts";
import { penalized, type PenalizedState, type PenaltyOptions } from "./penalized.ts";
import { traceOf, type TraceOptions, type TraceState } from "./transforms/trace.ts";

/** How {@linkcode sgd} steps. */
export interface SgdOptions extends TraceOptions, PenaltyOptions {
  /** How much of the last step is kept, from 0 (none, the default) to below 1. */
  readonly momentum?: Hyperparameter;
}

/** The states of {@linkcode sgd}: of the penalty, the momentum and the learning rate. */
export type SgdState = PenalizedState<TraceState>;

/**
 * Gradient descent, `θ ← θ - η g`; with momentum `μ` it follows `v ← μ v + g`, `θ ← θ - η v`, and
 * Nesterov's variant `θ ← θ - η (g + μ v)`. (Polyak 1964; Sutskever, Martens, Dahl and Hinton, "On
 * the importance of initialization and momentum in deep learning", 2013.) All as in PyTorch.
 *
 * @throws {RangeError} Where the learning rate or the weight decay is negative, the momentum is not
 * from 0 to below 1, or Nesterov's momentum is asked for with dampening.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { applyUpdates, sgd } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[]>) => x.mul(x);
 * const optimizer = sgd(0.1);
 * let x: Tensor<[]> = tensor(3);
 * let state = optimizer.init(x);
 * for (let step = 0; step < 3; step++) {
 *   const [updates, next] = optimizer.update(grad(loss)(x), state, x);
 *   x = applyUpdates(x, updates);
 *   state = next;
 * }
 * x.item(); // 1.536 up to float32 rounding
 * ```
 */
export function sgd(learningRate: LearningRate, options: SgdOptions = {}): Optimizer<SgdState> {
  const { momentum = 0, dampening = 0, nesterov = false } = options;
  if (nesterov && dampening !== 0) {
    throw new RangeError("sgd: nesterov goes without dampening");
  }
  return penalized("sgd", learningRate, options, traceOf("sgd", momentum, options));
}
