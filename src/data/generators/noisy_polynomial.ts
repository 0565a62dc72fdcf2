import type { random } from "../../../mod.ts";
import { type Curve, type CurveOptions, measure } from "./curve.ts";

/**
 * A polynomial measured with normal noise. The coefficients come as in `numpy.polynomial`, the
 * constant first: `[1, 0, -2, 3]` is `1 - 2x² + 3x³`.
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on, the noise is negative, or the range
 * is upside down.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { noisyPolynomial } from "@katachi/katachi/data";
 *
 * const { x, y } = noisyPolynomial(random.key(0), 20, [1, 0, -2, 3], { noise: 0.05 });
 * x.shape; // [20, 1]
 * y.shape; // [20, 1]
 * ```
 */
export function noisyPolynomial<const N extends number>(
  key: random.Key,
  n: N,
  coefficients: readonly number[],
  options: CurveOptions = {},
): Curve<N> {
  // Horner's rule.
  const value = (x: number) => coefficients.reduceRight((sum, c) => sum * x + c, 0);
  return measure("noisyPolynomial", key, n, options, value);
}
