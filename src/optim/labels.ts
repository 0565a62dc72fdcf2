/**
 * Labels of the leaves of parameter trees, and parts of trees that are chosen by them.
 *
 * @module
 */
import type { AnyTensor } from "../../mod.ts";
import { isTensor } from "../tensor/storage.ts";
import { flattenTree, TreeError } from "../tensor/tree.ts";
import type { StepFacts } from "./optimizer.ts";

/** A tree of labels like the parameters; a label in place of a part is that of all its leaves. */
export type LabelTree<L> = L | readonly LabelTree<L>[] | { readonly [name: string]: LabelTree<L> };

/** The labels of leaves: a tree of them, or a function of a leaf and its place, as in `.layers[0].w`. */
export type Labels<L> = LabelTree<L> | ((leaf: AnyTensor, path: string) => L);

/** A tree of which some leaves may have been left out, with `null` in their place. */
export type Part<P> = P extends AnyTensor ? P | null
  : { readonly [K in keyof P]: Part<P[K]> };

/**
 * The label of each leaf of a tree, in order.
 *
 * @internal
 */
export function labelsOf<L>(operation: string, labels: Labels<L>, params: unknown): readonly L[] {
  const { leaves, structure: { paths } } = flattenTree(params, operation, "params");
  if (typeof labels === "function") {
    const label = labels as (leaf: AnyTensor, path: string) => L;
    return leaves.map((leaf, i) => label(leaf, paths[i]));
  }
  const found: L[] = [];
  const walk = (tree: unknown, label: LabelTree<L>, path: string): void => {
    if (tree === null || tree === undefined) return;
    if (typeof label !== "object" || label === null) {
      for (const _ of flattenTree(tree, operation, "params").leaves) found.push(label as L);
      return;
    }
    const shown = `${operation}: params${path}`;
    if (isTensor(tree)) throw new TreeError(`${shown} is a tensor and the labels go on`);
    const [parts, names] = [tree, label].map((node) => node as Readonly<Record<string, unknown>>);
    const keys = Object.keys(parts);
    if (!Array.isArray(parts)) keys.sort();
    const extra = Object.keys(names).find((key) => !Object.hasOwn(parts, key));
    if (Array.isArray(parts) !== Array.isArray(names) || extra !== undefined) {
      throw new TreeError(`${shown} and the labels are different trees`);
    }
    for (const key of keys) {
      const place = Array.isArray(parts) ? `${path}[${key}]` : `${path}.${key}`;
      if (!Object.hasOwn(names, key)) {
        throw new TreeError(`${operation}: params${place} has no label`);
      }
      walk(parts[key], names[key] as LabelTree<L>, place);
    }
  };
  walk(params, labels as LabelTree<L>, "");
  return found;
}

/**
 * The leaves that are chosen, in a tree with `null` in place of the others.
 *
 * @internal
 */
export function partOf<P>(tree: P, chosen: readonly boolean[]): Part<P> {
  const { leaves, structure } = flattenTree(tree, "update", "the tree");
  return structure.build(leaves.map((leaf, i) => chosen[i] ? leaf : null)) as Part<P>;
}

/**
 * A tree with some leaves replaced by those of a part of it.
 *
 * @internal
 */
export function withPart<P>(tree: P, chosen: readonly boolean[], part: Part<P>): P {
  const { leaves, structure } = flattenTree(tree, "update", "the tree");
  const next = flattenTree(part, "update", "the part").leaves;
  let at = 0;
  return structure.build(leaves.map((leaf, i) => chosen[i] ? next[at++] : leaf)) as P;
}

/**
 * What a step may be told, for a part of the parameters: the loss as a function of the part.
 *
 * @internal
 */
export function factsOfPart<P>(
  facts: StepFacts<P> | undefined,
  params: P,
  chosen: readonly boolean[],
): StepFacts<Part<P>> | undefined {
  const loss = facts?.loss;
  if (loss === undefined) return facts as StepFacts<Part<P>> | undefined;
  return { ...facts, loss: (part) => loss(withPart(params, chosen, part)) };
}
