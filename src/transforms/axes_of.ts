/**
 * Axes for the leaves of a tree, given as a tree that may be less deep.
 *
 * @module
 */
import { isTensor } from "../tensor/storage.ts";
import { placeName, TreeError, type TreeStructure } from "../tensor/tree.ts";
import type { AxisTree } from "./tree_types.ts";

/**
 * The axis of each leaf of a tree: a number or `null` holds for a whole branch. `where` names the
 * tree in messages, `"argument "` the list of all arguments.
 */
export function axesOf(
  operation: string,
  option: string,
  axes: AxisTree,
  where: string,
  tree: unknown,
  { paths }: TreeStructure,
): readonly (number | null)[] {
  const found: (number | null)[] = [];
  const nameOf = (path: string) =>
    path === "" && where.endsWith(" ") ? `the ${where.trimEnd()}s` : placeName(where, path);
  const walk = (node: unknown, axis: unknown, path: string): void => {
    const whole = axis === null || typeof axis === "number";
    if (isTensor(node)) {
      if (!whole) {
        throw new TreeError(
          `${operation}: ${option} has ${describe(axis)} for ${nameOf(path)}, a tensor`,
        );
      }
      found.push(axis);
    } else if (Array.isArray(node)) {
      if (!whole && (!Array.isArray(axis) || axis.length !== node.length)) {
        throw new TreeError(
          `${operation}: ${option} has ${describe(axis)} for ${
            nameOf(path)
          }, a list of ${node.length}`,
        );
      }
      node.forEach((item, i) => walk(item, whole ? axis : (axis as unknown[])[i], `${path}[${i}]`));
    } else if (typeof node === "object" && node !== null) {
      for (const name of Object.keys(node).sort()) {
        const branch = whole ? axis : (axis as Record<string, unknown>)[name];
        if (branch === undefined) {
          throw new TreeError(
            `${operation}: ${option} has no axis for ${nameOf(`${path}.${name}`)}`,
          );
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
  if (Array.isArray(axis)) return axis.length === 1 ? "1 axis" : `${axis.length} axes`;
  return axis === undefined ? "no axis" : "a tree of axes";
}
