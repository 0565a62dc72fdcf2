/**
 * The depthwise convolution layer: each channel on its own.
 *
 * @module
 */
import type {
  AnyTensor,
  Arg,
  DepthwiseConv,
  DepthwiseKernel,
  DepthwiseOptions,
  Dim,
  DType,
  Floating,
  KernelSize,
  Ok,
  Promote,
  random,
  Shape,
  Tensor,
} from "../../mod.ts";
import { depthwiseGroups, depthwiseKernelShape, depthwiseShape } from "../shape/conv_kernel.ts";
import type { At, Setting } from "../shape/window.ts";
import { convolve } from "./conv.ts";
import {
  type AnyConvParams,
  type ConvParamsOf,
  type DTypeIn,
  type KernelOptions,
  makeKernel,
  withBias,
} from "./kernels.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";

/** How a layer of {@linkcode depthwiseConv} works and its parameters are made. */
export interface DepthwiseConvLayerOptions extends DepthwiseOptions, KernelOptions {}

/**
 * How many outputs each channel has, by the options.
 *
 * @internal
 */
export type Multiplier<Opt> = At<Setting<Opt, "multiplier", 1>, 0>;

/** The types of `depthwiseConv.of`. */
export interface DepthwiseConvLayer<W extends Shape, Opt>
  extends LayerKind<"depthwiseConv", ConvParamsOf<W, W[0], Opt>> {
  /** `[N, C multiplier, …]` of `[N, C, …]`. */
  readonly output: DepthwiseConv<Input<this>, W, Opt, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Floating<Promote<this["given"], DTypeIn<Opt>>>;
}

/** The type of {@linkcode depthwiseConv}. */
export interface Depthwise {
  /** Each channel of `[N, C, …]` convolved on its own, and the bias added: `[N, C multiplier, …]`. */
  <
    W extends Shape,
    D extends DType,
    S extends Shape,
    E extends DType,
    const Opt extends DepthwiseOptions = Record<never, never>,
    K extends string = "depthwiseConv",
  >(
    params: { readonly weight: Tensor<W, D>; readonly bias?: Tensor<[W[0]], D> },
    x: Arg<DepthwiseConv<S, W, Opt, K>, Tensor<S, E>>,
    options?: Opt,
  ): Tensor<Ok<DepthwiseConv<S, W, Opt, K>>, Floating<Promote<D, E>>>;
  /** New parameters: a kernel `[C multiplier, 1, …size]` as the options say, biases 0. */
  init<
    const C extends Dim,
    const Size extends KernelSize,
    const Opt extends DepthwiseConvLayerOptions = Record<never, never>,
    K extends string = "depthwiseConv",
  >(
    key: random.Key,
    channels: C,
    size: Size,
    options?: Arg<DepthwiseKernel<C, Size, Multiplier<Opt>, K>, Opt>,
  ): ConvParamsOf<
    Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>,
    Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>[0],
    Opt
  >;
  /** A layer of these sizes. */
  of<
    const C extends Dim,
    const Size extends KernelSize,
    const Opt extends DepthwiseConvLayerOptions = Record<never, never>,
    K extends string = "depthwiseConv",
  >(
    channels: C,
    size: Size,
    options?: Arg<DepthwiseKernel<C, Size, Multiplier<Opt>, K>, Opt>,
  ): Layer<DepthwiseConvLayer<Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>, Opt>>;
}

function apply({ weight, bias }: AnyConvParams, x: AnyTensor, options: DepthwiseOptions = {}) {
  depthwiseShape("depthwiseConv", x.shape, weight.shape, options);
  const groups = depthwiseGroups("depthwiseConv", weight.shape, options.multiplier);
  return withBias(convolve(x, weight, { ...options, groups }), bias);
}

function init(
  key: random.Key,
  channels: Dim,
  size: Shape,
  options: DepthwiseConvLayerOptions = {},
): AnyConvParams {
  const shape = depthwiseKernelShape("depthwiseConv", channels, size, options.multiplier);
  return makeKernel(key, shape, shape[0], options);
}

/**
 * The depthwise convolution layer, of one to three spatial axes: each channel of `[N, C, …]` has
 * kernels of its own, as many as the option `multiplier` says, 1 unless given. Output `c · multiplier
 * + m` is kernel `m` of channel `c`. It is {@linkcode conv} with as many groups as channels: the
 * weights are `[C multiplier, 1, …size]`, the biases `[C multiplier]`; `stride`, `padding`, `dilation`
 * and the options of {@linkcode KernelOptions} are the same. (PyTorch writes it as a convolution of
 * `groups = C`; the weights of Keras's `DepthwiseConv2D` are `[…size, C, multiplier]`.)
 *
 * @throws {ShapeError} Where channels differ or the kernel does not fit.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { depthwiseConv } from "@katachi/katachi/nn";
 *
 * const options = { multiplier: 2, padding: "SAME" } as const;
 * const params = depthwiseConv.init(random.key(0), 3, [5, 5], options);
 * params.weight.shape; // [6, 1, 5, 5]
 * depthwiseConv(params, zeros([8, 3, 32, 32]), options).shape; // [8, 6, 32, 32]
 * ```
 */
export const depthwiseConv: Depthwise = Object.assign(apply, {
  init,
  of: (channels: Dim, size: Shape, options: DepthwiseConvLayerOptions = {}) => {
    depthwiseKernelShape("depthwiseConv", channels, size, options.multiplier);
    return makeLayer({
      name: "depthwiseConv",
      init: (key) => init(key, channels, size, options),
      run: (params, x) => [apply(params as AnyConvParams, x, options), null],
    });
  },
}) as unknown as Depthwise;
