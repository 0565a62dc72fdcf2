/**
 * Joining tensors.
 *
 * @module
 */
import { normalizeAxis } from "../shape/axis.ts";
import { type Concat, concatShape } from "../shape/concat.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type Stack, stackShape } from "../shape/stack.ts";
import { promote } from "../tensor/dtype.ts";
import type { AnyTensor, DTypeOf, Tensor } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { concatPrimitive } from "../primitives/movement.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";

/** The shapes of a list of tensors. */
export type Shapes<L extends readonly AnyTensor[]> = { -readonly [I in keyof L]: L[I]["shape"] };

/**
 * Tensors joined end to end along an axis, 0 unless told. Their other dims must agree; dtypes are
 * promoted.
 *
 * @throws {ShapeError} Where other dims differ, or the list is empty.
 *
 * @example
 * ```ts
 * import { concat, ones, zeros } from "@katachi/katachi";
 *
 * concat([zeros([2, 3]), ones([1, 3])]).shape; // [3, 3]
 * ```
 */
export function concat<
  const L extends readonly AnyTensor[],
  const X extends number = 0,
  K extends string = "concat",
>(
  tensors: Arg<Concat<Shapes<L>, X, K>, L>,
  axis?: X,
): Tensor<Ok<Concat<Shapes<L>, X, K>>, DTypeOf<L[number]>> {
  return concatOf(tensors as never, axis as never) as never;
}

function concatOf(tensors: readonly AnyTensor[], axis = 0): AnyTensor {
  concatShape(tensors.map(({ shape }) => shape), axis);
  const at = normalizeAxis("concat", axis, tensors[0].shape);
  return tensors.length === 1 ? tensors[0] : bind(concatPrimitive, alike(tensors), { axis: at })[0];
}

/**
 * Tensors of one shape laid along a new axis, 0 unless told. Dtypes are promoted.
 *
 * @throws {ShapeError} Where shapes differ, or the list is empty.
 *
 * @example
 * ```ts
 * import { stack, tensor } from "@katachi/katachi";
 *
 * stack([tensor([1, 2]), tensor([3, 4])], 1).toArray(); // [[1, 3], [2, 4]]
 * ```
 */
export function stack<
  const L extends readonly AnyTensor[],
  const X extends number = 0,
  K extends string = "stack",
>(
  tensors: Arg<Stack<Shapes<L>, X, K>, L>,
  axis?: X,
): Tensor<Ok<Stack<Shapes<L>, X, K>>, DTypeOf<L[number]>> {
  return stackOf(tensors as never, axis as never) as never;
}

function stackOf(tensors: readonly AnyTensor[], axis = 0): AnyTensor {
  const shape = stackShape(tensors.map(({ shape }) => shape), axis);
  const at = normalizeAxis("stack", axis, shape);
  const layers = alike(tensors).map((x) => reshapeRaw(x, shape.with(at, 1)));
  return layers.length === 1 ? layers[0] : bind(concatPrimitive, layers, { axis: at })[0];
}

function alike(tensors: readonly AnyTensor[]): readonly AnyTensor[] {
  const dtype = tensors.map(({ dtype }) => dtype).reduce(promote);
  return tensors.map((x) => convert(x, dtype));
}
