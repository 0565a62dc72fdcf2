/**
 * RAdam.
 *
 * @module
 */
import type { LearningRate } from "./hyperparameter.ts";
import type { Optimizer } from "./optimizer.ts";
import { decoupled, type DecoupledOptions, type DecoupledState } from "./penalized.ts";
import { rectifiedOf, type RectifiedOptions, type RectifiedState } from "./transforms/radam.ts";

/** How {@linkcode radam} steps. */
export interface RadamOptions extends RectifiedOptions, DecoupledOptions {}

/** The states of {@linkcode radam}: of the penalty, the moments and the learning rate. */
export type RadamState = DecoupledState<RectifiedState>;

/**
 * Rectified Adam: plain momentum while the variance of Adam's step is not tractable, then Adam with a
 * factor that makes the variance constant; see {@linkcode scaleByRadam}. (L. Liu, H. Jiang, P. He, W.
 * Chen, X. Liu, J. Gao and J. Han, "On the variance of the adaptive learning rate and beyond", ICLR
 * 2020.) All as in PyTorch.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, radam } from "@katachi/katachi/optim";
 *
 * const optimizer = radam(0.25);
 * const x = tensor([1, -1]);
 * const [updates] = optimizer.update(tensor([3, -4]), optimizer.init(x), x);
 * applyUpdates(x, updates).toArray(); // close to [0.25, 0]
 * ```
 */
export function radam(
  learningRate: LearningRate,
  options: RadamOptions = {},
): Optimizer<RadamState> {
  return decoupled("radam", learningRate, options, rectifiedOf("radam", options));
}
