/**
 * Normalizing each channel of each example.
 *
 * @module
 */
import type {
  AnyTensor,
  Arg,
  Dim,
  DType,
  FloatDType,
  Ok,
  Promote,
  Shape,
  Tensor,
} from "../../mod.ts";
import { type Channelled, channelledShape } from "../shape/channels.ts";
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

/** The types of `instanceNorm.of`. */
export interface InstanceNormLayer<C extends Dim, D extends DType, Affine extends boolean>
  extends LayerKind<"instanceNorm", NormParamsOf<[C], D, Affine>> {
  /** The shape that comes in, where it has these channels. */
  readonly output: Channelled<Input<this>, C, 3, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Affine extends false ? this["given"] : Promote<this["given"], D>;
}

/** The type of {@linkcode instanceNorm}. */
export interface InstanceNorm {
  /** The input `[N, C, …]` normalized in each channel of each example. */
  <S extends Shape, C extends Dim, D extends FloatDType, K extends string = "instanceNorm">(
    params: Partial<NormParams<[C], D>>,
    x: Arg<Channelled<S, C, 3, K>, Tensor<S, D>>,
    options?: EpsOptions,
  ): Tensor<Ok<Channelled<S, C, 3, K>>, D>;
  /** New parameters: 1 and 0 where it is to be affine, none unless told. */
  init<const C extends Dim, D extends FloatDType = "float32", Affine extends boolean = false>(
    channels: C,
    options?: NormInitOptions<D, Affine>,
  ): NormParamsOf<[C], NoInfer<D>, NoInfer<Affine>>;
  /** A layer for as many channels; without parameters unless told. */
  of<const C extends Dim, D extends FloatDType = "float32", Affine extends boolean = false>(
    channels: C,
    options?: NormInitOptions<D, Affine> & EpsOptions,
  ): Layer<InstanceNormLayer<C, NoInfer<D>, NoInfer<Affine>>>;
}

function apply(
  params: AnyNormParams,
  x: AnyTensor,
  { eps }: EpsOptions = {},
  channels: Dim = params.weight?.size ?? x.shape[1],
): AnyTensor {
  channelledShape("instanceNorm", x.shape, channels, 3);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return scaled(standardized(x, moments(x, axes), eps), params, alongChannels(x.shape.length));
}

function init(channels: Dim, { dtype, affine = false }: NormInitOptions = {}): AnyNormParams {
  return initNorm([channels], { dtype, affine });
}

/**
 * Instance normalization of `[N, C, …]`: `(x - mean) / √(variance + eps) · weight + bias`, with the
 * mean and variance of each channel in each example. As in PyTorch there are no parameters unless it
 * is made with `{ affine: true }`. (D. Ulyanov and others, "Instance normalization", 2016.)
 *
 * @throws {ShapeError} Where the input has other channels, or no axes beside them.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { instanceNorm } from "@katachi/katachi/nn";
 *
 * const x = tensor([[[1, 3], [10, 20]]]);
 * instanceNorm({}, x).toArray(); // [[[-1, 1], [-1, 1]]], nearly
 *
 * const layer = instanceNorm.of(2, { affine: true });
 * layer.apply(layer.init(random.key(0)), x).shape; // [1, 2, 2]
 * ```
 */
export const instanceNorm: InstanceNorm = Object.assign(
  (params: AnyNormParams, x: AnyTensor, options?: EpsOptions) => apply(params, x, options),
  {
    init,
    of: (channels: Dim, options: NormInitOptions & EpsOptions = {}) =>
      makeLayer({
        name: "instanceNorm",
        init: () => init(channels, options),
        run: (params, x) => [apply(params as AnyNormParams, x, options, channels), null],
      }),
  },
) as unknown as InstanceNorm;
