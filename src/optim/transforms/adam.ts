/**
 * The moments of Adam.
 *
 * @module
 */
import { add, div, maximum, mul, sqrt, tensor, treeMap } from "../../../mod.ts";
import {
  biasCorrection,
  complement,
  type Hyperparameter,
  plus,
  requireAmount,
  requireDecay,
  type StepCount,
  times,
} from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByAdam} works; the letters are the paper's. */
export interface MomentOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: Hyperparameter;
  /** Decay of the mean of squared gradients; 0.999 unless given. */
  readonly beta2?: Hyperparameter;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
  /** Added under the root, which gives the step a derivative where gradients are 0; 0 unless given. */
  readonly epsilonRoot?: Hyperparameter;
  /** Divides by the largest mean of squares so far instead of the last; `false` unless given. */
  readonly amsgrad?: boolean;
  /** Looks ahead like Nesterov's momentum; `false` unless given. */
  readonly nesterov?: boolean;
}

/** The state of {@linkcode scaleByAdam} for parameters of type `P`. */
export interface Moments<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
  /** The largest `square` so far; `null` without `amsgrad`. */
  readonly largest: P | null;
}

/** The states of {@linkcode scaleByAdam}. */
export interface MomentState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Moments<this["params"]>;
}

/**
 * Adam's direction: `m̂ / (√(v̂ + ε₀) + ε)` of the decaying means `m ← β₁ m + (1 - β₁) g` and
 * `v ← β₂ v + (1 - β₂) g²`, with `m̂ = m / (1 - β₁ᵗ)` and `v̂ = v / (1 - β₂ᵗ)`; `ε₀` is `epsilonRoot`.
 *
 * With `amsgrad`, `v̂` is made of the largest `v` so far, as in PyTorch; optax takes the largest `v̂`.
 * With `nesterov`, `m̂ = β₁ m / (1 - β₁ᵗ⁺¹) + (1 - β₁) g / (1 - β₁ᵗ)`, as in optax.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or epsilon is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByAdam } from "@katachi/katachi/optim";
 *
 * const moments = scaleByAdam();
 * const g = tensor([3, -0.01]);
 * moments.update(g, moments.init(g), g)[0].toArray(); // close to [1, -1]
 * ```
 */
export function scaleByAdam(options: MomentOptions = {}): Transformation<MomentState> {
  return momentsOf("scaleByAdam", options);
}

/**
 * As {@linkcode scaleByAdam}, for another function that takes its options.
 *
 * @internal
 */
export function momentsOf(
  operation: string,
  options: MomentOptions,
): Transformation<MomentState> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, epsilonRoot = 0 } = options;
  const { amsgrad = false, nesterov = false } = options;
  requireDecay(operation, "beta1", beta1);
  requireDecay(operation, "beta2", beta2);
  requireAmount(operation, "epsilon", epsilon);
  requireAmount(operation, "epsilonRoot", epsilonRoot);
  return {
    init: (params) => ({
      step: tensor(0, "int32"),
      mean: zerosOf(params),
      square: zerosOf(params),
      largest: amsgrad ? zerosOf(params) : null,
    }),
    update: (gradients, state) => {
      const step = add(state.step, 1);
      const mean = decayed(beta1, state.mean, gradients);
      const square = decayed(beta2, state.square, treeMap((g) => mul(g, g), gradients));
      const largest = state.largest &&
        treeMap((a, b) => maximum(a, b), state.largest, square);
      const bias1 = biasCorrection(beta1, step);
      const bias2 = biasCorrection(beta2, step);
      const ahead = nesterov ? biasCorrection(beta1, add(step, 1)) : null;
      const updates = treeMap(
        (g, m, v) => {
          const square = plus(div(v, bias2.astype(v.dtype)), epsilonRoot);
          const root = plus(sqrt(square), epsilon);
          const direction = ahead === null ? div(m, bias1.astype(m.dtype)) : add(
            div(times(m, beta1), ahead.astype(m.dtype)),
            div(times(g, complement(beta1)), bias1.astype(m.dtype)),
          );
          return div(direction, root);
        },
        gradients,
        mean,
        largest ?? square,
      );
      return [updates, { step, mean, square, largest }];
    },
  };
}
