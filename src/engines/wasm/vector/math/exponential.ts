/**
 * The exponential function.
 *
 * `x = k log 2 + r` with a whole `k`, where `log 2` has two parts (W. J. Cody and W. Waite, "Software
 * Manual for the Elementary Functions", 1980), and a polynomial in `r`.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";

/** `(e^r - 1 - r) / r²` where `|r| ≤ log(2) / 2`. */
const rest32 = [1.3946703e-3, 8.366734e-3, 4.166628e-2, 1.6666542e-1, 0.5];
const rest64 = [
  2.5114727424184593e-8,
  2.762657937579129e-7,
  2.75572272560132e-6,
  2.4801503911313198e-5,
  1.9841269903671658e-4,
  1.388888893271155e-3,
  8.333333333314374e-3,
  4.1666666666573114e-2,
  1.6666666666666685e-1,
  5.000000000000006e-1,
];

/** `log 2` in two parts: the first has so few bits that its products with `k` are exact. */
export const log2Parts: Record<32 | 64, readonly [high: number, low: number]> = {
  32: [6.93145751953125e-1, 1.4286067653e-6],
  64: [6.93147180369123816490e-1, 1.90821492927058770002e-10],
};

interface Reduced {
  /** `x - k log 2`, by the first part of `log 2`; the second part takes away a little more. */
  readonly coarse: Value;
  readonly k: Value;
  /** Two powers of 2 with the product `2^k`, which alone might be too large or too small. */
  readonly scales: readonly [Value, Value];
}

/** `x` without multiples of `log 2`; the powers' product is `2^(k + shift)`. */
function reduce(f: Floats, x: Value, shift: number): Reduced {
  const { mantissa, bias } = f.layout;
  const magic = f.number(f.magic + 2 * bias);
  // The lowest bits are k plus two biases: halved, each half is the exponent of a power.
  const rounded = f.madd(x, f.number(Math.LOG2E), magic);
  const k = f.sub(rounded, magic);
  const coarse = f.nmadd(k, f.number(log2Parts[f.width][0]), x);
  const exponent = shift === 0 ? rounded : f.addBits(rounded, f.bits(BigInt(shift)));
  const half = f.shiftRight(exponent, 1);
  const scales = [half, f.subBits(exponent, half)].map((e) => f.shiftLeft(e, mantissa));
  return { coarse, k, scales: [scales[0], scales[1]] };
}

/** `r`, and what was lost when it was rounded. */
function fine(f: Floats, { coarse, k }: Reduced): { readonly r: Value; readonly lost: Value } {
  const little = f.mul(k, f.number(log2Parts[f.width][1]));
  const r = f.sub(coarse, little);
  return { r, lost: f.sub(f.sub(coarse, r), little) };
}

/** `e^r - 1 - r`. */
function beyond(f: Floats, r: Value): Value {
  return f.mul(f.mul(r, r), f.polynomial(f.pick(rest32, rest64), r));
}

/** `2^shift e^x`; the shift is a whole number near 0. */
export function exp(f: Floats, x: Value, shift = 0): Value {
  const { coarse, k, scales } = reduce(f, bounded(f, x), shift);
  const r = f.nmadd(k, f.number(log2Parts[f.width][1]), coarse);
  const power = f.madd(f.mul(r, r), f.polynomial(f.pick(rest32, rest64), r), r);
  return f.mul(f.mul(f.add(power, f.number(1)), scales[0]), scales[1]);
}

/** `e^(x + tail)` for a tail that is smaller than what `x` is rounded by. */
export function expOfSum(f: Floats, x: Value, tail: Value): Value {
  const reduced = reduce(f, bounded(f, x), 0);
  const { r, lost } = fine(f, reduced);
  const rest = beyond(f, r);
  const small = f.add(tail, lost); // e^(r + small) = e^r + small e^r
  const power = f.add(r, f.add(rest, f.madd(small, f.add(r, rest), small)));
  const [first, second] = reduced.scales;
  return f.mul(f.mul(f.add(power, f.number(1)), first), second);
}

/** Where powers are neither 0 nor infinite, and a little beyond. */
function bounded(f: Floats, x: Value): Value {
  return f.pick(f.clamp(x, -105, 90), f.clamp(x, -747, 712));
}

/** `e^x - 1`, accurate near 0. */
export function expm1(f: Floats, x: Value): Value {
  const { mantissa, bias } = f.layout;
  // From the lower bounds on it is -1.
  const reduced = reduce(f, f.pick(f.clamp(x, -25, 90), f.clamp(x, -50, 712)), 0);
  const { r, lost } = fine(f, reduced);
  // 2^k (e^r - 2^-k): the whole part of the sum first.
  const [first, second] = reduced.scales;
  const twice = f.bits(BigInt(2 * bias) << BigInt(mantissa));
  const inverse = f.mul(f.subBits(twice, first), f.subBits(twice, second));
  const whole = f.sub(f.number(1), inverse);
  const difference = f.add(f.add(whole, r), f.add(beyond(f, r), lost));
  return f.withSign(f.mul(f.mul(difference, first), second), x);
}
