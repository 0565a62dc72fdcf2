/**
 * Angles without their quarter turns.
 *
 * Usual angles by a product with `2/π` and `π/2` in parts (W. J. Cody and W. Waite, "Software Manual
 * for the Elementary Functions", 1980); large ones with as many bits of `2/π` as matter (M. H. Payne
 * and R. N. Hanek, "Radian reduction for trigonometric functions", 1983).
 *
 * @module
 */
import type { Code, Local } from "../../assembler/code.ts";
import type { Plain } from "../../assembler/opcodes.ts";
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { product, settle } from "./product.ts";

/** What is left, between `-π/4` and `π/4`, and the quarter turns, in the lowest bits of a lane. */
export interface Angle {
  readonly high: Value;
  /** What `high` was rounded by. */
  readonly low?: Value;
  readonly turns: Value;
}

/** Whether numbers that are far away are as large as float32 or as float64. */
export type Range = 32 | 64;

/** The largest angle that {@linkcode nearAngle} takes: turns times `π/2`'s parts are exact. */
export const nearLimit = 2 ** 20;

/** `π/2` in parts of 33 bits, and the rest. */
const parts = [
  1.57079632673412561417,
  6.07710050630396597660e-11,
  2.02226624871116645580e-21,
  8.47842766036889956997e-32,
];

/** `π/2 - parts[0]`. */
const second = 6.07710050650619224932e-11;

/** What is left of angles up to the limit. */
export function nearAngle(f: Floats, x: Value): Angle {
  if (f.width === 64) return precise(f, x);
  const doubles = f.doubles();
  const half = (y: Value): { readonly high: Value; readonly turns: Value } => {
    const { count, turns } = whole(doubles, y);
    const coarse = doubles.nmadd(count, doubles.number(parts[0]), y);
    const high = f.demote(doubles.nmadd(count, doubles.number(second), coarse));
    return { high, turns };
  };
  const low = half(f.promoteLow(x));
  if (f.lanes === 2) {
    return { high: low.high, turns: f.graph.shuffle(low.turns, low.turns, evenWords) };
  }
  const high = half(f.promoteHigh(x));
  return {
    high: f.join(low.high, high.high),
    turns: f.graph.shuffle(low.turns, high.turns, evenWords),
  };
}

/** Quarter turns in doubles, as numbers and as bits. */
function whole(f: Floats, x: Value): { readonly count: Value; readonly turns: Value } {
  const magic = f.number(f.magic);
  const turns = f.madd(x, f.number(2 / Math.PI), magic);
  return { count: f.sub(turns, magic), turns };
}

function precise(f: Floats, x: Value): Angle {
  const { count, turns } = whole(f, x);
  const [p1, p2, p3, p4] = parts.map((part) => f.mul(count, f.number(part)));
  const first = f.sub(x, p1);
  const next = f.sub(first, p2);
  const lost = f.sub(f.sub(first, next), p2);
  const third = f.sub(next, p3);
  const lostToo = f.sub(f.sub(next, third), p3);
  const rest = f.sub(p4, f.add(lost, lostToo));
  const high = f.sub(third, rest);
  return { high, low: f.sub(f.sub(third, high), rest), turns };
}

/**
 * Writes a function of large angles. They are in a variable, the result is left on the stack; `of` is
 * given doubles.
 */
export function farAngle(
  f: Floats,
  code: Code,
  x: Local,
  range: Range,
  of: (f: Floats, angle: Angle) => Value,
): void {
  const doubles = f.doubles();
  if (f.width === 64) return ofDoubles(doubles, code, x, range, of);
  const half = code.local("v128");
  const result = code.local("v128");
  for (const upper of f.lanes === 2 ? [false] : [false, true]) {
    f.write(code, [x], (g, y) => upper ? g.promoteHigh(y) : g.promoteLow(y));
    code.set(half);
    ofDoubles(doubles, code, half, range, of);
    code.set(half);
    f.write(code, [result, half], (g, low, y) => upper ? g.join(low, g.demote(y)) : g.demote(y));
    code.set(result);
  }
  code.get(result);
  code.release(half, result);
}

/** What {@linkcode farAngle} writes for doubles: lane by lane in a loop. */
function ofDoubles(
  f: Floats,
  code: Code,
  x: Local,
  range: Range,
  of: (f: Floats, angle: Angle) => Value,
): void {
  const [operand, high, low, turns] = Array.from({ length: 4 }, () => code.local("v128"));
  const counter = code.local("i32");
  code.get(x);
  code.set(operand);
  code.count(counter, 0, 2, 1, () => {
    fraction(code, operand, range, { high, low, turns });
  });
  f.write(code, [high, low, turns], (g, h, l, n) => {
    const quarter = g.number(Math.PI / 2);
    const exact = product(g, h, quarter);
    const beyond = g.add(g.mul(h, g.number(quarterLow)), g.mul(l, quarter));
    const angle = settle(g, { high: exact.high, low: g.add(exact.low, beyond) });
    return of(g, { ...angle, turns: n });
  });
  code.release(operand, high, low, turns, counter);
}

/** What `π/2` exceeds the double next to it by. */
const quarterLow = 6.123233995736766e-17;

/**
 * Writes the quarter turns of the lower lane, and what is left of it in quarter turns, into the upper
 * lanes; what was in the upper ones goes to the lower ones, also of `x`.
 *
 * With 64 zeros in front of the bits of `2/π`, those from `p` on matter: what comes before gives whole
 * turns. 192 of them, in three words, times the 53 bits of the number, are right to 2^-137.
 */
function fraction(
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

const evenWords = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
