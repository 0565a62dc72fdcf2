/**
 * What is left of large numbers without quarter turns.
 *
 * Of the bits of `2/π` only some matter: those before give whole turns, those after are too small (M.
 * H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions", 1983).
 *
 * @module
 */
import type { Code, Local } from "../../assembler/code.ts";
import type { Plain } from "../../assembler/opcodes.ts";

/** Whether numbers are as large as float32 or as float64. */
export type Range = 32 | 64;

/**
 * Writes the quarter turns of the lower lane, and what is left of it in quarter turns, into the upper
 * lanes; what was in the upper ones goes to the lower ones, also of `x`.
 *
 * With 64 zeros in front of the bits of `2/π`, those from `p` on matter: what comes before gives whole
 * turns. 192 of them, in three words, times the 53 bits of the number, are right to 2^-137.
 */
export function fraction(
  code: Code,
  x: Local,
  range: Range,
  results: { readonly high: Local; readonly low: Local; readonly turns: Local },
): void {
  const locals = Array.from({ length: 12 }, () => code.local("i64"));
  const [bits, m, a, b, c, d, shift, high, low, part, t, u] = locals;
  const position = code.local("i32");
  const number = code.local("f64");
  const set = (local: Local, ...instructions: readonly (() => void)[]) => {
    for (const write of instructions) write();
    code.set(local);
  };
  const get = (local: Local) => () => code.get(local);
  const i64 = (value: bigint) => () => code.i64(value);
  const op = (...names: readonly Plain[]) => () => code.op(...names);

  code.get(x);
  code.lane("i64x2.extract_lane", 0);
  code.set(bits);
  set(m, get(bits), i64((1n << 52n) - 1n), op("i64.and"), i64(1n << 52n), op("i64.or"));
  set(
    position,
    get(bits),
    i64(52n),
    op("i64.shr_u"),
    i64(0x7ffn),
    op("i64.and", "i32.wrap_i64"),
    () => code.i32(1013),
    op("i32.sub"),
  );

  const [first, ...others] = words(range === 32 ? 6 : 20);
  [a, b, c, d].forEach((word, i) => set(word, i64(i === 0 ? first : others[i - 1])));
  for (const [i, word] of others.slice(3).entries()) {
    code.get(position);
    code.i32(64 * (i + 1));
    code.op("i32.ge_s");
    code.if(() => {
      set(a, get(b));
      set(b, get(c));
      set(c, get(d));
      set(d, i64(word));
    });
  }
  set(shift, get(position), op("i64.extend_i32_s"), i64(63n), op("i64.and"));
  for (const [word, next] of [[a, b], [b, c], [c, d]]) {
    set(
      word,
      ...[get(word), get(shift), op("i64.shl")],
      ...[get(next), i64(1n), op("i64.shr_u"), i64(63n), get(shift), op("i64.sub")],
      op("i64.shr_u", "i64.or"),
    );
  }

  // high:low = the top 128 bits of m (a:b:c), without what is beyond 192.
  set(part, get(m), get(b), op("i64.mul"));
  upperProduct(code, m, c, [t, u]);
  code.get(part);
  code.op("i64.add");
  code.set(low);
  set(high, get(m), get(a), op("i64.mul"));
  upperProduct(code, m, b, [t, u]);
  set(
    high,
    ...[get(high), op("i64.add")],
    ...[get(low), get(part), op("i64.lt_u", "i64.extend_i32_u", "i64.add")],
  );

  // The top two bits are quarter turns, rounded; the sign is the number's.
  swap(code, results.turns);
  code.get(results.turns);
  const negative = [get(bits), i64(63n), op("i64.shr_u")];
  set(t, ...negative);
  set(
    u,
    ...[get(high), i64(1n << 61n), op("i64.add"), i64(62n), op("i64.shr_u")],
    ...[i64(0n), get(t), op("i64.sub", "i64.xor"), get(t), op("i64.add")],
  );
  code.get(u);
  code.lane("i64x2.replace_lane", 1);
  code.set(results.turns);
  set(
    high,
    ...[get(high), i64(2n), op("i64.shl"), get(low), i64(62n), op("i64.shr_u", "i64.or")],
  );
  set(low, get(low), i64(2n), op("i64.shl"));

  // What is left, as two doubles.
  const sign = () => {
    code.f64(1);
    code.get(bits);
    code.op("f64.reinterpret_i64", "f64.copysign", "f64.mul");
  };
  set(number, get(high), op("f64.convert_i64_s"));
  swap(code, results.high);
  code.get(results.high);
  code.get(number);
  code.f64(2 ** -64);
  code.op("f64.mul");
  sign();
  code.lane("f64x2.replace_lane", 1);
  code.set(results.high);
  swap(code, results.low);
  code.get(results.low);
  set(part, get(high), get(number), op("i64.trunc_sat_f64_s", "i64.sub"));
  code.get(part);
  code.op("f64.convert_i64_s");
  code.f64(2 ** -64);
  code.op("f64.mul");
  code.get(low);
  code.i64(1n);
  code.op("i64.shr_u", "f64.convert_i64_s");
  code.f64(2 ** -127);
  code.op("f64.mul", "f64.add");
  sign();
  code.lane("f64x2.replace_lane", 1);
  code.set(results.low);
  swap(code, x);
  code.release(...locals, position, number);
}

/** Puts the upper 64 bits of a product on the stack, below 2^63 in the first factor. */
function upperProduct(code: Code, a: Local, b: Local, [t, u]: readonly [Local, Local]): void {
  const half = (local: Local, upper: boolean) => {
    code.get(local);
    code.i64(upper ? 32n : 0xffffffffn);
    code.op(upper ? "i64.shr_u" : "i64.and");
  };
  const times = (upperOfA: boolean, upperOfB: boolean) => {
    half(a, upperOfA);
    half(b, upperOfB);
    code.op("i64.mul");
  };
  times(true, false);
  times(false, false);
  code.i64(32n);
  code.op("i64.shr_u", "i64.add");
  code.set(t);
  times(false, true);
  half(t, false);
  code.op("i64.add");
  code.set(u);
  times(true, true);
  half(t, true);
  code.op("i64.add");
  half(u, true);
  code.op("i64.add");
}

/** Exchanges the lanes. */
function swap(code: Code, x: Local): void {
  code.get(x);
  code.get(x);
  code.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
  code.set(x);
}

/** A word of zeros, then the bits of `2/π`, word by word. */
function words(count: number): readonly bigint[] {
  const bits = BigInt(64 * count);
  const guard = 32n;
  // π = 16 arctan(1/5) - 4 arctan(1/239) (J. Machin, 1706)
  const pi = 16n * arctanOfInverse(5n, bits + guard) - 4n * arctanOfInverse(239n, bits + guard);
  const quotient = (1n << (2n * bits + guard - 63n)) / pi;
  return Array.from(
    { length: count },
    (_, i) => BigInt.asIntN(64, quotient >> (bits - BigInt(64 * (i + 1)))),
  );
}

/** `arctan(1/n)` in units of `2^-bits`. */
function arctanOfInverse(n: bigint, bits: bigint): bigint {
  let sum = 0n;
  let term = (1n << bits) / n;
  for (let k = 1n; term !== 0n; k += 2n) {
    sum += k % 4n === 1n ? term / k : -(term / k);
    term /= n * n;
  }
  return sum;
}
