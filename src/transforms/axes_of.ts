/**
 * Axes for the leaves of a tree, given as a tree that may be less deep.
 *
 * @module
 */
import { isTensor } from "../tensor/storage.ts";
import { TreeError, type TreeStructure } from "../tensor/tree.ts";
import type { AxisTree } from "./tree_types.ts";

/** The axis of each leaf of a tree: a number or `null` holds for a whole branch. */
export function axesOf(
  operation: string,
  option: string,
  axes: AxisTree,
  tree: unknown,
  { paths }: TreeStructure,
): readonly (number | null)[] {
  const found: (number | null)[] = [];
  const walk = (node: unknown, axis: unknown, path: string): void => {
    const whole = axis === null || typeof axis === "number";
    if (isTensor(node)) {
      if (!whole) {
        throw new TreeError(`${operation}: ${option} has ${describe(axis)} for the tensor ${path}`);
      }
      found.push(axis);
    } else if (Array.isArray(node)) {
      if (!whole && (!Array.isArray(axis) || axis.length !== node.length)) {
        throw new TreeError(
          `${operation}: ${option} has ${describe(axis)} for ${path || "a list"} of ${node.length}`,
        );
      }
      node.forEach((item, i) => walk(item, whole ? axis : (axis as unknown[])[i], `${path}[${i}]`));
    } else if (typeof node === "object" && node !== null) {
      for (const name of Object.keys(node).sort()) {
        const branch = whole ? axis : (axis as Record<string, unknown>)[name];
        if (branch === undefined) {
          throw new TreeError(`${operation}: ${option} has no axis for ${path}.${name}`);
        }
        walk((node as Record<string, unknown>)[name], branch, `${path}.${name}`);
      }
    }
  };
  walk(tree, axes, "");
  if (found.length !== paths.length) throw new Error("the walk goes over every leaf");
  return found;
}

function describe(axis: unknown): string {
  if (Array.isArray(axis)) return `${axis.length} axes`;
  return axis === undefined ? "no axis" : "a tree of axes";
}
