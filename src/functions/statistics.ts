/**
 * How far elements lie from their mean.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import type { Reduce } from "../shape/reduce.ts";
import { type DType, type Floating, floating } from "../tensor/dtype.ts";
import type { Axes, KeepDims } from "../tensor/methods.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { div, mul, sub } from "../primitives/arithmetic.ts";
import { sumPrimitive } from "../primitives/broadcast.ts";
import { sqrt } from "../primitives/math.ts";
import { convert } from "../primitives/operands.ts";
import { reduce, reducedCount } from "./reductions.ts";

/**
 * The variance along axes: the mean squared distance from the mean. NaN over nothing.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { tensor, variance } from "@katachi/katachi";
 *
 * variance(tensor([1, 2, 3, 4])).item(); // 1.25
 * ```
 */
export function variance<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "variance",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return varianceOf(x as never, axis as never, options as never) as never;
}

function varianceOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  return spread("variance", x, axis, options);
}

/**
 * The standard deviation along axes: the root of the {@linkcode variance}. Where all elements are
 * equal its gradient is NaN, as JAX's.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { std, tensor } from "@katachi/katachi";
 *
 * std(tensor([1, 3])).item(); // 1
 * ```
 */
export function std<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "std",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return stdOf(x as never, axis as never, options as never) as never;
}

function stdOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  return sqrt(spread("std", x, axis, options));
}

function spread(
  operation: string,
  x: AnyTensor,
  axis: Axes,
  options: KeepDims | undefined,
): AnyTensor {
  const real = convert(x, floating(x.dtype));
  const count = reducedCount(operation, x.shape, axis);
  const centre = div(reduce(operation, sumPrimitive, real, axis, { keepDims: true }), count);
  const offset = sub(real, centre);
  return div(reduce(operation, sumPrimitive, mul(offset, offset), axis, options), count);
}
