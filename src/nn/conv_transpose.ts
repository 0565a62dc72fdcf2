/**
 * The transposed convolution layer, of one to three spatial axes.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvTransposeKernel,
  type ConvTransposeNd,
  type ConvTransposeOptions,
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
import { convTransposeKernelShape } from "../shape/conv_kernel.ts";
import type { GroupedChannels } from "../shape/conv.ts";
import { convTransposeShape } from "../shape/conv_transpose.ts";
import type { Groups } from "./conv.ts";
import {
  type AnyConvParams,
  type ConvParamsOf,
  type DTypeIn,
  type KernelOptions,
  withBias,
  withSizes,
} from "./kernels.ts";
import type { Input, Layer, LayerKind, Name } from "./layer.ts";

/** How a layer of {@linkcode convTranspose} works and its parameters are made. */
export interface ConvTransposeLayerOptions extends ConvTransposeOptions, KernelOptions {}

/** The types of `convTranspose.of`. */
export interface ConvTransposeLayer<W extends Shape, O extends Dim, Opt>
  extends LayerKind<"convTranspose", ConvParamsOf<W, O, Opt>> {
  /** `[N, O, …]` of `[N, C, …]`. */
  readonly output: ConvTransposeNd<Input<this>, W, Opt, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Floating<Promote<this["given"], DTypeIn<Opt>>>;
}

/** The type of {@linkcode convTranspose}. */
export interface ConvTranspose {
  /** The transposed convolution of `[N, C, …]` with the weight, and the bias added: `[N, O, …]`. */
  <
    W extends Shape,
    D extends DType,
    S extends Shape,
    E extends DType,
    const Opt extends ConvTransposeOptions = Record<never, never>,
    K extends string = "convTranspose",
  >(
    params: {
      readonly weight: Tensor<W, D>;
      readonly bias?: Tensor<[GroupedChannels<W[1], Groups<Opt>, K>], D>;
    },
    x: Arg<ConvTransposeNd<S, W, Opt, K>, Tensor<S, E>>,
    options?: Opt,
  ): Tensor<Ok<ConvTransposeNd<S, W, Opt, K>>, Floating<Promote<D, E>>>;
  /** New parameters: a kernel `[C, O / groups, …size]` as the options say, biases 0. */
  init<
    const C extends Dim,
    const O extends Dim,
    const Size extends KernelSize,
    const Opt extends ConvTransposeLayerOptions = Record<never, never>,
    K extends string = "convTranspose",
  >(
    key: random.Key,
    inputs: C,
    outputs: O,
    size: Size,
    options?: Arg<ConvTransposeKernel<C, O, Size, Groups<Opt>, K>, Opt>,
  ): ConvParamsOf<Ok<ConvTransposeKernel<C, O, Size, Groups<Opt>, K>>, O, Opt>;
  /** A layer of these sizes. */
  of<
    const C extends Dim,
    const O extends Dim,
    const Size extends KernelSize,
    const Opt extends ConvTransposeLayerOptions = Record<never, never>,
    K extends string = "convTranspose",
  >(
    inputs: C,
    outputs: O,
    size: Size,
    options?: Arg<ConvTransposeKernel<C, O, Size, Groups<Opt>, K>, Opt>,
  ): Layer<ConvTransposeLayer<Ok<ConvTransposeKernel<C, O, Size, Groups<Opt>, K>>, O, Opt>>;
}

function apply({ weight, bias }: AnyConvParams, x: AnyTensor, options: ConvTransposeOptions = {}) {
  convTransposeShape("convTranspose", x.shape, weight.shape, options);
  const f = [convTranspose1d, convTranspose2d, convTranspose3d][weight.shape.length - 3];
  return withBias((f as unknown as Transpose)(x, weight, options), bias);
}

type Transpose = (x: AnyTensor, kernel: AnyTensor, options: ConvTransposeOptions) => AnyTensor;

/**
 * The transposed convolution layer of one, two or three spatial axes, as many as `size` names: of
 * inputs `[N, C, …]`, with weights `[C, O / groups, …size]` and biases `[O]`, both as PyTorch's. The
 * options are those of the function `convTranspose2d`: `stride`, `padding` (what is cut off), `dilation`,
 * `outputPadding`, `groups`; and those of {@linkcode KernelOptions}.
 *
 * @throws {ShapeError} Where channels differ, groups do not divide them, or padding cuts off more
 * than there is.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { convTranspose } from "@katachi/katachi/nn";
 *
 * const options = { stride: 2, padding: 1 } as const;
 * const params = convTranspose.init(random.key(0), 64, 32, [4, 4]);
 * params.weight.shape; // [64, 32, 4, 4]
 * convTranspose(params, zeros([8, 64, 7, 7]), options).shape; // [8, 32, 14, 14]
 *
 * const layer = convTranspose.of(64, 32, [4, 4], options);
 * layer.apply(layer.init(random.key(0)), zeros([8, 64, 7, 7])).shape; // [8, 32, 14, 14]
 * ```
 */
export const convTranspose: ConvTranspose = withSizes(
  "convTranspose",
  convTransposeKernelShape,
  apply,
) as ConvTranspose;
