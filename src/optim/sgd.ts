/**
 * Stochastic gradient descent.
 *
 * @module
 */
import { add, mul, treeMap, zerosLike } from "../../mod.ts";
import type { Optimizer, StateFamily } from "./optimizer.ts";

/** How {@linkcode sgd} steps. */
export interface SgdOptions {
  /** How much of the last step is kept, from 0 (none, the default) to below 1. */
  readonly momentum?: number;
  /** Nesterov's momentum, which looks ahead; `false` unless given. */
  readonly nesterov?: boolean;
}

/** The state of {@linkcode sgd} for parameters of type `P`. */
export interface Velocity<P> {
  /** The accumulated gradients, a tree like the parameters; `null` without momentum. */
  readonly velocity: P | null;
}

/** The states of {@linkcode sgd}. */
export interface SgdState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Velocity<this["params"]>;
}

/**
 * Gradient descent, `θ ← θ - η g`; with momentum `μ` it follows `v ← μ v + g`, `θ ← θ - η v`, and
 * Nesterov's variant `θ ← θ - η (g + μ v)`. (Polyak 1964; Sutskever, Martens, Dahl and Hinton, "On
 * the importance of initialization and momentum in deep learning", 2013.)
 *
 * @throws {RangeError} Where the momentum is not from 0 to below 1.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { applyUpdates, sgd } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[]>) => x.mul(x);
 * const optimizer = sgd(0.1);
 * let x: Tensor<[]> = tensor(3);
 * let state = optimizer.init(x);
 * for (let step = 0; step < 3; step++) {
 *   const [updates, next] = optimizer.update(grad(loss)(x), state);
 *   x = applyUpdates(x, updates);
 *   state = next;
 * }
 * x.item(); // 1.536 up to float32 rounding
 * ```
 */
export function sgd(learningRate: number, options: SgdOptions = {}): Optimizer<SgdState> {
  const { momentum = 0, nesterov = false } = options;
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(`sgd: momentum must be from 0 to below 1, got ${momentum}`);
  }
  return {
    init: (params) => ({
      velocity: momentum === 0 ? null : treeMap((leaf) => zerosLike(leaf), params),
    }),
    update: (gradients, { velocity }) => {
      if (velocity === null) {
        return [treeMap((g) => mul(g, -learningRate), gradients), { velocity }];
      }
      const next = treeMap((v, g) => add(mul(v, momentum), g), velocity, gradients);
      const direction = nesterov
        ? treeMap((g, v) => add(g, mul(v, momentum)), gradients, next)
        : next;
      return [treeMap((d) => mul(d, -learningRate), direction), { velocity: next }];
    },
  };
}
