/**
 * Resilient backpropagation.
 *
 * @module
 */
import {
  type AnyTensor,
  broadcastTo,
  clip,
  greater,
  less,
  mul,
  sign,
  tensor,
  treeMap,
  where,
} from "../../mod.ts";
import { type Hyperparameter, operand, requireAmount, requireRange } from "./hyperparameter.ts";
import { mapLeaves, zerosOf } from "./leaves.ts";
import type { Optimizer, StateFamily } from "./optimizer.ts";

/** How {@linkcode rprop} steps; the names are optax's. */
export interface RpropOptions {
  /** The factor of a step's length where the gradient has turned; 0.5 unless given. */
  readonly etaMinus?: number;
  /** The factor of a step's length where the gradient has not; 1.2 unless given. */
  readonly etaPlus?: number;
  /** The shortest step; 1e-6 unless given. */
  readonly minStepSize?: number;
  /** The longest step; 50 unless given. */
  readonly maxStepSize?: number;
}

/** The state of {@linkcode rprop} for parameters of type `P`. */
export interface Resilience<P> {
  /** The gradients of the last step, 0 where they had turned: a tree like the parameters. */
  readonly previous: P;
  /** How long each parameter's step is, a tree like the parameters. */
  readonly size: P;
}

/** The states of {@linkcode rprop}. */
export interface RpropState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Resilience<this["params"]>;
}

/**
 * Resilient backpropagation, for gradients of the whole data: each parameter moves against the sign of
 * its gradient by a length of its own, that grows while the sign stays and shrinks where it turns, in
 * which case the parameter stays where it is for one step. `learningRate` is the first length. (M.
 * Riedmiller and H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP
 * algorithm", 1993.) As in PyTorch; optax (0.2.8) makes the same steps one call later, the first one being 0.
 *
 * @throws {RangeError} Where the learning rate is negative, `etaMinus` is not between 0 and 1, `etaPlus`
 * is not above 1, or the longest step is shorter than the shortest.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { rprop } from "@katachi/katachi/optim";
 *
 * const optimizer = rprop(0.5);
 * const x = tensor([3, -4]);
 * optimizer.update(tensor([6, -8]), optimizer.init(x), x)[0].toArray(); // [-0.5, 0.5]
 * ```
 */
export function rprop(
  learningRate: Hyperparameter,
  options: RpropOptions = {},
): Optimizer<RpropState> {
  const { etaMinus = 0.5, etaPlus = 1.2, minStepSize = 1e-6, maxStepSize = 50 } = options;
  requireAmount("rprop", "learningRate", learningRate);
  requireRange("rprop", "etaMinus", etaMinus, { low: 0, high: 1, open: true });
  requireRange("rprop", "etaPlus", etaPlus, { low: 1, open: true });
  requireAmount("rprop", "minStepSize", minStepSize);
  requireRange("rprop", "maxStepSize", maxStepSize, { low: minStepSize });
  const first = (leaf: AnyTensor) => {
    const size = operand(learningRate, leaf);
    const filled = typeof size === "number" ? tensor(size, "float64").astype(leaf.dtype) : size;
    return broadcastTo(filled, leaf.shape) as AnyTensor;
  };
  return {
    init: (params) => ({ previous: zerosOf(params), size: treeMap(first, params) }),
    update: (gradients, state) => {
      const { updates, previous, size } = mapLeaves(
        ["updates", "previous", "size"],
        (g, before, last) => {
          const agreement = sign(mul(g, before));
          const turned = less(agreement, 0);
          const grown = where(greater(agreement, 0), mul(last, etaPlus), last);
          const length = where(turned, mul(last, etaMinus), grown);
          const size = clip(length, minStepSize, maxStepSize);
          const previous = where(turned, 0, g);
          return { updates: mul(sign(previous), size).neg(), previous, size };
        },
        gradients,
        state.previous,
        state.size,
      );
      return [updates, { previous, size }];
    },
  };
}
