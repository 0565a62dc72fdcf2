/**
 * Rows combined by the segment that they belong to.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Segments, segmentsShape } from "../shape/positions.ts";
import type { DType, Summed } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { fill } from "../primitives/broadcast.ts";
import { numeric } from "../primitives/elementwise.ts";
import { type Combine, integers, scatter } from "../primitives/indexing.ts";
import { convert, requireDType, scalar } from "../primitives/operands.ts";
import type { IndexDType } from "./indexing.ts";

/**
 * The sum of the rows of each segment: row `i` belongs to segment `ids[i]`. Of no rows it is 0; rows
 * with an id that is not from 0 to `segments - 1` are left out. Booleans are counted.
 *
 * @throws {ShapeError} Where there is not one id for each row.
 *
 * @example
 * ```ts
 * import { segmentSum, tensor } from "@katachi/katachi";
 *
 * segmentSum(tensor([1, 2, 3, 4]), tensor([0, 0, 2, 0], "int32"), 3).toArray(); // [7, 0, 3]
 * ```
 */
export function segmentSum<
  S extends Shape,
  D extends DType,
  I extends Shape,
  const N extends number,
  K extends string = "segmentSum",
>(
  x: Tensor<S, D>,
  ids: Arg<Segments<S, I, N, K>, Tensor<I, IndexDType>>,
  segments: N,
): Tensor<Ok<Segments<S, I, N, K>>, Summed<D>> {
  return segmentSumOf(x as never, ids as never, segments as never) as never;
}

function segmentSumOf(x: AnyTensor, ids: AnyTensor, segments: number): AnyTensor {
  return combine("segmentSum", "add", counted(x), ids, segments);
}

/**
 * The product of the rows of each segment, as {@linkcode segmentSum}. Of no rows it is 1.
 *
 * @throws {ShapeError} Where there is not one id for each row.
 *
 * @example
 * ```ts
 * import { segmentProd, tensor } from "@katachi/katachi";
 *
 * segmentProd(tensor([2, 3, 4, 5]), tensor([0, 0, 2, 0], "int32"), 3).toArray(); // [30, 1, 4]
 * ```
 */
export function segmentProd<
  S extends Shape,
  D extends DType,
  I extends Shape,
  const N extends number,
  K extends string = "segmentProd",
>(
  x: Tensor<S, D>,
  ids: Arg<Segments<S, I, N, K>, Tensor<I, IndexDType>>,
  segments: N,
): Tensor<Ok<Segments<S, I, N, K>>, Summed<D>> {
  return segmentProdOf(x as never, ids as never, segments as never) as never;
}

function segmentProdOf(x: AnyTensor, ids: AnyTensor, segments: number): AnyTensor {
  return combine("segmentProd", "mul", counted(x), ids, segments);
}

/**
 * The largest of the rows of each segment, as {@linkcode segmentSum}. Of no rows it is the smallest
 * element of the dtype, `-Infinity` for floats. Equal largest elements share the gradient evenly.
 *
 * @throws {ShapeError} Where there is not one id for each row.
 *
 * @example
 * ```ts
 * import { segmentMax, tensor } from "@katachi/katachi";
 *
 * segmentMax(tensor([1, 2, 3, 4]), tensor([0, 0, 1, 0], "int32"), 2).toArray(); // [4, 3]
 * ```
 */
export function segmentMax<
  S extends Shape,
  D extends DType,
  I extends Shape,
  const N extends number,
  K extends string = "segmentMax",
>(
  x: Tensor<S, D>,
  ids: Arg<Segments<S, I, N, K>, Tensor<I, IndexDType>>,
  segments: N,
): Tensor<Ok<Segments<S, I, N, K>>, D> {
  return segmentMaxOf(x as never, ids as never, segments as never) as never;
}

function segmentMaxOf(x: AnyTensor, ids: AnyTensor, segments: number): AnyTensor {
  return combine("segmentMax", "max", x, ids, segments);
}

/**
 * The smallest of the rows of each segment, as {@linkcode segmentSum}. Of no rows it is the largest
 * element of the dtype, `Infinity` for floats. Equal smallest elements share the gradient evenly.
 *
 * @throws {ShapeError} Where there is not one id for each row.
 *
 * @example
 * ```ts
 * import { segmentMin, tensor } from "@katachi/katachi";
 *
 * segmentMin(tensor([1, 2, 3, 4]), tensor([0, 0, 1, 0], "int32"), 2).toArray(); // [1, 3]
 * ```
 */
export function segmentMin<
  S extends Shape,
  D extends DType,
  I extends Shape,
  const N extends number,
  K extends string = "segmentMin",
>(
  x: Tensor<S, D>,
  ids: Arg<Segments<S, I, N, K>, Tensor<I, IndexDType>>,
  segments: N,
): Tensor<Ok<Segments<S, I, N, K>>, D> {
  return segmentMinOf(x as never, ids as never, segments as never) as never;
}

function segmentMinOf(x: AnyTensor, ids: AnyTensor, segments: number): AnyTensor {
  return combine("segmentMin", "min", x, ids, segments);
}

function combine(
  operation: string,
  how: Exclude<Combine, "set">,
  x: AnyTensor,
  ids: AnyTensor,
  segments: number,
): AnyTensor {
  requireDType(operation, ids.dtype, integers);
  requireDType(operation, x.dtype, numeric);
  const shape = segmentsShape(operation, x.shape, ids.shape, segments);
  return scatter(how, fill(scalar(neutral(how, x.dtype), x.dtype), shape), ids, x, 0);
}

/** What leaves every element of a dtype as it is. */
function neutral(how: Exclude<Combine, "set">, dtype: DType): number {
  if (how === "add") return 0;
  if (how === "mul") return 1;
  const [least, most] = dtype === "int32"
    ? [-(2 ** 31), 2 ** 31 - 1]
    : dtype === "uint32"
    ? [0, 2 ** 32 - 1]
    : [-Infinity, Infinity];
  return how === "max" ? least : most;
}

function counted(x: AnyTensor): AnyTensor {
  return x.dtype === "bool" ? convert(x, "int32") : x;
}
