/**
 * Functions that take care with large and small numbers.
 *
 * @module
 */
import type { BroadcastTo } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Reduce, reduceShape } from "../shape/reduce.ts";
import { type DType, type Floating, floating } from "../tensor/dtype.ts";
import type { Axes, KeepDims } from "../tensor/methods.ts";
import type { AnyTensor, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { add, div, log, maximum, minimum, mul, neg, real, sub } from "../primitives/arithmetic.ts";
import { equal, less, where } from "../primitives/compare.ts";
import { aligned } from "../primitives/elementwise.ts";
import { logicalAnd } from "../primitives/logic.ts";
import { abs, exp, log1p, sqrt, stopGradient } from "../primitives/math.ts";
import { convert, unify } from "../primitives/operands.ts";
import { maxPrimitive, unreduce } from "../primitives/reduce.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { broadcast, sumAxes } from "../primitives/broadcast.ts";
import type { RealBinary, RealUnary } from "../primitives/signatures.ts";
import { axesOf } from "./reductions.ts";

/** The largest along axes as a constant, for shifting; 0 where it is not finite. */
function shiftOf(x: AnyTensor, axes: readonly number[]): AnyTensor {
  if (axes.some((axis) => x.shape[axis] === 0)) return sumAxes(x, axes);
  return stopGradient(finite(axes.length === 0 ? x : bind(maxPrimitive, [x], { axes })[0]));
}

function finite(x: AnyTensor): AnyTensor {
  return where(less(abs(x), Infinity), x, 0);
}

/**
 * `log Σ e^x` along axes, without overflow. Over nothing, and where all elements are `-Infinity`, it
 * is `-Infinity` (with a gradient of NaN, as JAX's).
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { logSumExp, tensor } from "@katachi/katachi";
 *
 * logSumExp(tensor([1000, 1000], "float64")).item(); // 1000.6931471805599
 * ```
 */
export function logSumExp<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "logSumExp",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return logSumExpOf(x as never, axis as never, options as never) as never;
}

function logSumExpOf(
  x: AnyTensor,
  axis?: Axes,
  { keepDims = false }: KeepDims = {},
): AnyTensor {
  const axes = axesOf("logSumExp", x.shape, axis);
  const y = convert(x, floating(x.dtype));
  const shift = shiftOf(y, axes);
  const total = sumAxes(exp(sub(y, unreduce(shift, y.shape, axes))), axes);
  return reshapeRaw(add(log(total), shift), reduceShape("logSumExp", x.shape, axis, keepDims));
}

/**
 * `e^x / Σ e^x` along an axis, the last unless told, without overflow. Where an element is
 * `Infinity`, or all are `-Infinity`, the result is NaN.
 *
 * @throws {ShapeError} Where an axis is out of range.
 *
 * @example
 * ```ts
 * import { softmax, tensor } from "@katachi/katachi";
 *
 * softmax(tensor([[0, 0], [1000, 0]])).toArray(); // [[0.5, 0.5], [1, 0]]
 * ```
 */
export function softmax<
  S extends Shape,
  D extends DType,
  const X extends number | readonly number[] = -1,
  K extends string = "softmax",
>(x: Tensor<S, D>, axis?: Arg<Reduce<S, X, true, K>, X>): Tensor<S, Floating<D>> {
  return softmaxOf(x as never, axis as never) as never;
}

function softmaxOf(x: AnyTensor, axis: number | readonly number[] = -1): AnyTensor {
  const { powers, total } = shiftedPowers("softmax", x, axis);
  return div(powers, total);
}

/**
 * `log softmax(x)` along an axis, the last unless told, accurate where the softmax is tiny.
 *
 * @throws {ShapeError} Where an axis is out of range.
 *
 * @example
 * ```ts
 * import { logSoftmax, tensor } from "@katachi/katachi";
 *
 * logSoftmax(tensor([0, 1000])).toArray(); // [-1000, 0]
 * ```
 */
export function logSoftmax<
  S extends Shape,
  D extends DType,
  const X extends number | readonly number[] = -1,
  K extends string = "logSoftmax",
>(x: Tensor<S, D>, axis?: Arg<Reduce<S, X, true, K>, X>): Tensor<S, Floating<D>> {
  return logSoftmaxOf(x as never, axis as never) as never;
}

function logSoftmaxOf(x: AnyTensor, axis: number | readonly number[] = -1): AnyTensor {
  const { shifted, total } = shiftedPowers("logSoftmax", x, axis);
  return sub(shifted, log(total));
}

