/**
 * Shapes of kernels: dims as in any shape, and an axis for inputs and outputs each.
 *
 * @module
 */
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";
import { checkDims, type FromDims } from "./literal.ts";

/** The shape of a kernel, of 2 axes or more. */
export type Kernel<S extends Shape, K extends string = "kernel"> = UnknownRank<S, K> extends true
  ? Rankless<S, K>
  : S["length"] extends 0 | 1 ? Fail<`${K}: a kernel has at least 2 axes, got ${Show<S, K>}`>
  : FromDims<S, K>;

/** The run-time twin of {@linkcode Kernel}. */
export function kernelShape(operation: string, shape: Shape): Shape {
  if (Array.isArray(shape) && shape.length < 2) {
    throw new ShapeError(`${operation}: a kernel has at least 2 axes, got ${showShape(shape)}`);
  }
  checkDims(operation, shape);
  return shape;
}
