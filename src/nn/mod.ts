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
export type { ClassTargets } from "./class_targets.ts";
export {
  type Activation,
  type AnyLayer,
  type Initializer,
  type Input,
  type Layer,
  type LayerKind,
  type LayerParts,
  type LayerTypes,
  makeLayer,
  type Name,
  type OutputDType,
  type OutputOf,
  type StateArgument,
  type Training,
} from "./layer.ts";
export {
  type Linear,
  linear,
  type LinearLayer,
  type LinearOptions,
  type LinearParams,
  type LinearParamsOf,
  type LinearWeight,
} from "./linear.ts";
export { meanSquaredError, sigmoidCrossEntropy, softmaxCrossEntropy } from "./losses.ts";
export {
  type ChainDType,
  type ChainShape,
  type Member,
  type MemberDType,
  type MemberParams,
  type MemberShape,
  type MemberState,
  type Sequential,
  sequential,
  type States,
} from "./sequential.ts";