/** `x - max`, its exponential, and their sum repeated along the axes. */
function shiftedPowers(
  operation: string,
  x: AnyTensor,
  axis: number | readonly number[],
): { shifted: AnyTensor; powers: AnyTensor; total: AnyTensor } {
  const axes = axesOf(operation, x.shape, axis);
  const y = convert(x, floating(x.dtype));
  if (axes.some((one) => y.shape[one] === 0)) return { shifted: y, powers: y, total: y };
  const largest = stopGradient(bind(maxPrimitive, [y], { axes })[0]);
  const shifted = sub(y, unreduce(largest, y.shape, axes));
  const powers = exp(shifted);
  return { shifted, powers, total: unreduce(sumAxes(powers, axes), y.shape, axes) };
}

/**
 * `log(e^a + e^b)`, without overflow. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { logAddExp, tensor } from "@katachi/katachi";
 *
 * logAddExp(tensor([1000], "float64"), 1000).toArray(); // [1000.6931471805599]
 * ```
 */
export const logAddExp: RealBinary<"logAddExp"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("logAddExp", unify("logAddExp", [a, b], floating));
  // Chosen, not as a maximum and a minimum, whose halves at a tie have no second derivative.
  const ordered = less(x, y);
  const [low, high] = [where(ordered, x, y), where(ordered, y, x)];
  // Equal infinities have no distance.
  const together = logicalAnd(equal(low, high), equal(abs(high), Infinity));
  const distance = where(together, 0, sub(low, high));
  return add(high, log1p(exp(distance)));
}) as unknown as RealBinary<"logAddExp">;

/**
 * `log(1 + e^x)`, a smooth ReLU, without overflow.
 *
 * @example
 * ```ts
 * import { softplus, tensor } from "@katachi/katachi";
 *
 * softplus(tensor([-1000, 1000])).toArray(); // [0, 1000]
 * ```
 */
export const softplus: RealUnary =
  ((x: Operand): AnyTensor => logAddExp(real(x, "softplus"), 0)) as unknown as RealUnary;

/**
 * `log(1 / (1 + e^-x))`, accurate where the sigmoid is near 0 or 1.
 *
 * @example
 * ```ts
 * import { logSigmoid, tensor } from "@katachi/katachi";
 *
 * logSigmoid(tensor([-1000, 1000])).toArray(); // [-1000, 0]
 * ```
 */
export const logSigmoid: RealUnary =
  ((x: Operand): AnyTensor => neg(softplus(neg(real(x, "logSigmoid"))))) as unknown as RealUnary;

/**
 * The Euclidean norm `√Σx²` along axes. At 0 its gradient is NaN, as JAX's; add a small constant
 * under the root where that can happen. Other norms are `vectorNorm` and `matrixNorm` of
 * `@katachi/katachi/linalg`.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice.
 *
 * @example
 * ```ts
 * import { norm, tensor } from "@katachi/katachi";
 *
 * norm(tensor([3, 4])).item(); // 5
 * ```
 */
export function norm<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "norm",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  return normOf(x as never, axis as never, options as never) as never;
}

function normOf(x: AnyTensor, axis?: Axes, { keepDims = false }: KeepDims = {}): AnyTensor {
  const axes = axesOf("norm", x.shape, axis);
  const y = convert(x, floating(x.dtype));
  const length = sqrt(sumAxes(mul(y, y), axes));
  return reshapeRaw(length, reduceShape("norm", x.shape, axis, keepDims));
}

/**
 * Each element, but at least `low` and at most `high`; leave one out with `undefined`. On a bound
 * half of the gradient flows, as in JAX.
 *
 * @example
 * ```ts
 * import { clip, tensor } from "@katachi/katachi";
 *
 * clip(tensor([-2, 0.5, 2]), 0, 1).toArray(); // [0, 0.5, 1]
 * ```
 */
export function clip<
  S extends Shape,
  D extends DType,
  L extends Operand,
  H extends Operand,
  K extends string = "clip",
>(
  x: Tensor<S, D>,
  low: Arg<BroadcastTo<ShapeOf<L>, S, K>, L> | undefined,
  high?: Arg<BroadcastTo<ShapeOf<H>, S, K>, H>,
): Tensor<S, D> {
  return clipOf(x as never, low as never, high as never) as never;
}

function clipOf(x: AnyTensor, low?: Operand, high?: Operand): AnyTensor {
  const bound = (operand: Operand) => {
    const [y] = unify("clip", [operand], () => x.dtype);
    return broadcast(y, x.shape, "clip");
  };
  const raised = low === undefined ? x : maximum(x, bound(low));
  return high === undefined ? raised : minimum(raised, bound(high));
}
