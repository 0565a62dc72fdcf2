/**
 * Rows of trees of tensors, in order.
 *
 * @module
 */
import { slice, treeLeaves } from "../../mod.ts";
import { flattenTree } from "../tensor/tree.ts";

/** How many rows a tree of tensors has. */
export function rowCount(operation: string, data: unknown): number {
  const [first, ...others] = treeLeaves(data);
  if (first === undefined || first.shape.length === 0) {
    throw new RangeError(`${operation}: needs tensors with a first axis of rows`);
  }
  const odd = others.find(({ shape }) => shape[0] !== first.shape[0]);
  if (odd !== undefined) {
    throw new RangeError(
      `${operation}: tensors differ in rows: ${first.shape[0]} and ${odd.shape[0] ?? "none"}`,
    );
  }
  return first.shape[0];
}

/** All rows of a tree in order, `size` at a time; the last part may have fewer. */
export function* rowsInOrder(operation: string, data: unknown, size: number): Generator<unknown> {
  const rows = rowCount(operation, data);
  if (rows <= size) return yield data;
  const { leaves, structure } = flattenTree(data, operation, "the data");
  for (let start = 0; start < rows; start += size) {
    const end = Math.min(rows, start + size);
    yield structure.build(leaves.map((leaf) => slice(leaf, [[start, end]])));
  }
}
