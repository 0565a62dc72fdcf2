/**
 * Pooling: reductions of windows over the spatial axes.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type AvgPoolOptions, type Pool, type PoolOptions, poolShape } from "../shape/pool.ts";
import { convPadding, perAxis } from "../shape/window.ts";
import { type DType, type Floating, floating } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { div, neg } from "../primitives/arithmetic.ts";
import { convert } from "../primitives/operands.ts";
import { ones } from "../primitives/create.ts";
import { windowMax, type Windows, windowSum } from "../primitives/window.ts";

/** The windows that options describe, and the input as floats. */
function pooling(operation: string, x: AnyTensor, options: PoolOptions): [AnyTensor, Windows] {
  poolShape(operation, x.shape, options);
  const rank = x.shape.length - 2;
  const { window, stride = window, dilation = 1 } = options;
  const size = perAxis(operation, "window", window, rank);
  return [convert(x, floating(x.dtype)), {
    size,
    strides: perAxis(operation, "stride", stride, rank),
    padding: convPadding(operation, x.shape, [1, 1, ...size], { ...options, stride }),
    inputDilation: size.map(() => 1),
    dilation: perAxis(operation, "dilation", dilation, rank),
  }];
}

/**
 * The largest in each window of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`. Windows lie side by
 * side unless a `stride` is given. Padding counts as `-Infinity`. Of several equal largest elements the
 * first in row-major order gets the gradient. A window with a NaN gives NaN; its gradient goes to the
 * first largest of what comes after the last NaN, as XLA's `select_and_scatter` has it.
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
 * The smallest in each window, as {@linkcode maxPool} has the largest; padding counts as `Infinity`.
 *
 * @throws {ShapeError} Where the window does not fit.
 *
 * @example
 * ```ts
 * import { minPool, tensor } from "@katachi/katachi";
 *
 * minPool(tensor([[[1, 3, 2, 4]]]), { window: 2 }).toArray(); // [[[1, 2]]]
 * ```
 */
export function minPool<
  S extends Shape,
  D extends DType,
  const O extends PoolOptions,
  K extends string = "minPool",
>(x: Tensor<S, D>, options: Arg<Pool<S, O, K>, O>): Tensor<Ok<Pool<S, O, K>>, Floating<D>> {
  return minPoolOf(x as never, options as never) as never;
}

function minPoolOf(x: AnyTensor, options: PoolOptions): AnyTensor {
  const [y, windows] = pooling("minPool", x, options);
  return neg(windowMax(neg(y), windows));
}

/**
 * The sum of each window of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`. Windows lie side by side
 * unless a `stride` is given. Padding counts as 0.
 *
 * @throws {ShapeError} Where the window does not fit.
 *
 * @example
 * ```ts
 * import { sumPool, tensor } from "@katachi/katachi";
 *
 * sumPool(tensor([[[1, 3, 2, 4]]]), { window: 2 }).toArray(); // [[[4, 6]]]
 * ```
 */
export function sumPool<
  S extends Shape,
  D extends DType,
  const O extends PoolOptions,
  K extends string = "sumPool",
>(x: Tensor<S, D>, options: Arg<Pool<S, O, K>, O>): Tensor<Ok<Pool<S, O, K>>, Floating<D>> {
  return sumPoolOf(x as never, options as never) as never;
}

function sumPoolOf(x: AnyTensor, options: PoolOptions): AnyTensor {
  return windowSum(...pooling("sumPool", x, options));
}

/**
 * The mean of each window of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`. Windows lie side by
 * side unless a `stride` is given. Padding does not count, unless `countIncludePad` is `true`: then it
 * counts as zeros, as PyTorch and Flax have it unless told.
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
  const O extends AvgPoolOptions,
  K extends string = "avgPool",
>(x: Tensor<S, D>, options: Arg<Pool<S, O, K>, O>): Tensor<Ok<Pool<S, O, K>>, Floating<D>> {
  return avgPoolOf(x as never, options as never) as never;
}

function avgPoolOf(x: AnyTensor, options: AvgPoolOptions): AnyTensor {
  const [y, windows] = pooling("avgPool", x, options);
  const total = windowSum(y, windows);
  return options.countIncludePad
    ? div(total, sizeOf(windows.size))
    : div(total, windowSum(ones(y.shape.slice(2), y.dtype), windows));
}
