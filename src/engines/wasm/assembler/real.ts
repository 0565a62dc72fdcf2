/**
 * Arithmetic on doubles, written as expressions: the counterpart of what `index.ts` has for whole
 * numbers.
 *
 * @module
 */
import type { Callee, Code, Local } from "./code.ts";
import { type Index, push } from "./index.ts";
import type { Plain } from "./opcodes.ts";

/** A double: known, in a variable, or computed by instructions that leave it on the stack. */
export type Real = number | Local | ((code: Code) => void);

/** Whether something holds: instructions that leave 0 or 1 on the stack. */
export type Truth = (code: Code) => void;

/** Puts a double on the stack. */
export function pushReal(code: Code, x: Real): void {
  if (typeof x === "number") code.f64(x);
  else if (typeof x === "function") x(code);
  else code.get(x);
}

function apply(instruction: Plain, ...operands: readonly Real[]): (code: Code) => void {
  return (code) => {
    for (const x of operands) pushReal(code, x);
    code.op(instruction);
  };
}

/** `x + y`. */
export const plus = (x: Real, y: Real): Real => apply("f64.add", x, y);
/** `x - y`. */
export const minus = (x: Real, y: Real): Real => apply("f64.sub", x, y);
/** `x * y`. */
export const multiplied = (x: Real, y: Real): Real => apply("f64.mul", x, y);
/** `x / y`. */
export const divided = (x: Real, y: Real): Real => apply("f64.div", x, y);
/** The magnitude. */
export const magnitude = (x: Real): Real => apply("f64.abs", x);
/** `-x`. */
export const negated = (x: Real): Real => apply("f64.neg", x);
/** The square root. */
export const root = (x: Real): Real => apply("f64.sqrt", x);
/** The larger; NaN if one is. */
export const larger = (x: Real, y: Real): Real => apply("f64.max", x, y);
/** `x` times itself. */
export const square = (x: Local): Real => multiplied(x, x);

/** `x < y`. */
export const less = (x: Real, y: Real): Truth => apply("f64.lt", x, y);
/** `x <= y`. */
export const atMost = (x: Real, y: Real): Truth => apply("f64.le", x, y);
/** `x = y`. */
export const same = (x: Real, y: Real): Truth => apply("f64.eq", x, y);
/** Whether it is a number that is not infinite. */
export const finite = (x: Real): Truth => less(magnitude(x), Infinity);
/** Whether it is not so. */
export const not = (x: Truth): Truth => (code) => {
  x(code);
  code.op("i32.eqz");
};
/** Whether both are so. */
export const both = (x: Truth, y: Truth): Truth => (code) => {
  x(code);
  y(code);
  code.op("i32.and");
};
/** Whether two places are the same. */
export const samePlace = (x: Index, y: Index): Truth => (code) => {
  push(code, x);
  push(code, y);
  code.op("i32.eq");
};

/** `x` where something holds, else `y`. */
export const either = (condition: Truth, x: Real, y: Real): Real => (code) => {
  pushReal(code, x);
  pushReal(code, y);
  condition(code);
  code.op("select");
};

/** The double at an address. */
export const at = (address: Index): Real => (code) => {
  push(code, address);
  code.access("f64.load");
};

/** Puts a double into memory. */
export function put(code: Code, address: Index, x: Real): void {
  push(code, address);
  pushReal(code, x);
  code.access("f64.store");
}

/** Puts a double into a variable. */
export function become(code: Code, local: Local, x: Real): void {
  pushReal(code, x);
  code.set(local);
}

/** A new variable with a double in it. */
export function kept(code: Code, x: Real): Local {
  const local = code.local("f64");
  become(code, local, x);
  return local;
}

/** Does something where a condition holds. */
export function when(code: Code, condition: Truth, then: () => void, otherwise?: () => void): void {
  condition(code);
  code.if(then, otherwise);
}

/** What a function gives for addresses and counts, then doubles. */
export const called =
  (callee: Callee, places: readonly Index[], reals: readonly Real[] = []) => (code: Code): void => {
    for (const x of places) push(code, x);
    for (const x of reals) pushReal(code, x);
    code.call(callee);
  };
