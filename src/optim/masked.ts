/**
 * Transforming the gradients of some parameters only.
 *
 * @module
 */
import { factsOfPart, type Labels, labelsOf, type Part, partOf, withPart } from "./labels.ts";
import type { StateFamily, StateOf, Transformation } from "./optimizer.ts";

/** The states of {@linkcode masked} around a transformation with states `F`. */
export interface MaskedState<F extends StateFamily> extends StateFamily {
  /** The state for the chosen parameters. */
  readonly state: StateOf<F, Part<NoInfer<this["params"]>>>;
}

/**
 * Applies a transformation to the gradients of some parameters; those of the others pass unchanged.
 * The mask is a tree of booleans, each for a leaf or a whole part of the parameters, or a function of
 * a leaf and its place. Only chosen parameters have a state.
 *
 * Unchanged gradients point uphill: to keep the other parameters as they are use
 * {@linkcode partition} with {@linkcode setToZero}.
 *
 * @throws {TreeError} Where the mask is another tree than the parameters.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { chain, clip, masked, scale } from "@katachi/katachi/optim";
 *
 * const params = { weight: tensor([5]), bias: tensor([5]) };
 * const optimizer = chain(masked(clip(1), { weight: true, bias: false }), scale(-1));
 * const [updates] = optimizer.update(params, optimizer.init(params), params);
 * updates.weight.toArray(); // [-1]
 * updates.bias.toArray(); // [-5]
 * ```
 */
export function masked<F extends StateFamily>(
  transformation: Transformation<F>,
  mask: Labels<boolean>,
): Transformation<MaskedState<F>> {
  return {
    init: (params) => transformation.init(partOf(params, labelsOf("masked", mask, params))),
    update: (gradients, state, params, facts) => {
      const chosen = labelsOf("masked", mask, params);
      const [updates, next] = transformation.update(
        partOf(gradients, chosen),
        state,
        partOf(params, chosen),
        factsOfPart(facts, params, chosen),
      );
      return [withPart(gradients, chosen, updates), next];
    },
  };
}
