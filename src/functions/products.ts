/**
 * Products of vectors and matrices.
 *
 * @module
 */
import { broadcastShapes } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type MatMul, matmulShape } from "../shape/matmul.ts";
import { type DType, DTypeError, type Promote, promote } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { mul } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { contractRaw } from "../primitives/contraction.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";

/**
 * The matrix product, as NumPy's `@`: matrices multiply, a vector is a row on the left and a column
 * on the right, further axes in front are batches and broadcast. Dtypes are promoted.
 *
 * @throws {ShapeError} Where the inner dims differ, batches do not broadcast, or an operand is a scalar.
 *
 * @example
 * ```ts
 * import { matmul, tensor } from "@katachi/katachi";
 *
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray(); // [21, 43]
 * ```
 */
export function matmul<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "matmul",
>(
  a: Tensor<A, D>,
  b: Arg<MatMul<A, B, K>, Tensor<B, E>>,
): Tensor<Ok<MatMul<A, B, K>>, Promote<D, E>> {
  return matmulOf(a as never, b as never) as never;
}

function matmulOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  const shape = matmulShape(a.shape, b.shape);
  const [left, right] = numbers("matmul", [a, b]);
  const rows = left.shape.length === 1 ? reshapeRaw(left, [1, ...left.shape]) : left;
  const columns = right.shape.length === 1 ? reshapeRaw(right, [...right.shape, 1]) : right;
  return reshapeRaw(multiply(rows, columns), shape);
}

/** Products of matrices, or of batches of them. */
function multiply(a: AnyTensor, b: AnyTensor): AnyTensor {
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  if (batchB.length === 0) {
    const contract = [[a.shape.length - 1], [0]] as const;
    return contractRaw(a, b, { contract, batch: [[], []] });
  }
  const batch = broadcastShapes("matmul", batchA, batchB);
  const axes = batch.map((_, axis) => axis);
  return contractRaw(
    broadcast(a, [...batch, ...a.shape.slice(-2)]),
    broadcast(b, [...batch, ...b.shape.slice(-2)]),
    { contract: [[batch.length + 1], [batch.length]], batch: [axes, axes] },
  );
}

/** Operands in their common dtype, which must be one of numbers. */
export function numbers(operation: string, tensors: readonly AnyTensor[]): readonly AnyTensor[] {
  const dtype = tensors.map(({ dtype }) => dtype).reduce(promote);
  if (dtype === "bool") {
    throw new DTypeError(`${operation}: needs numbers, got bool; convert with astype`);
  }
  return tensors.map((x) => convert(x, dtype));
}

/**
 * The products of every element of one vector with every element of another.
 *
 * @example
 * ```ts
 * import { outer, tensor } from "@katachi/katachi";
 *
 * outer(tensor([1, 2]), tensor([3, 4])).toArray(); // [[3, 4], [6, 8]]
 * ```
 */
export function outer<N extends number, D extends DType, M extends number, E extends DType>(
  a: Tensor<[N], D>,
  b: Tensor<[M], E>,
): Tensor<[N, M], Promote<D, E>> {
  return outerOf(a as never, b as never) as never;
}

function outerOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  return mul(reshapeRaw(a, [a.size, 1]), reshapeRaw(b, [1, b.size]));
}
