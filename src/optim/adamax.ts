/**
 * Adamax.
 *
 * @module
 */
import type { LearningRate } from "./hyperparameter.ts";
import type { Optimizer } from "./optimizer.ts";
import { penalized, type PenalizedState, type PenaltyOptions } from "./penalized.ts";
import { maximaOf, type MaximumOptions, type MaximumState } from "./transforms/adamax.ts";

/** How {@linkcode adamax} steps. */
export interface AdamaxOptions extends MaximumOptions, PenaltyOptions {}

/** The states of {@linkcode adamax}: of the penalty, the moments and the learning rate. */
export type AdamaxState = PenalizedState<MaximumState>;

/**
 * Adamax: `m ← β₁ m + (1 - β₁) g`, `u ← max(β₂ u, |g| + ε)`, `θ ← θ - α m / ((1 - β₁ᵗ) u)`. (D. P. Kingma
 * and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, section 7.) As in PyTorch and
 * optax.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { adamax, applyUpdates } from "@katachi/katachi/optim";
 *
 * const optimizer = adamax(0.25);
 * const x = tensor([1, -1]);
 * const [updates] = optimizer.update(tensor([3, -4]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // close to [0.75, -0.75]
 * ```
 */
export function adamax(
  learningRate: LearningRate,
  options: AdamaxOptions = {},
): Optimizer<AdamaxState> {
  return penalized("adamax", learningRate, options, maximaOf("adamax", options));
}
