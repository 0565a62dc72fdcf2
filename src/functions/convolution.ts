/**
 * Convolution and transposed convolution.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import {
  type Conv1d,
  type Conv2d,
  type Conv3d,
  type ConvOptions,
  convPadding,
  convShape,
  dilatedShape,
} from "../shape/conv.ts";
import {
  type ConvTranspose1d,
  type ConvTranspose2d,
  type ConvTranspose3d,
  type ConvTransposeOptions,
  convTransposeShape,
} from "../shape/conv_transpose.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { extent, perAxis } from "../shape/window.ts";
import { type DType, type Floating, floating, type Promote, promote } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { convolution, mirrored } from "../primitives/convolution.ts";
import { convert } from "../primitives/operands.ts";

/**
 * The one-dimensional convolution (cross-correlation, as everywhere in deep learning) of
 * `[N, C, L]` with a kernel `[O, C / groups, K]`. The options are those of {@linkcode conv2d}.
 *
 * @throws {ShapeError} Where channels differ or the kernel does not fit.
 *
 * @example
 * ```ts
 * import { conv1d, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[[1, 2, 3, 4]]]);
 * conv1d(x, tensor([[[1, -1]]])).toArray(); // [[[-1, -1, -1]]]
 * ```
 */
export function conv1d<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const O extends ConvOptions = Record<never, never>,
  K extends string = "conv1d",
>(
  x: Tensor<A, D>,
  kernel: Arg<Conv1d<A, B, O, K>, Tensor<B, E>>,
  options?: O,
): Tensor<Ok<Conv1d<A, B, O, K>>, Floating<Promote<D, E>>> {
  return conv1dOf(x as never, kernel as never, options as never) as never;
}

function conv1dOf(x: AnyTensor, kernel: AnyTensor, options?: ConvOptions): AnyTensor {
  return convolve("conv1d", x, kernel, options);
}

/**
 * The two-dimensional convolution (cross-correlation, as everywhere in deep learning) of
 * `[N, C, H, W]` with a kernel `[O, C / groups, KH, KW]`. `padding` is `"VALID"` (none, the default),
 * `"SAME"` (the output is the input divided by the stride, rounded up), a number for all sides, or
 * numbers for each axis. `dilation` takes the elements of the kernel apart, `inputDilation` those of
 * the input, before it is padded. All of XLA's `conv_general_dilated` but negative padding.
 *
 * @throws {ShapeError} Where channels differ or the kernel does not fit.
 *
 * @example
 * ```ts
 * import { conv2d, zeros } from "@katachi/katachi";
 *
 * conv2d(zeros([8, 3, 28, 28]), zeros([6, 3, 5, 5]), { padding: "SAME" }).shape; // [8, 6, 28, 28]
 * ```
 */
export function conv2d<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const O extends ConvOptions = Record<never, never>,
  K extends string = "conv2d",
>(
  x: Tensor<A, D>,
  kernel: Arg<Conv2d<A, B, O, K>, Tensor<B, E>>,
  options?: O,
): Tensor<Ok<Conv2d<A, B, O, K>>, Floating<Promote<D, E>>> {
  return conv2dOf(x as never, kernel as never, options as never) as never;
}

function conv2dOf(x: AnyTensor, kernel: AnyTensor, options?: ConvOptions): AnyTensor {
  return convolve("conv2d", x, kernel, options);
}

/**
 * The three-dimensional convolution (cross-correlation, as everywhere in deep learning) of
 * `[N, C, D, H, W]` with a kernel `[O, C / groups, KD, KH, KW]`. The options are those of
 * {@linkcode conv2d}.
 *
 * @throws {ShapeError} Where channels differ or the kernel does not fit.
 *
 * @example
 * ```ts
 * import { conv3d, zeros } from "@katachi/katachi";
 *
 * conv3d(zeros([1, 2, 8, 8, 8]), zeros([4, 2, 3, 3, 3]), { stride: 2 }).shape; // [1, 4, 3, 3, 3]
 * ```
 */
export function conv3d<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const O extends ConvOptions = Record<never, never>,
  K extends string = "conv3d",
>(
  x: Tensor<A, D>,
  kernel: Arg<Conv3d<A, B, O, K>, Tensor<B, E>>,
  options?: O,
): Tensor<Ok<Conv3d<A, B, O, K>>, Floating<Promote<D, E>>> {
  return conv3dOf(x as never, kernel as never, options as never) as never;
}

function conv3dOf(x: AnyTensor, kernel: AnyTensor, options?: ConvOptions): AnyTensor {
  return convolve("conv3d", x, kernel, options);
}

/**
 * The one-dimensional transposed convolution of `[N, C, L]` with a kernel `[C, O / groups, K]`. The
 * options are those of {@linkcode convTranspose2d}.
 *
 * @throws {ShapeError} Where channels differ or padding cuts off more than there is.
 *
 * @example
 * ```ts
 * import { convTranspose1d, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[[1, 2]]]);
 * convTranspose1d(x, tensor([[[1, -1]]]), { stride: 2 }).toArray(); // [[[1, -1, 2, -2]]]
 * ```
 */
export function convTranspose1d<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const O extends ConvTransposeOptions = Record<never, never>,
  K extends string = "convTranspose1d",
>(
  x: Tensor<A, D>,
  kernel: Arg<ConvTranspose1d<A, B, O, K>, Tensor<B, E>>,
  options?: O,
): Tensor<Ok<ConvTranspose1d<A, B, O, K>>, Floating<Promote<D, E>>> {
  return convTranspose1dOf(x as never, kernel as never, options as never) as never;
}

