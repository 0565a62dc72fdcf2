/**
 * Convolution and pooling, with static shapes.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import {
  type Conv1d,
  type Conv2d,
  type ConvOptions,
  convPadding,
  convShape,
} from "../shape/conv.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Pool, type PoolOptions, poolShape } from "../shape/pool.ts";
import { type DType, type Floating, floating, type Promote, promote } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { div } from "../primitives/arithmetic.ts";
import { convolution } from "../primitives/convolution.ts";
import { convert } from "../primitives/operands.ts";
import { ones } from "../primitives/create.ts";
import { windowMax, type Windows, windowSum } from "../primitives/window.ts";

/** A number for all axes, or one for each. */
function perAxis(value: number | readonly number[], rank: number): readonly number[] {
  return typeof value === "number" ? new Array<number>(rank).fill(value) : value;
}

function convolve(
  operation: "conv1d" | "conv2d",
  input: AnyTensor,
  kernel: AnyTensor,
  options: ConvOptions,
): AnyTensor {
  convShape(operation, input.shape, kernel.shape, options);
  const dtype = floating(promote(input.dtype, kernel.dtype));
  const x = convert(input, dtype);
  const w = convert(kernel, dtype);
  const rank = w.shape.length - 2;
  return convolution(x, w, {
    strides: perAxis(options.stride ?? 1, rank),
    padding: convPadding(operation, x.shape, w.shape, options),
    inputDilation: perAxis(1, rank),
    dilation: perAxis(options.dilation ?? 1, rank),
    groups: options.groups ?? 1,
  });
}

/**
 * The one-dimensional convolution (cross-correlation, as everywhere in deep learning) of
 * `[N, C, L]` with a kernel `[O, C / groups, K]`.
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

function conv1dOf(x: AnyTensor, kernel: AnyTensor, options: ConvOptions = {}): AnyTensor {
  return convolve("conv1d", x, kernel, options);
}

/**
 * The two-dimensional convolution (cross-correlation, as everywhere in deep learning) of
 * `[N, C, H, W]` with a kernel `[O, C / groups, KH, KW]`. `padding` is `"VALID"` (none, the default),
 * `"SAME"` (the output is the input divided by the stride, rounded up), a number for all sides, or
 * numbers for each axis.
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

function conv2dOf(x: AnyTensor, kernel: AnyTensor, options: ConvOptions = {}): AnyTensor {
  return convolve("conv2d", x, kernel, options);
}

/** The windows that options describe, and the input as floats. */
function pooling(operation: string, x: AnyTensor, options: PoolOptions): [AnyTensor, Windows] {
  poolShape(operation, x.shape, options);
  const rank = x.shape.length - 2;
  const size = perAxis(options.window, rank);
  const stride = options.stride ?? options.window;
  return [convert(x, floating(x.dtype)), {
    size,
    strides: perAxis(stride, rank),
    padding: convPadding(operation, x.shape, [1, 1, ...size], { ...options, stride }),
    inputDilation: perAxis(1, rank),
    dilation: perAxis(options.dilation ?? 1, rank),
  }];
}

/**
 * The largest in each window of `[N, C, L]` or `[N, C, H, W]`. Windows lie side by side unless a
 * `stride` is given. Of several equal largest elements the first gets the gradient.
 *
 * @throws {ShapeError} Where the window does not fit.
 *
 * @example
 * ```ts
 * import { maxPool, tensor } from "@katachi/katachi";
 *
 * maxPool(tensor([[[1, 3, 2, 4]]]), { window: 2 }).toArray(); // [[[3, 4]]]
 * ```
 */
export function maxPool<
  S extends Shape,
  D extends DType,
  const O extends PoolOptions,
  K extends string = "maxPool",
>(x: Tensor<S, D>, options: Arg<Pool<S, O, K>, O>): Tensor<Ok<Pool<S, O, K>>, Floating<D>> {
  return maxPoolOf(x as never, options as never) as never;
}

function maxPoolOf(x: AnyTensor, options: PoolOptions): AnyTensor {
  return windowMax(...pooling("maxPool", x, options));
}

/**
 * The mean of each window of `[N, C, L]` or `[N, C, H, W]`. Windows lie side by side unless a
 * `stride` is given. Padding does not count.
 *
 * @throws {ShapeError} Where the window does not fit.
 *
 * @example
 * ```ts
 * import { avgPool, tensor } from "@katachi/katachi";
 *
 * avgPool(tensor([[[1, 3, 2, 4]]]), { window: 2 }).toArray(); // [[[2, 3]]]
 * ```
 */
export function avgPool<
  S extends Shape,
  D extends DType,
  const O extends PoolOptions,
  K extends string = "avgPool",
>(x: Tensor<S, D>, options: Arg<Pool<S, O, K>, O>): Tensor<Ok<Pool<S, O, K>>, Floating<D>> {
  return avgPoolOf(x as never, options as never) as never;
}

function avgPoolOf(x: AnyTensor, options: PoolOptions): AnyTensor {
  const [y, windows] = pooling("avgPool", x, options);
  const counted = windowSum(ones(y.shape.slice(2), y.dtype), windows);
  return div(windowSum(y, windows), counted);
}
