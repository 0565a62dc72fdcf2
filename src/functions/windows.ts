/**
 * Convolution and pooling, composed of slices and products.
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
import { bind } from "../tape/recorder.ts";
import { div } from "../primitives/arithmetic.ts";
import { sumAxes } from "../primitives/broadcast.ts";
import { convolution } from "../primitives/convolution.ts";
import { concatPrimitive } from "../primitives/movement.ts";
import { convert, scalar } from "../primitives/operands.ts";
import { maxPrimitive } from "../primitives/reduce.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { padRaw, sliceRaw } from "../primitives/slice.ts";
import { ones } from "../primitives/create.ts";

/** How windows lie on the axes after the first two. */
interface Window {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
}

/**
 * What each window position sees: `[N, C, …output]` for every offset in the window, along a new
 * axis at 2.
 */
function patches(x: AnyTensor, window: Window, output: readonly number[], fill: number): AnyTensor {
  const edges = [[0, 0], [0, 0], ...window.padding];
  const padded = padRaw(
    x,
    scalar(fill, x.dtype),
    edges.map(([before]) => before),
    edges.map(([, after]) => after),
    edges.map(() => 0),
  );
  const layers = offsets(window.size).map((offset) => {
    const start = offset.map((o, axis) => o * window.dilation[axis]);
    const stop = start.map((s, axis) =>
      s + Math.max(0, output[axis] - 1) * window.stride[axis] + 1
    );
    const whole = padded.shape.slice(0, 2);
    const layer = sliceRaw(
      padded,
      [0, 0, ...start],
      [...whole, ...stop.map((s, axis) => output[axis] === 0 ? start[axis] : s)],
      [1, 1, ...window.stride],
    );
    return reshapeRaw(layer, [...whole, 1, ...output]);
  });
  return layers.length === 1 ? layers[0] : bind(concatPrimitive, layers, { axis: 2 })[0];
}

/** Every offset inside a window, in row-major order. */
function offsets(size: readonly number[]): readonly (readonly number[])[] {
  return size.reduce<readonly (readonly number[])[]>(
    (all, dim) => all.flatMap((o) => Array.from({ length: dim }, (_, i) => [...o, i])),
    [[]],
  );
}

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
  const size = w.shape.slice(2);
  const rank = size.length;
  const window: Window = {
    size,
    stride: perAxis(options.stride ?? 1, rank),
    dilation: perAxis(options.dilation ?? 1, rank),
    padding: convPadding(operation, x.shape, w.shape, options),
  };
  return convolution(x, w, {
    strides: window.stride,
    padding: window.padding,
    inputDilation: window.stride.map(() => 1),
    dilation: window.dilation,
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

function poolWindows(operation: string, x: AnyTensor, options: PoolOptions) {
  const shape = poolShape(operation, x.shape, options);
  const rank = shape.length - 2;
  const size = perAxis(options.window, rank);
  const window: Window = {
    size,
    stride: perAxis(options.stride ?? options.window, rank),
    dilation: perAxis(options.dilation ?? 1, rank),
    padding: convPadding(operation, x.shape, [1, 1, ...size], {
      ...options,
      stride: options.stride ?? options.window,
    }),
  };
  return { window, output: shape.slice(2) };
}

/**
 * The largest in each window of `[N, C, L]` or `[N, C, H, W]`. Windows lie side by side unless a
 * `stride` is given. Equal largest elements share the gradient evenly.
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
  const { window, output } = poolWindows("maxPool", x, options);
  const y = convert(x, floating(x.dtype));
  return bind(maxPrimitive, [patches(y, window, output, -Infinity)], { axes: [2] })[0];
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
  const { window, output } = poolWindows("avgPool", x, options);
  const y = convert(x, floating(x.dtype));
  const total = sumAxes(patches(y, window, output, 0), [2]);
  const counted = patches(ones([1, 1, ...x.shape.slice(2)], y.dtype), window, output, 0);
  return div(total, sumAxes(counted, [2]));
}
