/**
 * Averaged stochastic gradient descent.
 *
 * @module
 */
import { add, div, equal, maximum, mul, pow, sub, tensor, treeMap, where } from "../../mod.ts";
import {
  type Hyperparameter,
  type LearningRate,
  rateAt,
  requireAmount,
  type StepCount,
  times,
} from "./hyperparameter.ts";
import { noteRate } from "./rate.ts";
import { zerosOf } from "./leaves.ts";
import {
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  type StateFamily,
} from "./optimizer.ts";
import type { PenaltyOptions } from "./penalized.ts";
import { addDecayedWeights } from "./transforms/decay.ts";

/** How {@linkcode asgd} steps; the names are PyTorch's. */
export interface AsgdOptions extends PenaltyOptions {
  /** The factor of the decay of parameters and learning rate (`lambd`); 1e-4 unless given. */
  readonly lambda?: number;
  /** The power by which the learning rate falls; 0.75 unless given. */
  readonly alpha?: number;
  /** After how many steps, and one more, averaging begins (`t0`); 1e6 unless given. */
  readonly start?: number;
}

/** The state of averaging for parameters of type `P`. */
export interface Averaged<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The average of the parameters, those of the last step until averaging begins. */
  readonly average: P;
}

/** The states of averaging. */
export interface AveragedState extends StateFamily {
  /** The state for the parameters. */
  readonly state: Averaged<this["params"]>;
}

/** The states of {@linkcode asgd}: of the penalty, which has none, and of the averaging. */
export type AsgdState = ChainState<[NoState, AveragedState]>;

/**
 * Averaged stochastic gradient descent: `θ ← (1 - λ ηₜ) θ - ηₜ g` with `ηₜ = η / (1 + λ η t)^α` after `t`
 * steps. The state keeps the average of `θ` from step `start + 2` on, which is what to predict with:
 * `state[1].average`. (B. T. Polyak and A. B. Juditsky, "Acceleration of stochastic approximation
 * by averaging", 1992.) All as in PyTorch.
 *
 * @throws {RangeError} Where a number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, asgd } from "@katachi/katachi/optim";
 *
 * const optimizer = asgd(0.5, { lambda: 0, start: 0 });
 * let x = tensor([1]);
 * let state = optimizer.init(x);
 * for (let step = 0; step < 3; step++) {
 *   const [updates, next] = optimizer.update(tensor([1]), state, x);
 *   x = applyUpdates(x, updates); // goes to 0.5, 0, -0.5
 *   state = next;
 * }
 * state[1].average.toArray(); // [-0.25]
 * ```
 */
export function asgd(learningRate: LearningRate, options: AsgdOptions = {}): Optimizer<AsgdState> {
  const { lambda = 1e-4, alpha = 0.75, start = 1e6, weightDecay = 0 } = options;
  const amounts = { learningRate, lambda, alpha, start, weightDecay };
  for (const [name, amount] of Object.entries(amounts)) requireAmount("asgd", name, amount);
  const averaging: Optimizer<AveragedState> = {
    init: (params) => ({ step: tensor(0, "int32"), average: zerosOf(params) }),
    update: (gradients, state, params) => {
      const count = state.step.astype("float64");
      const rate = noteRate(rateAt(learningRate, state.step));
      const fallen = pow(add(mul(mul(count, rate), lambda), 1), alpha);
      const eta = div(rate, fallen) as Hyperparameter;
      const decay = mul(eta, lambda) as Hyperparameter;
      const updates = treeMap(
        (g, p) => sub(times(p, decay).neg(), times(g, eta)),
        gradients,
        params,
      );
      const part = div(1, maximum(sub(count, start), 1)) as Hyperparameter;
      const average = treeMap(
        (mean, p, u) => {
          const next = add(p, u);
          return where(equal(part, 1), next, add(mean, times(sub(next, mean), part)));
        },
        state.average,
        params,
        updates,
      );
      return [updates, { step: add(state.step, 1), average }];
    },
  };
  return chain(addDecayedWeights(weightDecay), averaging);
}
