/**
 * Series of numbers, and grids that they span.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Indexing, type MeshGrid, meshgridShape } from "../shape/grid.ts";
import { checkDims, type FromDims } from "../shape/literal.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, DTypeOf, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { broadcastPrimitive } from "../primitives/broadcast.ts";
import { linspace, tensor } from "../primitives/create.ts";
import { floats } from "../primitives/elementwise.ts";
import { requireDType } from "../primitives/operands.ts";
import type { Shapes } from "./joining.ts";

/**
 * `count` powers of a base, 10 unless told, whose exponents are evenly spaced from `start` to `stop`,
 * both included.
 *
 * @throws {ShapeError} Where the count is no whole number from 0 on.
 *
 * @example
 * ```ts
 * import { logspace } from "@katachi/katachi";
 *
 * logspace(0, 2, 3).toArray(); // [1, 10, 100]
 * ```
 */
export function logspace<
  const N extends number,
  D extends FloatDType = "float32",
  K extends string = "logspace",
>(
  start: number,
  stop: number,
  count: Arg<FromDims<[N], K>, N>,
  dtype?: D,
  base = 10,
): Tensor<Ok<FromDims<[N], K>>, NoInfer<D>> {
  return powers("logspace", start, stop, count as never, dtype, (x) => base ** x) as never;
}

/**
 * `count` numbers from `start` to `stop`, both included, each the same multiple of the one before.
 *
 * @throws {ShapeError} Where the count is no whole number from 0 on.
 * @throws {RangeError} Where the ends are not both above or both below 0.
 *
 * @example
 * ```ts
 * import { geomspace } from "@katachi/katachi";
 *
 * geomspace(1, 8, 4).toArray(); // [1, 2, 4, 8]
 * ```
 */
export function geomspace<
  const N extends number,
  D extends FloatDType = "float32",
  K extends string = "geomspace",
>(
  start: number,
  stop: number,
  count: Arg<FromDims<[N], K>, N>,
  dtype?: D,
): Tensor<Ok<FromDims<[N], K>>, NoInfer<D>> {
  if (!(start * stop > 0)) {
    throw new RangeError(`geomspace: ${start} and ${stop} are not both above or both below 0`);
  }
  const sign = Math.sign(start);
  const [from, to] = [Math.log(Math.abs(start)), Math.log(Math.abs(stop))];
  const value = (x: number) => x === from ? start : x === to ? stop : sign * Math.exp(x);
  return powers("geomspace", from, to, count as never, dtype, value) as never;
}

/** A function of evenly spaced numbers, computed in float64. */
function powers(
  operation: string,
  start: number,
  stop: number,
  count: number,
  dtype: FloatDType | undefined,
  value: (x: number) => number,
): AnyTensor {
  checkDims(operation, [count]);
  requireDType(operation, dtype ?? "float32", floats);
  const exponents = linspace(start, stop, count, "float64");
  return tensor([...exponents.data].map(value), dtype ?? "float32") as AnyTensor;
}

/** How {@linkcode meshgrid} orders its axes. */
export interface MeshGridOptions<I extends Indexing = Indexing> {
  /**
   * `"xy"`, the default: the first vector runs along the columns, the second along the rows, as a
   * picture has it. `"ij"`: vector `i` runs along axis `i`.
   */
  readonly indexing?: I;
}

/** Tensors of one shape with the dtypes of others. */
// The inner name keeps the compiler from inferring the others from how the result is taken apart.
export type Alike<S extends Shape, L extends readonly AnyTensor[]> = L extends
  infer M extends readonly AnyTensor[] ? { -readonly [At in keyof M]: Tensor<S, DTypeOf<M[At]>> }
  : never;

/**
 * The coordinates of the points of the grid that vectors span: for each vector a tensor of the grid's
 * shape, in which it runs along its axis.
 *
 * @throws {ShapeError} Where a tensor is no vector.
 *
 * @example
 * ```ts
 * import { meshgrid, tensor } from "@katachi/katachi";
 *
 * const [x, y] = meshgrid([tensor([1, 2, 3]), tensor([10, 20])]);
 * x.toArray(); // [[1, 2, 3], [1, 2, 3]]
 * y.toArray(); // [[10, 10, 10], [20, 20, 20]]
 * ```
 */
export function meshgrid<
  const L extends readonly AnyTensor[],
  const I extends Indexing = "xy",
  K extends string = "meshgrid",
>(
  vectors: Arg<MeshGrid<Shapes<L>, I, K>, L>,
  options?: MeshGridOptions<I>,
): Alike<Ok<MeshGrid<Shapes<L>, I, K>>, L> {
  return meshgridOf(vectors as never, options) as never;
}

function meshgridOf(
  vectors: readonly AnyTensor[],
  { indexing = "xy" }: MeshGridOptions = {},
): AnyTensor[] {
  const shape = meshgridShape(vectors.map((vector) => vector.shape), indexing);
  return vectors.map((vector, i) => {
    const axis = indexing === "xy" && vectors.length > 1 && i < 2 ? 1 - i : i;
    return bind(broadcastPrimitive, [vector], { shape, axes: [axis] })[0];
  });
}
