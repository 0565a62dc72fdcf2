/**
 * The moments of Adamax.
 *
 * @module
 */
import { abs, add, div, maximum, tensor, treeMap } from "../../../mod.ts";
import {
  biasCorrection,
  type Hyperparameter,
  plus,
  requireAmount,
  requireDecay,
  type StepCount,
  times,
} from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByAdamax} works; the letters are the paper's. */
export interface MaximumOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: Hyperparameter;
  /** Decay of the largest gradient; 0.999 unless given. */
  readonly beta2?: Hyperparameter;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
}

/** The state of {@linkcode scaleByAdamax} for parameters of type `P`. */
export interface Maxima<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
  /** The decaying maximum of the gradients' absolute values, a tree like the parameters. */
  readonly largest: P;
}

/** The states of {@linkcode scaleByAdamax}. */
export interface MaximumState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Maxima<this["params"]>;
}

/**
 * Adamax's direction: `m̂ / u` of `m ← β₁ m + (1 - β₁) g` and `u ← max(β₂ u, |g| + ε)`, with
 * `m̂ = m / (1 - β₁ᵗ)`. As in PyTorch and optax.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or epsilon is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByAdamax } from "@katachi/katachi/optim";
 *
 * const rule = scaleByAdamax();
 * const g = tensor([3, -0.5]);
 * rule.update(g, rule.init(g), g)[0].toArray(); // close to [1, -1]
 * ```
 */
export function scaleByAdamax(options: MaximumOptions = {}): Transformation<MaximumState> {
  return maximaOf("scaleByAdamax", options);
}

/**
 * As {@linkcode scaleByAdamax}, for another function that takes its options.
 *
 * @internal
 */
export function maximaOf(
  operation: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: MaximumOptions,
): Transformation<MaximumState> {
  requireDecay(operation, "beta1", beta1);
  requireDecay(operation, "beta2", beta2);
  requireAmount(operation, "epsilon", epsilon);
  return {
    init: (params) => ({
      step: tensor(0, "int32"),
      mean: zerosOf(params),
      largest: zerosOf(params),
    }),
    update: (gradients, state) => {
      const step = add(state.step, 1);
      const mean = decayed(beta1, state.mean, gradients);
      const largest = treeMap(
        (u, g) => maximum(times(u, beta2), plus(abs(g), epsilon)),
        state.largest,
        gradients,
      );
      const bias = biasCorrection(beta1, step);
      const updates = treeMap((m, u) => div(div(m, bias.astype(m.dtype)), u), mean, largest);
      return [updates, { step, mean, largest }];
    },
  };
}
