/**
 * The separable convolution layer: each channel on its own, then the channels of each position.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type DepthwiseKernel,
  type DepthwiseOptions,
  type Dim,
  type DType,
  type Floating,
  type KernelSize,
  type Ok,
  type Promote,
  random,
  type SeparableConv,
  type Shape,
  type Tensor,
  zeros,
} from "../../mod.ts";
import { depthwiseGroups, depthwiseKernelShape, separableShape } from "../shape/conv_kernel.ts";
import type { Setting } from "../shape/window.ts";
import { convolve } from "./conv.ts";
import type { DepthwiseConvLayerOptions, Multiplier } from "./depthwise.ts";
import { type DTypeIn, kaimingUniform, withBias } from "./kernels.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";

/** The kernels of {@linkcode separableConv}. */
export interface SeparableWeights<
  W extends Shape,
  P extends Shape,
  D extends DType = "float32",
> {
  /** The kernels of each channel, `[C multiplier, 1, …size]`. */
  readonly depthwise: Tensor<W, D>;
  /** The kernel of each position, `[O, C multiplier, 1, …]`. */
  readonly pointwise: Tensor<P, D>;
}

/** The kernels and the bias of {@linkcode separableConv}. */
export interface SeparableParams<
  W extends Shape,
  P extends Shape,
  D extends DType = "float32",
> extends SeparableWeights<W, P, D> {
  /** What is added to each channel of the output. */
  readonly bias: Tensor<[P[0]], D>;
}

/** The parameters that options ask for: kernels, and a bias unless they say no. */
export type SeparableParamsOf<W extends Shape, P extends Shape, Opt> =
  Setting<Opt, "bias", true> extends false ? SeparableWeights<W, P, DTypeIn<Opt>>
    : SeparableParams<W, P, DTypeIn<Opt>>;

/** The shape of the kernel of each position, after depthwise kernels of a shape. */
export type PointwiseKernel<O extends Dim, W extends Shape> = W extends
  readonly [infer C extends Dim, unknown, ...infer Size extends Shape]
  ? [O, C, ...{ [I in keyof Size]: 1 }]
  : Shape;

/** The types of `separableConv.of`. */
export interface SeparableConvLayer<W extends Shape, P extends Shape, Opt>
  extends LayerKind<"separableConv", SeparableParamsOf<W, P, Opt>> {
  /** `[N, O, …]` of `[N, C, …]`. */
  readonly output: SeparableConv<Input<this>, W, P, Opt, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Floating<Promote<this["given"], DTypeIn<Opt>>>;
}

/** The type of {@linkcode separableConv}. */
export interface Separable {
  /** Each channel of `[N, C, …]` convolved on its own, then mixed, and the bias added: `[N, O, …]`. */
  <
    W extends Shape,
    P extends Shape,
    D extends DType,
    S extends Shape,
    E extends DType,
    const Opt extends DepthwiseOptions = Record<never, never>,
    K extends string = "separableConv",
  >(
    params: SeparableWeights<W, P, D> & { readonly bias?: Tensor<[P[0]], D> },
    x: Arg<SeparableConv<S, W, P, Opt, K>, Tensor<S, E>>,
    options?: Opt,
  ): Tensor<Ok<SeparableConv<S, W, P, Opt, K>>, Floating<Promote<D, E>>>;
  /** New parameters: kernels as the options say, biases 0. */
  init<
    const C extends Dim,
    const O extends Dim,
    const Size extends KernelSize,
    const Opt extends DepthwiseConvLayerOptions = Record<never, never>,
    K extends string = "separableConv",
  >(
    key: random.Key,
    inputs: C,
    outputs: O,
    size: Size,
    options?: Arg<DepthwiseKernel<C, Size, Multiplier<Opt>, K>, Opt>,
  ): SeparableParamsOf<
    Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>,
    PointwiseKernel<O, Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>>,
    Opt
  >;
  /** A layer of these sizes. */
  of<
    const C extends Dim,
    const O extends Dim,
    const Size extends KernelSize,
    const Opt extends DepthwiseConvLayerOptions = Record<never, never>,
    K extends string = "separableConv",
  >(
    inputs: C,
    outputs: O,
    size: Size,
    options?: Arg<DepthwiseKernel<C, Size, Multiplier<Opt>, K>, Opt>,
  ): Layer<
    SeparableConvLayer<
      Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>,
      PointwiseKernel<O, Ok<DepthwiseKernel<C, Size, Multiplier<Opt>, K>>>,
      Opt
    >
  >;
}

interface AnyParams {
  readonly depthwise: AnyTensor;
  readonly pointwise: AnyTensor;
  readonly bias?: AnyTensor;
}

function apply(
  { depthwise, pointwise, bias }: AnyParams,
  x: AnyTensor,
  options: DepthwiseOptions = {},
): AnyTensor {
  separableShape("separableConv", x.shape, depthwise.shape, pointwise.shape, options);
  const groups = depthwiseGroups("separableConv", depthwise.shape, options.multiplier);
  const between = convolve(x, depthwise, { ...options, groups });
  return withBias(convolve(between, pointwise, {}), bias);
}

function init(
  key: random.Key,
  inputs: Dim,
  outputs: Dim,
  size: Shape,
  options: DepthwiseConvLayerOptions = {},
): AnyParams {
  const { multiplier, dtype = "float32", bias = true, init = kaimingUniform } = options;
  const shape = depthwiseKernelShape("separableConv", inputs, size, multiplier);
  const [k1, k2] = random.split(key);
  const weights = {
    depthwise: init(k1, shape, dtype),
    pointwise: init(k2, [outputs, shape[0], ...size.map(() => 1)], dtype),
  };
  return bias ? { ...weights, bias: zeros([outputs], dtype) } : weights;
}

/**
 * The separable convolution layer, of one to three spatial axes: a {@linkcode depthwiseConv} without
 * bias, with kernels `[C multiplier, 1, …size]`, then a convolution with a kernel
 * `[O, C multiplier, 1, …]` that sees one position at a time, and biases `[O]`. Options as for
 * {@linkcode depthwiseConv}. It is Keras's `SeparableConv1D` and `SeparableConv2D`, with the axes of
 * the kernels in another order. (F. Chollet, "Xception: Deep learning with depthwise separable
 * convolutions", 2017.)
 *
 * @throws {ShapeError} Where channels differ or the kernel does not fit.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { separableConv } from "@katachi/katachi/nn";
 *
 * const layer = separableConv.of(32, 64, [3, 3], { padding: "SAME" });
 * const params = layer.init(random.key(0));
 * params.depthwise.shape; // [32, 1, 3, 3]
 * params.pointwise.shape; // [64, 32, 1, 1]
 * layer.apply(params, zeros([8, 32, 16, 16])).shape; // [8, 64, 16, 16]
 * ```
 */
export const separableConv: Separable = Object.assign(apply, {
  init,
  of: (inputs: Dim, outputs: Dim, size: Shape, options: DepthwiseConvLayerOptions = {}) => {
    depthwiseKernelShape("separableConv", inputs, size, options.multiplier);
    return makeLayer({
      name: "separableConv",
      init: (key) => init(key, inputs, outputs, size, options),
      run: (params, x) => [apply(params as AnyParams, x, options), null],
    });
  },
}) as unknown as Separable;
