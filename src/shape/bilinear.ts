/**
 * Forms that are linear in each of two inputs.
 *
 * @module
 */
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import { type MatMul, matmulShape } from "./matmul.ts";
import { equalShapes, type Merged } from "./same.ts";

/** The shape `[…, O]` of a form with weights `W` = `[I, J, O]` for inputs `[…, I]` and `[…, J]`. */
export type Bilinear<A extends Shape, B extends Shape, W extends Shape, K extends string> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : UnknownRank<W, K> extends true ? Shape
    : W extends readonly [infer I extends number, infer J extends number, infer O extends number]
      ? Both<MatMul<A, [I, O], K>, MatMul<B, [J, O], K>, A, B, K>
    : Fail<`${K}: needs weights of rank 3, got ${Show<W, K>}`>;

/** @internal */
type Both<X, Y, A extends Shape, B extends Shape, K extends string> = X extends Fail<unknown> ? X
  : Y extends Fail<unknown> ? Y
  : Merged<X, Y, K> extends infer M
    ? [M] extends [-1] ? Fail<`${K}: axes in front differ: ${Show<A, K>} and ${Show<B, K>}`> : M
  : never;

/** The run-time twin of {@linkcode Bilinear}. */
export function bilinearShape(operation: string, a: Shape, b: Shape, weights: Shape): number[] {
  if (weights.length !== 3) {
    throw new ShapeError(`${operation}: needs weights of rank 3, got ${showShape(weights)}`);
  }
  const [i, j, o] = weights;
  const left = matmulShape(a, [i, o], operation);
  const right = matmulShape(b, [j, o], operation);
  if (!equalShapes(left, right)) {
    throw new ShapeError(
      `${operation}: axes in front differ: ${showShape(a)} and ${showShape(b)}`,
    );
  }
  return left;
}
