/**
 * Reductions along axes.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { normalizeAxes, normalizeAxis } from "../shape/axis.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Reduce, reduceShape } from "../shape/reduce.ts";
import { type DType, type Floating, floating, type Summed } from "../tensor/dtype.ts";
import type { Axes, KeepDims } from "../tensor/methods.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { div } from "../primitives/arithmetic.ts";
import { sumPrimitive } from "../primitives/broadcast.ts";
import { convert } from "../primitives/operands.ts";
import {
  argmaxPrimitive,
  argminPrimitive,
  maxPrimitive,
  minPrimitive,
  prodPrimitive,
} from "../primitives/reduce.ts";
import { reshapeRaw } from "../primitives/reshape.ts";

/** Axes as a sorted list of numbers from 0 on; all of them for `undefined`. */
export function axesOf(operation: string, shape: Shape, axis: Axes): readonly number[] {
  if (axis === undefined) return shape.map((_, i) => i);
  return normalizeAxes(operation, [axis].flat() as number[], shape).sort((a, b) => a - b);
}

/** Applies a reduction that takes a list of axes. */
export function reduce(
  operation: string,
  primitive: Primitive<{ axes: readonly number[] }>,
  x: AnyTensor,
  axis: Axes,
  { keepDims = false }: KeepDims = {},
): AnyTensor {
  const axes = axesOf(operation, x.shape, axis);
  const reduced = axes.length === 0 ? x : bind(primitive, [x], { axes })[0];
  return keepDims ? reshapeRaw(reduced, reduceShape(operation, x.shape, axis, true)) : reduced;
}

/** How many elements go into each result. */
export function reducedCount(operation: string, shape: Shape, axis: Axes): number {
  return sizeOf(axesOf(operation, shape, axis).map((a) => shape[a]));
}

/**
 * The sum along axes: one, several, or all of them. Booleans are counted; integers wrap around.
 * The sum of nothing is 0.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { sum, tensor } from "@katachi/katachi";
 *
 * sum(tensor([[1, 2], [3, 4]]), 0).toArray(); // [4, 6]
 * ```
 */
export function sum<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "sum",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Summed<D>> {
  return sumOf(x as never, axis as never, options as never) as never;
}

function sumOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  const counted = x.dtype === "bool" ? convert(x, "int32") : x;
  return reduce("sum", sumPrimitive, counted, axis, options);
}

/**
 * The mean along axes; NaN over nothing. Integers become `float32`.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { mean, tensor } from "@katachi/katachi";
 *
 * mean(tensor([[1, 2], [3, 4]]), 1).toArray(); // [1.5, 3.5]
 * ```
 */
export function mean<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "mean",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return meanOf(x as never, axis as never, options as never) as never;
}

function meanOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  const real = convert(x, floating(x.dtype));
  const total = reduce("mean", sumPrimitive, real, axis, options);
  return div(total, reducedCount("mean", x.shape, axis));
}

/**
 * The product along axes. The product of nothing is 1; booleans are multiplied as 0 and 1. The
 * gradient is right where factors are 0, too.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { prod, tensor } from "@katachi/katachi";
 *
 * prod(tensor([2, 3, 4])).item(); // 24
 * ```
 */
export function prod<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "prod",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Summed<D>> {
  return prodOf(x as never, axis as never, options as never) as never;
}

function prodOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  const counted = x.dtype === "bool" ? convert(x, "int32") : x;
  const product = axesOf("prod", x.shape, axis).toReversed().reduce(
    (result, one) => bind(prodPrimitive, [result], { axis: one })[0],
    counted,
  );
  return options?.keepDims
    ? reshapeRaw(product, reduceShape("prod", x.shape, axis, true))
    : product;
}

/**
 * The largest along axes; NaN if any element is. Equal largest elements share the gradient
 * evenly. Over nothing it is a {@linkcode ShapeError}.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { max, tensor } from "@katachi/katachi";
 *
 * max(tensor([[1, 4], [3, 2]]), 1).toArray(); // [4, 3]
 * ```
 */
export function max<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "max",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, D> {
  return maxOf(x as never, axis as never, options as never) as never;
}

function maxOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  return reduce("max", maxPrimitive, x, axis, options);
}

/**
 * The smallest along axes; NaN if any element is. Equal smallest elements share the gradient
 * evenly. Over nothing it is a {@linkcode ShapeError}.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { min, tensor } from "@katachi/katachi";
 *
 * min(tensor([[1, 4], [3, 2]]), 1).toArray(); // [1, 2]
 * ```
 */
export function min<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "min",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, D> {
  return minOf(x as never, axis as never, options as never) as never;
}

function minOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  return reduce("min", minPrimitive, x, axis, options);
}

/**
 * Whether any element along axes is true, or not 0. Of nothing, `false`.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { any, tensor } from "@katachi/katachi";
 *
 * any(tensor([[true, false], [false, false]]), 1).toArray(); // [true, false]
 * ```
 */
export function any<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "any",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, "bool"> {
  return anyOf(x as never, axis as never, options as never) as never;
}

function anyOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  return reduce("any", maxPrimitive, convert(x, "bool"), axis, options);
}

/**
 * Whether all elements along axes are true, or not 0. Of nothing, `true`.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { all, tensor } from "@katachi/katachi";
 *
 * all(tensor([[true, true], [true, false]]), 1).toArray(); // [true, false]
 * ```
 */
export function all<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "all",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, "bool"> {
  return allOf(x as never, axis as never, options as never) as never;
}

function allOf(x: AnyTensor, axis?: Axes, options?: KeepDims): AnyTensor {
  return reduce("all", minPrimitive, convert(x, "bool"), axis, options);
}

/**
 * The position of the largest along an axis, or among all elements in row-major order: the first of
 * several, or the first NaN.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { argmax, tensor } from "@katachi/katachi";
 *
 * argmax(tensor([[1, 4], [3, 2]]), 1).toArray(); // [1, 0]
 * ```
 */
export function argmax<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  Keep extends boolean = false,
  K extends string = "argmax",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, "int32"> {
  return argmaxOf(x as never, axis as never, options as never) as never;
}

function argmaxOf(x: AnyTensor, axis?: number, options?: KeepDims): AnyTensor {
  return position("argmax", argmaxPrimitive, x, axis, options);
}

/**
 * The position of the smallest along an axis, or among all elements in row-major order: the first of
 * several, or the first NaN.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { argmin, tensor } from "@katachi/katachi";
 *
 * argmin(tensor([[1, 4], [3, 2]]), 1).toArray(); // [0, 1]
 * ```
 */
export function argmin<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  Keep extends boolean = false,
  K extends string = "argmin",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, "int32"> {
  return argminOf(x as never, axis as never, options as never) as never;
}

function argminOf(x: AnyTensor, axis?: number, options?: KeepDims): AnyTensor {
  return position("argmin", argminPrimitive, x, axis, options);
}

/** Applies a reduction to a position along one axis, or among all elements. */
function position(
  operation: string,
  primitive: Primitive<{ axis: number }>,
  x: AnyTensor,
  axis: number | undefined,
  { keepDims = false }: KeepDims = {},
): AnyTensor {
  const result = axis === undefined
    ? bind(primitive, [reshapeRaw(x, [sizeOf(x.shape)])], { axis: 0 })[0]
    : bind(primitive, [x], { axis: normalizeAxis(operation, axis, x.shape) })[0];
  return keepDims ? reshapeRaw(result, reduceShape(operation, x.shape, axis, true)) : result;
}
