/**
 * Axes for the leaves of a tree, given as a tree that may be less deep.
 *
 * @module
 */
import { isTensor } from "../tensor/storage.ts";
import { TreeError, type TreeStructure } from "../tensor/tree.ts";
import type { AxisTree } from "./tree_types.ts";

/**
 * The axis of each leaf of a tree: a number or `null` holds for a whole branch. `name` says what
 * stands at a path, for messages.
 */
export function axesOf(
  operation: string,
  option: string,
  axes: AxisTree,
  tree: unknown,
  { paths }: TreeStructure,
  name: (path: string) => string,
): readonly (number | null)[] {
  const found: (number | null)[] = [];
  const refuse = (axis: unknown, path: string, form: string): never => {
    throw new TreeError(`${operation}: ${option} has ${describe(axis)} for ${name(path)}, ${form}`);
  };
  const walk = (node: unknown, axis: unknown, path: string): void => {
    const whole = axis === null || typeof axis === "number";
    if (isTensor(node)) {
      if (!whole) return refuse(axis, path, "a tensor");
      found.push(axis);
    } else if (Array.isArray(node)) {
      if (!whole && (!Array.isArray(axis) || axis.length !== node.length)) {
        refuse(axis, path, `a list of ${node.length}`);
      }
      node.forEach((item, i) => walk(item, whole ? axis : (axis as unknown[])[i], `${path}[${i}]`));
    } else if (typeof node === "object" && node !== null) {
      for (const key of Object.keys(node).sort()) {
        const branch = whole ? axis : (axis as Record<string, unknown>)[key];
        if (branch === undefined) {
          throw new TreeError(`${operation}: ${option} has no axis for ${name(`${path}.${key}`)}`);
        }
        walk((node as Record<string, unknown>)[key], branch, `${path}.${key}`);
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
