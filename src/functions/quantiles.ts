/**
 * Quantiles along axes.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError, showShape } from "../shape/fail.ts";
import { type Quantile, quantileShape } from "../shape/order.ts";
import type { Reduce } from "../shape/reduce.ts";
import { allocate, type DType, type Floating, floating } from "../tensor/dtype.ts";
import type { Axes, KeepDims } from "../tensor/methods.ts";
import { sizeOf, wrap } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { add, mul } from "../primitives/arithmetic.ts";
import { where } from "../primitives/compare.ts";
import { gather } from "../primitives/indexing.ts";
import { isNaN } from "../primitives/logic.ts";
import { moveToFront, transposeRaw } from "../primitives/movement.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { axesOf } from "./reductions.ts";
import { sort } from "./sorting.ts";

/** What to take where a quantile lies between two elements. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";

/** Settings of {@linkcode quantile}. */
export interface QuantileOptions<Keep extends boolean = boolean> extends KeepDims<Keep> {
  /**
   * What to take between two elements: `"linear"`, their mean weighted by distance, unless given;
   * `"lower"` or `"higher"`, one of them; `"midpoint"`, their mean; `"nearest"`, the nearer one, the
   * lower of two equally near.
   */
  readonly method?: QuantileMethod;
}

/**
 * The values below which a share of `q` of the elements along axes lies: one quantile for a number,
 * and an axis of them in front for a list. NaN where any element is NaN. Integers become `float32`.
 *
 * @throws {RangeError} Where a `q` is not from 0 to 1.
 * @throws {ShapeError} Where an axis is out of range or named twice, or there are no elements.
 *
 * @example
 * ```ts
 * import { quantile, tensor } from "@katachi/katachi";
 *
 * const x = tensor([[4, 1, 3, 2], [8, 6, 7, 5]]);
 * quantile(x, 0.5, 1).toArray(); // [2.5, 6.5]
 * quantile(x, [0, 1], 1).toArray(); // [[1, 5], [4, 8]]
 * ```
 */
export function quantile<
  S extends Shape,
  D extends DType,
  const Q extends number | readonly number[],
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "quantile",
>(
  x: Tensor<S, D>,
  q: Q,
  axis?: Arg<Quantile<S, Q, X, Keep, K>, X>,
  options?: QuantileOptions<Keep>,
): Tensor<Ok<Quantile<S, Q, X, Keep, K>>, Floating<D>> {
  requireUpTo("quantile", q, 1);
  return quantileOf("quantile", x as never, q, axis as never, options) as never;
}

/**
 * The {@linkcode quantile} of `p` percent.
 *
 * @throws {RangeError} Where a `p` is not from 0 to 100.
 * @throws {ShapeError} Where an axis is out of range or named twice, or there are no elements.
 *
 * @example
 * ```ts
 * import { percentile, tensor } from "@katachi/katachi";
 *
 * percentile(tensor([1, 2, 3, 4, 5]), [25, 75]).toArray(); // [2, 4]
 * ```
 */
export function percentile<
  S extends Shape,
  D extends DType,
  const Q extends number | readonly number[],
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "percentile",
>(
  x: Tensor<S, D>,
  p: Q,
  axis?: Arg<Quantile<S, Q, X, Keep, K>, X>,
  options?: QuantileOptions<Keep>,
): Tensor<Ok<Quantile<S, Q, X, Keep, K>>, Floating<D>> {
  const list = p as number | readonly number[];
  requireUpTo("percentile", list, 100);
  const q = typeof list === "number" ? list / 100 : list.map((one) => one / 100);
  return quantileOf("percentile", x as never, q, axis as never, options) as never;
}

/**
 * The median along axes: the middle element, or the mean of the two in the middle. NaN where any
 * element is NaN. Integers become `float32`.
 *
 * @throws {ShapeError} Where an axis is out of range or named twice, or there are no elements.
 *
 * @example
 * ```ts
 * import { median, tensor } from "@katachi/katachi";
 *
 * median(tensor([[3, 1, 2], [6, 5, 9]]), 1).toArray(); // [2, 6]
 * ```
 */
export function median<
  S extends Shape,
  D extends DType,
  const X extends Axes = undefined,
  Keep extends boolean = false,
  K extends string = "median",
>(
  x: Tensor<S, D>,
  axis?: Arg<Reduce<S, X, Keep, K>, X>,
  options?: KeepDims<Keep>,
): Tensor<Ok<Reduce<S, X, Keep, K>>, Floating<D>> {
  const how = { method: "midpoint", ...options } as const;
  return quantileOf("median", x as never, 0.5, axis as never, how) as never;
}

function quantileOf(
  operation: string,
  x: AnyTensor,
  q: number | readonly number[],
  axis: Axes,
  { method = "linear", keepDims = false }: QuantileOptions = {},
): AnyTensor {
  const shape = quantileShape(operation, x.shape, q, axis, keepDims);
  const shares = typeof q === "number" ? [q] : q;
  const axes = axesOf(operation, x.shape, axis);
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const count = sizeOf(axes.map((i) => x.shape[i]));
  if (count === 0) {
    throw new ShapeError(
      `${operation}: no elements to choose from: ${showShape(x.shape)} over axes [${axes}]`,
    );
  }
  const real = convert(transposeRaw(x, [...kept, ...axes]), floating(x.dtype));
  const rows = reshapeRaw(real, [...kept.map((i) => x.shape[i]), count]);
  return reshapeRaw(chosen(sort(rows), shares, method), shape);
}

function requireUpTo(operation: string, q: number | readonly number[], most: number): void {
  for (const one of [q].flat()) {
    if (!(one >= 0 && one <= most)) {
      throw new RangeError(`${operation}: ${one} is not from 0 to ${most}`);
    }
  }
}

/** Quantiles of sorted rows, along a new first axis. */
function chosen(rows: AnyTensor, shares: readonly number[], method: QuantileMethod): AnyTensor {
  const last = rows.shape.length - 1;
  const top = rows.shape[last] - 1;
  const places = shares.map((share) => share * top);
  const at = (positions: readonly number[]): AnyTensor =>
    moveToFront(gather(rows, column(positions, "int32", 0), last), last);
  const low = () => at(places.map(Math.floor));
  const high = () => at(places.map(Math.ceil));
  const weigh = (x: AnyTensor, weights: readonly number[]) =>
    mul(x, column(weights, rows.dtype, last));
  const between = (): AnyTensor => {
    switch (method) {
      case "lower":
        return low();
      case "higher":
        return high();
      case "nearest":
        return at(places.map((place) => place % 1 <= 0.5 ? Math.floor(place) : Math.ceil(place)));
      case "midpoint":
        return mul(add(low(), high()), 0.5);
      case "linear":
        return add(
          weigh(low(), places.map((place) => 1 - place % 1)),
          weigh(high(), places.map((place) => place % 1)),
        );
    }
  };
  // NaN is sorted to the end.
  return where(isNaN(at([top])), NaN, between());
}

/** Numbers along a first axis, with `behind` axes of 1 behind it. */
function column(values: readonly number[], dtype: DType, behind: number): AnyTensor {
  const data = allocate(dtype, values.length);
  data.set(values);
  return wrap([values.length, ...new Array<number>(behind).fill(1)], dtype, data) as AnyTensor;
}
