import type { random } from "../../../mod.ts";
import { checkSize, checkWhole, type NoiseOptions, type Points, scatter } from "./points.ts";

/** The form of spirals. */
export interface SpiralsOptions extends NoiseOptions {
  /** How many arms there are, each a class; 2 unless told. */
  readonly arms?: number;
  /** How often an arm goes around; once unless told. */
  readonly turns?: number;
}

/**
 * Spirals from the origin out to radius 1, each arm a class: radius and angle grow evenly along an
 * arm (Archimedes' spiral), and the arms are turned evenly against one another. They have the same
 * number of points each, or one more.
 *
 * @throws {RangeError} Where `n` or `arms` is not a whole number from 1 on, or `noise` or `turns` is
 * negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { spirals } from "@katachi/katachi/data";
 *
 * const { x, y } = spirals(random.key(0), 300, { arms: 3, noise: 0.02 });
 * x.shape; // [300, 2]
 * y.sum().item(); // 300: a hundred each of 0, 1 and 2
 * ```
 */
export function spirals<const N extends number>(
  key: random.Key,
  n: N,
  { noise = 0, arms = 2, turns = 1 }: SpiralsOptions = {},
): Points<N> {
  checkWhole("spirals", "arms", arms);
  checkSize("spirals", "turns", turns);
  return scatter("spirals", key, n, noise, (i) => {
    const arm = i % arms;
    // No point at the origin, which all arms share.
    const radius = (Math.floor(i / arms) + 1) / Math.ceil(n / arms);
    const angle = 2 * Math.PI * (turns * radius + arm / arms);
    return [radius * Math.cos(angle), radius * Math.sin(angle), arm];
  });
}
