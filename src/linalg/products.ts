/**
 * Powers and chains of products.
 *
 * @module
 */
import {
  type Arg,
  type DType,
  type DTypeOf,
  type Floating,
  matmul,
  type Ok,
  type Shape,
  type Shapes,
  type Tensor,
} from "../../mod.ts";
import { orderOf, type Square } from "../shape/matrix.ts";
import { type MultiDot, multiDotShape } from "../shape/solve.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { identity, product } from "../primitives/linear_algebra/matrices.ts";
import { solveRaw } from "../primitives/linear_algebra/lu.ts";
import { real } from "./batches.ts";

/**
 * Square matrices `[…, n, n]` to a whole power, by repeated squaring; a negative power is one of the
 * inverse. Integers become `float32`.
 *
 * @throws {ShapeError} Where the matrices are not square.
 * @throws {RangeError} Where the power is no whole number.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { matrixPower } from "@katachi/katachi/linalg";
 *
 * matrixPower(tensor([[1, 1], [1, 0]]), 10).toArray(); // [[89, 55], [55, 34]]
 * ```
 */
export function matrixPower<S extends Shape, D extends DType, K extends string = "matrixPower">(
  a: Arg<Square<S, K>, Tensor<S, D>>,
  power: number,
): Tensor<Ok<Square<S, K>>, Floating<D>> {
  return matrixPowerOf(a as never, power) as never;
}

function matrixPowerOf(a: AnyTensor, power: number): AnyTensor {
  const n = orderOf("matrixPower", a.shape);
  if (!Number.isSafeInteger(power)) {
    throw new RangeError(`matrixPower: the power must be a whole number, got ${power}`);
  }
  const x = real(a);
  if (power === 0) return identity(x, n);
  let square = power < 0 ? solveRaw(x, identity(x, n)) : x;
  let result: AnyTensor | undefined;
  for (let rest = Math.abs(power);; square = product(square, square)) {
    if (rest % 2 === 1) result = result === undefined ? square : product(result, square);
    rest = Math.floor(rest / 2);
    if (rest === 0) return result!;
  }
}

/**
 * The product of two or more matrices, multiplied in the order that needs the fewest
 * multiplications. The first operand may be a row vector and the last a column vector.
 *
 * @throws {ShapeError} Where inner dims differ, or an operand is neither.
 *
 * @example
 * ```ts
 * import { ones } from "@katachi/katachi";
 * import { multiDot } from "@katachi/katachi/linalg";
 *
 * multiDot([ones([2, 100]), ones([100, 3]), ones([3])]).toArray(); // [300, 300]
 * ```
 */
export function multiDot<const L extends readonly AnyTensor[], K extends string = "multiDot">(
  operands: Arg<MultiDot<Shapes<L>, K>, L>,
): Tensor<Ok<MultiDot<Shapes<L>, K>>, DTypeOf<L[number]>> {
  return multiDotOf(operands as never) as never;
}

function multiDotOf(operands: readonly AnyTensor[]): AnyTensor {
  const shapes = operands.map(({ shape }) => shape);
  multiDotShape(shapes);
  const splits = bestSplits([
    shapes[0].length === 1 ? 1 : shapes[0][0],
    ...shapes.map((shape, i) => shape.length === 1 && i > 0 ? 1 : shape[shape.length - 1]),
  ]);
  const multiply = (from: number, to: number): AnyTensor => {
    if (from === to) return operands[from];
    const at = splits[from][to];
    return matmul(multiply(from, at), multiply(at + 1, to));
  };
  return multiply(0, operands.length - 1);
}

/**
 * For each stretch of a chain of matrices, factor `i` being `[dims[i], dims[i + 1]]`, after which
 * factor to split it. (T. Cormen et al., "Introduction to Algorithms", matrix-chain multiplication.)
 */
function bestSplits(dims: readonly number[]): readonly (readonly number[])[] {
  const count = dims.length - 1;
  const cost = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  const splits = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let length = 1; length < count; length++) {
    for (let from = 0; from + length < count; from++) {
      const to = from + length;
      cost[from][to] = Infinity;
      for (let at = from; at < to; at++) {
        const total = cost[from][at] + cost[at + 1][to] +
          dims[from] * dims[at + 1] * dims[to + 1];
        if (total < cost[from][to]) [cost[from][to], splits[from][to]] = [total, at];
      }
    }
  }
  return splits;
}
