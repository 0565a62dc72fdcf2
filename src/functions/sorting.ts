/**
 * Order along an axis. NaN counts as larger than every number, `-0` and `0` as equal.
 *
 * @module
 */
import { normalizeAxis } from "../shape/axis.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type OneAxis, requireOneAxis, type TopK, topKShape } from "../shape/order.ts";
import type { Reduce } from "../shape/reduce.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { add, sub } from "../primitives/arithmetic.ts";
import { fill } from "../primitives/broadcast.ts";
import { equal, less, lessEqual, where } from "../primitives/compare.ts";
import { gather, gatherAlong } from "../primitives/indexing.ts";
import { isNaN, logicalAnd, logicalOr } from "../primitives/logic.ts";
import { reversePrimitive } from "../primitives/movement.ts";
import { scalar, unify } from "../primitives/operands.ts";
import { sliceRaw } from "../primitives/slice.ts";
import { argsortRaw } from "../primitives/sort.ts";

/** Which way to sort. */
export interface SortOptions {
  /** `true` for the largest first, NaN before all; `false` unless given. */
  readonly descending?: boolean;
}

/**
 * The elements in ascending order along an axis, the last one unless told. NaN comes last. The
 * gradient goes to where each element came from.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { sort, tensor } from "@katachi/katachi";
 *
 * sort(tensor([3, 1, 2])).toArray(); // [1, 2, 3]
 * sort(tensor([[3, 1], [2, 4]]), 0, { descending: true }).toArray(); // [[3, 4], [2, 1]]
 * ```
 */
export function sort<
  S extends Shape,
  D extends DType,
  const X extends number = -1,
  K extends string = "sort",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, true, K>, X>,
  options?: SortOptions,
): Tensor<S, D> {
  return sortOf(x as never, axis as never, options) as never;
}

function sortOf(x: AnyTensor, axis = -1, { descending = false }: SortOptions = {}): AnyTensor {
  const at = normalizeAxis("sort", axis, x.shape);
  const ascending = gatherAlong(x, argsortRaw(x, at), at);
  return descending ? reverse(ascending, at) : ascending;
}

/**
 * The positions that would sort the elements along an axis, the last one unless told: ascending, NaN
 * last, equal elements in their order.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { argsort, tensor } from "@katachi/katachi";
 *
 * argsort(tensor([3, 1, 2])).toArray(); // [1, 2, 0]
 * ```
 */
export function argsort<
  S extends Shape,
  const X extends number = -1,
  K extends string = "argsort",
>(
  x: Tensor<S, DType>,
  axis?: Arg<Reduce<S, X, true, K>, X>,
  options?: SortOptions,
): Tensor<S, "int32"> {
  return argsortOf(x as never, axis as never, options) as never;
}

function argsortOf(x: AnyTensor, axis = -1, { descending = false }: SortOptions = {}): AnyTensor {
  return orderOf(x, normalizeAxis("argsort", axis, x.shape), descending);
}

/** The largest elements and where they are. */
export interface TopKResult<S extends Shape, D extends DType> {
  /** The elements, the largest first. */
  readonly values: Tensor<S, D>;
  /** Their positions along the axis. */
  readonly indices: Tensor<S, "int32">;
}

/**
 * The `k` largest elements along an axis, the last one unless told, and their positions: the largest
 * first, of equal ones the first first. NaN counts as the largest.
 *
 * @throws {ShapeError} Where the axis is out of range, or has fewer elements.
 *
 * @example
 * ```ts
 * import { tensor, topK } from "@katachi/katachi";
 *
 * const { values, indices } = topK(tensor([1, 5, 3, 5]), 3);
 * values.toArray(); // [5, 5, 3]
 * indices.toArray(); // [1, 3, 2]
 * ```
 */
export function topK<
  S extends Shape,
  D extends DType,
  const N extends number,
  const X extends number = -1,
  K extends string = "topK",
>(
  x: Tensor<S, D>,
  k: Arg<TopK<S, N, X, K>, N>,
  axis?: X,
): TopKResult<Ok<TopK<S, N, X, K>>, D> {
  return topKOf(x as never, k as never, axis) as never;
}

function topKOf(
  x: AnyTensor,
  k: number,
  axis = -1,
): TopKResult<Shape, DType> {
  const shape = topKShape(x.shape, k, axis);
  const at = normalizeAxis("topK", axis, x.shape);
  const indices = sliceRaw(
    orderOf(x, at, true),
    shape.map(() => 0),
    shape,
    shape.map(() => 1),
  );
  return { values: gatherAlong(x, indices, at), indices: indices as Tensor<Shape, "int32"> };
}

/** The positions that sort along an axis; equal elements stay in order both ways. */
function orderOf(x: AnyTensor, axis: number, descending: boolean): AnyTensor {
  if (!descending) return argsortRaw(x, axis);
  return sub(x.shape[axis] - 1, reverse(argsortRaw(reverse(x, axis), axis), axis));
}

function reverse(x: AnyTensor, axis: number): AnyTensor {
  return bind(reversePrimitive, [x], { axes: [axis] })[0];
}

/** On which side of equal elements a value goes. */
export interface SearchOptions {
  /** `"left"`, before them, unless given; `"right"`, behind them. */
  readonly side?: "left" | "right";
}

/**
 * Where values would have to go into a sorted tensor so that it stays sorted: how many elements lie
 * before each, by bisection.
 *
 * @throws {ShapeError} Where the sorted tensor has not one axis.
 *
 * @example
 * ```ts
 * import { searchsorted, tensor } from "@katachi/katachi";
 *
 * const sorted = tensor([1, 2, 2, 3]);
 * searchsorted(sorted, tensor([2, 5])).toArray(); // [1, 4]
 * searchsorted(sorted, 2, { side: "right" }).item(); // 3
 * ```
 */
export function searchsorted<S extends Shape, V extends Operand, K extends string = "searchsorted">(
  sorted: Arg<OneAxis<S, K>, Tensor<S, DType>>,
  values: V,
  options?: SearchOptions,
): Tensor<ShapeOf<V>, "int32"> {
  return searchsortedOf(sorted as never, values as never, options) as never;
}

function searchsortedOf(
  sorted: AnyTensor,
  values: Operand,
  { side = "left" }: SearchOptions = {},
): AnyTensor {
  requireOneAxis("searchsorted", sorted.shape);
  const [list, wanted] = unify("searchsorted", [sorted, values]);
  return countBefore(list, wanted, side);
}

/** For each value how many elements of a sorted list lie before it. */
export function countBefore(
  list: AnyTensor,
  values: AnyTensor,
  side: "left" | "right",
): AnyTensor {
  const [size] = list.shape;
  const unknown = isNaN(values);
  const before = (element: AnyTensor) =>
    side === "left"
      ? logicalOr(less(element, values), logicalAnd(unknown, equal(element, element)))
      : logicalOr(lessEqual(element, values), unknown);
  let count = fill(scalar(0, "int32"), values.shape);
  for (let step = size === 0 ? 0 : 2 ** Math.floor(Math.log2(size)); step >= 1; step /= 2) {
    const next = add(count, step);
    const last = gather(list, sub(next, 1), 0);
    count = where(logicalAnd(lessEqual(next, size), before(last)), next, count);
  }
  return count;
}
