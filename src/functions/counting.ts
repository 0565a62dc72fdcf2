/**
 * How often values occur.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { checkDims, type FromDims } from "../shape/literal.ts";
import {
  type BinEdges,
  binEdgesShape,
  type Bins,
  binsShape,
  type OneAxis,
  requireOneAxis,
} from "../shape/order.ts";
import { type Same, sameShape } from "../shape/same.ts";
import { type DType, type Floating, floating } from "../tensor/dtype.ts";
import { isTensor } from "../tensor/storage.ts";
import type { AnyTensor, DTypeOf, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { add, div, maximum, mul, sub } from "../primitives/arithmetic.ts";
import { fill, sumAxes } from "../primitives/broadcast.ts";
import { equal, lessEqual, where } from "../primitives/compare.ts";
import { linspace } from "../primitives/create.ts";
import { gather, integers, scatter } from "../primitives/indexing.ts";
import { reversePrimitive } from "../primitives/movement.ts";
import { convert, requireDType, scalar, unify } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { sliceRaw } from "../primitives/slice.ts";
import type { IndexDType } from "./indexing.ts";
import { max, min } from "./reductions.ts";
import { countBefore } from "./sorting.ts";

/**
 * How often each whole number from 0 to `length - 1` occurs, or the sum of the weights where it does.
 * As in JAX, negative numbers are counted as 0 and larger ones are left out.
 *
 * @throws {ShapeError} Where the tensor has not one axis, or the weights have another shape.
 *
 * @example
 * ```ts
 * import { bincount, tensor } from "@katachi/katachi";
 *
 * bincount(tensor([1, 3, 1], "int32"), 4).toArray(); // [0, 2, 0, 1]
 * ```
 */
export function bincount<
  S extends Shape,
  const N extends number,
  W extends AnyTensor = Tensor<S, "int32">,
  K extends string = "bincount",
>(
  x: Arg<OneAxis<S, K>, Tensor<S, IndexDType>>,
  length: Arg<FromDims<[N], K>, N>,
  options?: { readonly weights?: Arg<Same<S, ShapeOf<W>, K>, W> },
): Tensor<Ok<FromDims<[N], K>>, DTypeOf<W>> {
  return bincountOf(x as never, length as never, options as never) as never;
}

function bincountOf(
  x: AnyTensor,
  length: number,
  { weights = fill(scalar(1, "int32"), x.shape) }: { readonly weights?: AnyTensor } = {},
): AnyTensor {
  requireOneAxis("bincount", x.shape);
  requireDType("bincount", x.dtype, integers);
  checkDims("bincount", [length]);
  sameShape("bincount", x.shape, weights.shape);
  return scatter("add", fill(scalar(0, weights.dtype), [length]), maximum(x, 0), weights, 0);
}

/**
 * The number of the bin that each value lies in: how many of the edges it has reached. Edges ascend
 * or descend; a value on an edge belongs to the bin above it, or below it with `right`.
 *
 * @throws {ShapeError} Where the edges have not one axis.
 *
 * @example
 * ```ts
 * import { digitize, tensor } from "@katachi/katachi";
 *
 * digitize(tensor([0.5, 1, 9]), tensor([0, 1, 2])).toArray(); // [1, 2, 3]
 * ```
 */
export function digitize<S extends Shape, V extends Operand, K extends string = "digitize">(
  x: V,
  edges: Arg<OneAxis<S, K>, Tensor<S, DType>>,
  options?: { readonly right?: boolean },
): Tensor<ShapeOf<V>, "int32"> {
  return digitizeOf(x as never, edges as never, options) as never;
}

function digitizeOf(
  x: Operand,
  edges: AnyTensor,
  { right = false }: { readonly right?: boolean } = {},
): AnyTensor {
  const [size] = requireOneAxis("digitize", edges.shape);
  const [values, list] = unify("digitize", [x, edges]);
  if (size === 0) return fill(scalar(0, "int32"), values.shape);
  const side = right ? "left" : "right";
  const turned = bind(reversePrimitive, [list], { axes: [0] })[0];
  const [first, last] = [0, size - 1].map((i) => gather(list, scalar(i, "int32"), 0));
  return where(
    lessEqual(first, last),
    countBefore(list, values, side),
    sub(size, countBefore(turned, values, side)),
  );
}

