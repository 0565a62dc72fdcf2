/**
 * Matrices as the last two axes of a tensor, for the linear algebra primitives: parts and products
 * that derivatives are written in, and the loop of the kernels over a batch.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { diagonalShape } from "../../shape/diagonal.ts";
import { batchOf } from "../../shape/matrix.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Elements } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { add, div, mul } from "../arithmetic.ts";
import { broadcastPrimitive } from "../broadcast.ts";
import { equal, lessEqual, select, zero } from "../compare.ts";
import { contractRaw } from "../contraction.ts";
import { iota } from "../create.ts";
import { gather } from "../indexing.ts";
import { transposeRaw } from "../movement.ts";
import { convert, scalar } from "../operands.ts";
import { reshapeRaw } from "../reshape.ts";
import { padRaw, sliceRaw } from "../slice.ts";

/** Matrices with rows and columns exchanged. */
export function transposed(x: AnyTensor): AnyTensor {
  const axes = x.shape.map((_, axis) => axis);
  return transposeRaw(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Products of matrices with the same batch. */
export function product(a: AnyTensor, b: AnyTensor): AnyTensor {
  const batch = batchOf(a.shape).map((_, axis) => axis);
  return contractRaw(a, b, {
    contract: [[batch.length + 1], [batch.length]],
    batch: [batch, batch],
  });
}

/** Where `column - row <= offset`: the triangle below the diagonal that is `offset` to the right. */
function lowerMask(shape: Shape, offset: number): AnyTensor {
  const [row, column] = [-2, -1].map((axis) => iota(shape, shape.length + axis, "int32"));
  return lessEqual(column, add(row, offset));
}

/** Where `column - row = offset`. */
function diagonalMask(shape: Shape, offset = 0): AnyTensor {
  const [row, column] = [-2, -1].map((axis) => iota(shape, shape.length + axis, "int32"));
  return equal(column, add(row, offset));
}

/** The elements on and below the diagonal, or below it only; 0 elsewhere. */
export function lower(x: AnyTensor, offset: 0 | -1 = 0): AnyTensor {
  return select(lowerMask(x.shape, offset), x, zero(x));
}

/** The elements on and above the diagonal, or above it only; 0 elsewhere. */
export function upper(x: AnyTensor, offset: 0 | 1 = 0): AnyTensor {
  return select(lowerMask(x.shape, offset - 1), zero(x), x);
}

/** The elements on the diagonal that is `offset` to the right of the main one, as vectors. */
export function diagonalOf(x: AnyTensor, offset = 0): AnyTensor {
  const shape = diagonalShape(x.shape, offset);
  const [rows, columns] = x.shape.slice(-2);
  const count = shape[shape.length - 1];
  const flat = reshapeRaw(x, [...batchOf(x.shape), rows * columns]);
  // In row-major order they are `columns + 1` apart.
  const first = count === 0 ? 0 : Math.max(offset, -offset * columns);
  const end = count === 0 ? 0 : first + (count - 1) * (columns + 1) + 1;
  const last = shape.length - 1;
  const at = (value: number, other: number) =>
    shape.map((_, axis) => axis === last ? value : other);
  return sliceRaw(flat, at(first, 0), flat.shape.with(last, end), at(columns + 1, 1));
}

/** Matrices with vectors on the diagonal and 0 elsewhere. */
export function diagonalMatrix(x: AnyTensor): AnyTensor {
  const rows = alongRows(x, x.shape[x.shape.length - 1]);
  return select(diagonalMask(rows.shape), rows, zero(x));
}

/** Identity matrices: `n` rows, and the batch and the dtype of another tensor. */
export function identity(like: AnyTensor, n: number): AnyTensor {
  return convert(diagonalMask([...batchOf(like.shape), n, n]), like.dtype);
}

/** Each vector as every one of `count` rows. */
export function alongRows(x: AnyTensor, count: number): AnyTensor {
  const axes = x.shape.map((_, axis) => axis);
  const shape = x.shape.toSpliced(-1, 0, count);
  return bind(broadcastPrimitive, [x], { shape, axes: axes.with(-1, axes.length) })[0];
}

/** Each vector as every one of `count` columns. */
export function alongColumns(x: AnyTensor, count: number): AnyTensor {
  const axes = x.shape.map((_, axis) => axis);
  return bind(broadcastPrimitive, [x], { shape: [...x.shape, count], axes })[0];
}

/** Columns from `start` to before `stop`. */
export function columns(x: AnyTensor, start: number, stop: number): AnyTensor {
  return block(x, [0, start], [x.shape[x.shape.length - 2], stop]);
}

/** The elements from a row and column to before another. */
export function block(
  x: AnyTensor,
  start: readonly [number, number],
  stop: readonly [number, number],
): AnyTensor {
  const batch = batchOf(x.shape);
  const from = [...batch.map(() => 0), ...start];
  return sliceRaw(x, from, [...batch, ...stop], from.map(() => 1));
}

/** Cut, or filled up with zeros, to a number of rows and columns; `before` zeros come in front. */
export function resized(x: AnyTensor, rows: number, columns: number, before = 0): AnyTensor {
  const target = [rows, columns];
  const kept = target.map((dim, i) => Math.min(dim - before, x.shape[x.shape.length - 2 + i]));
  const none = batchOf(x.shape).map(() => 0);
  return padRaw(
    block(x, [0, 0], [kept[0], kept[1]]),
    zero(x),
    [...none, before, before],
    [...none, ...target.map((dim, i) => dim - before - kept[i])],
    x.shape.map(() => 0),
  );
}

/** One over each element off the diagonal, and 0 on it. */
export function reciprocalOffDiagonal(x: AnyTensor): AnyTensor {
  const onDiagonal = diagonalMask(x.shape);
  return select(onDiagonal, zero(x), div(1, select(onDiagonal, scalar(1, x.dtype), x)));
}

/** Half of the sum of each matrix and its transpose. */
export function symmetric(x: AnyTensor): AnyTensor {
  return mul(add(x, transposed(x)), 0.5);
}

/**
 * From the gradient by a symmetric matrix to that by its lower triangle, which stands for both: what
 * reaches the two elements of a pair adds up.
 */
export function foldLower(x: AnyTensor): AnyTensor {
  return add(lower(x), transposed(upper(x, 1)));
}

/** Row `permutation[i]` of each matrix as row `i`. */
export function permuteRows(x: AnyTensor, permutation: AnyTensor): AnyTensor {
  const axis = x.shape.length - 2;
  return gather(x, permutation, axis, axis);
}

/**
 * Runs a kernel for the matrices of a batch one by one: from their elements in float64, which it may
 * overwrite, to those of the results.
 */
export function forEachMatrix(
  inputs: readonly Elements[],
  outputs: readonly Elements[],
  kernel: (...operands: readonly Float64Array[]) => readonly ArrayLike<number>[],
): void {
  const count = sizeOf(batchOf(inputs[0].shape));
  for (let i = 0; i < count; i++) {
    const operands = inputs.map(({ data }) => {
      const size = data.length / count;
      return Float64Array.from(data.subarray(i * size, (i + 1) * size));
    });
    for (const [j, result] of kernel(...operands).entries()) {
      outputs[j].data.set(result, i * result.length);
    }
  }
}
