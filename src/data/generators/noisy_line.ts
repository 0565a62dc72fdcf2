import type { random } from "../../../mod.ts";
import { type Curve, type CurveOptions, measure } from "./curve.ts";

/** Which line, where, and how noisy. */
export interface LineOptions extends CurveOptions {
  /** How much `y` grows with `x`; 1 unless told. */
  readonly slope?: number;
  /** What `y` is where `x` is 0; 0 unless told. */
  readonly intercept?: number;
}

/**
 * A line measured with noise: `y = slope x + intercept + noise ε` with `ε` standard normal.
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on, the noise is negative, or the range
 * is upside down.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { noisyLine } from "@katachi/katachi/data";
 *
 * const { x, y } = noisyLine(random.key(0), 50, { slope: 3, intercept: 2, noise: 0 });
 * y.sub(x.mul(3)).mean().item(); // about 2
 * ```
 */
export function noisyLine<const N extends number>(
  key: random.Key,
  n: N,
  { slope = 1, intercept = 0, ...options }: LineOptions = {},
): Curve<N> {
  return measure("noisyLine", key, n, options, (x) => slope * x + intercept);
}
