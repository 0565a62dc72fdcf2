import type { random } from "../../../mod.ts";
import { type Curve, measure } from "./curve.ts";

/** What {@linkcode iceCream} is made by, to hold what was learned against. */
export const iceCreamTruth: {
  readonly slope: number;
  readonly intercept: number;
  readonly noise: number;
  readonly range: readonly [low: number, high: number];
} = Object.freeze({
  slope: 12,
  intercept: -60,
  noise: 25,
  range: Object.freeze([10, 35] as const),
});

/**
 * The ice-cream sales of so many days by the temperature: `x` in °C, from 10 to 35, and `y` in cones
 * a day. Each degree sells 12 cones more, `y = 12 x - 60`, and days differ by a standard deviation
 * of 25 cones ({@linkcode iceCreamTruth}).
 *
 * @throws {RangeError} Where `n` is not a whole number from 1 on.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { iceCream } from "@katachi/katachi/data";
 *
 * const { x, y } = iceCream(random.key(0), 1000);
 * x.mean().item(); // about 22.5 °C
 * y.mean().item(); // about 210 cones
 * ```
 */
export function iceCream<const N extends number>(key: random.Key, n: N): Curve<N> {
  const { slope, intercept, ...options } = iceCreamTruth;
  return measure("iceCream", key, n, options, (degrees) => slope * degrees + intercept);
}
