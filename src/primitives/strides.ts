/**
 * Walking over the elements of row-major arrays, for the reference kernels.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";

/** How far apart neighbours along each axis lie. */
export function strides(shape: Shape): number[] {
  const result = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    result[axis] = step;
    step *= shape[axis];
  }
  return result;
}

/**
 * Visits every index of `shape` in row-major order. `at` counts the visits; `other` is the offset
 * into another array, which moves by `steps[axis]` along each axis, starting from `offset`.
 */
export function forEachIndex(
  shape: Shape,
  steps: readonly number[],
  visit: (at: number, other: number) => void,
  offset = 0,
): void {
  const rank = shape.length;
  if (shape.includes(0)) return;
  if (rank === 0) return visit(0, offset);
  const index = new Array<number>(rank).fill(0);
  const inner = shape[rank - 1];
  const innerStep = steps[rank - 1];
  let at = 0;
  let base = offset;
  while (true) {
    for (let i = 0, other = base; i < inner; i++, other += innerStep) visit(at++, other);
    let axis = rank - 2;
    for (; axis >= 0; axis--) {
      base += steps[axis];
      if (++index[axis] < shape[axis]) break;
      base -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
