/**
 * The scalar language on JavaScript numbers, dtype by dtype, and lifted to columns of them.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import type { Scalar, ScalarFunction } from "../../tape/scalar.ts";

/** Halves to the even integer, as IEEE 754's default rounding. */
function roundHalfEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const low = Math.floor(x);
  const rest = x - low;
  const nearest = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return nearest === 0 && (x < 0 || Object.is(x, -0)) ? -0 : nearest;
}

const functions: Record<ScalarFunction, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  not: (x) => ~x,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
};

/** IEEE 754's power, which JavaScript's departs from at a base of 1 or -1. */
function power(a: number, b: number): number {
  if (a === 1) return 1;
  if (a === -1 && (b === Infinity || b === -Infinity)) return 1;
  return a ** b;
}

/** An integer power by repeated squaring, wrapping around; a negative exponent gives the inverse. */
function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let square = a;
  for (let rest = b; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

const floats: Scalar<number> = {
  constant: (value) => value,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  rem: (a, b) => a % b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: power,
  atan2: Math.atan2,
  equal: (a, b) => a === b ? 1 : 0,
  less: (a, b) => a < b ? 1 : 0,
  lessEqual: (a, b) => a <= b ? 1 : 0,
  select: (condition, a, b) => condition !== 0 ? a : b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => b < 0 || b > 31 ? 0 : a << b,
  shiftRight: (a, b) => a >> (b < 0 || b > 31 ? 31 : b),
  apply: (f, a) => functions[f](a),
};

const int32: Scalar<number> = {
  ...floats,
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  div: (a, b) => b === 0 ? 0 : (a / b) | 0,
  rem: (a, b) => b === 0 ? a : (a % b) | 0,
  pow: (a, b) => integerPower(a, b),
  apply: (f, a) => functions[f](a) | 0,
};

const uint32: Scalar<number> = {
  ...floats,
  add: (a, b) => (a + b) >>> 0,
  sub: (a, b) => (a - b) >>> 0,
  mul: (a, b) => Math.imul(a, b) >>> 0,
  div: (a, b) => b === 0 ? 0 : Math.floor(a / b),
  rem: (a, b) => b === 0 ? a : a % b,
  pow: (a, b) => integerPower(a, b) >>> 0,
  and: (a, b) => (a & b) >>> 0,
  or: (a, b) => (a | b) >>> 0,
  xor: (a, b) => (a ^ b) >>> 0,
  shiftLeft: (a, b) => b > 31 ? 0 : (a << b) >>> 0,
  shiftRight: (a, b) => b > 31 ? 0 : a >>> b,
  apply: (f, a) => functions[f](a) >>> 0,
};

const bool: Scalar<number> = {
  ...floats,
  apply: (f, a) => f === "not" ? 1 - a : functions[f](a),
};

/** The algebra that computes on elements of a dtype; float32 is rounded when it is stored. */
function numbers(dtype: DType): Scalar<number> {
  switch (dtype) {
    case "int32":
      return int32;
    case "uint32":
      return uint32;
    case "bool":
      return bool;
    default:
      return floats;
  }
}

/** One number for every element, or the same for all. */
export type Column = number | ArrayLike<number>;

/** Lifts an algebra on numbers to columns of `size` numbers, operation by operation. */
function lift(s: Scalar<number>, size: number): Scalar<Column> {
  const one = (f: (a: number) => number) => (a: Column): Column => {
    if (typeof a === "number") return f(a);
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) out[i] = f(a[i]);
    return out;
  };
  const two = (f: (a: number, b: number) => number) => (a: Column, b: Column): Column => {
    if (typeof a === "number") {
      return typeof b === "number" ? f(a, b) : one((x) => f(a, x))(b);
    }
    if (typeof b === "number") return one((x) => f(x, b))(a);
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) out[i] = f(a[i], b[i]);
    return out;
  };
  const at = (a: Column, i: number) => typeof a === "number" ? a : a[i];
  return {
    constant: (value) => s.constant(value),
    add: two(s.add),
    sub: two(s.sub),
    mul: two(s.mul),
    div: two(s.div),
    rem: two(s.rem),
    min: two(s.min),
    max: two(s.max),
    pow: two(s.pow),
    atan2: two(s.atan2),
    equal: two(s.equal),
    less: two(s.less),
    lessEqual: two(s.lessEqual),
    and: two(s.and),
    or: two(s.or),
    xor: two(s.xor),
    shiftLeft: two(s.shiftLeft),
    shiftRight: two(s.shiftRight),
    apply: (f, a) => one((x) => s.apply(f, x))(a),
    select: (condition, a, b) => {
      if (typeof condition === "number") return condition !== 0 ? a : b;
      const out = new Float64Array(size);
      for (let i = 0; i < size; i++) out[i] = condition[i] !== 0 ? at(a, i) : at(b, i);
      return out;
    },
  };
}

/** The algebra that computes on columns of `size` elements of a dtype. */
export function columns(dtype: DType, size: number): Scalar<Column> {
  return lift(numbers(dtype), size);
}
