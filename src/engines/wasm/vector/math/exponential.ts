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
  /** The rest, and what was lost when it was rounded. */
  readonly r: Value;
  readonly lost: Value;
  /** Two powers of 2 with the product `2^k`, which alone might be too large or too small. */
  readonly scales: readonly [Value, Value];
}

/** `x` without multiples of `log 2`; the powers' product is `2^(k + shift)`. */
function reduce(f: Floats, x: Value, shift: number): Reduced {
  const { mantissa, bias } = f.layout;
  const [high, low] = log2Parts[f.width];
  const magic = f.number(f.magic + 2 * bias);
  // The lowest bits are k plus two biases: halved, each half is the exponent of a power.
  const rounded = f.madd(x, f.number(Math.LOG2E), magic);
  const k = f.sub(rounded, magic);
  const coarse = f.nmadd(k, f.number(high), x);
  const fine = f.mul(k, f.number(low));
  const r = f.sub(coarse, fine);
  const exponent = shift === 0 ? rounded : f.addBits(rounded, f.bits(BigInt(shift)));
  const half = f.shiftRight(exponent, 1);
  const scales = [half, f.subBits(exponent, half)].map((e) => f.shiftLeft(e, mantissa));
  return { r, lost: f.sub(f.sub(coarse, r), fine), scales: [scales[0], scales[1]] };
}

/**
 * `2^shift e^x`; the shift is a whole number near 0. Where `x` is a sum, its small second part may
 * be given, too.
 */
export function exp(f: Floats, x: Value, { shift = 0, tail }: {
  readonly shift?: number;
  readonly tail?: Value;
} = {}): Value {
  const bounded = f.pick(f.clamp(x, -105, 90), f.clamp(x, -747, 712));
  const { r, lost, scales } = reduce(f, bounded, shift);
  const square = f.mul(r, r);
  const polynomial = f.polynomial(f.pick(rest32, rest64), r);
  let beyond = f.mul(square, polynomial);
  if (tail !== undefined) {
    const small = f.add(tail, lost); // e^(r + small) = e^r + small e^r
    beyond = f.add(beyond, f.madd(small, f.add(r, beyond), small));
  }
  const power = f.add(f.add(r, beyond), f.number(1));
  return f.mul(f.mul(power, scales[0]), scales[1]);
}

/** `e^x - 1`, accurate near 0. */
export function expm1(f: Floats, x: Value): Value {
  const { mantissa, bias } = f.layout;
  const bounded = f.pick(f.clamp(x, -25, 90), f.clamp(x, -50, 712));
  const { r, lost, scales } = reduce(f, bounded, 0);
  const beyond = f.madd(f.mul(r, r), f.polynomial(f.pick(rest32, rest64), r), lost);
  // 2^k (e^r - 2^-k): the whole part of the sum first.
  const twice = f.bits(BigInt(2 * bias) << BigInt(mantissa));
  const inverse = f.mul(f.subBits(twice, scales[0]), f.subBits(twice, scales[1]));
  const whole = f.sub(f.number(1), inverse);
  const result = f.mul(f.mul(f.add(f.add(whole, r), beyond), scales[0]), scales[1]);
  return f.withSign(result, x);
}
