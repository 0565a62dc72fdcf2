/**
 * Adadelta.
 *
 * @module
 */
import type { LearningRate } from "./hyperparameter.ts";
import type { Optimizer } from "./optimizer.ts";
import { penalized, type PenalizedState, type PenaltyOptions } from "./penalized.ts";
import { type DeltaOptions, deltasOf, type DeltaState } from "./transforms/adadelta.ts";

/** How {@linkcode adadelta} steps. */
export interface AdadeltaOptions extends DeltaOptions, PenaltyOptions {}

/** The states of {@linkcode adadelta}: of the penalty, the means of squares and the learning rate. */
export type AdadeltaState = PenalizedState<DeltaState>;

/**
 * Adadelta: `v ← ρ v + (1 - ρ) g²`, `u = g √(d + ε) / √(v + ε)`, `d ← ρ d + (1 - ρ) u²`,
 * `θ ← θ - η u`. (M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012.) The paper has no
 * learning rate: it is 1 unless given. As in PyTorch and optax.
 *
 * @throws {RangeError} Where rho is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { adadelta } from "@katachi/katachi/optim";
 *
 * const optimizer = adadelta(1, { rho: 0.75 });
 * const x = tensor([1, -1]);
 * optimizer.update(tensor([3, -4]), optimizer.init(x), x)[0].toArray(); // close to [-0.002, 0.002]
 * ```
 */
export function adadelta(
  learningRate: LearningRate = 1,
  options: AdadeltaOptions = {},
): Optimizer<AdadeltaState> {
  return penalized("adadelta", learningRate, options, deltasOf("adadelta", options));
}
