/**
 * The convolution layer, of one to three spatial axes.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  conv1d,
  conv2d,
  conv3d,
  type ConvKernel,
  type ConvNd,
  type ConvOptions,
  type Dim,
  type DType,
  type Floating,
  type KernelSize,
  type Ok,
  type Promote,
  type random,
  type Shape,
  type Tensor,
} from "../../mod.ts";
import type { At, Setting } from "../shape/window.ts";
import { convShape } from "../shape/conv.ts";
import { convKernelShape } from "../shape/conv_kernel.ts";
import {
  type AnyConvParams,
  type ConvParamsOf,
  type DTypeIn,
  type KernelOptions,
  withBias,
  withSizes,
} from "./kernels.ts";
import type { Input, Layer, LayerKind, Name } from "./layer.ts";

/** How a layer of {@linkcode conv} works and its parameters are made. */
export interface ConvLayerOptions extends ConvOptions, KernelOptions {}

/**
 * How many groups options ask for.
 *
 * @internal
 */
export type Groups<Opt> = At<Setting<Opt, "groups", 1>, 0>;

/** The types of `conv.of`. */
export interface ConvLayer<W extends Shape, Opt>
  extends LayerKind<"conv", ConvParamsOf<W, W[0], Opt>> {
  /** `[N, O, …]` of `[N, C, …]`. */
  readonly output: ConvNd<Input<this>, W, Opt, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Floating<Promote<this["given"], DTypeIn<Opt>>>;
}

/** The type of {@linkcode conv}. */
export interface Conv {
  /** The convolution of `[N, C, …]` with the weight, and the bias added: `[N, O, …]`. */
  <
    W extends Shape,
    D extends DType,
    S extends Shape,
    E extends DType,
    const Opt extends ConvOptions = Record<never, never>,
    K extends string = "conv",
  >(
    params: { readonly weight: Tensor<W, D>; readonly bias?: Tensor<[W[0]], D> },
    x: Arg<ConvNd<S, W, Opt, K>, Tensor<S, E>>,
    options?: Opt,
  ): Tensor<Ok<ConvNd<S, W, Opt, K>>, Floating<Promote<D, E>>>;
  /** New parameters: a kernel `[O, C / groups, …size]` as the options say, biases 0. */
  init<
    const C extends Dim,
    const O extends Dim,
    const Size extends KernelSize,
    const Opt extends ConvLayerOptions = Record<never, never>,
    K extends string = "conv",
  >(
    key: random.Key,
    inputs: C,
    outputs: O,
    size: Size,
    options?: Arg<ConvKernel<C, O, Size, Groups<Opt>, K>, Opt>,
  ): ConvParamsOf<Ok<ConvKernel<C, O, Size, Groups<Opt>, K>>, O, Opt>;
  /** A layer of these sizes. */
  of<
    const C extends Dim,
    const O extends Dim,
    const Size extends KernelSize,
    const Opt extends ConvLayerOptions = Record<never, never>,
    K extends string = "conv",
  >(
    inputs: C,
    outputs: O,
    size: Size,
    options?: Arg<ConvKernel<C, O, Size, Groups<Opt>, K>, Opt>,
  ): Layer<ConvLayer<Ok<ConvKernel<C, O, Size, Groups<Opt>, K>>, Opt>>;
}

function apply({ weight, bias }: AnyConvParams, x: AnyTensor, options: ConvOptions = {}) {
  convShape("conv", x.shape, weight.shape, options);
  return withBias(convolve(x, weight, options), bias);
}

/** The convolution of as many axes as the kernel has. */
export function convolve(x: AnyTensor, kernel: AnyTensor, options: ConvOptions): AnyTensor {
  const f = [conv1d, conv2d, conv3d][kernel.shape.length - 3];
  return (f as unknown as (...args: unknown[]) => AnyTensor)(x, kernel, options);
}

/**
 * The convolution layer (cross-correlation, as everywhere in deep learning) of one, two or three
 * spatial axes, as many as `size` names: of inputs `[N, C, …]`, with weights `[O, C / groups, …size]`
 * and biases `[O]`. The options are those of the functions `conv1d`, `conv2d` and `conv3d`, with
 * PyTorch's defaults: `stride`, `padding` (`"VALID"`, `"SAME"`, a number, or numbers for each axis),
 * `dilation`, `groups`, `inputDilation`; and those of {@linkcode KernelOptions}. The first weights are
 * distributed as PyTorch's; the biases begin with 0, where PyTorch draws them too.
 *
 * @throws {ShapeError} Where channels differ, groups do not divide them, or the kernel does not fit.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { conv } from "@katachi/katachi/nn";
 *
 * const params = conv.init(random.key(0), 3, 64, [3, 3]);
 * params.weight.shape; // [64, 3, 3, 3]
 * conv(params, zeros([8, 3, 32, 32]), { padding: "SAME" }).shape; // [8, 64, 32, 32]
 *
 * const layer = conv.of(4, 6, [5], { stride: 2, groups: 2 });
 * layer.apply(layer.init(random.key(0)), zeros([8, 4, 100])).shape; // [8, 6, 48]
 * ```
 */
export const conv: Conv = withSizes("conv", convKernelShape, apply) as Conv;
