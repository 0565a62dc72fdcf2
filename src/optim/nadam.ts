/**
 * NAdam.
 *
 * @module
 */
import type { LearningRate } from "./hyperparameter.ts";
import type { Optimizer } from "./optimizer.ts";
import { decoupled, type DecoupledOptions, type DecoupledState } from "./penalized.ts";
import {
  type LookingMomentOptions,
  lookingMomentsOf,
  type LookingMomentState,
} from "./transforms/nadam.ts";

/** How {@linkcode nadam} steps. */
export interface NadamOptions extends LookingMomentOptions, DecoupledOptions {}

/** The states of {@linkcode nadam}: of the penalty, the moments and the learning rate. */
export type NadamState = DecoupledState<LookingMomentState>;

/**
 * NAdam, Adam with a Nesterov momentum that grows: `θ ← θ - α m̂ / (√v̂ + ε)` with the `m̂` of
 * {@linkcode scaleByNadam}. (T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.)
 * All as in PyTorch; optax's `nadam` is `adam(learningRate, { nesterov: true })`.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, nadam } from "@katachi/katachi/optim";
 *
 * const optimizer = nadam(0.25);
 * const x = tensor([1, -1]);
 * const [updates] = optimizer.update(tensor([3, -4]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // close to [0.74, -0.74]
 * ```
 */
export function nadam(
  learningRate: LearningRate,
  options: NadamOptions = {},
): Optimizer<NadamState> {
  return decoupled("nadam", learningRate, options, lookingMomentsOf("nadam", options));
}
