/**
 * Layers, activations and losses, as pure functions.
 *
 * A layer is a pair: `layer.init(key, …)` makes its parameters, and `layer(params, x)` applies them.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { linear, relu, softmaxCrossEntropy } from "@katachi/katachi/nn";
 *
 * const [k1, k2] = random.split(random.key(0));
 * const params = { hidden: linear.init(k1, 2, 16), output: linear.init(k2, 16, 3) };
 * const x = tensor([[0.5, -1], [2, 1]]);
 * const logits = linear(params.output, relu(linear(params.hidden, x))); // Tensor<[2, 3]>
 * softmaxCrossEntropy(logits, tensor([0, 2], "int32")).shape; // []
 * ```
 *
 * @module
 */
export { elu, gelu, leakyRelu, relu, silu } from "./activations.ts";
export type {
  ClassLabels,
  ClassTargets,
  ClassWeights,
  CtcLengths,
  CtcTargets,
  IgnoreIndex,
  SameRows,
} from "./class_targets.ts";
export { type Linear, linear, type LinearParams } from "./linear.ts";

export {
  hingeLoss,
  logisticLoss,
  sigmoidCrossEntropy,
  type SigmoidOptions,
  squaredHingeLoss,
} from "./losses/binary.ts";
export {
  type ClassLossOptions,
  type CrossEntropyOptions,
  negativeLogLikelihood,
  type RowLosses,
  softmaxCrossEntropy,
} from "./losses/classes.ts";
export { ctcLoss, type CtcOptions } from "./losses/ctc.ts";
export {
  type CosineOptions,
  cosineSimilarityLoss,
  klDivergence,
  type KlOptions,
} from "./losses/distances.ts";
export { multiMarginLoss, type MultiMarginOptions } from "./losses/multi_margin.ts";
export type { LossOptions, Reduced, Reduction } from "./losses/reduction.ts";
export {
  huberLoss,
  type HuberOptions,
  logCoshLoss,
  meanAbsoluteError,
  meanSquaredError,
  poissonLoss,
  type PoissonOptions,
  smoothL1Loss,
  type SmoothL1Options,
} from "./losses/regression.ts";
