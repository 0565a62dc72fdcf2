/**
 * Adam and AdamW.
 *
 * @module
 */
import { type Hyperparameter, type LearningRate, requireAmount } from "./hyperparameter.ts";
import { chain, type ChainState, type NoState, type Optimizer } from "./optimizer.ts";
import { penalized, type PenalizedState, type PenaltyOptions } from "./penalized.ts";
import { type MomentOptions, momentsOf, type MomentState } from "./transforms/adam.ts";
import { addDecayedWeights, type DecayOptions } from "./transforms/decay.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";

/** How {@linkcode adam} steps; the letters are the paper's. */
export interface AdamOptions extends MomentOptions, PenaltyOptions {}

/** How {@linkcode adamw} steps. */
export interface AdamWOptions extends MomentOptions, DecayOptions {
  /** How much of the parameters is taken off, times the learning rate; 0.01 unless given. */
  readonly weightDecay?: Hyperparameter;
}

/** The states of {@linkcode adam}: of the penalty, the moments and the learning rate. */
export type AdamState = PenalizedState<MomentState>;

/** The states of {@linkcode adamw}: of the moments, the weight decay and the learning rate. */
export type AdamWState = ChainState<[MomentState, NoState, ScheduleState]>;

/**
 * Adam: `m ← β₁ m + (1 - β₁) g`, `v ← β₂ v + (1 - β₂) g²`, `θ ← θ - α m̂ / (√v̂ + ε)` with
 * `m̂ = m / (1 - β₁ᵗ)` and `v̂ = v / (1 - β₂ᵗ)`. (D. P. Kingma and J. Ba, "Adam: a method for
 * stochastic optimization", ICLR 2015; `amsgrad`: S. J. Reddi, S. Kale and S. Kumar, "On the
 * convergence of Adam and beyond", ICLR 2018.)
 *
 * `amsgrad` follows PyTorch, where optax takes the largest `v̂`; `nesterov` follows optax's `nadam`.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { adam, applyUpdates } from "@katachi/katachi/optim";
 *
 * const loss = (p: { x: Tensor<[2]> }) => p.x.square().sum();
 * const optimizer = adam(0.1);
 * const params = { x: tensor([3, -4]) };
 * const [updates] = optimizer.update(grad(loss)(params), optimizer.init(params), params);
 * applyUpdates(params, updates).x.toArray(); // each 0.1 nearer to 0
 * ```
 */
export function adam(learningRate: LearningRate, options: AdamOptions = {}): Optimizer<AdamState> {
  return penalized("adam", learningRate, options, momentsOf("adam", options));
}

/**
 * Adam with decoupled weight decay: `θ ← θ - α (m̂ / (√v̂ + ε) + λ θ)`. (I. Loshchilov and F. Hutter,
 * "Decoupled weight decay regularization", ICLR 2019.) `λ` is 0.01 as in PyTorch; optax has 0.0001.
 * `mask` tells which parameters decay.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { ones, zeros } from "@katachi/katachi";
 * import { adamw, applyUpdates } from "@katachi/katachi/optim";
 *
 * const optimizer = adamw(0.1, { weightDecay: 0.5, mask: (leaf) => leaf.rank > 1 });
 * const params = { weight: ones([1, 1]), bias: ones([1]) };
 * const gradients = { weight: zeros([1, 1]), bias: zeros([1]) };
 * const [updates] = optimizer.update(gradients, optimizer.init(params), params);
 * applyUpdates(params, updates).weight.toArray(); // [[0.95]], up to float32 rounding
 * ```
 */
export function adamw(
  learningRate: LearningRate,
  options: AdamWOptions = {},
): Optimizer<AdamWState> {
  const { weightDecay = 0.01, mask } = options;
  requireAmount("adamw", "learningRate", learningRate);
  requireAmount("adamw", "weightDecay", weightDecay);
  return chain(
    momentsOf("adamw", options),
    addDecayedWeights(weightDecay, { mask }),
    scaleByLearningRate(learningRate),
  );
}
