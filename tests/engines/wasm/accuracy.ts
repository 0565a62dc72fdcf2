/** Points to measure vector code at, and how far results are off, in units of the last place. */

/** A sequence of numbers between 0 and 1, always the same (a linear congruential generator). */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const zeros = [0, -0, 1, -1, 2, -2, 0.5, -0.5, Infinity, -Infinity, NaN];

/** Special values, the ends of the range among them. */
export const special: Record<"float32" | "float64", readonly number[]> = {
  float32: [...zeros, 2 ** -149, -(2 ** -149), 2 ** -126, 3.4028234663852886e38, 2 ** 24, 1e20],
  float64: [...zeros, 2 ** -1074, -(2 ** -1074), 2 ** -1022, Number.MAX_VALUE, 2 ** 53, 1e200],
};

/** Special values, and random ones with each exponent, of both signs. */
export function everyExponent(dtype: "float32" | "float64", each: number): Float64Array {
  const random = sequence(7);
  const [least, most] = dtype === "float32" ? [-149, 127] : [-1074, 1023];
  const points = [...special[dtype]];
  for (let exponent = least; exponent <= most; exponent++) {
    for (let i = 0; i < each; i++) {
      const x = (1 + random()) * 2 ** exponent;
      points.push(dtype === "float32" ? Math.fround(x) : x);
      points.push(dtype === "float32" ? -Math.fround(x) : -x);
    }
  }
  return Float64Array.from(points);
}

/** Random numbers between bounds. */
export function between(low: number, high: number, count: number, seed = 1): Float64Array {
  const random = sequence(seed);
  return Float64Array.from({ length: count }, () => low + (high - low) * random());
}

const smallest = { float32: -126, float64: -1022 };
const digits = { float32: 23, float64: 52 };
const word = new Float64Array(1);
const bits = new BigUint64Array(word.buffer);

/** The distance between the floats of a dtype around a number. */
export function ulp(dtype: "float32" | "float64", value: number): number {
  word[0] = value;
  const exponent = Number((bits[0] >> 52n) & 0x7ffn) - 1023;
  return 2 ** (Math.max(exponent, smallest[dtype]) - digits[dtype]);
}

/**
 * How far a result is from the value, in units of the last place; infinitely far where only one of
 * them is NaN, infinite, or a zero of that sign.
 */
export function distance(dtype: "float32" | "float64", result: number, value: number): number {
  const nearest = dtype === "float32" ? Math.fround(value) : value;
  if (Object.is(result, nearest)) return 0;
  if (value === 0 || !Number.isFinite(value) || Number.isNaN(result)) return Infinity;
  if (result === 0 && Math.sign(1 / result) !== Math.sign(value)) return Infinity;
  // One beyond the largest float stands for an infinity.
  const reach = dtype === "float32" ? 2 ** 128 : Infinity;
  const finite = Number.isFinite(result) ? result : Math.sign(result) * reach;
  return Math.abs(finite - value) / ulp(dtype, value);
}

/** The largest of distances, and where. */
export class Worst {
  ulps = 0;
  at: readonly number[] = [];

  /** Takes one more. */
  take(ulps: number, at: readonly number[]): void {
    if (ulps <= this.ulps) return;
    this.ulps = ulps;
    this.at = at;
  }
}
