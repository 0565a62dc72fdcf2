/**
 * Whether a shape is the one that was expected.
 *
 * @module
 */
import type { Shape } from "./dim.ts";

/** Whether a shape has the expected dims; `null` and `undefined` expect nothing of a dim. */
export function shapeMatches(
  actual: Shape,
  expected: readonly (number | null | undefined)[],
): boolean {
  return actual.length === expected.length &&
    expected.every((dim, axis) => dim === null || dim === undefined || dim === actual[axis]);
}
