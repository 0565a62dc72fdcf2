/**
 * Operands of linear algebra: floats, of one dtype and one batch.
 *
 * @module
 */
import { broadcastShapes } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import { batchOf } from "../shape/matrix.ts";
import { type DType, floating } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { convert, unify } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";

/** A tensor of floats. */
export function real(x: AnyTensor): AnyTensor {
  return convert(x, floating(x.dtype));
}

/** Repeats a tensor, whose last axes are its own, for each of a batch. */
export function inBatch(x: AnyTensor, batch: Shape, own = 2): AnyTensor {
  return broadcast(x, [...batch, ...x.shape.slice(x.shape.length - own)]);
}

/**
 * Solves equations column by column: `solve` gets the matrices, and the right-hand sides as columns
 * in the batch that both have together. A vector is one column.
 */
export function byColumns(
  operation: string,
  a: AnyTensor,
  b: AnyTensor,
  shape: Shape,
  solve: (a: AnyTensor, b: AnyTensor, batch: Shape) => AnyTensor,
): AnyTensor {
  const [x, y] = unify(operation, [a, b], floating);
  const columns = y.shape.length === 1 ? reshapeRaw(y, [...y.shape, 1]) : y;
  const [left, right] = [x, columns].map((matrices) => batchOf(matrices.shape));
  const batch = broadcastShapes(operation, left, right, a.shape, b.shape);
  return reshapeRaw(solve(x, inBatch(columns, batch), batch), shape);
}

/** The distance from 1 to the next number of a float dtype. */
export function epsilonOf(dtype: DType): number {
  return dtype === "float32" ? 2 ** -23 : Number.EPSILON;
}
