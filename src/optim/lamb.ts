/**
 * LAMB.
 *
 * @module
 */
import { type AnyTensor, div, equal, logicalOr, mul, norm, treeMap, where } from "../../mod.ts";
import { type Hyperparameter, type LearningRate, requireAmount } from "./hyperparameter.ts";
import {
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  stateless,
  type Transformation,
} from "./optimizer.ts";
import { type MomentOptions, momentsOf, type MomentState } from "./transforms/adam.ts";
import { addDecayedWeights, type DecayOptions } from "./transforms/decay.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";

/** How {@linkcode lamb} steps; the letters are the paper's. */
export interface LambOptions extends Omit<MomentOptions, "epsilon">, DecayOptions {
  /** Keeps the division away from 0; 1e-6 unless given. */
  readonly epsilon?: Hyperparameter;
  /** How much of the parameters is taken off, times the learning rate; 0 unless given. */
  readonly weightDecay?: Hyperparameter;
}

/** The states of {@linkcode lamb}: moments, weight decay, trust ratio, learning rate. */
export type LambState = ChainState<[MomentState, NoState, NoState, ScheduleState]>;

/**
 * Scales the updates of each leaf to the norm of the leaf: `u ‖θ‖ / ‖u‖`. They stay as they are where
 * one of the norms is 0. (Y. You et al., "Large batch optimization for deep learning: training BERT
 * in 76 minutes", ICLR 2020.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByTrustRatio } from "@katachi/katachi/optim";
 *
 * const params = { w: tensor([3, 4]), b: tensor([0]) };
 * const [updates] = scaleByTrustRatio().update({ w: tensor([0, 2]), b: tensor([1]) }, null, params);
 * updates.w.toArray(); // [0, 5]
 * updates.b.toArray(); // [1]
 * ```
 */
export function scaleByTrustRatio(): Transformation<NoState> {
  return stateless((updates, params) =>
    treeMap(
      (u, p) => {
        const [own, size] = [norm(u), norm(p)];
        const none = logicalOr(equal(own, 0), equal(size, 0));
        return mul(u, where(none, 1, div(size, own)) as AnyTensor);
      },
      updates,
      params,
    )
  );
}

/**
 * LAMB: Adam's direction with weight decay, `r = m̂ / (√v̂ + ε) + λ θ`, scaled for each leaf to its own
 * norm: `θ ← θ - η r ‖θ‖ / ‖r‖`. For batches of many thousands. (Y. You et al., "Large batch
 * optimization for deep learning: training BERT in 76 minutes", ICLR 2020.) Defaults are optax's.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, lamb } from "@katachi/katachi/optim";
 *
 * const optimizer = lamb(0.1);
 * const x = tensor([3, 4]);
 * const [updates] = optimizer.update(tensor([0, 20]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // close to [3, 3.5]: the step's norm is a tenth of 5
 * ```
 */
export function lamb(learningRate: LearningRate, options: LambOptions = {}): Optimizer<LambState> {
  const { weightDecay = 0, mask, epsilon = 1e-6 } = options;
  requireAmount("lamb", "learningRate", learningRate);
  requireAmount("lamb", "weightDecay", weightDecay);
  return chain(
    momentsOf("lamb", { ...options, epsilon }),
    addDecayedWeights(weightDecay, { mask }),
    scaleByTrustRatio(),
    scaleByLearningRate(learningRate),
  );
}
