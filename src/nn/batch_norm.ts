/**
 * Normalizing each channel over a batch.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type Dim,
  type DType,
  type FloatDType,
  mul,
  type Ok,
  ones,
  type Promote,
  type Shape,
  ShapeError,
  stopGradient,
  type Tensor,
  zeros,
} from "../../mod.ts";
import { type Channelled, channelledShape } from "../shape/channels.ts";
import { showShape } from "../shape/fail.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";
import {
  alongChannels,
  type AnyNormParams,
  type EpsOptions,
  initNorm,
  moments,
  type NormInitOptions,
  type NormParams,
  type NormParamsOf,
  scaled,
  standardized,
} from "./norm.ts";

/** What {@linkcode batchNorm} keeps: means over the batches that it has seen. */
export interface BatchNormState<C extends Dim, D extends DType = "float32"> {
  /** The mean of each channel. */
  readonly mean: Tensor<[C], D>;
  /** The variance of each channel, estimated without bias. */
  readonly variance: Tensor<[C], D>;
}

/** How {@linkcode batchNorm} is done while a model is trained. */
export interface BatchNormOptions extends EpsOptions {
  /** The share that a new batch has in the state, 0.1 unless given. */
  readonly momentum?: number;
}

/** The types of `batchNorm.of`. */
export interface BatchNormLayer<C extends Dim, D extends DType, Affine extends boolean>
  extends LayerKind<"batchNorm", NormParamsOf<[C], D, Affine>, BatchNormState<C, D>> {
  /** The shape that comes in, where it has these channels. */
  readonly output: Channelled<Input<this>, C, 2, Name<this>>;
  /** The dtype that the input and the state share. */
  readonly dtype: Promote<this["given"], D>;
}

/** The type of {@linkcode batchNorm}. */
export interface BatchNorm {
  /** The input `[N, C, …]` normalized by the mean and variance in the state, as in prediction. */
  <S extends Shape, C extends Dim, D extends FloatDType, K extends string = "batchNorm">(
    params: Partial<NormParams<[C], D>>,
    x: Arg<Channelled<S, C, 2, K>, Tensor<S, D>>,
    state: BatchNormState<C, D>,
    options?: EpsOptions,
  ): Tensor<Ok<Channelled<S, C, 2, K>>, D>;
  /** The input `[N, C, …]` normalized by its own mean and variance, and the state after that. */
  train<S extends Shape, C extends Dim, D extends FloatDType, K extends string = "batchNorm">(
    params: Partial<NormParams<[C], D>>,
    x: Arg<Channelled<S, C, 2, K>, Tensor<S, D>>,
    state: BatchNormState<C, D>,
    options?: BatchNormOptions,
  ): [output: Tensor<Ok<Channelled<S, C, 2, K>>, D>, state: BatchNormState<C, D>];
  /** New parameters: 1 and 0. */
  init<const C extends Dim, D extends FloatDType = "float32", Affine extends boolean = true>(
    channels: C,
    options?: NormInitOptions<D, Affine>,
  ): NormParamsOf<[C], NoInfer<D>, NoInfer<Affine>>;
  /** The state before the first batch: means of 0, variances of 1. */
  initState<const C extends Dim, D extends FloatDType = "float32">(
    channels: C,
    options?: { readonly dtype?: D },
  ): BatchNormState<C, NoInfer<D>>;
  /** A layer for as many channels. */
  of<const C extends Dim, D extends FloatDType = "float32", Affine extends boolean = true>(
    channels: C,
    options?: NormInitOptions<D, Affine> & BatchNormOptions,
  ): Layer<BatchNormLayer<C, NoInfer<D>, NoInfer<Affine>>>;
}

interface AnyState {
  readonly mean: AnyTensor;
  readonly variance: AnyTensor;
}

function apply(
  params: AnyNormParams,
  x: AnyTensor,
  state: AnyState,
  { eps }: EpsOptions = {},
): AnyTensor {
  channelledShape("batchNorm", x.shape, state.mean.size, 2);
  const along = alongChannels(x.shape.length);
  const known = { mean: along(state.mean), variance: along(state.variance) };
  return scaled(standardized(x, known, eps), params, along);
}

function train(
  params: AnyNormParams,
  x: AnyTensor,
  state: AnyState,
  { eps, momentum = 0.1 }: BatchNormOptions = {},
): [AnyTensor, AnyState] {
  const channels = state.mean.size;
  channelledShape("batchNorm", x.shape, channels, 2);
  const count = x.shape.reduce((a, b, axis) => axis === 1 ? a : a * b, 1);
  if (count === 1) {
    throw new ShapeError(
      `batchNorm: a channel needs more than one value to be trained, got ${showShape(x.shape)}`,
    );
  }
  const batch = moments(x, [...x.shape.keys()].filter((axis) => axis !== 1));
  const output = scaled(standardized(x, batch, eps), params, alongChannels(x.shape.length));
  const mixed = (old: AnyTensor, now: AnyTensor, share: number) =>
    add(mul(old, 1 - momentum), stopGradient(mul(now.reshape([channels]), share)));
  return [output, {
    mean: mixed(state.mean, batch.mean, momentum),
    variance: mixed(state.variance, batch.variance, momentum * count / (count - 1)),
  }];
}

function initState(channels: Dim, { dtype = "float32" }: { dtype?: FloatDType } = {}): AnyState {
  return { mean: zeros([channels], dtype), variance: ones([channels], dtype) };
}

/**
 * Batch normalization of `[N, C, …]`: `(x - mean) / √(variance + eps) · weight + bias`, with the mean
 * and variance of each channel. While a model is trained these are the batch's, and the state becomes
 * `(1 - momentum) · state + momentum · batch`, in which the variance is the unbiased one, as in
 * PyTorch; in prediction they are the state's. (S. Ioffe and C. Szegedy, "Batch normalization", 2015.)
 *
 * No gradient flows through the new state.
 *
 * @throws {ShapeError} Where the input has other channels, or one value for each to train with.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { batchNorm } from "@katachi/katachi/nn";
 *
 * const params = batchNorm.init(2);
 * const x = tensor([[1, 2], [3, 2]]);
 * const [y, state] = batchNorm.train(params, x, batchNorm.initState(2));
 * y.toArray(); // [[-1, 0], [1, 0]], nearly
 * state.mean.toArray(); // [0.2, 0.2]
 * batchNorm(params, x, state).shape; // [2, 2]
 *
 * const layer = batchNorm.of(2, { momentum: 0.01 });
 * layer.train(layer.init(random.key(0)), x, { key: random.key(1), state })[0].shape; // [2, 2]
 * ```
 */
export const batchNorm: BatchNorm = Object.assign(apply, {
  train,
  init: (channels: Dim, options: NormInitOptions = {}) => initNorm([channels], options),
  initState,
  of: (channels: Dim, options: NormInitOptions & BatchNormOptions = {}) =>
    makeLayer({
      name: "batchNorm",
      init: () => initNorm([channels], options),
      initState: () => initState(channels, options),
      run: (params, x, state, key) =>
        key === undefined
          ? [apply(params as AnyNormParams, x, state as AnyState, options), state]
          : train(params as AnyNormParams, x, state as AnyState, options),
    }),
}) as unknown as BatchNorm;
