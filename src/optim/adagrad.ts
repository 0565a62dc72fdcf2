/**
 * AdaGrad.
 *
 * @module
 */
import { add, div, type FloatDType, mul, type Tensor } from "../../mod.ts";
import { type LearningRate, rateAt, requireAmount } from "./hyperparameter.ts";
import type { Optimizer } from "./optimizer.ts";
import { penalized, type PenalizedState, type PenaltyOptions } from "./penalized.ts";
import { squareSumOf, type SquareSumOptions, type SquareSumState } from "./transforms/adagrad.ts";

/** How {@linkcode adagrad} steps. */
export interface AdagradOptions extends SquareSumOptions, PenaltyOptions {
  /** Divides the learning rate by `1 + learningRateDecay t` after `t` steps; 0 unless given. */
  readonly learningRateDecay?: number;
}

/** The states of {@linkcode adagrad}: of the penalty, the sum of squares and the learning rate. */
export type AdagradState = PenalizedState<SquareSumState>;

/**
 * AdaGrad: `s ← s + g²`, `θ ← θ - η g / (√s + ε)`. (J. Duchi, E. Hazan and Y. Singer, "Adaptive
 * subgradient methods for online learning and stochastic optimization", JMLR 2011.) All as in PyTorch;
 * see {@linkcode scaleByAdagrad} for what optax does.
 *
 * @throws {RangeError} Where a number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { adagrad, applyUpdates } from "@katachi/katachi/optim";
 *
 * const optimizer = adagrad(0.5);
 * const x = tensor([1, -1]);
 * const [updates] = optimizer.update(tensor([3, -4]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // [0.5, -0.5]
 * ```
 */
export function adagrad(
  learningRate: LearningRate,
  options: AdagradOptions = {},
): Optimizer<AdagradState> {
  const { learningRateDecay = 0 } = options;
  requireAmount("adagrad", "learningRate", learningRate);
  requireAmount("adagrad", "learningRateDecay", learningRateDecay);
  const rate: LearningRate = learningRateDecay === 0 ? learningRate : (step) =>
    div(
      rateAt(learningRate, step),
      add(mul(step.astype("float64"), learningRateDecay), 1),
    ) as Tensor<[], FloatDType>;
  return penalized("adagrad", rate, options, squareSumOf("adagrad", options));
}
