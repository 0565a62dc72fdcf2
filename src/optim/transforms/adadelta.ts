/**
 * The two means of squares of Adadelta.
 *
 * @module
 */
import { div, mul, sqrt, treeMap } from "../../../mod.ts";
import { type Hyperparameter, plus, requireAmount, requireDecay } from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByAdadelta} works. */
export interface DeltaOptions {
  /** Decay of both means; 0.9 unless given. */
  readonly rho?: Hyperparameter;
  /** Lets the first steps be more than 0; 1e-6 unless given. */
  readonly epsilon?: Hyperparameter;
}

/** The state of {@linkcode scaleByAdadelta} for parameters of type `P`. */
export interface Deltas<P> {
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
  /** The decaying mean of the squared updates, a tree like the parameters. */
  readonly delta: P;
}

/** The states of {@linkcode scaleByAdadelta}. */
export interface DeltaState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Deltas<this["params"]>;
}

/**
 * Adadelta's direction: `u = g √(d + ε) / √(v + ε)` with `v ← ρ v + (1 - ρ) g²`, then
 * `d ← ρ d + (1 - ρ) u²`. As in PyTorch and optax.
 *
 * @throws {RangeError} Where rho is not from 0 to below 1, or epsilon is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByAdadelta } from "@katachi/katachi/optim";
 *
 * const rule = scaleByAdadelta({ rho: 0.75 });
 * const g = tensor([3, -4]);
 * rule.update(g, rule.init(g), g)[0].toArray(); // close to [0.002, -0.002]
 * ```
 */
export function scaleByAdadelta(options: DeltaOptions = {}): Transformation<DeltaState> {
  return deltasOf("scaleByAdadelta", options);
}

/**
 * As {@linkcode scaleByAdadelta}, for another function that takes its options.
 *
 * @internal
 */
export function deltasOf(
  operation: string,
  { rho = 0.9, epsilon = 1e-6 }: DeltaOptions,
): Transformation<DeltaState> {
  requireDecay(operation, "rho", rho);
  requireAmount(operation, "epsilon", epsilon);
  return {
    init: (params) => ({ square: zerosOf(params), delta: zerosOf(params) }),
    update: (gradients, state) => {
      const square = decayed(rho, state.square, treeMap((g) => mul(g, g), gradients));
      const updates = treeMap(
        (g, v, d) => mul(div(sqrt(plus(d, epsilon)), sqrt(plus(v, epsilon))), g),
        gradients,
        square,
        state.delta,
      );
      const delta = decayed(rho, state.delta, treeMap((u) => mul(u, u), updates));
      return [updates, { square, delta }];
    },
  };
}
