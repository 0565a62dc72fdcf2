/**
 * Lion.
 *
 * @module
 */
import { add, sign, treeMap } from "../../mod.ts";
import {
  complement,
  type Hyperparameter,
  type LearningRate,
  requireAmount,
  requireDecay,
  times,
} from "./hyperparameter.ts";
import { decayed, zerosOf } from "./leaves.ts";
import {
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  type StateFamily,
  type Transformation,
} from "./optimizer.ts";
import { addDecayedWeights, type DecayOptions } from "./transforms/decay.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";

/** How {@linkcode scaleByLion} works; the letters are the paper's. */
export interface LionDirectionOptions {
  /** How much of the direction is the mean of gradients so far; 0.9 unless given. */
  readonly beta1?: Hyperparameter;
  /** Decay of the mean of gradients; 0.99 unless given. */
  readonly beta2?: Hyperparameter;
}

/** How {@linkcode lion} steps. */
export interface LionOptions extends LionDirectionOptions, DecayOptions {
  /** How much of the parameters is taken off, times the learning rate; 0.001 unless given. */
  readonly weightDecay?: Hyperparameter;
}

/** The state of {@linkcode scaleByLion} for parameters of type `P`. */
export interface GradientMean<P> {
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
}

/** The states of {@linkcode scaleByLion}. */
export interface LionDirectionState extends StateFamily {
  /** The state for the parameters. */
  readonly state: GradientMean<this["params"]>;
}

/** The states of {@linkcode lion}: of the mean, the weight decay and the learning rate. */
export type LionState = ChainState<[LionDirectionState, NoState, ScheduleState]>;

/**
 * Lion's direction: `sign(β₁ m + (1 - β₁) g)`, and then `m ← β₂ m + (1 - β₂) g`.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByLion } from "@katachi/katachi/optim";
 *
 * const direction = scaleByLion();
 * const g = tensor([3, -0.01]);
 * direction.update(g, direction.init(g), g)[0].toArray(); // [1, -1]
 * ```
 */
export function scaleByLion(
  options: LionDirectionOptions = {},
): Transformation<LionDirectionState> {
  return directionOf("scaleByLion", options);
}

function directionOf(
  operation: string,
  { beta1 = 0.9, beta2 = 0.99 }: LionDirectionOptions,
): Transformation<LionDirectionState> {
  requireDecay(operation, "beta1", beta1);
  requireDecay(operation, "beta2", beta2);
  const rest = complement(beta1);
  return {
    init: (params) => ({ mean: zerosOf(params) }),
    update: (gradients, { mean }) => [
      treeMap((m, g) => sign(add(times(m, beta1), times(g, rest))), mean, gradients),
      { mean: decayed(beta2, mean, gradients) },
    ],
  };
}

/**
 * Lion: `θ ← θ - η (sign(β₁ m + (1 - β₁) g) + λ θ)`, then `m ← β₂ m + (1 - β₂) g`. All elements step
 * equally far, so learning rates are 3 to 10 times smaller than Adam's. (X. Chen et al., "Symbolic
 * discovery of optimization algorithms", NeurIPS 2023.) Defaults are optax's.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, lion } from "@katachi/katachi/optim";
 *
 * const optimizer = lion(0.5, { weightDecay: 0 });
 * const x = tensor([1, 2]);
 * const [updates] = optimizer.update(tensor([7, -0.1]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // [0.5, 2.5]
 * ```
 */
export function lion(learningRate: LearningRate, options: LionOptions = {}): Optimizer<LionState> {
  const { weightDecay = 0.001, mask } = options;
  requireAmount("lion", "learningRate", learningRate);
  requireAmount("lion", "weightDecay", weightDecay);
  return chain(
    directionOf("lion", options),
    addDecayedWeights(weightDecay, { mask }),
    scaleByLearningRate(learningRate),
  );
}
