/**
 * Powers.
 *
 * `e^(y log |x|)`, where the logarithm and the product have twice a double's digits: the error is
 * multiplied by as much as 700. For float32 doubles are enough.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { exp, expOfSum, log2Parts } from "./exponential.ts";
import { log, split } from "./logarithm.ts";
import { product, settle, type Sum } from "./product.ts";

/** `(artanh(s) / s - 1 - s²/3) / s⁴` in `s²`. */
const series = [
  0.06556495806058821,
  0.06633184176316678,
  0.07693159340063195,
  0.09090897309647926,
  0.11111111196366631,
  0.1428571428544062,
  0.2000000000000022,
];

/** What 1/3 exceeds the double next to it by. */
const thirdLow = 1 / 3 * 2 ** -54;

/** The logarithm of a positive number as a sum (see `logarithm.ts`). */
function preciseLog(f: Floats, x: Value): Sum {
  const { k, m } = split(f, x);
  const one = f.number(1);
  const over = f.sub(m, one);
  const under = f.add(m, one);
  const underLow = f.sub(m, f.sub(under, one));
  const s = f.div(over, under);
  const back = product(f, s, under);
  const missing = f.sub(f.sub(f.sub(over, back.high), back.low), f.mul(s, underLow));
  const sLow = f.div(missing, under);

  // artanh(s) = s (1 + w), w = z/3 + z² series(z), z = s².
  const z = product(f, s, s);
  const zLow = f.madd(f.add(s, s), sLow, z.low);
  const third = product(f, z.high, f.number(1 / 3));
  const thirdRest = f.madd(z.high, f.number(thirdLow), f.madd(zLow, f.number(1 / 3), third.low));
  const fourth = f.mul(f.mul(z.high, z.high), f.polynomial(series, z.high));
  const w = f.add(third.high, fourth);
  const wLow = f.add(f.add(f.sub(third.high, w), fourth), thirdRest);
  const sw = product(f, s, w);
  const swLow = f.madd(s, wLow, f.madd(sLow, w, sw.low));
  const half = f.add(s, sw.high);
  const halfLow = f.add(f.add(f.sub(s, half), sw.high), f.add(sLow, swLow));

  const [high, low] = log2Parts[64];
  const whole = f.mul(k, f.number(high));
  const rest = f.add(half, half);
  const sum = f.add(whole, rest);
  const sumLow = f.add(
    f.add(f.sub(whole, sum), rest),
    f.madd(k, f.number(low), f.add(halfLow, halfLow)),
  );
  return settle(f, { high: sum, low: sumLow });
}

/** `a^y` of doubles, for `a ≥ 0` and `y` that are not too large. */
function precisePower(f: Floats, a: Value, y: Value): Value {
  const { high, low } = preciseLog(f, a);
  const exact = product(f, y, high);
  // 0, Infinity and NaN have no parts.
  const zero = f.number(0);
  const usual = f.and(f.less(zero, a), f.less(a, f.number(Infinity)));
  const extreme = f.select(f.equal(a, zero), f.number(-Infinity), a);
  const exponent = f.select(usual, exact.high, f.mul(y, extreme));
  const inside = f.and(usual, f.less(f.abs(exponent), f.number(800)));
  return expOfSum(f, exponent, f.and(f.madd(y, low, exact.low), inside));
}

/** `x` to the power `y` as IEEE 754 has it. */
function general(
  f: Floats,
  x: Value,
  y: Value,
  positive: (a: Value, y: Value) => Value,
): Value {
  const [zero, one] = [f.number(0), f.number(1)];
  const a = f.abs(x);
  // Beyond 2^66 only the side of 1 tells.
  const magnitude = positive(a, f.clamp(y, -(2 ** 66), 2 ** 66));
  const half = f.mul(y, f.number(0.5));
  const odd = f.notEqual(f.round("trunc", half), half);
  const fractional = f.notEqual(f.round("trunc", y), y);
  const signed = f.xor(magnitude, f.signBit(f.and(x, odd)));
  const undefined_ = f.and(fractional, f.and(f.less(x, zero), f.less(a, f.number(Infinity))));
  const isOne = f.or(f.equal(x, one), f.equal(y, zero));
  const whole = f.select(fractional, magnitude, signed);
  return f.select(isOne, one, f.select(undefined_, f.number(NaN), whole));
}

/** `x` to the power `y`. */
export function pow(f: Floats, x: Value, y: Value): Value {
  if (f.width === 64) return general(f, x, y, (a, b) => precisePower(f, a, b));
  return f.inDoubles(
    (doubles, base, exponent) =>
      general(doubles, base, exponent, (a, b) => exp(doubles, doubles.mul(b, log(doubles, a)))),
    x,
    y,
  );
}
