/**
 * Pooling to a given size, and to one value for each channel.
 *
 * @module
 */
import {
  type AdaptivePool,
  type AnyTensor,
  type Arg,
  astype,
  div,
  type DType,
  type Floating,
  fromBuffer,
  type GlobalPool,
  maxPool,
  mean,
  type Ok,
  type PerAxis,
  type Shape,
  sumPool,
  take,
  type Tensor,
  where,
} from "../../mod.ts";
import { adaptivePoolShape, globalPoolShape } from "../shape/adaptive_pool.ts";
import { floating } from "../tensor/dtype.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";

/** The types of a layer that pools to a size. */
export interface AdaptivePoolingLayer<Kind extends string, Size extends PerAxis>
  extends LayerKind<Kind> {
  /** `[N, C, …size]`. */
  readonly output: AdaptivePool<Input<this>, Size, Name<this>>;
  /** The dtype that comes in, or float32. */
  readonly dtype: Floating<this["given"]>;
}

/** The type of {@linkcode adaptiveMaxPooling} and {@linkcode adaptiveAvgPooling}. */
export interface AdaptivePooling<Kind extends string> {
  /** `[N, C, …size]` of `[N, C, …]`. */
  <S extends Shape, D extends DType, const Size extends PerAxis, K extends string = Kind>(
    x: Tensor<S, D>,
    size: Arg<AdaptivePool<S, Size, K>, Size>,
  ): Tensor<Ok<AdaptivePool<S, Size, K>>, Floating<D>>;
  /** A layer that pools to a size: a number for every spatial axis, or one for each. */
  of<const Size extends PerAxis>(size: Size): Layer<AdaptivePoolingLayer<Kind, Size>>;
}

/** Whether the spatial axes stay. */
export interface GlobalPoolingOptions<Keep extends boolean = boolean> {
  /** Whether the spatial axes stay, with a dim of 1; `false` unless given. */
  readonly keepDims?: Keep;
}

/** The types of a layer that pools to one value for each channel. */
export interface GlobalPoolingLayer<Kind extends string, Keep extends boolean>
  extends LayerKind<Kind> {
  /** `[N, C]`, or `[N, C, 1, …]`. */
  readonly output: GlobalPool<Input<this>, Keep, Name<this>>;
  /** The dtype that comes in, or float32. */
  readonly dtype: Floating<this["given"]>;
}

/** The type of {@linkcode globalMaxPooling} and {@linkcode globalAvgPooling}. */
export interface GlobalPooling<Kind extends string> {
  /** `[N, C]` of `[N, C, …]`. */
  <S extends Shape, D extends DType, Keep extends boolean = false, K extends string = Kind>(
    x: Arg<GlobalPool<S, Keep, K>, Tensor<S, D>>,
    options?: GlobalPoolingOptions<Keep>,
  ): Tensor<Ok<GlobalPool<S, Keep, K>>, Floating<D>>;
  /** A layer that pools to one value for each channel. */
  of<Keep extends boolean = false>(
    options?: GlobalPoolingOptions<Keep>,
  ): Layer<GlobalPoolingLayer<Kind, Keep>>;
}

/** Where window `i` of `size` begins and ends on an axis of `n`. */
function bounds(n: number, size: number): [start: number, end: number][] {
  return Array.from({ length: size }, (_, i) => [
    Math.floor(i * n / size),
    Math.ceil((i + 1) * n / size),
  ]);
}

/**
 * The input with the windows side by side, all as long as the longest: what the shorter ones lack is
 * `rest`, at their end. And the length of each window.
 */
function sideBySide(
  x: AnyTensor,
  axis: number,
  size: number,
  rest: number,
): [apart: AnyTensor, lengths: number[]] {
  const n = x.shape[axis];
  const windows = bounds(n, size);
  const lengths = windows.map(([start, end]) => end - start);
  const longest = Math.max(...lengths);
  if (n === size * longest) return [x, lengths];
  const places = windows.flatMap(([start, end]) =>
    Array.from({ length: longest }, (_, i) => Math.min(start + i, end - 1))
  );
  const taken = take(x, fromBuffer(Int32Array.from(places), [places.length]), axis) as AnyTensor;
  const inside = Uint8Array.from(
    lengths.flatMap((length) => Array.from({ length: longest }, (_, i) => i < length ? 1 : 0)),
  );
  const ones = x.shape.slice(axis + 1).map(() => 1);
  const mask: AnyTensor = fromBuffer(inside, [inside.length, ...ones]);
  return [
    lengths.every((length) => length === longest) ? taken : where(mask, taken, rest),
    lengths,
  ];
}

/** The windows of all spatial axes side by side, the lengths of the longest, and all lengths. */
function spread(x: AnyTensor, sizes: readonly number[], rest: number) {
  let apart = astype(x, floating(x.dtype)) as AnyTensor;
  const lengths = sizes.map((size, i) => {
    const [wider, own] = sideBySide(apart, i + 2, size, rest);
    apart = wider;
    return own;
  });
  return { apart, lengths, window: lengths.map((own) => Math.max(...own)) };
}

function adaptiveMax(operation: string, x: AnyTensor, size: PerAxis): AnyTensor {
  const [, , ...sizes] = adaptivePoolShape(operation, x.shape, size);
  const { apart, window } = spread(x, sizes, -Infinity);
  return maxPool(apart, { window });
}

