import type { random } from "../../../mod.ts";
import { type NoiseOptions, type Points, scatter } from "./points.ts";

/**
 * A circle of radius 1, class 0, and a smaller one within it, class 1, as scikit-learn's
 * `make_circles`. Each has half of the points, evenly spaced before the noise; with an odd `n` the
 * inner has one more.
 *
 * @param options `factor`: the inner circle's radius, from 0 to 1; 0.8 unless told.
 * @throws {RangeError} Where `n` is not a whole number from 1 on, the noise is negative, or the
 * factor is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { circles } from "@katachi/katachi/data";
 *
 * const { x, y } = circles(random.key(0), 100, { factor: 0.5 });
 * x.square().sum().item(); // about 62.5: 50 points at radius 1, 50 at radius 0.5
 * y.sum().item(); // 50
 * ```
 */
export function circles<const N extends number>(
  key: random.Key,
  n: N,
  { noise = 0, factor = 0.8 }: NoiseOptions & { readonly factor?: number } = {},
): Points<N> {
  if (!(factor >= 0 && factor <= 1)) {
    throw new RangeError(`circles: factor must be from 0 to 1, got ${factor}`);
  }
  const outer = Math.floor(n / 2);
  return scatter("circles", key, n, noise, (i) => {
    const [radius, turn, label] = i < outer
      ? [1, i / outer, 0]
      : [factor, (i - outer) / (n - outer), 1];
    return [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn), label];
  });
}
