/**
 * Tensors taken apart, and axes put in other places.
 *
 * @module
 */
import { normalizeAxis } from "../shape/axis.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type MoveAxis, moveOrder, type SwapAxes, swapOrder } from "../shape/permute.ts";
import { type Split, splitEnds, type Unstack, unstackShapes } from "../shape/split.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { transposeRaw } from "../primitives/movement.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { sliceRaw } from "../primitives/slice.ts";

/** Tensors of a list of shapes. */
export type Parts<R, D extends DType> = R extends infer L extends readonly Shape[]
  ? { -readonly [I in keyof L]: Tensor<L[I], D> }
  : Tensor<Shape, D>[];

/**
 * The parts of a tensor along an axis, 0 unless told: as many equal ones as a number says, or those
 * between the positions in a list, which rise.
 *
 * @throws {ShapeError} Where the axis does not divide, or a position is out of order.
 *
 * @example
 * ```ts
 * import { split, tensor } from "@katachi/katachi";
 *
 * const [a, b] = split(tensor([1, 2, 3, 4]), 2); // Tensor<[2]>, Tensor<[2]>
 * a.add(b).toArray(); // [4, 6]
 * split(tensor([1, 2, 3, 4]), [1])[1].toArray(); // [2, 3, 4]
 * ```
 */
export function split<
  S extends Shape,
  D extends DType,
  const P extends number | readonly number[],
  const X extends number = 0,
  K extends string = "split",
>(
  x: Tensor<S, D>,
  parts: Arg<Split<S, P, X, K>, P>,
  axis?: X,
): Parts<Split<S, P, X, K>, D> {
  return splitOf(x as never, parts as never, axis) as never;
}

function splitOf(x: AnyTensor, parts: number | readonly number[], axis = 0): AnyTensor[] {
  const ends = splitEnds(x.shape, parts, axis);
  const at = normalizeAxis("split", axis, x.shape);
  return ends.map((end, i) =>
    sliceRaw(
      x,
      x.shape.map((_, other) => other === at ? ends[i - 1] ?? 0 : 0),
      x.shape.map((dim, other) => other === at ? end : dim),
      x.shape.map(() => 1),
    )
  );
}

/**
 * The slices of a tensor along an axis, 0 unless told, without that axis: the opposite of
 * {@linkcode stack}.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { tensor, unstack } from "@katachi/katachi";
 *
 * const [first, second] = unstack(tensor([[1, 2], [3, 4]])); // Tensor<[2]>, Tensor<[2]>
 * first.add(second).toArray(); // [4, 6]
 * ```
 */
export function unstack<
  S extends Shape,
  D extends DType,
  const X extends number = 0,
  K extends string = "unstack",
>(x: Tensor<S, D>, axis?: Arg<Unstack<S, X, K>, X>): Parts<Unstack<S, X, K>, D> {
  return unstackOf(x as never, axis as never) as never;
}

function unstackOf(x: AnyTensor, axis = 0): AnyTensor[] {
  const shapes = unstackShapes(x.shape, axis);
  const positions = shapes.slice(1).map((_, i) => i + 1);
  return shapes.length === 0
    ? []
    : splitOf(x, positions, axis).map((part, i) => reshapeRaw(part, shapes[i]));
}

/**
 * Two axes in each other's place.
 *
 * @throws {ShapeError} Where an axis is out of range.
 *
 * @example
 * ```ts
 * import { swapAxes, zeros } from "@katachi/katachi";
 *
 * swapAxes(zeros([2, 3, 4]), 0, -1).shape; // [4, 3, 2]
 * ```
 */
export function swapAxes<
  S extends Shape,
  D extends DType,
  const X extends number,
  const Y extends number,
  K extends string = "swapAxes",
>(
  x: Tensor<S, D>,
  a: X,
  b: Arg<SwapAxes<S, X, Y, K>, Y>,
): Tensor<Ok<SwapAxes<S, X, Y, K>>, D> {
  return swapAxesOf(x as never, a, b as never) as never;
}

function swapAxesOf(x: AnyTensor, a: number, b: number): AnyTensor {
  return transposeRaw(x, swapOrder(x.shape, a, b));
}

/**
 * Axes put in other places; the others keep their order.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice, or there are not as many places.
 *
 * @example
 * ```ts
 * import { moveAxis, zeros } from "@katachi/katachi";
 *
 * moveAxis(zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 * ```
 */
export function moveAxis<
  S extends Shape,
  D extends DType,
  const From extends number | readonly number[],
  const To extends number | readonly number[],
  K extends string = "moveAxis",
>(
  x: Tensor<S, D>,
  from: From,
  to: Arg<MoveAxis<S, From, To, K>, To>,
): Tensor<Ok<MoveAxis<S, From, To, K>>, D> {
  return moveAxisOf(x as never, from, to as never) as never;
}

function moveAxisOf(
  x: AnyTensor,
  from: number | readonly number[],
  to: number | readonly number[],
): AnyTensor {
  return transposeRaw(x, moveOrder(x.shape, from, to));
}
