/**
 * The sum of squares of AdaGrad.
 *
 * @module
 */
import { add, div, full, mul, sqrt, treeMap } from "../../../mod.ts";
import { type Hyperparameter, plus, requireAmount } from "../hyperparameter.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByAdagrad} works. */
export interface SquareSumOptions {
  /** Keeps the division away from 0; 1e-10 unless given. */
  readonly epsilon?: Hyperparameter;
  /** What the sums of squares begin with; 0 unless given. */
  readonly initialAccumulator?: number;
}

/** The state of {@linkcode scaleByAdagrad} for parameters of type `P`. */
export interface SquareSum<P> {
  /** The sum of the squared gradients, a tree like the parameters. */
  readonly sum: P;
}

/** The states of {@linkcode scaleByAdagrad}. */
export interface SquareSumState extends StateFamily {
  /** The state for the parameters. */
  readonly state: SquareSum<this["params"]>;
}

/**
 * AdaGrad's direction: `g / (√s + ε)` with the sum of squares `s ← s + g²`, as in PyTorch. In optax `ε`
 * is under the root, 1e-7, and sums begin with 0.1.
 *
 * @throws {RangeError} Where a number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByAdagrad } from "@katachi/katachi/optim";
 *
 * const rule = scaleByAdagrad();
 * const g = tensor([3]);
 * const [, state] = rule.update(tensor([4]), rule.init(g), g);
 * rule.update(g, state, g)[0].toArray(); // [0.6], up to float32 rounding
 * ```
 */
export function scaleByAdagrad(options: SquareSumOptions = {}): Transformation<SquareSumState> {
  return squareSumOf("scaleByAdagrad", options);
}

/**
 * As {@linkcode scaleByAdagrad}, for another function that takes its options.
 *
 * @internal
 */
export function squareSumOf(
  operation: string,
  { epsilon = 1e-10, initialAccumulator = 0 }: SquareSumOptions,
): Transformation<SquareSumState> {
  requireAmount(operation, "epsilon", epsilon);
  requireAmount(operation, "initialAccumulator", initialAccumulator);
  return {
    init: (params) => ({
      sum: treeMap((leaf) => full(leaf.shape, initialAccumulator, leaf.dtype), params),
    }),
    update: (gradients, state) => {
      const sum = treeMap((s, g) => add(s, mul(g, g)), state.sum, gradients);
      return [treeMap((g, s) => div(g, plus(sqrt(s), epsilon)), gradients, sum), { sum }];
    },
  };
}
