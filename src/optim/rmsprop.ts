/**
 * RMSProp.
 *
 * @module
 */
import { type Hyperparameter, type LearningRate, requireDecay } from "./hyperparameter.ts";
import { chain, type ChainState, type Optimizer } from "./optimizer.ts";
import { penalized, type PenalizedState, type PenaltyOptions } from "./penalized.ts";
import {
  squareMeanOf,
  type SquareMeanOptions,
  type SquareMeanState,
} from "./transforms/rmsprop.ts";
import { trace, type TraceState } from "./transforms/trace.ts";

/** How {@linkcode rmsprop} steps. */
export interface RmspropOptions extends SquareMeanOptions, PenaltyOptions {
  /** How much of the last step is kept, from 0 (none, the default) to below 1. */
  readonly momentum?: Hyperparameter;
  /** Nesterov's momentum, as in optax; `false` unless given. */
  readonly nesterov?: boolean;
}

/**
 * The states of {@linkcode rmsprop}: of the penalty, of the mean of squares and the momentum, and of the
 * learning rate.
 */
export type RmspropState = PenalizedState<ChainState<[SquareMeanState, TraceState]>>;

/**
 * RMSProp: `v ← ρ v + (1 - ρ) g²`, `b ← μ b + g / (√v + ε)`, `θ ← θ - η b`. (T. Tieleman and G. Hinton,
 * "Lecture 6.5: RMSProp", Coursera, 2012; `centered`: A. Graves, "Generating sequences with recurrent
 * neural networks", 2013.) All as in PyTorch; see {@linkcode scaleByRmsprop} for what optax does.
 *
 * @throws {RangeError} Where a decay or the momentum is not from 0 to below 1, or another number is
 * negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, rmsprop } from "@katachi/katachi/optim";
 *
 * const optimizer = rmsprop(0.25, { decay: 0.75 });
 * const x = tensor([1, -1]);
 * const [updates] = optimizer.update(tensor([3, -4]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // close to [0.5, -0.5]
 * ```
 */
export function rmsprop(
  learningRate: LearningRate,
  options: RmspropOptions = {},
): Optimizer<RmspropState> {
  const { momentum = 0, nesterov = false } = options;
  requireDecay("rmsprop", "momentum", momentum);
  const rule = chain(squareMeanOf("rmsprop", options), trace(momentum, { nesterov }));
  return penalized("rmsprop", learningRate, options, rule);
}
