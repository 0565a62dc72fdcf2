/**
 * Products of doubles that are not rounded.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";

/** A sum that is not rounded: a first part and a small second one. */
export interface Sum {
  readonly high: Value;
  readonly low: Value;
}

/**
 * A product of doubles as a sum (T. J. Dekker, "A floating-point technique for extending the
 * available precision", 1971). No fused product is relied on, since `relaxed_madd` may be none.
 */
export function product(f: Floats, a: Value, b: Value): Sum {
  const coarse = f.bits(-1n << 27n);
  const high = f.mul(a, b);
  const [ah, bh] = [f.and(a, coarse), f.and(b, coarse)];
  const [al, bl] = [f.sub(a, ah), f.sub(b, bh)];
  const first = f.sub(f.mul(ah, bh), high);
  const second = f.add(f.add(first, f.mul(ah, bl)), f.mul(al, bh));
  return { high, low: f.add(second, f.mul(al, bl)) };
}

/** The same sum with the first part as near as can be; the second must be the smaller one. */
export function settle(f: Floats, { high, low }: Sum): Sum {
  const first = f.add(high, low);
  return { high: first, low: f.add(f.sub(high, first), low) };
}
