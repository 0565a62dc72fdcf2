/**
 * The remainder of floats, without a rounding error.
 *
 * @module
 */
import type { Code, Local } from "../../assembler/code.ts";
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";

/** The remainder with the sign of the dividend, as C's `fmod`. */
export function remainder(f: Floats, dividend: Value, divisor: Value): Value {
  const [a, b] = [f.abs(dividend), f.abs(divisor)];
  const [zero, infinity] = [f.number(0), f.number(Infinity)];
  // While the quotient is small, its products with the divisor's halves are exact, and so are the
  // differences: if they are large, the dividend is a multiple of what they are multiples of.
  const [lowBits, limit] = f.pick([12n, 2 ** 12], [27n, 2 ** 26]);
  const quotient = f.round("trunc", f.div(a, b));
  const high = f.and(b, f.bits(-1n << lowBits));
  const low = f.sub(b, high);
  const rest = f.sub(f.sub(a, f.mul(quotient, high)), f.mul(quotient, low));
  const corrected = f.add(rest, f.and(b, f.less(rest, zero))); // a quotient that was rounded up
  const usual = f.select(f.less(a, b), a, corrected);
  const defined = f.and(f.less(a, infinity), f.less(zero, b));
  const far = f.and(f.lessEqual(f.number(limit), quotient), defined);
  const result = f.rarely("remainder", far, [a, b], usual, (code, [x, y]) => {
    eachLane(f, code, x, y);
  });
  return f.withSign(f.select(defined, result, f.number(NaN)), dividend);
}

/** Writes the remainders of positive numbers, lane by lane in a loop. */
function eachLane(f: Floats, code: Code, x: Local, y: Local): void {
  const single = f.width === 32;
  const [a, b, result] = [code.local("v128"), code.local("v128"), code.local("v128")];
  const counter = code.local("i32");
  const take = (local: Local) => {
    code.get(local);
    code.lane(single ? "f32x4.extract_lane" : "f64x2.extract_lane", 0);
    if (single) code.op("f64.promote_f32");
    code.op("i64.reinterpret_f64");
  };
  const turn = (local: Local) => {
    code.get(local);
    code.get(local);
    code.shuffle(Array.from({ length: 16 }, (_, i) => (i + f.width / 8) % 16));
    code.set(local);
  };
  code.get(x);
  code.set(a);
  code.get(y);
  code.set(b);
  code.count(counter, 0, 128 / f.width, 1, () => {
    code.get(result);
    take(a);
    take(b);
    divide(code);
    if (single) code.op("f32.demote_f64");
    code.lane(single ? "f32x4.replace_lane" : "f64x2.replace_lane", 0);
    code.set(result);
    [a, b, result].forEach(turn);
  });
  code.get(result);
  code.release(a, b, result, counter);
}

/**
 * Writes the remainder of doubles, of which the bits lie on the stack: a long division in which
 * 11 bits at a time are brought down.
 */
function divide(code: Code): void {
  const locals = [code.local("i64"), code.local("i64"), code.local("i64")];
  const [x, y, low] = locals;
  const [count, step] = [code.local("i32"), code.local("i32")];
  const mantissa = 1n << 52n;
  /** The exponent, which is 1 for subnormal numbers as for the smallest normal ones. */
  const exponent = (bits: Local) => {
    code.get(bits);
    code.i64(52n);
    code.op("i64.shr_u", "i32.wrap_i64");
    code.get(bits);
    code.i64(mantissa);
    code.op("i64.lt_u", "i32.or");
  };
  const fraction = (bits: Local) => {
    code.get(bits);
    code.i64(mantissa - 1n);
    code.op("i64.and");
    code.i64(mantissa);
    code.i64(0n);
    code.get(bits);
    code.i64(mantissa);
    code.op("i64.lt_u", "i32.eqz", "select", "i64.or");
  };
  code.set(y);
  code.set(x);
  exponent(x);
  exponent(y);
  code.op("i32.sub");
  code.set(count);
  fraction(y);
  code.get(y);
  code.op("i64.eqz", "i64.extend_i32_u", "i64.or"); // a divisor of 0 is another lane's
  code.set(low);
  fraction(x);
  code.get(low);
  code.op("i64.rem_u");
  code.set(x);
  code.loop((again) => {
    code.get(count);
    code.i32(0);
    code.op("i32.gt_s");
    code.if(() => {
      code.get(count);
      code.i32(11);
      code.get(count);
      code.i32(11);
      code.op("i32.lt_s", "select");
      code.set(step);
      code.get(x);
      code.get(step);
      code.op("i64.extend_i32_u", "i64.shl");
      code.get(low);
      code.op("i64.rem_u");
      code.set(x);
      code.get(count);
      code.get(step);
      code.op("i32.sub");
      code.set(count);
      code.br(again);
    });
  });
  code.get(x);
  code.op("f64.convert_i64_s");
  code.f64(2 ** -52);
  code.op("f64.mul");
  exponent(y);
  code.op("i64.extend_i32_u");
  code.i64(52n);
  code.op("i64.shl", "f64.reinterpret_i64", "f64.mul");
  code.release(...locals, count, step);
}
