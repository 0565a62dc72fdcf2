/**
 * The mean of squares of RMSProp.
 *
 * @module
 */
import { div, maximum, mul, sqrt, sub, treeMap } from "../../../mod.ts";
import { type Hyperparameter, plus, requireAmount, requireDecay } from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByRmsprop} works. */
export interface SquareMeanOptions {
  /** Decay of the mean of squared gradients (PyTorch's `alpha`); 0.99 unless given. */
  readonly decay?: Hyperparameter;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
  /** Divides by the standard deviation, not the root of the mean of squares; `false` unless given. */
  readonly centered?: boolean;
}

/** The state of {@linkcode scaleByRmsprop} for parameters of type `P`. */
export interface SquareMean<P> {
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
  /** The decaying mean of the gradients; `null` where it is not centered. */
  readonly mean: P | null;
}

/** The states of {@linkcode scaleByRmsprop}. */
export interface SquareMeanState extends StateFamily {
  /** The state for the parameters. */
  readonly state: SquareMean<this["params"]>;
}

/**
 * RMSProp's direction: `g / (√v + ε)` with `v ← ρ v + (1 - ρ) g²`, and centered
 * `g / (√(v - m²) + ε)` with `m ← ρ m + (1 - ρ) g`. As in PyTorch; in optax `ε` is under the root, and
 * `ρ` is 0.9. A variance that rounding makes negative is taken for 0.
 *
 * @throws {RangeError} Where the decay is not from 0 to below 1, or epsilon is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByRmsprop } from "@katachi/katachi/optim";
 *
 * const rule = scaleByRmsprop({ decay: 0.75 });
 * const g = tensor([3, -4]);
 * rule.update(g, rule.init(g), g)[0].toArray(); // close to [2, -2]
 * ```
 */
export function scaleByRmsprop(options: SquareMeanOptions = {}): Transformation<SquareMeanState> {
  return squareMeanOf("scaleByRmsprop", options);
}

/**
 * As {@linkcode scaleByRmsprop}, for another function that takes its options.
 *
 * @internal
 */
export function squareMeanOf(
  operation: string,
  { decay = 0.99, epsilon = 1e-8, centered = false }: SquareMeanOptions,
): Transformation<SquareMeanState> {
  requireDecay(operation, "decay", decay);
  requireAmount(operation, "epsilon", epsilon);
  return {
    init: (params) => ({ square: zerosOf(params), mean: centered ? zerosOf(params) : null }),
    update: (gradients, state) => {
      const square = decayed(decay, state.square, treeMap((g) => mul(g, g), gradients));
      const mean = state.mean && decayed(decay, state.mean, gradients);
      const spread = mean === null
        ? square
        : treeMap((v, m) => maximum(sub(v, mul(m, m)), 0), square, mean);
      const updates = treeMap((g, v) => div(g, plus(sqrt(v), epsilon)), gradients, spread);
      return [updates, { square, mean }];
    },
  };
}
