/**
 * The natural logarithm.
 *
 * `x = 2^k m` with `√½ ≤ m < √2`, and `log m = 2 artanh s` with `s = (m - 1) / (m + 1)`: the sum is
 * arranged as in FreeBSD's `e_log.c` and `s_log1p.c` (Sun Microsystems, 1993).
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { log2Parts } from "./exponential.ts";

/** `(2 artanh(s) / s - 2) / s²` in `s²`. */
const series32 = [2.9865628e-1, 3.9977825e-1, 6.6666776e-1];
const series64 = [
  0.1478572787606914,
  0.15315162686509437,
  0.18183516486098456,
  0.22222199601688677,
  0.2857142873093891,
  0.3999999999947557,
  0.6666666666666723,
];

/** `x > 0` as a power of 2 and a factor between `√½` and `√2`; subnormal numbers, too. */
export function split(f: Floats, x: Value): { readonly k: Value; readonly m: Value } {
  const { mantissa, bias } = f.layout;
  const least = f.number(2 ** (1 - bias));
  const subnormal = f.less(x, least);
  const scaled = f.select(subnormal, f.mul(x, f.number(2 ** (mantissa + 2))), x);
  return splitNormal(f, scaled, f.and(subnormal, f.number(mantissa + 2)));
}

/** The same for a number that is not subnormal, multiplied by `2^raised` before. */
function splitNormal(f: Floats, x: Value, raised?: Value): { k: Value; m: Value } {
  const { mantissa, bias } = f.layout;
  const one = BigInt(bias) << BigInt(mantissa);
  const root = f.pick(0x3f3504f3n, 0x3fe6a09e667f3bcdn); // √½
  const moved = f.addBits(x, f.bits(one - root));
  // As the lowest bits of 2^mantissa, the exponent becomes a float.
  const exponent = f.or(f.shiftRight(moved, mantissa), f.number(2 ** mantissa));
  const biased = f.sub(exponent, f.number(2 ** mantissa + bias));
  const fraction = f.and(moved, f.bits((1n << BigInt(mantissa)) - 1n));
  return {
    k: raised === undefined ? biased : f.sub(biased, raised),
    m: f.addBits(fraction, f.bits(root)),
  };
}

/** `k log 2 + log(1 + f) + correction`. */
function sum(f: Floats, k: Value, part: Value, correction?: Value): Value {
  const [high, low] = log2Parts[f.width];
  const s = f.div(part, f.add(f.number(2), part));
  const z = f.mul(s, s);
  const series = f.mul(z, f.polynomial(f.pick(series32, series64), z));
  const half = f.mul(f.mul(f.number(0.5), part), part);
  const small = correction === undefined
    ? f.mul(k, f.number(low))
    : f.madd(k, f.number(low), correction);
  const beyond = f.madd(s, f.add(half, series), small);
  return f.madd(k, f.number(high), f.sub(part, f.sub(half, beyond)));
}

/** The natural logarithm. */
export function log(f: Floats, x: Value): Value {
  const { k, m } = split(f, x);
  const finite = sum(f, k, f.sub(m, f.number(1)));
  const zero = f.number(0);
  const defined = f.select(f.less(x, f.number(Infinity)), finite, x); // Infinity and NaN stay
  const atZero = f.select(f.equal(x, zero), f.number(-Infinity), defined);
  return f.select(f.less(x, zero), f.number(NaN), atZero);
}

/** `log(1 + x)`, accurate near 0. */
export function log1p(f: Floats, x: Value): Value {
  const one = f.number(1);
  const zero = f.number(0);
  const u = f.add(one, x);
  const { k, m } = splitNormal(f, u);
  // What the sum was rounded by (D. E. Knuth, "Seminumerical Algorithms", 4.2.2, theorem B).
  const back = f.sub(u, one);
  const lost = f.add(f.sub(x, back), f.sub(one, f.sub(u, back)));
  const small = f.equal(k, zero);
  const part = f.select(small, x, f.sub(m, one));
  const finite = sum(f, k, part, f.without(f.div(lost, u), small));
  const defined = f.select(f.less(x, f.number(Infinity)), finite, x);
  const atPole = f.select(f.equal(u, zero), f.number(-Infinity), defined);
  return f.withSign(f.select(f.less(u, zero), f.number(NaN), atPole), x);
}
