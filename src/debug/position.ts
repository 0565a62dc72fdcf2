/**
 * Places of elements.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";

/** The index of the element at a position in row-major order. */
export function indexAt(shape: Shape, position: number): number[] {
  let rest = position;
  return shape.toReversed().map((dim) => {
    const at = rest % dim;
    rest = (rest - at) / dim;
    return at;
  }).reverse();
}
