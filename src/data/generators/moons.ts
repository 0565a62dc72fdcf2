import type { random } from "../../../mod.ts";
import { type NoiseOptions, type Points, scatter } from "./points.ts";

/**
 * Two half circles of radius 1 that reach into one another, as scikit-learn's `make_moons`: the
 * upper one, class 0, around the origin; the lower one, class 1, around `(1, 0.5)`. Each has half of
 * the points, evenly spaced before the noise; with an odd `n` the lower has one more.
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on, or the noise is negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { moons } from "@katachi/katachi/data";
 *
 * const { x, y } = moons(random.key(0), 200, { noise: 0.1 });
 * x.shape; // [200, 2]
 * y.sum().item(); // 100
 * ```
 */
export function moons<const N extends number>(
  key: random.Key,
  n: N,
  { noise = 0 }: NoiseOptions = {},
): Points<N> {
  const upper = Math.floor(n / 2);
  return scatter("moons", key, n, noise, (i) => {
    if (i < upper) {
      const angle = Math.PI * i / Math.max(1, upper - 1);
      return [Math.cos(angle), Math.sin(angle), 0];
    }
    const angle = Math.PI * (i - upper) / Math.max(1, n - upper - 1);
    return [1 - Math.cos(angle), 0.5 - Math.sin(angle), 1];
  });
}
