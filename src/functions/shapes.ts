/**
 * Functions that move elements without changing them.
 *
 * @module
 */
import type { BroadcastTo } from "../shape/broadcast.ts";
import { normalizeAxis } from "../shape/axis.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Pad, padShape } from "../shape/pad.ts";
import type { Reduce } from "../shape/reduce.ts";
import { type Flatten, flattenShape, type Reshape, reshapeShape } from "../shape/reshape.ts";
import { type Index, resolveSlice, type Slice } from "../shape/slice.ts";
import { type ExpandDims, expandDimsShape, type Squeeze, squeezeShape } from "../shape/squeeze.ts";
import { type Transpose, transposeShape } from "../shape/transpose.ts";
import { type DType, requireKnown } from "../tensor/dtype.ts";
import type { Axes } from "../tensor/methods.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { reversePrimitive, transposeRaw } from "../primitives/movement.ts";
import { convert, scalar } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { padRaw } from "../primitives/slice.ts";
import { axesOf } from "./reductions.ts";
import { readRegion } from "./region.ts";

/**
 * The same elements, in row-major order, under another shape. One dim may be -1: it is worked out.
 *
 * @throws {ShapeError} Where the number of elements differs.
 *
 * @example
 * ```ts
 * import { arange, reshape } from "@katachi/katachi";
 *
 * reshape(arange(6), [2, -1]).toArray(); // [[0, 1, 2], [3, 4, 5]]
 * ```
 */
export function reshape<
  S extends Shape,
  D extends DType,
  const B extends Shape,
  K extends string = "reshape",
>(
  x: Tensor<S, D>,
  shape: Arg<Reshape<S, B, K>, B>,
): Tensor<Ok<Reshape<S, B, K>>, D> {
  return reshapeOf(x as never, shape as never) as never;
}

function reshapeOf(x: AnyTensor, shape: Shape): AnyTensor {
  return reshapeRaw(x, reshapeShape(x.shape, shape));
}

/**
 * The axes from `start` to `end`, both included, joined into one; all of them unless told.
 *
 * @throws {ShapeError} Where an axis is out of range.
 *
 * @example
 * ```ts
 * import { flatten, zeros } from "@katachi/katachi";
 *
 * flatten(zeros([8, 3, 4, 4]), 1).shape; // [8, 48]
 * ```
 */
export function flatten<
  S extends Shape,
  D extends DType,
  const Start extends number = 0,
  const End extends number = -1,
  K extends string = "flatten",
>(
  x: Tensor<S, D>,
  start?: Arg<Flatten<S, Start, End, K>, Start>,
  end?: End,
): Tensor<Ok<Flatten<S, Start, End, K>>, D> {
  return flattenOf(x as never, start as never, end as never) as never;
}

function flattenOf(x: AnyTensor, start = 0, end = -1): AnyTensor {
  return reshapeRaw(x, flattenShape(x.shape, start, end));
}

/**
 * The axes in another order: axis `i` of the result is axis `permutation[i]`. Reversed unless told.
 *
 * @throws {ShapeError} Where the list is not a permutation of the axes.
 *
 * @example
 * ```ts
 * import { tensor, transpose } from "@katachi/katachi";
 *
 * transpose(tensor([[1, 2, 3], [4, 5, 6]])).toArray(); // [[1, 4], [2, 5], [3, 6]]
 * ```
 */
export function transpose<
  S extends Shape,
  D extends DType,
  const P extends readonly number[] | undefined = undefined,
  K extends string = "transpose",
>(
  x: Tensor<S, D>,
  permutation?: Arg<Transpose<S, P, K>, P>,
): Tensor<Ok<Transpose<S, P, K>>, D> {
  return transposeOf(x as never, permutation as never) as never;
}

function transposeOf(x: AnyTensor, permutation?: readonly number[]): AnyTensor {
  transposeShape(x.shape, permutation);
  const order = permutation ?? x.shape.map((_, axis) => axis).reverse();
  return transposeRaw(x, order.map((axis) => normalizeAxis("transpose", axis, x.shape)));
}

/**
 * Without the axes of 1: the given ones, or all.
 *
 * @throws {ShapeError} Where an axis is not 1 or out of range.
 *
 * @example
 * ```ts
 * import { squeeze, zeros } from "@katachi/katachi";
 *
 * squeeze(zeros([1, 3, 1])).shape; // [3]
 * ```
 */
export function squeeze<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  K extends string = "squeeze",
>(
  x: Tensor<S, D>,
  axis?: Arg<Squeeze<S, X, K>, X>,
): Tensor<Ok<Squeeze<S, X, K>>, D> {
  return squeezeOf(x as never, axis as never) as never;
}

function squeezeOf(x: AnyTensor, axis?: Axes): AnyTensor {
  return reshapeRaw(x, squeezeShape(x.shape, axis));
}

/**
 * With a new axis of 1 where the result shall have it, or several.
 *
 * @throws {ShapeError} Where an axis is out of range of the result.
 *
 * @example
 * ```ts
 * import { expandDims, zeros } from "@katachi/katachi";
 *
 * expandDims(zeros([3]), 0).shape; // [1, 3]
 * expandDims(zeros([3]), -1).shape; // [3, 1]
 * ```
 */
export function expandDims<
  S extends Shape,
  D extends DType,
  const X extends number | readonly number[],
  K extends string = "expandDims",
>(x: Tensor<S, D>, axis: Arg<ExpandDims<S, X, K>, X>): Tensor<Ok<ExpandDims<S, X, K>>, D> {
  return expandDimsOf(x as never, axis as never) as never;
}