function adaptiveAvg(operation: string, x: AnyTensor, size: PerAxis): AnyTensor {
  const [, , ...sizes] = adaptivePoolShape(operation, x.shape, size);
  const { apart, lengths, window } = spread(x, sizes, 0);
  const total = sumPool(apart, { window }) as AnyTensor;
  const counts = lengths.reduce((all, own) => all.flatMap((a) => own.map((b) => a * b)), [1]);
  return div(total, astype(fromBuffer(Float64Array.from(counts), sizes), total.dtype)) as AnyTensor;
}

function globalMax(operation: string, x: AnyTensor, { keepDims = false } = {}): AnyTensor {
  const shape = globalPoolShape(operation, x.shape, keepDims);
  return adaptiveMax(operation, x, 1).reshape(shape);
}

function globalAvg(operation: string, x: AnyTensor, { keepDims = false } = {}): AnyTensor {
  globalPoolShape(operation, x.shape, keepDims);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return mean(x, axes, { keepDims }) as AnyTensor;
}

/** A function and the layer of it. */
function withLayer<T>(
  name: string,
  pool: (operation: string, x: AnyTensor, how: never) => AnyTensor,
): T {
  return Object.assign((x: AnyTensor, how: never) => pool(name, x, how), {
    of: (how: never) => makeLayer({ name, run: (_, x) => [pool(name, x, how), null] }),
  }) as T;
}

/**
 * The largest in each of `size` windows of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`: a number
 * of windows for every spatial axis, or one for each. On an axis of `n`, window `i` of `m` goes from
 * `⌊i n / m⌋` to before `⌈(i + 1) n / m⌉`, as PyTorch's `AdaptiveMaxPool`: windows overlap where `m`
 * does not divide `n`. Of several equal largest the first gets the gradient.
 *
 * @throws {ShapeError} Where the size does not suit the input, or a spatial axis is empty.
 *
 * @example
 * ```ts
 * import { tensor, zeros } from "@katachi/katachi";
 * import { adaptiveMaxPooling } from "@katachi/katachi/nn";
 *
 * adaptiveMaxPooling(tensor([[[1, 5, 2, 4, 3]]]), 2).toArray(); // [[[5, 4]]]
 * adaptiveMaxPooling.of([7, 7]).apply({}, zeros([8, 64, 10, 12])).shape; // [8, 64, 7, 7]
 * ```
 */
export const adaptiveMaxPooling: AdaptivePooling<"adaptiveMaxPooling"> = withLayer(
  "adaptiveMaxPooling",
  adaptiveMax,
);

/**
 * The mean of each of `size` windows of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`; the windows
 * are those of {@linkcode adaptiveMaxPooling}, as PyTorch's `AdaptiveAvgPool`.
 *
 * @throws {ShapeError} Where the size does not suit the input, or a spatial axis is empty.
 *
 * @example
 * ```ts
 * import { tensor, zeros } from "@katachi/katachi";
 * import { adaptiveAvgPooling } from "@katachi/katachi/nn";
 *
 * adaptiveAvgPooling(tensor([[[1, 5, 3, 4, 2]]]), 2).toArray(); // [[[3, 3]]]
 * adaptiveAvgPooling.of([7, 7]).apply({}, zeros([8, 64, 10, 12])).shape; // [8, 64, 7, 7]
 * ```
 */
export const adaptiveAvgPooling: AdaptivePooling<"adaptiveAvgPooling"> = withLayer(
  "adaptiveAvgPooling",
  adaptiveAvg,
);

/**
 * The largest of each channel of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`: `[N, C]`, or with
 * `keepDims` `[N, C, 1, …]`. (Keras's `GlobalMaxPooling`.) Of several equal largest the first gets the
 * gradient.
 *
 * @throws {ShapeError} Where the input has another rank, or a spatial axis is empty.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { globalMaxPooling } from "@katachi/katachi/nn";
 *
 * globalMaxPooling(tensor([[[1, 2, 6], [3, 4, 5]]])).toArray(); // [[6, 5]]
 * ```
 */
export const globalMaxPooling: GlobalPooling<"globalMaxPooling"> = withLayer(
  "globalMaxPooling",
  globalMax,
);

/**
 * The mean of each channel of `[N, C, L]`, `[N, C, H, W]` or `[N, C, D, H, W]`: `[N, C]`, or with
 * `keepDims` `[N, C, 1, …]`. (M. Lin, Q. Chen and S. Yan, "Network in network", 2014; Keras's
 * `GlobalAveragePooling`.)
 *
 * @throws {ShapeError} Where the input has another rank, or a spatial axis is empty.
 *
 * @example
 * ```ts
 * import { tensor, zeros } from "@katachi/katachi";
 * import { globalAvgPooling } from "@katachi/katachi/nn";
 *
 * globalAvgPooling(tensor([[[1, 2, 6], [3, 4, 5]]])).toArray(); // [[3, 4]]
 * globalAvgPooling.of({ keepDims: true }).apply({}, zeros([8, 64, 7, 7])).shape; // [8, 64, 1, 1]
 * ```
 */
export const globalAvgPooling: GlobalPooling<"globalAvgPooling"> = withLayer(
  "globalAvgPooling",
  globalAvg,
);
