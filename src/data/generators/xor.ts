import type { random } from "../../../mod.ts";
import { type NoiseOptions, type Points, scatter } from "./points.ts";

/**
 * Points around the corners of the unit square, and the exclusive or of the two coordinates of the
 * corner: class 0 around `(0, 0)` and `(1, 1)`, class 1 around `(0, 1)` and `(1, 0)`. The corners
 * have the same number of points each, or one more.
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on, or the noise is negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { xor } from "@katachi/katachi/data";
 *
 * const { x, y } = xor(random.key(0), 8);
 * x.sum(-1).toArray(); // [0, 1, 0, 1, 2, 1, 2, 1]
 * y.toArray(); // [0, 1, 0, 1, 0, 1, 0, 1]
 * ```
 */
export function xor<const N extends number>(
  key: random.Key,
  n: N,
  { noise = 0 }: NoiseOptions = {},
): Points<N> {
  return scatter("xor", key, n, noise, (i) => {
    const [a, b] = [i & 1, (i >> 1) & 1];
    return [a, b, a ^ b];
  });
}
