/**
 * Plane shapes by their signed distance: negative inside, positive outside, in units of the radius.
 *
 * @module
 */

/** The signed distance of a shape of radius 1 at a point. */
export type SignedDistance = (x: number, y: number) => number;

const box = (x: number, y: number, wide: number, tall: number) =>
  Math.max(Math.abs(x) - wide, Math.abs(y) - tall);

/** The shapes, by name. */
export const shapes: readonly (readonly [name: string, distance: SignedDistance])[] = [
  ["disc", (x, y) => Math.hypot(x, y) - 0.9],
  ["ring", (x, y) => Math.abs(Math.hypot(x, y) - 0.72) - 0.26],
  ["square", (x, y) => box(x, y, 0.78, 0.78)],
  // Three half planes.
  ["triangle", (x, y) => Math.max(y, -0.5 * y + 0.866 * x, -0.5 * y - 0.866 * x) - 0.6],
  ["cross", (x, y) => Math.min(box(x, y, 1, 0.33), box(x, y, 0.33, 1))],
];
