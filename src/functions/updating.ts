/**
 * Tensors with some elements changed: JAX's `x.at[index].set(value)` and its relatives, as functions.
 *
 * An index is one of two things. A static one is what `slice` takes: numbers, ranges, `"..."`. Or it
 * holds integer tensors, one for each of the first axes: they broadcast together, and their shape
 * takes the place of those axes, as in NumPy's advanced indexing. (A boolean mask is no index, since
 * the shape of what it names would not be known: write `where(mask, value, x)`.)
 *
 * Negative positions count from the end. Reading a position out of range is an error where its value
 * can be read, and clamped to the nearest one in a compiled function; an update out of range is
 * dropped. Of several values set at one position the last one stays; updates that are added,
 * multiplied or compared all count.
 *
 * @module
 */
import type { BroadcastTo } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError, showShape } from "../shape/fail.ts";
import { type Positioned, positionedShape } from "../shape/positions.ts";
import { type Index, requireList, resolveSlice, type Slice } from "../shape/slice.ts";
import type { DType } from "../tensor/dtype.ts";
import { isTensor, sizeOf } from "../tensor/storage.ts";
import type { AnyTensor, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { add, maximum, minimum, mul } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { less, lessEqual, where } from "../primitives/compare.ts";
import { type Combine, gather, integers, scatter } from "../primitives/indexing.ts";
import { logicalAnd } from "../primitives/logic.ts";
import { convert, into, requireDType, scalar } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { strides } from "../primitives/strides.ts";
import { type IndexDType, requireInside, wrapped } from "./indexing.ts";
import { readRegion, writeRegion } from "./region.ts";

/** Positions along the first axes, one entry for each: tensors, or numbers beside them. */
export type Positions = readonly (number | Tensor<Shape, IndexDType>)[];

/** A static index, or positions: along the first axis, or along several. */
export type AtIndex = Index | Tensor<Shape, IndexDType> | Positions;

/** The shape of what an index names. */
export type At<S extends Shape, I extends AtIndex, K extends string> = I extends
  { readonly shape: infer P extends Shape } ? Positioned<S, [P], K>
  : I extends infer L extends readonly unknown[]
    ? [Extract<L[number], { readonly dtype: DType }>] extends [never]
      ? I extends Index ? Slice<S, I, K> : Shape
    : Positioned<S, ShapesOf<L>, K>
  : Shape;

/** @internal */
type ShapesOf<L extends readonly unknown[]> = { -readonly [I in keyof L]: ShapeOf<L[I]> };

/** A function that combines a value with the part of a tensor that an index names. */
export type UpdateAt<Op extends string> = <
  S extends Shape,
  D extends DType,
  const I extends AtIndex,
  V extends Operand,
  K extends string = Op,
>(
  x: Tensor<S, D>,
  index: Arg<At<S, I, K>, I>,
  value: Arg<BroadcastTo<ShapeOf<V>, Ok<At<S, I, K>>, K>, V>,
) => Tensor<S, D>;

/**
 * The elements that an index names: a part of each axis, as `slice`, or those at integer positions
 * along the first axes.
 *
 * @throws {ShapeError} Where a position is out of range, or there are too many.
 *
 * @example
 * ```ts
 * import { getAt, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * getAt(x, [tensor([0, 1], "int32"), tensor([2, 0], "int32")]).toArray(); // [3, 4]
 * getAt(x, tensor([1, 1], "int32")).toArray(); // [[4, 5, 6], [4, 5, 6]]
 * ```
 */
export function getAt<
  S extends Shape,
  D extends DType,
  const I extends AtIndex,
  K extends string = "getAt",
>(x: Tensor<S, D>, index: Arg<At<S, I, K>, I>): Tensor<Ok<At<S, I, K>>, D> {
  return getAtOf(x as never, index as never) as never;
}

function getAtOf(x: AnyTensor, index: AtIndex): AnyTensor {
  if (!isPositions("getAt", index)) return readRegion(x, resolveSlice("getAt", x.shape, index));
  const list = listOf("getAt", x.shape, index);
  const positions = list.map((position, axis) => {
    requireInside("getAt", position, x.shape[axis], x.shape);
    const inside = wrapped(position, x.shape[axis]);
    // One position alone is clamped by the gather.
    return list.length === 1 ? inside : clip(inside, Math.max(x.shape[axis] - 1, 0));
  });
  return gather(merged(x, list.length), along(x.shape, positions), 0);
}

function clip(positions: AnyTensor, last: number): AnyTensor {
  return minimum(maximum(positions, 0), last);
}

/**
 * The tensor with a value in place of the elements that an index names.
 *
 * @throws {ShapeError} Where the index does not fit the tensor, or the value the index.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the value's.
 *
 * @example
 * ```ts
 * import { setAt, tensor, zeros } from "@katachi/katachi";
 *
 * const x = zeros([2, 3]);
 * setAt(x, [null, 0], 1).toArray(); // [[1, 0, 0], [1, 0, 0]]
 * setAt(x, [tensor([0, 1], "int32"), tensor([2, 0], "int32")], tensor([7, 8])).toArray(); // [[0, 0, 7], [8, 0, 0]]
 * ```
 */
export const setAt: UpdateAt<"setAt"> = updating("setAt", "set");

/**
 * The tensor with a value added to the elements that an index names, as often as it names them.
 *
 * @throws {ShapeError} Where the index does not fit the tensor, or the value the index.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the value's.
 *
 * @example
 * ```ts
 * import { addAt, tensor, zeros } from "@katachi/katachi";
 *
 * addAt(zeros([3]), tensor([0, 2, 2], "int32"), 1).toArray(); // [1, 0, 2]
 * ```
 */
export const addAt: UpdateAt<"addAt"> = updating("addAt", "add");

/**
 * The tensor with the elements that an index names multiplied by a value, as often as it names them.
 *
 * @throws {ShapeError} Where the index does not fit the tensor, or the value the index.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the value's.
 *
 * @example
 * ```ts
 * import { mulAt, tensor } from "@katachi/katachi";
 *
 * mulAt(tensor([1, 2, 3]), [[1, null]], 10).toArray(); // [1, 20, 30]
 * ```
 */
export const mulAt: UpdateAt<"mulAt"> = updating("mulAt", "mul");

/**
 * The tensor with the larger of element and value where an index names elements. Equal ones share
 * the gradient evenly.
 *
 * @throws {ShapeError} Where the index does not fit the tensor, or the value the index.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the value's.
 *
 * @example
 * ```ts
 * import { maxAt, tensor } from "@katachi/katachi";
 *
 * maxAt(tensor([1, 5, 3]), tensor([0, 1], "int32"), tensor([4, 4])).toArray(); // [4, 5, 3]
 * ```
 */
export const maxAt: UpdateAt<"maxAt"> = updating("maxAt", "max");

/**
 * The tensor with the smaller of element and value where an index names elements. Equal ones share
 * the gradient evenly.
 *
 * @throws {ShapeError} Where the index does not fit the tensor, or the value the index.
 * @throws {DTypeError} Where the tensor's dtype cannot hold the value's.
 *
 * @example
 * ```ts
 * import { minAt, tensor } from "@katachi/katachi";
 *
 * minAt(tensor([1, 5, 3]), tensor([0, 1], "int32"), tensor([4, 4])).toArray(); // [1, 4, 3]
 * ```
 */
export const minAt: UpdateAt<"minAt"> = updating("minAt", "min");

function updating<Op extends string>(operation: Op, combine: Combine): UpdateAt<Op> {
  const update = (x: AnyTensor, index: AtIndex, value: Operand): AnyTensor => {
    const given = into(operation, value, x.dtype);
    if (!isPositions(operation, index)) {
      const region = resolveSlice(operation, x.shape, index);
      const part = broadcast(given, region.shape, operation);
      return writeRegion(x, region, combined(combine, () => readRegion(x, region), part));
    }
    const list = listOf(operation, x.shape, index);
    const shape = positionedShape(operation, x.shape, list.map(({ shape }) => shape));
    const updates = broadcast(given, shape, operation);
    const flat = scatter(combine, merged(x, list.length), dropping(x.shape, list), updates, 0);
    return reshapeRaw(flat, x.shape);
  };
  return update as unknown as UpdateAt<Op>;
}

function combined(combine: Combine, old: () => AnyTensor, value: AnyTensor): AnyTensor {
  switch (combine) {
    case "set":
      return value;
    case "add":
      return add(old(), value);
    case "mul":
      return mul(old(), value);
    case "max":
      return maximum(old(), value);
    case "min":
      return minimum(old(), value);
  }
}

function isPositions(
  operation: string,
  index: AtIndex,
): index is AnyTensor & Tensor<Shape, IndexDType> | Positions {
  if (isTensor(index)) return true;
  requireList(operation, index);
  return (index as readonly unknown[]).some(isTensor);
}

/** Positions as tensors; a number must be in range. */
function listOf(
  operation: string,
  shape: Shape,
  index: Tensor<Shape, IndexDType> | Positions,
): readonly AnyTensor[] {
  const list: readonly (number | AnyTensor)[] = isTensor(index) ? [index] : index as Positions;
  positionedShape(operation, shape, list.map((p) => isTensor(p) ? p.shape : []));
  return list.map((position, axis) => {
    if (isTensor(position)) {
      requireDType(operation, position.dtype, integers);
      return position;
    }
    const dim = shape[axis];
    if (!Number.isInteger(position) || position < -dim || position >= dim) {
      throw new ShapeError(
        `${operation}: index ${position} is out of range for axis ${axis} of ${showShape(shape)}`,
      );
    }
    return scalar(position, "int32", operation);
  });
}

/** The first `count` axes as one. */
function merged(x: AnyTensor, count: number): AnyTensor {
  return reshapeRaw(x, [sizeOf(x.shape.slice(0, count)), ...x.shape.slice(count)]);
}

/** Positions along the first axes as positions along these axes as one. */
function along(shape: Shape, positions: readonly AnyTensor[]): AnyTensor {
  if (positions.length === 1) return positions[0];
  const steps = strides(shape.slice(0, positions.length));
  return positions.map((position, axis) => mul(convert(position, "int32"), steps[axis]))
    .reduce((a, b) => add(a, b));
}

/** As {@linkcode along}, with -1 where a position is out of range. */
function dropping(shape: Shape, list: readonly AnyTensor[]): AnyTensor {
  const positions = list.map((position, axis) => wrapped(position, shape[axis]));
  if (positions.length === 1) return positions[0];
  const inside = positions
    .map((position, axis) => logicalAnd(lessEqual(0, position), less(position, shape[axis])))
    .reduce((a, b) => logicalAnd(a, b));
  return where(inside, along(shape, positions), -1);
}
