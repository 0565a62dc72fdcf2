/**
 * Cutting lines off at a rectangle.
 *
 * @module
 */

/** A line from one point to another. */
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** The part of a line inside of `[0, width] x [0, height]` (Liang and Barsky, 1984), if there is one. */
export function clipped(line: Segment, width: number, height: number): Segment | undefined {
  const { x1, y1, x2, y2 } = line;
  const dx = x2 - x1;
  const dy = y2 - y1;
  let from = 0;
  let to = 1;
  for (const [step, room] of [[-dx, x1], [dx, width - x1], [-dy, y1], [dy, height - y1]]) {
    if (step === 0 && room < 0) return undefined;
    if (step < 0) from = Math.max(from, room / step);
    if (step > 0) to = Math.min(to, room / step);
  }
  return from > to
    ? undefined
    : { x1: x1 + from * dx, y1: y1 + from * dy, x2: x1 + to * dx, y2: y1 + to * dy };
}