/** The shape of the bins of a {@linkcode histogram}: their number, or one less than the edges. */
export type BinsOf<B, K extends string> = B extends number
  ? BinEdges<B, K> extends { readonly fail: unknown } ? BinEdges<B, K> : [B]
  : Bins<ShapeOf<B>, K>;

/** The shape of the edges of a {@linkcode histogram}: one more than there are bins. */
export type BinEdgesOf<B, K extends string> = B extends number ? BinEdges<B, K> : ShapeOf<B>;

/** Counts and the edges of the bins they were counted in. */
export interface Histogram<C extends Shape, E extends Shape, D extends DType> {
  /** How many elements, or which weight, lie in each bin. */
  readonly counts: Tensor<C, D>;
  /** The edges, one more than bins. */
  readonly edges: Tensor<E, D>;
}

/** Settings of {@linkcode histogram}. */
export interface HistogramOptions<S extends Shape = Shape> {
  /** The first and last edge, where bins are given as a number; that of the elements unless told. */
  readonly range?: readonly [number, number];
  /** How much each element counts; 1 unless told. */
  readonly weights?: Tensor<S, DType>;
  /** `true` for densities, whose sum times the bins' widths is 1; `false` unless given. */
  readonly density?: boolean;
}

/**
 * How many elements lie in each of several bins: equally wide ones, 10 unless told, or those between
 * given edges. A bin includes its lower edge, the last one both; elements outside are left out.
 *
 * @throws {ShapeError} Where edges have not one axis, or weights not the shape of the elements.
 *
 * @example
 * ```ts
 * import { histogram, tensor } from "@katachi/katachi";
 *
 * const { counts, edges } = histogram(tensor([0, 1, 1, 4]), 2);
 * counts.toArray(); // [3, 1]
 * edges.toArray(); // [0, 2, 4]
 * ```
 */
export function histogram<
  S extends Shape,
  D extends DType,
  const B extends number | AnyTensor = 10,
  K extends string = "histogram",
>(
  x: Tensor<S, D>,
  bins?: Arg<BinsOf<B, K>, B>,
  options?: HistogramOptions<S>,
): Histogram<Ok<BinsOf<B, K>>, Ok<BinEdgesOf<B, K>>, Floating<D>> {
  return histogramOf(x as never, bins as never, options as never) as never;
}

function histogramOf(
  x: AnyTensor,
  bins: number | AnyTensor = 10,
  { range, weights, density = false }: HistogramOptions = {},
): Histogram<Shape, Shape, DType> {
  const dtype = floating(x.dtype);
  const values = reshapeRaw(convert(x, dtype), [x.size]);
  if (weights !== undefined) sameShape("histogram", x.shape, weights.shape);
  const each = weights === undefined
    ? fill(scalar(1, dtype), [x.size])
    : reshapeRaw(convert(weights as AnyTensor, dtype), [x.size]);
  const edges = isTensor(bins) ? convert(bins, dtype) : edgesOf(values, bins, range);
  const [count] = binsShape(edges.shape);
  const last = gather(edges, scalar(count, "int32"), 0);
  const place = where(equal(values, last), count, countBefore(edges, values, "right"));
  // Place 0 is before the first edge.
  const all = scatter("add", fill(scalar(0, dtype), [count + 1]), place, each, 0);
  const counts = sliceRaw(all, [1], [count + 1], [1]);
  const widths = sub(sliceRaw(edges, [1], [count + 1], [1]), sliceRaw(edges, [0], [count], [1]));
  const result = density ? div(div(counts, widths), sumAxes(counts, [0])) : counts;
  return { counts: result, edges } as unknown as Histogram<Shape, Shape, DType>;
}

/** Equally far apart edges over a range; it is widened where it is one point. */
function edgesOf(
  values: AnyTensor,
  bins: number,
  range: readonly [number, number] | undefined,
): AnyTensor {
  const [size] = binEdgesShape(bins);
  const { dtype } = values;
  const ends = range === undefined
    ? [min(values) as AnyTensor, max(values) as AnyTensor]
    : range.map((end) => scalar(end, dtype));
  const point = equal(ends[0], ends[1]);
  const [low, high] = [
    where(point, sub(ends[0], 0.5), ends[0]),
    where(point, add(ends[1], 0.5), ends[1]),
  ];
  const share = convert(linspace(0, 1, size, "float64") as AnyTensor, dtype);
  return add(mul(low, sub(1, share)), mul(high, share));
}