function convTranspose1dOf(
  x: AnyTensor,
  kernel: AnyTensor,
  options?: ConvTransposeOptions,
): AnyTensor {
  return transposed("convTranspose1d", x, kernel, options);
}

/**
 * The two-dimensional transposed convolution of `[N, C, H, W]` with a kernel
 * `[C, O / groups, KH, KW]`: the adjoint (the gradient by the input) of the convolution with the same
 * kernel and options. An axis of `n` becomes `(n - 1) stride + dilation (k - 1) + 1 + outputPadding`,
 * less the padding of both sides. Kernel, options and sizes are PyTorch's, and those of
 * `jax.lax.conv_transpose` with `transpose_kernel` and `use_consistent_padding`.
 *
 * Several sizes of an input give a convolution's output the same size, by rounding;
 * `outputPadding` says how much longer than the shortest of them the output is to be.
 *
 * @throws {ShapeError} Where channels differ or padding cuts off more than there is.
 *
 * @example
 * ```ts
 * import { convTranspose2d, zeros } from "@katachi/katachi";
 *
 * const options = { stride: 2, padding: 1, outputPadding: 1 } as const;
 * convTranspose2d(zeros([8, 6, 14, 14]), zeros([6, 3, 3, 3]), options).shape; // [8, 3, 28, 28]
 * ```
 */
export function convTranspose2d<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const O extends ConvTransposeOptions = Record<never, never>,
  K extends string = "convTranspose2d",
>(
  x: Tensor<A, D>,
  kernel: Arg<ConvTranspose2d<A, B, O, K>, Tensor<B, E>>,
  options?: O,
): Tensor<Ok<ConvTranspose2d<A, B, O, K>>, Floating<Promote<D, E>>> {
  return convTranspose2dOf(x as never, kernel as never, options as never) as never;
}

function convTranspose2dOf(
  x: AnyTensor,
  kernel: AnyTensor,
  options?: ConvTransposeOptions,
): AnyTensor {
  return transposed("convTranspose2d", x, kernel, options);
}

/**
 * The three-dimensional transposed convolution of `[N, C, D, H, W]` with a kernel
 * `[C, O / groups, KD, KH, KW]`. The options are those of {@linkcode convTranspose2d}.
 *
 * @throws {ShapeError} Where channels differ or padding cuts off more than there is.
 *
 * @example
 * ```ts
 * import { convTranspose3d, zeros } from "@katachi/katachi";
 *
 * const x = zeros([1, 4, 3, 3, 3]);
 * convTranspose3d(x, zeros([4, 2, 2, 2, 2]), { stride: 2 }).shape; // [1, 2, 6, 6, 6]
 * ```
 */
export function convTranspose3d<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const O extends ConvTransposeOptions = Record<never, never>,
  K extends string = "convTranspose3d",
>(
  x: Tensor<A, D>,
  kernel: Arg<ConvTranspose3d<A, B, O, K>, Tensor<B, E>>,
  options?: O,
): Tensor<Ok<ConvTranspose3d<A, B, O, K>>, Floating<Promote<D, E>>> {
  return convTranspose3dOf(x as never, kernel as never, options as never) as never;
}

function convTranspose3dOf(
  x: AnyTensor,
  kernel: AnyTensor,
  options?: ConvTransposeOptions,
): AnyTensor {
  return transposed("convTranspose3d", x, kernel, options);
}

/** The convolution that options describe. */
function convolve(
  operation: "conv1d" | "conv2d" | "conv3d",
  x: AnyTensor,
  kernel: AnyTensor,
  options: ConvOptions = {},
): AnyTensor {
  convShape(operation, x.shape, kernel.shape, options);
  const rank = x.shape.length - 2;
  const apart = dilatedShape(operation, x.shape, options.inputDilation);
  return convolution(...floats(x, kernel), {
    strides: perAxis(operation, "stride", options.stride ?? 1, rank),
    padding: convPadding(operation, apart, kernel.shape, options),
    inputDilation: perAxis(operation, "inputDilation", options.inputDilation ?? 1, rank),
    dilation: perAxis(operation, "dilation", options.dilation ?? 1, rank),
    groups: options.groups ?? 1,
  });
}

/** The adjoint by the input of the convolution that options describe. */
function transposed(
  operation: "convTranspose1d" | "convTranspose2d" | "convTranspose3d",
  x: AnyTensor,
  kernel: AnyTensor,
  options: ConvTransposeOptions = {},
): AnyTensor {
  convTransposeShape(operation, x.shape, kernel.shape, options);
  const { groups = 1, padding = 0 } = options;
  const rank = x.shape.length - 2;
  const dilation = perAxis(operation, "dilation", options.dilation ?? 1, rank);
  const more = perAxis(operation, "outputPadding", options.outputPadding ?? 0, rank, 0);
  const cut = convPadding(operation, x.shape, kernel.shape, { ...options, padding });
  const [y, w] = floats(x, kernel);
  return convolution(y, mirrored(w, groups), {
    strides: more.map(() => 1),
    padding: cut.map(([before, after], i) => {
      const reach = extent(kernel.shape[i + 2], dilation[i]) - 1;
      return [reach - before, reach - after + more[i]] as const;
    }),
    inputDilation: perAxis(operation, "stride", options.stride ?? 1, rank),
    dilation,
    groups,
  });
}

/** Input and kernel as floats of one dtype. */
function floats(x: AnyTensor, kernel: AnyTensor): readonly [AnyTensor, AnyTensor] {
  const dtype = floating(promote(x.dtype, kernel.dtype));
  return [convert(x, dtype), convert(kernel, dtype)];
}
