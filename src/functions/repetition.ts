/**
 * Elements repeated, or moved around in a circle.
 *
 * @module
 */
import { normalizeAxes, normalizeAxis } from "../shape/axis.ts";
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError } from "../shape/fail.ts";
import type { Reduce } from "../shape/reduce.ts";
import { type Repeat, repeatShape, type Tile, tileShape } from "../shape/tile.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Axes } from "../tensor/methods.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { broadcastPrimitive } from "../primitives/broadcast.ts";
import { concatPrimitive } from "../primitives/movement.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { sliceRaw } from "../primitives/slice.ts";

/**
 * Copies laid end to end: as many along each axis as `repetitions` says, from the last axis on. More
 * counts than axes make new ones in front.
 *
 * @throws {ShapeError} Where a count is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { tensor, tile } from "@katachi/katachi";
 *
 * tile(tensor([1, 2]), 2).toArray(); // [1, 2, 1, 2]
 * tile(tensor([1, 2]), [2, 1]).toArray(); // [[1, 2], [1, 2]]
 * ```
 */
export function tile<
  S extends Shape,
  D extends DType,
  const R extends number | readonly number[],
  K extends string = "tile",
>(x: Tensor<S, D>, repetitions: Arg<Tile<S, R, K>, R>): Tensor<Ok<Tile<S, R, K>>, D> {
  return tileOf(x as never, repetitions as never) as never;
}

function tileOf(x: AnyTensor, repetitions: number | readonly number[]): AnyTensor {
  const shape = tileShape(x.shape, repetitions);
  const counts = [repetitions].flat() as number[];
  const spread = shape.flatMap((_, axis) => [
    counts[axis - shape.length + counts.length] ?? 1,
    x.shape[axis - shape.length + x.shape.length] ?? 1,
  ]);
  const own = x.shape.map((_, i) => 2 * (i + shape.length - x.shape.length) + 1);
  return reshapeRaw(bind(broadcastPrimitive, [x], { shape: spread, axes: own })[0], shape);
}

/**
 * Each element `count` times in a row: along an axis, or all of them as one vector.
 *
 * @throws {ShapeError} Where the axis is out of range, or the count is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { repeat, tensor } from "@katachi/katachi";
 *
 * repeat(tensor([1, 2]), 2).toArray(); // [1, 1, 2, 2]
 * ```
 */
export function repeat<
  S extends Shape,
  D extends DType,
  const N extends number,
  const X extends number | undefined = undefined,
  K extends string = "repeat",
>(
  x: Tensor<S, D>,
  count: Arg<Repeat<S, N, X, K>, N>,
  axis?: X,
): Tensor<Ok<Repeat<S, N, X, K>>, D> {
  return repeatOf(x as never, count as never, axis) as never;
}

function repeatOf(x: AnyTensor, count: number, axis?: number): AnyTensor {
  const shape = repeatShape(x.shape, count, axis);
  const flat = axis === undefined ? reshapeRaw(x, [sizeOf(x.shape)]) : x;
  const at = axis === undefined ? 0 : normalizeAxis("repeat", axis, x.shape);
  const spread = flat.shape.toSpliced(at + 1, 0, count);
  const own = flat.shape.map((_, i) => i > at ? i + 1 : i);
  return reshapeRaw(bind(broadcastPrimitive, [flat], { shape: spread, axes: own })[0], shape);
}

/**
 * Elements moved on by `shift` places along an axis, several, or (with no axis) all elements in a row;
 * those that leave at the end come in at the start. A list of shifts goes with a list of axes.
 *
 * @throws {ShapeError} Where an axis is out of range, or shifts and axes are not as many.
 * @throws {RangeError} Where a shift is no whole number.
 *
 * @example
 * ```ts
 * import { roll, tensor } from "@katachi/katachi";
 *
 * roll(tensor([1, 2, 3, 4]), 1).toArray(); // [4, 1, 2, 3]
 * roll(tensor([[1, 2], [3, 4]]), -1, 0).toArray(); // [[3, 4], [1, 2]]
 * ```
 */
export function roll<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  K extends string = "roll",
>(
  x: Tensor<S, D>,
  shift: number | readonly number[],
  axis?: Arg<Reduce<S, X, true, K>, X>,
): Tensor<S, D> {
  return rollOf(x as never, shift, axis as never) as never;
}

function rollOf(x: AnyTensor, shift: number | readonly number[], axis?: Axes): AnyTensor {
  const shifts = [shift].flat() as number[];
  for (const by of shifts) {
    if (!Number.isInteger(by)) {
      throw new RangeError(`roll: a shift must be a whole number, got ${by}`);
    }
  }
  if (axis === undefined) {
    const total = shifts.reduce((a, b) => a + b, 0);
    return reshapeRaw(rolled(reshapeRaw(x, [sizeOf(x.shape)]), total, 0), x.shape);
  }
  const axes = normalizeAxes("roll", [axis].flat() as number[], x.shape);
  if (shifts.length !== 1 && shifts.length !== axes.length) {
    throw new ShapeError(`roll: ${shifts.length} shifts for ${axes.length} axes`);
  }
  return axes.reduce((y, one, i) => rolled(y, shifts[i] ?? shifts[0], one), x);
}

/** Elements moved on along one axis, in a circle. */
export function rolled(x: AnyTensor, shift: number, axis: number): AnyTensor {
  const dim = x.shape[axis];
  const by = dim === 0 ? 0 : ((shift % dim) + dim) % dim;
  if (by === 0) return x;
  const part = (from: number, to: number) =>
    sliceRaw(
      x,
      x.shape.map((_, i) => i === axis ? from : 0),
      x.shape.map((d, i) => i === axis ? to : d),
      x.shape.map(() => 1),
    );
  return bind(concatPrimitive, [part(dim - by, dim), part(0, dim - by)], { axis })[0];
}
