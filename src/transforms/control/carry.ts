/**
 * What goes round a loop keeps its form.
 *
 * @module
 */
import { equalShapes } from "../../shape/same.ts";
import { ShapeError, showShape } from "../../shape/fail.ts";
import type { FlatTree } from "../../tensor/tree.ts";
import type { Abstract } from "../../tape/tape.ts";

/** Refuses a step that changes a shape or a dtype of its carry, or of what `name` calls it. */
export function requireSameCarry(
  operation: string,
  { leaves, structure }: FlatTree,
  next: readonly Abstract[],
  name = "the carry",
): void {
  for (const [i, { shape, dtype }] of leaves.entries()) {
    if (!equalShapes(shape, next[i].shape) || dtype !== next[i].dtype) {
      throw new ShapeError(
        `${operation}: ${name}${structure.paths[i]} is ${dtype}${
          showShape(shape)
        } before a step and ${next[i].dtype}${showShape(next[i].shape)} after it`,
      );
    }
  }
}
