/**
 * The scalar language in which elementwise primitives say what they mean.
 *
 * A meaning is a function over *some* scalar algebra: given numbers it computes, given code it
 * compiles. (This style is known as "tagless final": Carette, Kiselyov and Shan, "Finally tagless,
 * partially evaluated", 2009.)
 *
 * @module
 */

/**
 * The operations on scalars that every engine knows, on values of type `T` of one dtype.
 *
 * @internal
 */
export interface Scalar<T> {
  /** A number written into the program. */
  constant(value: number): T;
  /** Sum. */
  add(a: T, b: T): T;
  /** Difference. */
  sub(a: T, b: T): T;
  /** Product. */
  mul(a: T, b: T): T;
  /** Quotient; towards zero for integers, and 0 where an integer is divided by 0. */
  div(a: T, b: T): T;
  /** Remainder with the sign of the dividend, as C's `fmod`; `a` where an integer's divisor is 0. */
  rem(a: T, b: T): T;
  /** The smaller one; NaN if either is. */
  min(a: T, b: T): T;
  /** The larger one; NaN if either is. */
  max(a: T, b: T): T;
  /** `a` to the power `b`. */
  pow(a: T, b: T): T;
  /** The angle of the point `(x, y)`. */
  atan2(y: T, x: T): T;
  /** 1 where equal, else 0. */
  equal(a: T, b: T): T;
  /** 1 where `a < b`, else 0. */
  less(a: T, b: T): T;
  /** 1 where `a <= b`, else 0. */
  lessEqual(a: T, b: T): T;
  /** `a` where the condition is not 0, else `b`. */
  select(condition: T, a: T, b: T): T;
  /** Bits in both. */
  and(a: T, b: T): T;
  /** Bits in either. */
  or(a: T, b: T): T;
  /** Bits in one of them. */
  xor(a: T, b: T): T;
  /** Shifted left by `b` bits; 0 from 32 on. */
  shiftLeft(a: T, b: T): T;
  /** Shifted right by `b` bits: the sign is kept for int32, zeros come in for uint32. */
  shiftRight(a: T, b: T): T;
  /** One operand: a function by its name. */
  apply(f: ScalarFunction, a: T): T;
}

/** The functions of one scalar. */
export type ScalarFunction =
  | "neg"
  | "abs"
  | "sign"
  | "not"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh";
