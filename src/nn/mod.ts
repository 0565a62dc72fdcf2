/**
 * Layers, activations and losses, as pure functions.
 *
 * A layer is a pair: `layer.init(key, …)` makes its parameters, and `layer(params, x)` applies them.
 * Or its sizes are chosen first, by `layer.of(…)`, and {@linkcode sequential} puts it after others,
 * checks that their shapes fit, and makes the parameters of all of them.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { linear, relu, sequential, softmaxCrossEntropy } from "@katachi/katachi/nn";
 *
 * const [k1, k2] = random.split(random.key(0));
 * const params = { hidden: linear.init(k1, 2, 16), output: linear.init(k2, 16, 3) };
 * const x = tensor([[0.5, -1], [2, 1]]);
 * const logits = linear(params.output, relu(linear(params.hidden, x))); // Tensor<[2, 3]>
 * softmaxCrossEntropy(logits, tensor([0, 2], "int32")).shape; // []
 *
 * const model = sequential(linear.of(2, 16), relu, linear.of(16, 3));
 * model.apply(model.init(k1), x).shape; // [2, 3]
 * ```
 *
 * @module
 */
export {
  type AttentionDropout,
  type AttentionOptions,
  scaledDotProductAttention,
} from "./attention.ts";
export type { Attended, Projected, Scores } from "./attention_shape.ts";
export {
  type BatchNorm,
  batchNorm,
  type BatchNormLayer,
  type BatchNormOptions,
  type BatchNormState,
} from "./batch_norm.ts";
export {
  type Bilinear,
  bilinear,
  type BilinearOptions,
  type BilinearParams,
  type BilinearWeight,
} from "./bilinear.ts";
export type {
  ClassLabels,
  ClassTargets,
  ClassWeights,
  CtcLengths,
  CtcTargets,
  IgnoreIndex,
  SameRows,
} from "./class_targets.ts";
export { type Dropout, dropout, type DropoutLayer, type DropoutOptions } from "./dropout.ts";
export {
  type Embedding,
  embedding,
  type EmbeddingLayer,
  type EmbeddingOptions,
  type EmbeddingParams,
} from "./embedding.ts";
export { flatten, type Flattening, type FlattenLayer } from "./flatten.ts";
export {
  type GroupChannels,
  type GroupNorm,
  groupNorm,
  type GroupNormLayer,
} from "./group_norm.ts";
export { type Gru, gru, gruCell } from "./gru.ts";
export { type InstanceNorm, instanceNorm, type InstanceNormLayer } from "./instance_norm.ts";
export {
  celu,
  elu,
  type Gated,
  type GatedTypes,
  geglu,
  gelu,
  type GeluOptions,
  glu,
  hardSigmoid,
  hardTanh,
  identity,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  type Prelu,
  prelu,
  type PreluOptions,
  type PreluParams,
  type PreluTypes,
  reglu,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  sine,
  softmax,
  softplus,
  softsign,
  step,
  swiglu,
  tanh,
} from "./activations.ts";
export * as initializers from "./initializers.ts";
export {
  adaptiveAvgPooling,
  adaptiveMaxPooling,
  type AdaptivePooling,
  type AdaptivePoolingLayer,
  globalAvgPooling,
  globalMaxPooling,
  type GlobalPooling,
  type GlobalPoolingLayer,
  type GlobalPoolingOptions,
} from "./adaptive_pooling.ts";
export { type Conv, conv, type ConvLayer, type ConvLayerOptions } from "./conv.ts";
export {
  type ConvTranspose,
  convTranspose,
  type ConvTransposeLayer,
  type ConvTransposeLayerOptions,
} from "./conv_transpose.ts";
export {
  type Depthwise,
  depthwiseConv,
  type DepthwiseConvLayer,
  type DepthwiseConvLayerOptions,
} from "./depthwise.ts";
export type { ConvParams, ConvParamsOf, ConvWeight, KernelOptions } from "./kernels.ts";
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
export { type LayerNorm, layerNorm, type LayerNormLayer, type NormShape } from "./layer_norm.ts";
export {
  type Linear,
  linear,
  type LinearLayer,
  type LinearOptions,
  type LinearParams,
  type LinearParamsOf,
  type LinearWeight,
} from "./linear.ts";
export { type Lstm, lstm, lstmCell, type LstmState } from "./lstm.ts";
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
export {
  type AttentionCache,
  type MultiHeadAttention,
  multiHeadAttention,
  type MultiHeadOptions,
  type SelfAttention,
  type SelfAttentionLayerOptions,
  type SelfAttentionOptions,
} from "./multi_head_attention.ts";
export type {
  BiasedProjection,
  HeadsArgument,
  HeadsOptions,
  HeadsParams,
  Projection,
  ProjectionOf,
} from "./multi_head_params.ts";
export type {
  CacheRule,
  HeadDim,
  HeadScores,
  HeadSize,
  KeyRule,
  ValueRule,
} from "./multi_head_shape.ts";
export type { EpsOptions, NormInitOptions, NormParams, NormParamsOf } from "./norm.ts";
export {
  type Rotary,
  rotary,
  type RotaryOptions,
  type RotaryPositions,
  type SinusoidalOptions,
  sinusoidalPositions,
} from "./positions.ts";
export { type Residual, residual, type SumShape, type TwoWays } from "./residual.ts";
export {
  type RmsNorm,
  rmsNorm,
  type RmsNormLayer,
  type RmsNormOptions,
  type RmsNormParams,
} from "./rms_norm.ts";
export * as regularizers from "./regularizers.ts";
export {
  type AvgPooling,
  avgPooling,
  type AvgPoolingOptions,
  type MaxPooling,
  maxPooling,
  type MaxPoolingOptions,
  type PoolingLayer,
} from "./pooling.ts";
export {
  type PointwiseKernel,
  type Separable,
  separableConv,
  type SeparableConvLayer,
  type SeparableParams,
  type SeparableParamsOf,
  type SeparableWeights,
} from "./separable.ts";
export {
  type AfterSteps,
  type BidirectionalParams,
  type Directions,
  type InitRecurrent,
  type Recurrent,
  type RecurrentArgument,
  type RecurrentInit,
  type RecurrentLayer,
  type RecurrentLayerOptions,
  type RecurrentOf,
  type RecurrentOptions,
  type RecurrentParams,
  type RecurrentParamsOf,
  type RecurrentWeights,
  type Sided,
  type StepsOf,
} from "./recurrent.ts";
export { type Rnn, rnn, rnnCell, type RnnOptions } from "./rnn.ts";
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
export { Summary, summary, type SummaryOptions, type SummaryRow } from "./summary.ts";
