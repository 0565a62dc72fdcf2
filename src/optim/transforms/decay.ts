/**
 * Weight decay.
 *
 * @module
 */
import { add } from "../../../mod.ts";
import { type Hyperparameter, requireAmount, times } from "../hyperparameter.ts";
import { type LeafTest, mapWhere } from "../leaves.ts";
import { type NoState, stateless, type Transformation } from "../optimizer.ts";

/** How {@linkcode addDecayedWeights} works. */
export interface DecayOptions {
  /** Which parameters decay; all unless given. */
  readonly mask?: LeafTest;
}

/**
 * Adds `weightDecay θ` to the updates. As the first of a chain it is the gradient of the penalty
 * `½ weightDecay ‖θ‖²`; after the rest of the chain, before the learning rate, it is decoupled weight
 * decay. (I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR 2019.)
 *
 * @throws {RangeError} Where the weight decay is negative.
 *
 * @example
 * ```ts
 * import { ones, zeros } from "@katachi/katachi";
 * import { addDecayedWeights } from "@katachi/katachi/optim";
 *
 * const params = { weight: ones([2, 2]), bias: ones([2]) };
 * const gradients = { weight: zeros([2, 2]), bias: zeros([2]) };
 * const decay = addDecayedWeights(0.5, { mask: (leaf) => leaf.rank > 1 });
 * const [updates] = decay.update(gradients, null, params);
 * updates.weight.toArray(); // [[0.5, 0.5], [0.5, 0.5]]
 * updates.bias.toArray(); // [0, 0]
 * ```
 */
export function addDecayedWeights(
  weightDecay: Hyperparameter,
  { mask }: DecayOptions = {},
): Transformation<NoState> {
  requireAmount("addDecayedWeights", "weightDecay", weightDecay);
  return stateless((updates, params) =>
    weightDecay === 0
      ? updates
      : mapWhere(mask, (u, p) => add(u, times(p, weightDecay)), params, updates, params)
  );
}
