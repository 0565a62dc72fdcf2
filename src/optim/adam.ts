/**
 * Adam.
 *
 * @module
 */
import {
  add,
  div,
  mul,
  pow,
  sqrt,
  sub,
  type Tensor,
  tensor,
  treeMap,
  zerosLike,
} from "../../mod.ts";
import type { Optimizer, StateFamily } from "./optimizer.ts";

/** How {@linkcode adam} steps; the letters are the paper's. */
export interface AdamOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients; 0.999 unless given. */
  readonly beta2?: number;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: number;
}

/** The state of {@linkcode adam} for parameters of type `P`. */
export interface Moments<P> {
  /** How many steps have been taken. */
  readonly step: Tensor<[], "int32">;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
}

/** The states of {@linkcode adam}. */
export interface AdamState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Moments<this["params"]>;
}

/**
 * Adam: `m ← β₁ m + (1 - β₁) g`, `v ← β₂ v + (1 - β₂) g²`, `θ ← θ - α m̂ / (√v̂ + ε)` with
 * `m̂ = m / (1 - β₁ᵗ)` and `v̂ = v / (1 - β₂ᵗ)`. (D. P. Kingma and J. Ba, "Adam: a method for
 * stochastic optimization", ICLR 2015.)
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { adam, applyUpdates } from "@katachi/katachi/optim";
 *
 * const loss = (p: { x: Tensor<[2]> }) => p.x.square().sum();
 * const optimizer = adam(0.1);
 * const params = { x: tensor([3, -4]) };
 * const [updates] = optimizer.update(grad(loss)(params), optimizer.init(params));
 * applyUpdates(params, updates).x.toArray(); // each 0.1 nearer to 0
 * ```
 */
export function adam(learningRate: number, options: AdamOptions = {}): Optimizer<AdamState> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  for (const [name, beta] of [["beta1", beta1], ["beta2", beta2]] as const) {
    if (!(beta >= 0 && beta < 1)) {
      throw new RangeError(`adam: ${name} must be from 0 to below 1, got ${beta}`);
    }
  }
  return {
    init: (params) => ({
      step: tensor(0, "int32"),
      mean: treeMap((leaf) => zerosLike(leaf), params),
      square: treeMap((leaf) => zerosLike(leaf), params),
    }),
    update: (gradients, state) => {
      const step = add(state.step, 1);
      const mean = treeMap((m, g) => add(mul(m, beta1), mul(g, 1 - beta1)), state.mean, gradients);
      const square = treeMap(
        (v, g) => add(mul(v, beta2), mul(mul(g, g), 1 - beta2)),
        state.square,
        gradients,
      );
      // In float64, since 1 - 0.999 has few digits left in float32.
      const count = step.astype("float64");
      const bias1 = sub(1, pow(beta1, count));
      const bias2 = sub(1, pow(beta2, count));
      const updates = treeMap(
        (m, v) => {
          const root = add(sqrt(div(v, bias2.astype(v.dtype))), epsilon);
          return mul(div(div(m, bias1.astype(m.dtype)), root), -learningRate);
        },
        mean,
        square,
      );
      return [updates, { step, mean, square }];
    },
  };
}
