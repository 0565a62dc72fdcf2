import type { random } from "../../../mod.ts";
import { type Curve, measureAt } from "./curve.ts";
import { checkCount, checkSize } from "./points.ts";

/** Which sine wave, for how long, and how noisy. */
export interface SineOptions {
  /** How many periods it is measured for; 2 unless told. */
  readonly periods?: number;
  /** How far it goes up and down; 1 unless told. */
  readonly amplitude?: number;
  /** How far along it is at the start, in radians; 0 unless told. */
  readonly phase?: number;
  /** The standard deviation of the normal noise on `y`; 0.1 unless told. */
  readonly noise?: number;
}

/**
 * A sine wave measured with noise at even steps, in order: `y = amplitude sin(x + phase) + noise ε`
 * with `ε` standard normal, and `x` from 0 on to just before `2π periods`.
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on, or `periods` or the noise is
 * negative.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { sineWave } from "@katachi/katachi/data";
 *
 * const { x, y } = sineWave(random.key(0), 4, { periods: 1, noise: 0 });
 * x.mul(2 / Math.PI).flatten().toArray(); // [0, 1, 2, 3], about
 * y.flatten().toArray(); // [0, 1, 0, -1], about
 * ```
 */
export function sineWave<const N extends number>(
  key: random.Key,
  n: N,
  { periods = 2, amplitude = 1, phase = 0, noise = 0.1 }: SineOptions = {},
): Curve<N> {
  checkCount("sineWave", n);
  checkSize("sineWave", "periods", periods);
  const times = Float32Array.from({ length: n }, (_, i) => 2 * Math.PI * periods * i / n);
  return measureAt("sineWave", key, n, times, noise, (x) => amplitude * Math.sin(x + phase));
}
