/**
 * Whether tensors agree, all but a little.
 *
 * @module
 */
import type { Broadcast } from "../shape/broadcast.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { equalShapes } from "../shape/same.ts";
import { floating } from "../tensor/dtype.ts";
import type { AnyTensor, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { add, mul, sub } from "../primitives/arithmetic.ts";
import { equal, less, lessEqual, where } from "../primitives/compare.ts";
import { aligned } from "../primitives/elementwise.ts";
import { isNaN, logicalAnd, logicalOr } from "../primitives/logic.ts";
import { abs } from "../primitives/math.ts";
import { scalar, unify } from "../primitives/operands.ts";
import { all } from "./reductions.ts";

/** How near is near. */
export interface Closeness {
  /** How far apart in relation to the second operand; 1e-5 unless given. */
  readonly rtol?: number;
  /** How far apart beside that; 1e-8 unless given. */
  readonly atol?: number;
  /** Whether NaN is close to NaN; `false` unless given. */
  readonly equalNaN?: boolean;
}

/**
 * Whether `|a - b| ≤ atol + rtol |b|`, element by element. Infinities are close to themselves. Shapes
 * broadcast.
 *
 * @throws {ShapeError} Where the shapes do not broadcast.
 *
 * @example
 * ```ts
 * import { isClose, tensor } from "@katachi/katachi";
 *
 * isClose(tensor([1, 2]), tensor([1.000001, 2.1])).toArray(); // [true, false]
 * ```
 */
export function isClose<
  A extends Operand,
  B extends Operand,
  K extends string = "isClose",
>(
  a: A,
  b: Arg<Broadcast<ShapeOf<A>, ShapeOf<B>, K>, B>,
  options?: Closeness,
): Tensor<Ok<Broadcast<ShapeOf<A>, ShapeOf<B>, K>>, "bool"> {
  return isCloseOf("isClose", a, b as never, options) as never;
}

function isCloseOf(
  operation: string,
  a: Operand,
  b: Operand,
  { rtol = 1e-5, atol = 1e-8, equalNaN = false }: Closeness = {},
): AnyTensor {
  const [x, y] = aligned(operation, unify(operation, [a, b], floating));
  const near = lessEqual(abs(sub(x, y)), add(mul(abs(y), rtol), atol));
  const finite = logicalAnd(less(abs(x), Infinity), less(abs(y), Infinity));
  const close = where(finite, near, equal(x, y));
  return equalNaN ? logicalOr(close, logicalAnd(isNaN(x), isNaN(y))) : close;
}

/**
 * Whether all elements are close; see {@linkcode isClose}. Shapes broadcast.
 *
 * @throws {ShapeError} Where the shapes do not broadcast.
 *
 * @example
 * ```ts
 * import { allClose, tensor } from "@katachi/katachi";
 *
 * allClose(tensor([1, 2]), tensor([1.000001, 2])).item(); // true
 * ```
 */
export function allClose<
  A extends Operand,
  B extends Operand,
  K extends string = "allClose",
>(
  a: A,
  b: Arg<Broadcast<ShapeOf<A>, ShapeOf<B>, K>, B>,
  options?: Closeness,
): Tensor<[], "bool"> {
  return all(isCloseOf("allClose", a, b as never, options)) as never;
}

/**
 * Whether two tensors have the same shape and equal elements; NaN equals nothing.
 *
 * @example
 * ```ts
 * import { arrayEqual, tensor } from "@katachi/katachi";
 *
 * arrayEqual(tensor([1, 2]), tensor([1, 2])).item(); // true
 * arrayEqual(tensor([1, 2]), tensor([1, 2, 3])).item(); // false
 * ```
 */
export function arrayEqual(a: AnyTensor, b: AnyTensor): Tensor<[], "bool"> {
  const same = equalShapes(a.shape, b.shape) ? all(equal(a, b)) : scalar(false, "bool");
  return same as unknown as Tensor<[], "bool">;
}
