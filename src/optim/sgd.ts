/**
 * Stochastic gradient descent.
 *
 * @module
 */
import { type Hyperparameter, type LearningRate, requireAmount } from "./hyperparameter.ts";
import { chain, type ChainState, type NoState, type Optimizer } from "./optimizer.ts";
import { addDecayedWeights } from "./transforms/decay.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";
import { traceOf, type TraceState } from "./transforms/trace.ts";

/** How {@linkcode sgd} steps. */
export interface SgdOptions {
  /** How much of the last step is kept, from 0 (none, the default) to below 1. */
  readonly momentum?: Hyperparameter;
  /** How much of each gradient but the first is left out; 0 unless given. */
  readonly dampening?: Hyperparameter;
  /** Nesterov's momentum, which looks ahead; `false` unless given. */
  readonly nesterov?: boolean;
  /** The factor of the penalty `½ ‖θ‖²`; 0 unless given. */
  readonly weightDecay?: Hyperparameter;
}

/** The states of {@linkcode sgd}: of the weight decay, the momentum and the learning rate. */
export type SgdState = ChainState<[NoState, TraceState, ScheduleState]>;

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
  const { momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  requireAmount("sgd", "learningRate", learningRate);
  requireAmount("sgd", "weightDecay", weightDecay);
  if (nesterov && dampening !== 0) {
    throw new RangeError("sgd: nesterov goes without dampening");
  }
  return chain(
    addDecayedWeights(weightDecay),
    traceOf("sgd", momentum, { nesterov, dampening }),
    scaleByLearningRate(learningRate),
  );
}
