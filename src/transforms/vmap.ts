/**
 * `vmap`: a function of one example becomes a function of a batch.
 *
 * @module
 */
import { normalizeAxis } from "../shape/axis.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import type { Dim } from "../shape/dim.ts";
import { useKeysOf } from "../random/reuse.ts";
import { flattenTree, placeName, TreeError, type TreeStructure } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { repeatExample } from "../primitives/broadcast.ts";
import { moveAxisRaw } from "../primitives/movement.ts";
import { removeDead } from "../tape/passes/dead.ts";
import { evaluateBatch } from "./batch.ts";
import { axesOf } from "./axes_of.ts";
import { trace, traceFlat } from "./trace.ts";
import type { AxisTree, WithAxis } from "./tree_types.ts";

/** Where {@linkcode vmap} finds the batch, and where it puts it. */
export interface VmapOptions {
  /**
   * The axis that counts the examples: one for all arguments, or a list with one for each; `null`
   * for what all examples share. An argument that is a tree may have a tree of axes. 0 unless given.
   */
  readonly inAxes?: AxisTree;
  /** Where the results have that axis; 0 unless given. */
  readonly outAxes?: AxisTree;
}

/**
 * The axes of an option, 0 unless given.
 *
 * @internal
 */
type AxesOf<O, Name extends keyof VmapOptions> = O extends { readonly [K in Name]: infer X }
  ? X extends AxisTree ? X : 0
  : 0;

/** A function of a batch, from a function of one example. */
export type Vmapped<A extends readonly unknown[], R, O extends VmapOptions> = <B extends Dim>(
  ...args: WithAxis<A, B, AxesOf<O, "inAxes">> & readonly unknown[]
) => WithAxis<R, B, AxesOf<O, "outAxes">>;

/**
 * Vectorizes a function: what it does to one example, the result does to a whole batch at once, not
 * by a loop but by each operation's own batched form. Arguments and results have one axis more, the
 * first unless `inAxes` and `outAxes` say otherwise.
 *
 * Like `jit`, it calls the function with abstract tensors, whose values cannot be read; `where` and
 * `cond` choose between values. Results that are the same for all examples are repeated.
 *
 * @throws {ShapeError} Where batch sizes differ, or a tensor has no such axis.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor, or axes do
 * not fit the tree that they are for.
 *
 * @example
 * ```ts
 * import { grad, ones, type Tensor, tensor, vmap } from "@katachi/katachi";
 *
 * const f = (w: Tensor<[2]>, x: Tensor<[2]>) => w.mul(x).sum().square();
 * const xs = tensor([[1, 2], [3, 4], [5, 6]]);
 * const perExample = vmap(grad(f), { inAxes: [null, 0] }); // one gradient for each example
 * perExample(ones([2]), xs).toArray(); // [[6, 12], [42, 56], [110, 132]]
 * ```
 */
export function vmap<
  A extends readonly unknown[],
  R,
  const O extends VmapOptions = Record<never, never>,
>(f: (...args: A) => R, options?: O): Vmapped<A, R, O> {
  return vmapOf(f as never, options) as never;
}

function vmapOf(
  f: (...args: never[]) => unknown,
  { inAxes = 0, outAxes = 0 }: VmapOptions = {},
): (...args: unknown[]) => unknown {
  return (...args) => {
    const { leaves, structure } = flattenTree(args, "vmap", "argument ");
    const axes = axesOf("vmap", "inAxes", inAxes, "argument ", args, structure).map((axis, i) =>
      axis === null ? null : inAxis(axis, leaves[i], structure.paths[i])
    );
    const size = batchSize(leaves, axes, structure);
    const examples = leaves.map(({ shape, dtype }, i) => {
      const axis = axes[i];
      return { shape: axis === null ? shape : shape.toSpliced(axis, 1), dtype };
    });
    const { tape, output, keyUses } = trace("vmap", f, structure, examples);
    useKeysOf(keyUses, leaves);
    const inputs = leaves.map((leaf, i) => {
      const axis = axes[i];
      return axis === null ? leaf : moveAxisRaw(leaf, axis, 0);
    });
    const batched = axes.map((axis) => axis !== null);
    const results = evaluateBatch(removeDead(tape), inputs, batched, size);
    const form = output.build(results.outputs);
    const places = axesOf("vmap", "outAxes", outAxes, "the result", form, output);
    return output.build(results.outputs.map((result, i) => {
      const place = places[i];
      if (place === null && !results.batched[i]) return result;
      if (place === null) {
        throw new ShapeError(
          `vmap: outAxes is null for ${
            placeName("the result", output.paths[i])
          }, which differs between examples`,
        );
      }
      const all = results.batched[i] ? result : repeatExample(result, size);
      return moveAxisRaw(all, 0, outAxis(place, all, output.paths[i]));
    }));
  };
}

function inAxis(axis: number, leaf: AnyTensor, path: string): number {
  return normalizeAxis(`vmap: ${placeName("argument ", path)}`, axis, leaf.shape);
}

function outAxis(axis: number, result: AnyTensor, path: string): number {
  return normalizeAxis(`vmap: ${placeName("the result", path)}`, axis, result.shape);
}

/** The one size that all batched leaves agree on. */
function batchSize(
  leaves: readonly AnyTensor[],
  axes: readonly (number | null)[],
  { paths }: TreeStructure,
): number {
  const first = axes.findIndex((axis) => axis !== null);
  if (first < 0) {
    throw new TreeError(
      `vmap: no argument carries a batch; give at least one an axis with inAxes`,
    );
  }
  const sizeAt = (i: number) => leaves[i].shape[axes[i]!];
  const describe = (i: number) =>
    `${placeName("argument ", paths[i])} ${showShape(leaves[i].shape)} has ${
      sizeAt(i)
    } along axis ${axes[i]}`;
  const odd = axes.findIndex((axis, i) => axis !== null && sizeAt(i) !== sizeAt(first));
  if (odd >= 0) {
    throw new ShapeError(`vmap: batch sizes differ: ${describe(first)}, ${describe(odd)}`);
  }
  return sizeAt(first);
}

/** A function from leaves to leaves applied to a batch; every result carries it. */
export function vmapLeaves(
  f: (leaves: readonly AnyTensor[]) => readonly AnyTensor[],
  inputs: readonly AnyTensor[],
  size: number,
): readonly AnyTensor[] {
  const examples = inputs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
  const tape = removeDead(traceFlat("vmap", examples, f));
  const { outputs, batched } = evaluateBatch(tape, inputs, inputs.map(() => true), size);
  return outputs.map((output, i) => batched[i] ? output : repeatExample(output, size));
}
