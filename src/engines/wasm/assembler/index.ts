/**
 * Arithmetic on whole numbers that are known when the code is written, or only when it runs.
 *
 * @module
 */
import type { Code, Local } from "./code.ts";

/** A whole number: known, in a variable, or computed by instructions that leave it on the stack. */
export type Index = number | Local | ((code: Code) => void);

/** Puts a number on the stack. */
export function push(code: Code, x: Index): void {
  if (typeof x === "number") code.i32(x);
  else if (typeof x === "function") x(code);
  else code.get(x);
}

/** Puts a number into a variable. */
export function assign(code: Code, local: Local, x: Index): void {
  push(code, x);
  code.set(local);
}

/** A new variable with a number in it. */
export function held(code: Code, x: Index): Local {
  const local = code.local("i32");
  assign(code, local, x);
  return local;
}

/** The sum of numbers. */
export function sum(...terms: readonly Index[]): Index {
  const known = terms.reduce<number>((total, x) => typeof x === "number" ? total + x : total, 0);
  const moving = terms.filter((x) => typeof x !== "number");
  if (moving.length === 0) return known;
  const all = known === 0 ? moving : [...moving, known];
  return all.length === 1 ? all[0] : (code) => {
    for (const [i, x] of all.entries()) {
      push(code, x);
      if (i > 0) code.op("i32.add");
    }
  };
}

/** `x - y`. */
export function difference(x: Index, y: Index): Index {
  if (typeof y === "number") return sum(x, -y);
  return binary("i32.sub", x, y);
}

/** `x * by`. */
export function times(x: Index, by: number): Index {
  if (by === 0) return 0;
  if (typeof x === "number") return x * by;
  return by === 1 ? x : binary("i32.mul", x, by);
}

/** `floor(x / by)` for numbers from 0 on. */
export function quotient(x: Index, by: number): Index {
  if (typeof x === "number") return Math.floor(x / by);
  return by === 1 ? x : binary("i32.div_u", x, by);
}

/** The rest of `x / by` for numbers from 0 on. */
export function remainder(x: Index, by: number): Index {
  if (typeof x === "number") return x % by;
  return by === 1 ? 0 : binary("i32.rem_u", x, by);
}

/** The smaller of two. */
export function least(x: Index, y: Index): Index {
  if (typeof x === "number" && typeof y === "number") return Math.min(x, y);
  return chosen(x, y, "i32.lt_s");
}

/** The larger of two. */
export function most(x: Index, y: Index): Index {
  if (typeof x === "number" && typeof y === "number") return Math.max(x, y);
  return chosen(x, y, "i32.gt_s");
}

function chosen(x: Index, y: Index, compare: "i32.lt_s" | "i32.gt_s"): Index {
  return (code) => {
    push(code, x);
    push(code, y);
    push(code, x);
    push(code, y);
    code.op(compare, "select");
  };
}

function binary(op: "i32.sub" | "i32.mul" | "i32.div_u" | "i32.rem_u", x: Index, y: Index): Index {
  return (code) => {
    push(code, x);
    push(code, y);
    code.op(op);
  };
}

/** A loop from `start` to before `end` by `step`. Its variable is the body's, and free afterwards. */
export function each(
  code: Code,
  start: Index,
  end: Index,
  step: number,
  body: (at: Local) => void,
): void {
  const at = code.local("i32");
  const last = typeof end === "number" ? end : held(code, end);
  if (typeof start === "function") {
    const from = held(code, start);
    code.count(at, from, last, step, () => body(at));
    code.release(from);
  } else code.count(at, start, last, step, () => body(at));
  if (typeof last !== "number") code.release(last);
  code.release(at);
}

/** An axis made of several, the last of which counts fastest: their sizes, and strides in elements. */
export interface Digits {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** The counts of axes of some sizes, the last of which counts fastest, at a place among them all. */
export function digitsOf(place: number | Local, sizes: readonly number[]): readonly Index[] {
  let step = 1;
  return sizes.toReversed().map((size, i) => {
    const whole = quotient(place, step);
    step *= size;
    return i === sizes.length - 1 ? whole : remainder(whole, size);
  }).reverse();
}

/** The offset, in elements, of a place on an axis. */
export function offsetAt(place: number | Local, { sizes, strides }: Digits): Index {
  return sum(...digitsOf(place, sizes).map((digit, i) => times(digit, strides[i])).reverse());
}

/**
 * The evenly spaced parts of `count` places on an axis from `start` on: `body` gets the number of
 * places before the part, the length, and the offset of its beginning.
 */
export function eachRun(
  code: Code,
  digits: Digits,
  start: number | Local,
  count: number | Local,
  body: (before: number | Local, length: number | Local, offset: Index) => void,
): void {
  const { sizes } = digits;
  if (sizes.length < 2) return body(0, count, offsetAt(start, digits));
  const inner = sizes[sizes.length - 1];
  const [before, length, place] = [held(code, 0), code.local("i32"), code.local("i32")];
  code.block((done) => {
    code.loop((again) => {
      push(code, before);
      push(code, count);
      code.op("i32.ge_s");
      code.brIf(done);
      assign(code, place, sum(start, before));
      assign(
        code,
        length,
        difference(inner, remainder(place, inner)),
      );
      assign(code, length, least(length, difference(count, before)));
      body(before, length, offsetAt(place, digits));
      assign(code, before, sum(before, length));
      code.br(again);
    });
  });
  code.release(before, length, place);
}