function expandDimsOf(x: AnyTensor, axis: number | readonly number[]): AnyTensor {
  return reshapeRaw(x, expandDimsShape(x.shape, axis));
}

/**
 * Repeated to a shape by NumPy's rule: axes are added in front, dims of 1 are repeated.
 *
 * @throws {ShapeError} Where the shapes do not fit.
 *
 * @example
 * ```ts
 * import { broadcastTo, tensor } from "@katachi/katachi";
 *
 * broadcastTo(tensor([1, 2]), [2, 2]).toArray(); // [[1, 2], [1, 2]]
 * ```
 */
export function broadcastTo<
  S extends Shape,
  D extends DType,
  const B extends Shape,
  K extends string = "broadcastTo",
>(
  x: Tensor<S, D>,
  shape: Arg<BroadcastTo<S, B, K>, B>,
): Tensor<Ok<BroadcastTo<S, B, K>>, D> {
  return broadcastToOf(x as never, shape as never) as never;
}

function broadcastToOf(x: AnyTensor, shape: Shape): AnyTensor {
  return broadcast(x, shape);
}

/**
 * A part of each axis, as NumPy's basic indexing has it. For each axis: a whole number takes that
 * position and drops the axis, `[start, stop]` or `[start, stop, step]` takes a range (`null` for an
 * open end, negative numbers count from the end, a negative step goes backwards), `null` takes
 * everything. Axes that are not named are taken whole; `"..."` stands for as many as there are, and
 * `"newaxis"` puts in an axis of 1.
 *
 * @throws {ShapeError} Where a position is out of range, a step is 0 or there are too many.
 *
 * @example
 * ```ts
 * import { arange, slice } from "@katachi/katachi";
 *
 * const x = arange(12).reshape([3, 4]);
 * slice(x, [0]).toArray(); // [0, 1, 2, 3]
 * slice(x, [null, [1, 3]]).shape; // [3, 2]
 * slice(x, [[null, null, -1], -1]).toArray(); // [11, 7, 3]
 * slice(x, ["...", "newaxis"]).shape; // [3, 4, 1]
 * ```
 */
export function slice<
  S extends Shape,
  D extends DType,
  const I extends Index,
  K extends string = "slice",
>(
  x: Tensor<S, D>,
  index: Arg<Slice<S, I, K>, I>,
): Tensor<Ok<Slice<S, I, K>>, D> {
  return sliceOf(x as never, index as never) as never;
}

function sliceOf(x: AnyTensor, index: Index): AnyTensor {
  return readRegion(x, resolveSlice("slice", x.shape, index));
}

/**
 * With a value, 0 unless told, put before and after the elements of each axis: one width for all
 * sides, or `[before, after]` for each axis.
 *
 * @throws {ShapeError} Where widths are negative or not one pair an axis.
 *
 * @example
 * ```ts
 * import { pad, tensor } from "@katachi/katachi";
 *
 * pad(tensor([1, 2]), [[1, 2]]).toArray(); // [0, 1, 2, 0, 0]
 * ```
 */
export function pad<
  S extends Shape,
  D extends DType,
  const W extends number | readonly (readonly [number, number])[],
  K extends string = "pad",
>(
  x: Tensor<S, D>,
  widths: Arg<Pad<S, W, K>, W>,
  value?: number,
): Tensor<Ok<Pad<S, W, K>>, D> {
  return padOf(x as never, widths as never, value as never) as never;
}

function padOf(
  x: AnyTensor,
  widths: number | readonly (readonly [number, number])[],
  value = 0,
): AnyTensor {
  padShape(x.shape, widths);
  const pairs = x.shape.map((_, axis) =>
    typeof widths === "number" ? [widths, widths] : widths[axis]
  );
  return padRaw(
    x,
    scalar(value, x.dtype, "pad"),
    pairs.map(([before]) => before),
    pairs.map(([, after]) => after),
    pairs.map(() => 0),
  );
}

/**
 * The order along axes turned around; along all of them unless told.
 *
 * @throws {ShapeError} Where an axis is out of range.
 *
 * @example
 * ```ts
 * import { flip, tensor } from "@katachi/katachi";
 *
 * flip(tensor([1, 2, 3])).toArray(); // [3, 2, 1]
 * ```
 */
export function flip<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  K extends string = "flip",
>(x: Tensor<S, D>, axis?: Arg<Reduce<S, X, true, K>, X>): Tensor<S, D> {
  return flipOf(x as never, axis as never) as never;
}

function flipOf(x: AnyTensor, axis?: Axes): AnyTensor {
  const axes = axesOf("flip", x.shape, axis);
  return axes.length === 0 ? x : bind(reversePrimitive, [x], { axes })[0];
}

/**
 * The elements in another dtype. Floats become integers towards 0 and saturating (NaN becomes 0),
 * integers wrap around, numbers become `bool` by `≠ 0`. Gradients flow between floats.
 *
 * @example
 * ```ts
 * import { astype, tensor } from "@katachi/katachi";
 *
 * astype(tensor([1.7, -1.7]), "int32").toArray(); // [1, -1]
 * ```
 */
export function astype<S extends Shape, D extends DType>(
  x: Tensor<S, DType>,
  dtype: D,
): Tensor<S, D> {
  return astypeOf(x as never, dtype as never) as never;
}

function astypeOf(x: AnyTensor, dtype: DType): AnyTensor {
  requireKnown("astype", dtype);
  return convert(x, dtype);
}
