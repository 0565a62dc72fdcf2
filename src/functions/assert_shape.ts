/**
 * From shapes that the compiler does not know to ones that it does.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import type { Mutable, Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Narrows a tensor's type to a shape, or throws.
 *
 * @throws {ShapeError} Where the tensor has another shape.
 *
 * @example
 * ```ts
 * import { assertShape, type Tensor, zeros } from "@katachi/katachi";
 *
 * const x: Tensor = zeros([32, 784]);
 * assertShape(x, [32, 784]);
 * x.shape[1]; // 784, and the compiler knows
 * ```
 */
export function assertShape<const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
): asserts x is Tensor<Mutable<S>, D> {
  if (!equalShapes(x.shape, shape)) {
    throw new ShapeError(`assertShape: expected ${showShape(shape)}, got ${showShape(x.shape)}`);
  }
}

/**
 * Whether a tensor has a shape; narrows its type where it is used as a condition.
 *
 * @example
 * ```ts
 * import { hasShape, type Tensor, zeros } from "@katachi/katachi";
 *
 * const x: Tensor = zeros([2, 3]);
 * if (hasShape(x, [2, 3])) x.shape[1]; // 3
 * ```
 */
export function hasShape<const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
): x is Tensor<Mutable<S>, D> {
  return equalShapes(x.shape, shape);
}

/**
 * The tensor itself with its shape known to the compiler, or an error.
 *
 * @throws {ShapeError} Where the tensor has another shape.
 *
 * @example
 * ```ts
 * import { ensureShape, type Tensor, zeros } from "@katachi/katachi";
 *
 * const x: Tensor = zeros([2, 3]);
 * ensureShape(x, [2, 3]).shape[1]; // 3
 * ```
 */
export function ensureShape<const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
): Tensor<Mutable<S>, D> {
  if (!equalShapes(x.shape, shape)) {
    throw new ShapeError(`ensureShape: expected ${showShape(shape)}, got ${showShape(x.shape)}`);
  }
  return x as unknown as Tensor<Mutable<S>, D>;
}
