/**
 * Running functions along an axis, and their inverse, differences.
 *
 * @module
 */
import { normalizeAxis } from "../shape/axis.ts";
import { type Cumulative, cumulativeShape, type Diff, diffShape } from "../shape/cumulative.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type DType, type Floating, floating, type Summed } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import type { Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { sub } from "../primitives/arithmetic.ts";
import { notEqual } from "../primitives/compare.ts";
import {
  cumlogsumexpPrimitive,
  cummaxPrimitive,
  cumminPrimitive,
  cumprodPrimitive,
  cumsumPrimitive,
  type Running,
} from "../primitives/cumulative.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { sliceRaw } from "../primitives/slice.ts";

/** From which end a running function starts. */
export interface CumulativeOptions {
  /** From the last element to the first; `false` unless given. */
  readonly reverse?: boolean;
}

/** Applies a running function, to the flattened tensor without an axis. */
function running(
  operation: string,
  primitive: Primitive<Running>,
  x: AnyTensor,
  axis: number | undefined,
  { reverse = false }: CumulativeOptions = {},
): AnyTensor {
  const shape = cumulativeShape(operation, x.shape, axis);
  const at = axis === undefined ? 0 : normalizeAxis(operation, axis, shape);
  return bind(primitive, [reshapeRaw(x, shape)], { axis: at, reverse })[0];
}

function counted(x: AnyTensor): AnyTensor {
  return x.dtype === "bool" ? convert(x, "int32") : x;
}

/**
 * The sum of the elements so far along an axis, and of this one. Booleans are counted; integers wrap
 * around.
 * Without an axis, the tensor is flattened first; with `reverse`, it runs from the end.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { cumsum, tensor } from "@katachi/katachi";
 *
 * cumsum(tensor([1, 2, 3])).toArray(); // [1, 3, 6]
 * ```
 */
export function cumsum<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  K extends string = "cumsum",
>(
  x: Tensor<S, D>,
  axis?: Arg<Cumulative<S, X, K>, X>,
  options?: CumulativeOptions,
): Tensor<Ok<Cumulative<S, X, K>>, Summed<D>> {
  return cumsumOf(x as never, axis as never, options) as never;
}

function cumsumOf(x: AnyTensor, axis?: number, options?: CumulativeOptions): AnyTensor {
  return running("cumsum", cumsumPrimitive, counted(x), axis, options);
}

/**
 * The product of the elements so far along an axis, and of this one. Booleans are multiplied as 0 and
 * 1; integers wrap around. The gradient is right where factors are 0, too.
 * Without an axis, the tensor is flattened first; with `reverse`, it runs from the end.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { cumprod, tensor } from "@katachi/katachi";
 *
 * cumprod(tensor([1, 2, 3, 4])).toArray(); // [1, 2, 6, 24]
 * ```
 */
export function cumprod<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  K extends string = "cumprod",
>(
  x: Tensor<S, D>,
  axis?: Arg<Cumulative<S, X, K>, X>,
  options?: CumulativeOptions,
): Tensor<Ok<Cumulative<S, X, K>>, Summed<D>> {
  return cumprodOf(x as never, axis as never, options) as never;
}

function cumprodOf(x: AnyTensor, axis?: number, options?: CumulativeOptions): AnyTensor {
  return running("cumprod", cumprodPrimitive, counted(x), axis, options);
}

/**
 * The largest of the elements so far along an axis, and of this one; NaN from the first NaN on. At a
 * tie the gradient is shared by halves as neighbours are paired, as in JAX.
 * Without an axis, the tensor is flattened first; with `reverse`, it runs from the end.
 *
 * @throws {ShapeError} Where the axis is out of range.
 * @throws {DTypeError} For booleans.
 *
 * @example
 * ```ts
 * import { cummax, tensor } from "@katachi/katachi";
 *
 * cummax(tensor([1, 3, 2, 4])).toArray(); // [1, 3, 3, 4]
 * ```
 */
export function cummax<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  K extends string = "cummax",
>(
  x: Tensor<S, D>,
  axis?: Arg<Cumulative<S, X, K>, X>,
  options?: CumulativeOptions,
): Tensor<Ok<Cumulative<S, X, K>>, D> {
  return cummaxOf(x as never, axis as never, options) as never;
}

