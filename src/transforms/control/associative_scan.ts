/**
 * `associativeScan`: all partial results of an associative operation, in parallel.
 *
 * @module
 */
import { normalizeAxis } from "../../shape/axis.ts";
import { equalShapes } from "../../shape/same.ts";
import { ShapeError, showShape } from "../../shape/fail.ts";
import { flattenTree, requireSameTree, type TreeStructure } from "../../tensor/tree.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { bind } from "../../tape/recorder.ts";
import { concatPrimitive, moveAxisRaw, reversePrimitive } from "../../primitives/movement.ts";
import { reshapeRaw } from "../../primitives/reshape.ts";
import { sliceRaw } from "../../primitives/slice.ts";

/** Along what {@linkcode associativeScan} goes. */
export interface AssociativeScanOptions {
  /** The axis; 0 unless given. */
  readonly axis?: number;
  /** Whether to start at the end. */
  readonly reverse?: boolean;
}

/**
 * The partial results `x0`, `f(x0, x1)`, `f(f(x0, x1), x2)`, … along an axis, for an associative
 * `f`. It is made of about `2 log₂ n` applications of `f` to many pairs at once, where `scan` takes
 * `n` steps one after another: `f` gets trees like `xs`, of fewer slices, and works slice by slice.
 *
 * @throws {TreeError} Where `f` gives another tree than it got.
 * @throws {ShapeError} Where lengths along the axis differ, or `f` changes a shape.
 *
 * @source G. E. Blelloch, "Prefix sums and their applications", 1990.
 *
 * @example
 * ```ts
 * import { associativeScan, maximum, tensor } from "@katachi/katachi";
 *
 * associativeScan((a, b) => maximum(a, b), tensor([3, 1, 4, 1, 5])).toArray(); // [3, 3, 4, 4, 5]
 * ```
 */
export function associativeScan<T>(
  f: (a: T, b: T) => T,
  xs: T,
  { axis = 0, reverse = false }: AssociativeScanOptions = {},
): T {
  const { leaves, structure } = flattenTree(xs, "associativeScan", "xs");
  const axes = leaves.map(({ shape }, i) =>
    normalizeAxis(`associativeScan: xs${structure.paths[i]}`, axis, shape)
  );
  const lengths = leaves.map(({ shape }, i) => shape[axes[i]]);
  const odd = lengths.findIndex((length) => length !== lengths[0]);
  if (odd >= 0) {
    throw new ShapeError(
      `associativeScan: lengths along axis ${axis} differ: xs${structure.paths[0]} ${
        showShape(leaves[0].shape)
      }, xs${structure.paths[odd]} ${showShape(leaves[odd].shape)}`,
    );
  }
  if (leaves.length === 0) return xs;
  const turn = (x: AnyTensor) => reverse ? bind(reversePrimitive, [x], { axes: [0] })[0] : x;
  const first = leaves.map((leaf, i) => turn(moveAxisRaw(leaf, axes[i], 0)));
  const results = partial(combining(f, structure), first, lengths[0]);
  return structure.build(results.map((x, i) => moveAxisRaw(turn(x), 0, axes[i]))) as T;
}

type Combine = (a: readonly AnyTensor[], b: readonly AnyTensor[]) => readonly AnyTensor[];

/** The user's function on leaves. */
function combining<T>(f: (a: T, b: T) => T, structure: TreeStructure): Combine {
  return (a, b) => {
    const result = flattenTree(
      f(structure.build(a) as T, structure.build(b) as T),
      "associativeScan",
      "the result",
    );
    requireSameTree("associativeScan", "xs", structure, "the result", result.structure);
    for (const [i, { shape, dtype }] of a.entries()) {
      const own = result.leaves[i];
      if (!equalShapes(own.shape, shape) || own.dtype !== dtype) {
        throw new ShapeError(
          `associativeScan: from two ${dtype}${showShape(shape)} the function made ${own.dtype}${
            showShape(own.shape)
          } for xs${structure.paths[i]}; it must keep shape and dtype`,
        );
      }
    }
    return result.leaves;
  };
}

/** Pairs are combined, the half as many results scanned, and the others made from them. */
function partial(f: Combine, xs: readonly AnyTensor[], length: number): readonly AnyTensor[] {
  if (length < 2) return xs;
  const pairs = f(every(xs, 0, length - 1), every(xs, 1, length));
  const odd = partial(f, pairs, Math.floor(length / 2));
  const others = length % 2 === 0 ? odd.map((x) => upTo(x, x.shape[0] - 1)) : odd;
  const even = length > 2 ? f(others, every(xs, 2, length)) : [];
  return xs.map((x, i) => {
    const first = upTo(x, 1);
    const all = length > 2 ? bind(concatPrimitive, [first, even[i]], { axis: 0 })[0] : first;
    return interleave(all, odd[i]);
  });
}

/** Every other slice from `start` to before `stop`. */
function every(xs: readonly AnyTensor[], start: number, stop: number): readonly AnyTensor[] {
  return xs.map((x) => {
    const [, ...rest] = x.shape;
    return sliceRaw(x, [start, ...rest.map(() => 0)], [stop, ...rest], [2, ...rest.map(() => 1)]);
  });
}

function upTo(x: AnyTensor, stop: number): AnyTensor {
  const [, ...rest] = x.shape;
  return sliceRaw(x, x.shape.map(() => 0), [stop, ...rest], x.shape.map(() => 1));
}

/** Slices of the one and of the other in turn; the first may have one more. */
function interleave(a: AnyTensor, b: AnyTensor): AnyTensor {
  const [count, ...rest] = b.shape;
  const beside = (x: AnyTensor) => reshapeRaw(x, [count, 1, ...rest]);
  const pairs = bind(concatPrimitive, [beside(upTo(a, count)), beside(b)], { axis: 1 })[0];
  const joined = reshapeRaw(pairs, [2 * count, ...rest]);
  if (a.shape[0] === count) return joined;
  const last = sliceRaw(a, [count, ...rest.map(() => 0)], a.shape, a.shape.map(() => 1));
  return bind(concatPrimitive, [joined, last], { axis: 0 })[0];
}
