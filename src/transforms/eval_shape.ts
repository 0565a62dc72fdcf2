/**
 * `evalShape`: what a function's result looks like, with nothing computed.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { DType, TypedArray } from "../tensor/dtype.ts";
import { elements, isTensor, TensorBase } from "../tensor/storage.ts";
import { flattenTree } from "../tensor/tree.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { TraceError } from "../tape/recorder.ts";
import { trace } from "./trace.ts";

/** A tensor's shape and dtype, without the tensor. */
export interface ShapeDType<S extends Shape = Shape, D extends DType = "float32"> {
  /** The dims, outermost first. */
  readonly shape: S;
  /** The element type. */
  readonly dtype: D;
}

/** A tree with shapes and dtypes in the places of tensors. */
export type ShapesOf<T> = T extends Tensor<infer S extends Shape, infer D extends DType>
  ? ShapeDType<S, D>
  : T extends object ? { [P in keyof T]: ShapesOf<T[P]> }
  : T;

/** A tree of tensors, or of their shapes and dtypes. */
export type TensorsOrShapes<T> = T extends Tensor<infer S extends Shape, infer D extends DType>
  ? Tensor<S, D> | ShapeDType<S, D>
  : T extends object ? { [P in keyof T]: TensorsOrShapes<T[P]> }
  : T;

/**
 * The shapes and dtypes of a function's result, found by recording it: nothing is computed and
 * nothing large is allocated. In the arguments `{ shape, dtype }` may stand for a tensor.
 *
 * @throws {TraceError} Where the function reads a tensor's values.
 * @throws {ShapeError} Where shapes do not fit, as when the function is called.
 *
 * @example
 * ```ts
 * import { evalShape, matmul, type Tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[60000, 784]>, w: Tensor<[784, 10]>) => matmul(x, w);
 * evalShape(
 *   f,
 *   { shape: [60000, 784], dtype: "float32" },
 *   { shape: [784, 10], dtype: "float32" },
 * ); // { shape: [60000, 10], dtype: "float32" }
 * ```
 */
export function evalShape<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...args: { [I in keyof A]: TensorsOrShapes<A[I]> }
): ShapesOf<R> {
  const { leaves, structure } = flattenTree(placeholders(args), "evalShape", "argument ");
  const { tape, output } = trace("evalShape", f, structure, leaves);
  return output.build(tape.outputs.map(({ shape, dtype }) => ({ shape, dtype }))) as ShapesOf<R>;
}

/** A tensor of which only shape and dtype exist. */
class Placeholder extends TensorBase {
  override [elements](operation: string): TypedArray {
    throw new TraceError(`${operation}: evalShape computes no values`);
  }
}

/** A tree in which shapes and dtypes have become tensors. */
export function placeholders(tree: unknown): unknown {
  if (isTensor(tree) || typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map(placeholders);
  const { shape, dtype } = tree as Partial<ShapeDType>;
  if (Array.isArray(shape) && typeof dtype === "string") return new Placeholder(shape, dtype);
  if (Object.getPrototypeOf(tree) !== Object.prototype) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, item]) => [name, placeholders(item)]));
}