function cummaxOf(x: AnyTensor, axis?: number, options?: CumulativeOptions): AnyTensor {
  return running("cummax", cummaxPrimitive, x, axis, options);
}

/**
 * The smallest of the elements so far along an axis, and of this one; NaN from the first NaN on. At a
 * tie the gradient is shared by halves as neighbours are paired, as in JAX.
 * Without an axis, the tensor is flattened first; with `reverse`, it runs from the end.
 *
 * @throws {ShapeError} Where the axis is out of range.
 * @throws {DTypeError} For booleans.
 *
 * @example
 * ```ts
 * import { cummin, tensor } from "@katachi/katachi";
 *
 * cummin(tensor([3, 1, 2, 0])).toArray(); // [3, 1, 1, 0]
 * ```
 */
export function cummin<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  K extends string = "cummin",
>(
  x: Tensor<S, D>,
  axis?: Arg<Cumulative<S, X, K>, X>,
  options?: CumulativeOptions,
): Tensor<Ok<Cumulative<S, X, K>>, D> {
  return cumminOf(x as never, axis as never, options) as never;
}

function cumminOf(x: AnyTensor, axis?: number, options?: CumulativeOptions): AnyTensor {
  return running("cummin", cumminPrimitive, x, axis, options);
}

/**
 * `log Σ e^x` of the elements so far along an axis, and of this one, without overflow.
 * Without an axis, the tensor is flattened first; with `reverse`, it runs from the end.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { cumlogsumexp, tensor } from "@katachi/katachi";
 *
 * cumlogsumexp(tensor([-Infinity, 0, 1000])).toArray(); // [-Infinity, 0, 1000]
 * ```
 */
export function cumlogsumexp<
  S extends Shape,
  D extends DType,
  const X extends number | undefined = undefined,
  K extends string = "cumlogsumexp",
>(
  x: Tensor<S, D>,
  axis?: Arg<Cumulative<S, X, K>, X>,
  options?: CumulativeOptions,
): Tensor<Ok<Cumulative<S, X, K>>, Floating<D>> {
  return cumlogsumexpOf(x as never, axis as never, options) as never;
}

function cumlogsumexpOf(x: AnyTensor, axis?: number, options?: CumulativeOptions): AnyTensor {
  return running(
    "cumlogsumexp",
    cumlogsumexpPrimitive,
    convert(x, floating(x.dtype)),
    axis,
    options,
  );
}

/**
 * The differences of neighbours along an axis, the last unless told, taken `n` times: the axis gets
 * `n` shorter, down to 0. Of booleans, whether neighbours differ.
 *
 * @throws {ShapeError} Where the axis is out of range, or `n` is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { diff, tensor } from "@katachi/katachi";
 *
 * const x = tensor([1, 4, 9, 16]);
 * diff(x).toArray(); // [3, 5, 7]
 * diff(x, 2).toArray(); // [2, 2]
 * ```
 */
export function diff<
  S extends Shape,
  D extends DType,
  const N extends number = 1,
  const X extends number = -1,
  K extends string = "diff",
>(
  x: Tensor<S, D>,
  n?: Arg<Diff<[number], N, 0, K>, N>,
  axis?: Arg<Diff<S, N, X, K>, X>,
): Tensor<Ok<Diff<S, N, X, K>>, D> {
  return diffOf(x as never, n as never, axis as never) as never;
}

function diffOf(x: AnyTensor, n: number = 1, axis: number = -1): AnyTensor {
  diffShape(x.shape, n, axis);
  const at = normalizeAxis("diff", axis, x.shape);
  const less = x.dtype === "bool" ? notEqual : sub;
  let y = x;
  for (let i = 0; i < n && y.shape[at] > 0; i++) {
    const one = y.shape.map(() => 1);
    const none = y.shape.map(() => 0);
    const later = sliceRaw(y, none.with(at, 1), y.shape, one);
    y = less(later, sliceRaw(y, none, y.shape.with(at, y.shape[at] - 1), one));
  }
  return y;
}
