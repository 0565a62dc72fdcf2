/**
 * Picking elements by position.
 *
 * @module
 */
import type { BroadcastTo } from "../shape/broadcast.ts";
import { normalizeAxis } from "../shape/axis.ts";
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError, showShape } from "../shape/fail.ts";
import {
  type OneHot,
  oneHotShape,
  type Take,
  type TakeAlong,
  takeAlongShape,
  takeShape,
} from "../shape/take.ts";
import type { DType } from "../tensor/dtype.ts";
import { elementsOf } from "../tensor/storage.ts";
import type { AnyTensor, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { isReadable } from "../tape/recorder.ts";
import { add } from "../primitives/arithmetic.ts";
import { equal, less, where } from "../primitives/compare.ts";
import { iota } from "../primitives/create.ts";
import { gather, gatherAlong, integers, scatterAlong } from "../primitives/indexing.ts";
import { convert, into, requireDType } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { broadcast } from "../primitives/broadcast.ts";

/** The dtypes of positions. */
export type IndexDType = "int32" | "uint32";

/**
 * The slices along an axis at the given positions, whose shape takes the axis's place; without an
 * axis, elements of the flattened tensor. Negative positions count from the end.
 *
 * A position out of range is an error where its value can be read, and clamped to the nearest one
 * in a compiled function.
 *
 * @throws {ShapeError} Where a position or the axis is out of range.
 *
 * @example
 * ```ts
 * import { take, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[1, 2], [3, 4], [5, 6]]);
 * take(x, tensor([2, 0], "int32"), 0).toArray(); // [[5, 6], [1, 2]]
 * ```
 */
export function take<
  S extends Shape,
  D extends DType,
  I extends Shape,
  const X extends number | undefined = undefined,
  K extends string = "take",
>(
  x: Tensor<S, D>,
  positions: Tensor<I, IndexDType>,
  axis?: Arg<Take<S, I, X, K>, X>,
): Tensor<Ok<Take<S, I, X, K>>, D> {
  return takeOf(x as never, positions as never, axis as never) as never;
}

function takeOf(x: AnyTensor, positions: AnyTensor, axis?: number): AnyTensor {
  requireDType("take", positions.dtype, integers);
  takeShape(x.shape, positions.shape, axis);
  if (axis === undefined) {
    return gather(reshapeRaw(x, [x.size]), fromStart("take", positions, x.size, [x.size]), 0);
  }
  const at = normalizeAxis("take", axis, x.shape);
  return gather(x, fromStart("take", positions, x.shape[at], x.shape), at);
}

/**
 * One element for each position, along an axis: `result[i][j] = x[i][positions[i][j]]` along the
 * last one. The other dims of the positions must be those of the tensor.
 *
 * @throws {ShapeError} Where shapes do not agree, or a position is out of range.
 *
 * @example
 * ```ts
 * import { takeAlong, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * takeAlong(x, tensor([[2], [0]], "int32"), 1).toArray(); // [[3], [4]]
 * ```
 */
export function takeAlong<
  S extends Shape,
  D extends DType,
  I extends Shape,
  const X extends number,
  K extends string = "takeAlong",
>(
  x: Tensor<S, D>,
  positions: Arg<TakeAlong<S, I, X, K>, Tensor<I, IndexDType>>,
  axis: X,
): Tensor<Ok<TakeAlong<S, I, X, K>>, D> {
  return takeAlongOf(x as never, positions as never, axis as never) as never;
}

function takeAlongOf(x: AnyTensor, positions: AnyTensor, axis: number): AnyTensor {
  requireDType("takeAlong", positions.dtype, integers);
  takeAlongShape("takeAlong", x.shape, positions.shape, axis);
  const at = normalizeAxis("takeAlong", axis, x.shape);
  return gatherAlong(x, fromStart("takeAlong", positions, x.shape[at], x.shape), at);
}

/**
 * The tensor with one value put in for each position, along an axis: `x[i][positions[i][j]] =
 * values[i][j]` along the last one. The other dims of the positions must be those of the tensor;
 * values broadcast to the positions' shape.
 *
 * Negative positions count from the end; values for positions out of range are dropped. Of several
 * values for one position the last one stays.
 *
 * @throws {ShapeError} Where shapes do not agree.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the values'.
 *
 * @example
 * ```ts
 * import { putAlong, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * putAlong(x, tensor([[2], [0]], "int32"), 9, 1).toArray(); // [[1, 2, 9], [9, 5, 6]]
 * ```
 */
export function putAlong<
  S extends Shape,
  D extends DType,
  I extends Shape,
  V extends Operand,
  const X extends number,
  K extends string = "putAlong",
>(
  x: Tensor<S, D>,
  positions: Arg<TakeAlong<S, I, X, K>, Tensor<I, IndexDType>>,
  values: Arg<BroadcastTo<ShapeOf<V>, I, K>, V>,
  axis: X,
): Tensor<S, D> {
  return putAlongOf(x as never, positions as never, values as never, axis as never) as never;
}

function putAlongOf(x: AnyTensor, positions: AnyTensor, values: Operand, axis: number): AnyTensor {
  requireDType("putAlong", positions.dtype, integers);
  takeAlongShape("putAlong", x.shape, positions.shape, axis);
  const at = normalizeAxis("putAlong", axis, x.shape);
  const updates = broadcast(into("putAlong", values, x.dtype), positions.shape, "putAlong");
  return scatterAlong("set", x, wrapped(positions, x.shape[at]), updates, at);
}

/** Positions counted from the start; those that can be read are checked. */
function fromStart(operation: string, positions: AnyTensor, size: number, shape: Shape): AnyTensor {
  requireInside(operation, positions, size, shape);
  return wrapped(positions, size);
}

/** Refuses positions out of range whose values can be read. */
export function requireInside(
  operation: string,
  positions: AnyTensor,
  size: number,
  shape: Shape,
): void {
  if (!isReadable(positions)) return;
  for (const position of elementsOf(positions, operation)) {
    if (position < -size || position >= size) {
      throw new ShapeError(
        `${operation}: position ${position} is out of range for an axis of ${size} of ${
          showShape(shape)
        }`,
      );
    }
  }
}

/** Positions with those that count from the end made to count from the start. */
export function wrapped(positions: AnyTensor, size: number): AnyTensor {
  const known = positions.dtype === "uint32" ||
    isReadable(positions) && elementsOf(positions, "positions").every((p) => p >= 0);
  return known ? positions : where(less(positions, 0), add(positions, size), positions);
}

/**
 * A new last axis of `n` with 1 at each position and 0 elsewhere; all 0 where a position is not from
 * 0 to `n - 1`. The dtype is `float32` unless given.
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "@katachi/katachi";
 *
 * oneHot(tensor([0, 2], "int32"), 3).toArray(); // [[1, 0, 0], [0, 0, 1]]
 * ```
 */
export function oneHot<
  S extends Shape,
  const N extends number,
  D extends DType = "float32",
  K extends string = "oneHot",
>(
  positions: Tensor<S, IndexDType>,
  n: Arg<OneHot<S, N, K>, N>,
  dtype?: D,
): Tensor<Ok<OneHot<S, N, K>>, NoInfer<D>> {
  return oneHotOf(positions as never, n as never, dtype as never) as never;
}

function oneHotOf(positions: AnyTensor, n: number, dtype: DType = "float32"): AnyTensor {
  requireDType("oneHot", positions.dtype, integers);
  const shape = oneHotShape(positions.shape, n);
  const column = reshapeRaw(positions, [...positions.shape, 1]);
  return convert(
    equal(broadcast(column, shape), iota(shape, shape.length - 1, positions.dtype)),
    dtype,
  );
}
