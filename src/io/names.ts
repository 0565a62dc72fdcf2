/**
 * The names of a tree's tensors, as files have them: `layers.0.weight`.
 *
 * @module
 */
import type { AnyTensor } from "../../mod.ts";
import { FormatError } from "../data/format_error.ts";
import { flattenTree, type TreeStructure } from "../tensor/tree.ts";

/** A tree's tensors with their names, in the tree's order. */
export interface NamedTree {
  /** The tensors. */
  readonly leaves: readonly { readonly name: string; readonly leaf: AnyTensor }[];
  /** What puts others in their places. */
  readonly structure: TreeStructure;
}

/** Gives a tree's tensors their names: keys and positions with dots between. */
export function namedTree(operation: string, tree: unknown): NamedTree {
  const { leaves, structure } = flattenTree(tree, operation, "the tree");
  const names = structure.paths.map((path) => path.replace(/\[(\d+)\]/g, ".$1").replace(/^\./, ""));
  const seen = new Map<string, string>();
  names.forEach((name, i) => {
    const other = seen.get(name);
    if (other !== undefined) {
      throw new FormatError(
        `${operation}: ${other} and ${structure.paths[i]} would both have the name ${name}`,
      );
    }
    seen.set(name, structure.paths[i]);
  });
  return { leaves: leaves.map((leaf, i) => ({ name: names[i], leaf })), structure };
}
