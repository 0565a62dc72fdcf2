/**
 * Windows whose place is computed, as JAX's `lax.dynamic_slice`.
 *
 * @module
 */
import { normalizeAxis } from "../shape/axis.ts";
import type { Shape } from "../shape/dim.ts";
import {
  type DynamicSlice,
  dynamicSliceShape,
  type DynamicUpdateSlice,
  dynamicUpdateSliceShape,
  type Starts,
  startsShape,
} from "../shape/dynamic.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Reduce, reduceShape } from "../shape/reduce.ts";
import type { DType } from "../tensor/dtype.ts";
import { isTensor, wrap } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { add } from "../primitives/arithmetic.ts";
import { less, where } from "../primitives/compare.ts";
import { dynamicSliceRaw, dynamicUpdateSliceRaw } from "../primitives/dynamic.ts";
import { integers } from "../primitives/indexing.ts";
import { concatPrimitive } from "../primitives/movement.ts";
import { convert, into, requireDType, scalar } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import type { IndexDType } from "./indexing.ts";

/** A position: a number, or a scalar tensor whose value may only be known when it runs. */
export type Position = number | Tensor<[], IndexDType>;

/** Where a window starts: one position for each axis, as a list or as a tensor. */
export type WindowStarts = readonly Position[] | Tensor<readonly [number], IndexDType>;

/** The shape of {@linkcode WindowStarts}. */
export type StartsOf<P extends WindowStarts> = P extends readonly Position[] ? [P["length"]]
  : P extends { readonly shape: infer S extends Shape } ? S
  : Shape;

/**
 * The window of static `sizes` that begins at computed positions, one for each axis. Negative
 * positions count from the end; then the window is moved so that it lies inside the tensor.
 *
 * @throws {ShapeError} Where the window is larger than the tensor, or starts are missing.
 *
 * @example
 * ```ts
 * import { dynamicSlice, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * dynamicSlice(x, [tensor(1, "int32"), 1], [1, 2]).toArray(); // [[5, 6]]
 * dynamicSlice(x, [0, 9], [1, 2]).toArray(); // [[2, 3]]
 * ```
 */
export function dynamicSlice<
  S extends Shape,
  D extends DType,
  const P extends WindowStarts,
  const N extends Shape,
  K extends string = "dynamicSlice",
>(
  x: Tensor<S, D>,
  starts: Arg<Starts<S, StartsOf<P>, K>, P>,
  sizes: Arg<DynamicSlice<S, N, K>, N>,
): Tensor<Ok<DynamicSlice<S, N, K>>, D> {
  return dynamicSliceOf(x as never, starts as never, sizes as never) as never;
}

function dynamicSliceOf(x: AnyTensor, starts: WindowStarts, sizes: Shape): AnyTensor {
  dynamicSliceShape(x.shape, sizes);
  return dynamicSliceRaw(x, startsOf("dynamicSlice", starts, x.shape), sizes);
}

/**
 * The tensor with a window of it replaced by `update`, which begins at computed positions, one for
 * each axis. Negative positions count from the end; then the window is moved so that it lies inside
 * the tensor.
 *
 * @throws {ShapeError} Where the update is larger than the tensor, or starts are missing.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the update's.
 *
 * @example
 * ```ts
 * import { dynamicUpdateSlice, tensor, zeros } from "@katachi/katachi";
 *
 * const cache = zeros([4, 2]);
 * const step = tensor(1, "int32");
 * dynamicUpdateSlice(cache, tensor([[7, 8]]), [step, 0]).toArray(); // [[0, 0], [7, 8], [0, 0], [0, 0]]
 * ```
 */
export function dynamicUpdateSlice<
  S extends Shape,
  D extends DType,
  U extends Shape,
  const P extends WindowStarts,
  K extends string = "dynamicUpdateSlice",
>(
  x: Tensor<S, D>,
  update: Arg<DynamicUpdateSlice<S, U, K>, Tensor<U, DType>>,
  starts: Arg<Starts<S, StartsOf<P>, K>, P>,
): Tensor<S, D> {
  return dynamicUpdateSliceOf(x as never, update as never, starts as never) as never;
}

function dynamicUpdateSliceOf(
  x: AnyTensor,
  update: AnyTensor,
  starts: WindowStarts,
): AnyTensor {
  dynamicUpdateSliceShape(x.shape, update.shape);
  const values = into("dynamicUpdateSlice", update, x.dtype);
  return dynamicUpdateSliceRaw(x, values, startsOf("dynamicUpdateSlice", starts, x.shape));
}

/**
 * The slice at a computed position along an axis, 0 unless told, which goes. A negative position
 * counts from the end; one out of range is moved to the nearest.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { dynamicIndex, tensor } from "@katachi/katachi";
 *
 * dynamicIndex(tensor([[1, 2], [3, 4]]), tensor(1, "int32")).toArray(); // [3, 4]
 * ```
 */
export function dynamicIndex<
  S extends Shape,
  D extends DType,
  const X extends number = 0,
  K extends string = "dynamicIndex",
>(
  x: Tensor<S, D>,
  position: Position,
  axis?: Arg<Reduce<S, X, false, K>, X>,
): Tensor<Ok<Reduce<S, X, false, K>>, D> {
  return dynamicIndexOf(x as never, position as never, axis as never) as never;
}

function dynamicIndexOf(x: AnyTensor, position: Position, axis = 0): AnyTensor {
  const at = normalizeAxis("dynamicIndex", axis, x.shape);
  const starts = startsOf("dynamicIndex", x.shape.map((_, i) => i === at ? position : 0), x.shape);
  const one = dynamicSliceRaw(x, starts, x.shape.with(at, 1));
  return reshapeRaw(one, reduceShape("dynamicIndex", x.shape, at, false));
}

/** Starts as one tensor, counted from the front. */
function startsOf(operation: string, starts: WindowStarts, shape: Shape): AnyTensor {
  const given = isTensor(starts) ? starts : joined(operation, starts as readonly Position[]);
  requireDType(operation, given.dtype, integers);
  startsShape(operation, shape, given.shape);
  if (given.dtype === "uint32" || shape.length === 0) return given;
  const dims = wrap([shape.length], "int32", Int32Array.from(shape));
  return where(less(given, 0), add(given, dims), given);
}

function joined(operation: string, starts: readonly Position[]): AnyTensor {
  if (starts.length === 0) return wrap([0], "int32", new Int32Array(0));
  const positions = starts.map((start) => {
    if (!isTensor(start)) return reshapeRaw(scalar(start, "int32", operation), [1]);
    requireDType(operation, start.dtype, integers);
    return reshapeRaw(convert(start, "int32"), [1]);
  });
  return bind(concatPrimitive, positions, { axis: 0 })[0];
}
