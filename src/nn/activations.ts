/**
 * Activation functions. Those that leave shapes as they are can stand in `sequential` themselves.
 *
 * @module
 */
export { logSigmoid, logSoftmax, sigmoid, softmax, softplus, tanh } from "../../mod.ts";
export { celu, elu, selu } from "./activations/exponential.ts";
export { type Gated, type GatedTypes, geglu, glu, reglu, swiglu } from "./activations/gated.ts";
export {
  hardSigmoid,
  hardTanh,
  identity,
  leakyRelu,
  relu,
  relu6,
  step,
} from "./activations/pieces.ts";
export {
  type Prelu,
  prelu,
  type PreluOptions,
  type PreluParams,
  type PreluTypes,
} from "./activations/prelu.ts";
export { gelu, type GeluOptions, mish, silu, sine, softsign } from "./activations/smooth.ts";
