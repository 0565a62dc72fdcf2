/**
 * Products of vectors and matrices.
 *
 * @module
 */
import { broadcastShapes } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type MatMul, matmulShape } from "../shape/matmul.ts";
import { type Same, sameShape } from "../shape/same.ts";
import {
  type Cross,
  crossShape,
  type Inner,
  innerShape,
  type Pairs,
  pairsOf,
  type TensorDot,
} from "../shape/tensordot.ts";
import { type Kron, kronShape } from "../shape/tile.ts";
import { type DType, DTypeError, type Promote, promote } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { mul, sub } from "../primitives/arithmetic.ts";
import { broadcast } from "../primitives/broadcast.ts";
import { contractRaw } from "../primitives/contraction.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { rolled } from "./repetition.ts";

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

/**
 * The sum of products over pairs of axes: the last of one operand and the first of the other, as many
 * as `axes` says (2 unless told), or those that it lists. The result has the other axes of the first,
 * then those of the second.
 *
 * @throws {ShapeError} Where axes are out of range, or their dims differ.
 *
 * @example
 * ```ts
 * import { ones, tensordot } from "@katachi/katachi";
 *
 * tensordot(ones([2, 3, 4]), ones([3, 4, 5])).shape; // [2, 5]
 * tensordot(ones([2, 3]), ones([5, 2]), [[0], [1]]).shape; // [3, 5]
 * ```
 */
export function tensordot<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  const X extends Pairs = 2,
  K extends string = "tensordot",
>(
  a: Tensor<A, D>,
  b: Arg<TensorDot<A, B, X, K>, Tensor<B, E>>,
  axes?: X,
): Tensor<Ok<TensorDot<A, B, X, K>>, Promote<D, E>> {
  return tensordotOf(a as never, b as never, axes) as never;
}

function tensordotOf(a: AnyTensor, b: AnyTensor, axes: Pairs = 2): AnyTensor {
  const contract = pairsOf(a.shape, b.shape, axes);
  const [left, right] = numbers("tensordot", [a, b]);
  return contractRaw(left, right, { contract, batch: [[], []] });
}

/**
 * The sum of products over the last axes of both: of vectors the scalar product, of matrices the
 * products of rows with rows. A scalar multiplies.
 *
 * @throws {ShapeError} Where the last dims differ.
 *
 * @example
 * ```ts
 * import { inner, tensor } from "@katachi/katachi";
 *
 * inner(tensor([1, 2]), tensor([3, 4])).item(); // 11
 * ```
 */
export function inner<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "inner",
>(
  a: Tensor<A, D>,
  b: Arg<Inner<A, B, K>, Tensor<B, E>>,
): Tensor<Ok<Inner<A, B, K>>, Promote<D, E>> {
  return innerOf(a as never, b as never) as never;
}

function innerOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  innerShape(a.shape, b.shape);
  const [x, y] = numbers("inner", [a, b]);
  if (x.shape.length === 0 || y.shape.length === 0) return mul(x, y);
  const contract = [[x.shape.length - 1], [y.shape.length - 1]] as const;
  return contractRaw(x, y, { contract, batch: [[], []] });
}

/**
 * The sum of the products of all elements of two tensors of one shape.
 *
 * @throws {ShapeError} Where the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor, vdot } from "@katachi/katachi";
 *
 * vdot(tensor([[1, 2], [3, 4]]), tensor([[1, 1], [1, 1]])).item(); // 10
 * ```
 */
export function vdot<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "vdot",
>(a: Tensor<A, D>, b: Arg<Same<A, B, K>, Tensor<B, E>>): Tensor<[], Promote<D, E>> {
  return vdotOf(a as never, b as never) as never;
}

function vdotOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  const axes = sameShape("vdot", a.shape, b.shape).map((_, axis) => axis);
  const [x, y] = numbers("vdot", [a, b]);
  return contractRaw(x, y, { contract: [axes, axes], batch: [[], []] });
}

/**
 * Kronecker's product: a copy of the second operand, multiplied by it, in place of each element of the
 * first. Dims are multiplied, from the last on.
 *
 * @example
 * ```ts
 * import { kron, tensor } from "@katachi/katachi";
 *
 * kron(tensor([1, 10]), tensor([1, 2, 3])).toArray(); // [1, 2, 3, 10, 20, 30]
 * ```
 */
export function kron<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "kron",
>(a: Tensor<A, D>, b: Tensor<B, E>): Tensor<Ok<Kron<A, B, K>>, Promote<D, E>> {
  return kronOf(a as never, b as never) as never;
}

function kronOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  const shape = kronShape(a.shape, b.shape);
  const dims = (x: AnyTensor) => [...shape.map(() => 1).slice(x.shape.length), ...x.shape];
  const outer = reshapeRaw(a, dims(a).flatMap((dim) => [dim, 1]));
  const inner = reshapeRaw(b, dims(b).flatMap((dim) => [1, dim]));
  return reshapeRaw(mul(outer, inner), shape);
}

/**
 * The vector product along the last axes, which have three elements. The other axes broadcast.
 *
 * @throws {ShapeError} Where a last dim is not 3, or shapes do not broadcast.
 *
 * @example
 * ```ts
 * import { cross, tensor } from "@katachi/katachi";
 *
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])).toArray(); // [0, 0, 1]
 * ```
 */
export function cross<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "cross",
>(
  a: Tensor<A, D>,
  b: Arg<Cross<A, B, K>, Tensor<B, E>>,
): Tensor<Ok<Cross<A, B, K>>, Promote<D, E>> {
  return crossOf(a as never, b as never) as never;
}

function crossOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  crossShape(a.shape, b.shape);
  // Component i is a[i + 1] b[i + 2] - a[i + 2] b[i + 1].
  const turned = (x: AnyTensor, by: number) => rolled(x, -by, x.shape.length - 1);
  return sub(mul(turned(a, 1), turned(b, 2)), mul(turned(a, 2), turned(b, 1)));
}
