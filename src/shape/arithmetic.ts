/**
 * Arithmetic on number literals at the type level, by decimal digits, exact to 2^53 - 1.
 *
 * Tuple lengths, the usual trick, end near 1,000; a dense layer has more parameters than that.
 *
 * @module
 */

/** `a + i` as carry and digit, at row `a` and position `i` (0 to 10: a digit and a carry). */
interface SumTable {
  "0": ["00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10"];
  "1": ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"];
  "2": ["02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"];
  "3": ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13"];
  "4": ["04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14"];
  "5": ["05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15"];
  "6": ["06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16"];
  "7": ["07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17"];
  "8": ["08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18"];
  "9": ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19"];
}

/** `a - i` as borrow and digit, at row `a` and position `i` (0 to 10: a digit and a borrow). */
interface DifferenceTable {
  "0": ["00", "19", "18", "17", "16", "15", "14", "13", "12", "11", "10"];
  "1": ["01", "00", "19", "18", "17", "16", "15", "14", "13", "12", "11"];
  "2": ["02", "01", "00", "19", "18", "17", "16", "15", "14", "13", "12"];
  "3": ["03", "02", "01", "00", "19", "18", "17", "16", "15", "14", "13"];
  "4": ["04", "03", "02", "01", "00", "19", "18", "17", "16", "15", "14"];
  "5": ["05", "04", "03", "02", "01", "00", "19", "18", "17", "16", "15"];
  "6": ["06", "05", "04", "03", "02", "01", "00", "19", "18", "17", "16"];
  "7": ["07", "06", "05", "04", "03", "02", "01", "00", "19", "18", "17"];
  "8": ["08", "07", "06", "05", "04", "03", "02", "01", "00", "19", "18"];
  "9": ["09", "08", "07", "06", "05", "04", "03", "02", "01", "00", "19"];
}

/** Each digit and the position after it. */
interface After {
  "0": "1";
  "1": "2";
  "2": "3";
  "3": "4";
  "4": "5";
  "5": "6";
  "6": "7";
  "7": "8";
  "8": "9";
  "9": "10";
}

type Digit = keyof After;
type Position = keyof SumTable["0"];

type Reversed<S extends string, Out extends string = ""> = S extends `${infer H}${infer T}`
  ? Reversed<T, `${H}${Out}`>
  : Out;

type Trimmed<S extends string> = S extends `0${infer T}` ? T extends "" ? "0" : Trimmed<T> : S;

/** Adds reversed digits, least first. */
type SumOf<A extends string, B extends string, Carry extends "0" | "1", Out extends string> =
  A extends `${infer a extends Digit}${infer AT}`
    ? B extends `${infer b extends Digit}${infer BT}`
      ? SumTable[a][(Carry extends "1" ? After[b] : b) & Position] extends
        `${infer c extends "0" | "1"}${infer d}` ? SumOf<AT, BT, c, `${d}${Out}`>
      : never
    : Carry extends "1" ? SumOf<A, "1", "0", Out>
    : `${Reversed<A>}${Out}`
    : B extends "" ? Carry extends "1" ? `1${Out}` : Out
    : SumOf<B, "", Carry, Out>;

/** Subtracts reversed digits, least first; the second is not the larger. */
type DifferenceOf<
  A extends string,
  B extends string,
  Borrow extends "0" | "1",
  Out extends string,
> = A extends `${infer a extends Digit}${infer AT}`
  ? B extends `${infer b extends Digit}${infer BT}`
    ? DifferenceTable[a][(Borrow extends "1" ? After[b] : b) & Position] extends
      `${infer c extends "0" | "1"}${infer d}` ? DifferenceOf<AT, BT, c, `${d}${Out}`>
    : never
  : Borrow extends "1" ? DifferenceOf<A, "1", "0", Out>
  : Trimmed<`${Reversed<A>}${Out}`>
  : Trimmed<Out>;

type AddText<A extends string, B extends string> = A extends "0" ? B
  : B extends "0" ? A
  : SumOf<Reversed<A>, Reversed<B>, "0", "">;

type SubText<A extends string, B extends string> = B extends "0" ? A
  : A extends B ? "0"
  : DifferenceOf<Reversed<A>, Reversed<B>, "0", "">;

/** A number times a digit, by doubling. */
type Times<A extends string, D extends string> = D extends "0" ? "0"
  : D extends "1" ? A
  : D extends "2" ? AddText<A, A>
  : D extends "3" ? AddText<A, Times<A, "2">>
  : D extends "4" ? AddText<Times<A, "2">, Times<A, "2">>
  : D extends "5" ? AddText<A, Times<A, "4">>
  : D extends "6" ? AddText<Times<A, "3">, Times<A, "3">>
  : D extends "7" ? AddText<A, Times<A, "6">>
  : D extends "8" ? AddText<Times<A, "4">, Times<A, "4">>
  : AddText<A, Times<A, "8">>;

type TimesTen<A extends string> = A extends "0" ? "0" : `${A}0`;

/** Schoolbook multiplication, the second factor's most significant digit first. */
type MulText<A extends string, B extends string, Out extends string = "0"> = B extends
  `${infer d}${infer T}` ? MulText<A, T, AddText<TimesTen<Out>, Times<A, d>>> : Out;

type DigitOrder<A extends string, B extends string> = A extends B ? "equal"
  : "0123456789" extends `${string}${A}${string}${B}${string}` ? "less"
  : "greater";

/** Compares digit by digit; the first difference counts if the lengths are the same. */
type OrderText<A extends string, B extends string, First extends Order = "equal"> = A extends
  `${infer a}${infer AT}`
  ? B extends `${infer b}${infer BT}`
    ? OrderText<AT, BT, First extends "equal" ? DigitOrder<a, b> : First>
  : "greater"
  : B extends "" ? First
  : "less";

/** One digit of a quotient and what is left, by repeated subtraction. */
type DigitOfQuotient<R extends string, B extends string, Q extends Digit = "0"> =
  OrderText<R, B> extends "less" ? [Q, R]
    : DigitOfQuotient<SubText<R, B>, B, After[Q] & Digit>;

type DivText<A extends string, B extends string, R extends string = "0", Q extends string = ""> =
  A extends `${infer d}${infer T}`
    ? DigitOfQuotient<Trimmed<`${R}${d}`>, B> extends
      [infer q extends string, infer r extends string] ? DivText<T, B, r, `${Q}${q}`>
    : never
    : [Trimmed<Q>, R];

type Parsed<S extends string> = S extends `${infer N extends number}` ? N : number;

/** How one number compares with another. */
export type Order = "less" | "equal" | "greater";

/**
 * `A + B` for whole numbers from 0 on; `number` where either is not a literal.
 *
 * @internal
 */
export type Add<A extends number, B extends number> = number extends A ? number
  : number extends B ? number
  : Parsed<AddText<`${A}`, `${B}`>>;

/** `A - B` for whole numbers with `B` not above `A`; `number` where either is not a literal. */
export type Sub<A extends number, B extends number> = number extends A ? number
  : number extends B ? number
  : Parsed<SubText<`${A}`, `${B}`>>;

/** `A B` for whole numbers from 0 on; `number` where either is not a literal. */
export type Mul<A extends number, B extends number> = number extends A ? number
  : number extends B ? number
  : A extends 0 ? 0
  : B extends 0 ? 0
  : A extends 1 ? B
  : B extends 1 ? A
  : Parsed<MulText<`${A}`, `${B}`>>;

/** Quotient, rounded down, and remainder of `A / B` for literals with `B` from 1 on. */
export type DivRem<A extends number, B extends number> = B extends 1 ? [A, 0]
  : DivText<`${A}`, `${B}`> extends [infer Q extends string, infer R extends string]
    ? [Parsed<Q>, Parsed<R>]
  : never;

/** `A / B` rounded down, for whole numbers with `B` from 1 on. */
export type DivFloor<A extends number, B extends number> = number extends A ? number
  : number extends B ? number
  : DivRem<A, B>[0];

/**
 * `A / B` rounded up, for whole numbers with `B` from 1 on.
 *
 * @internal
 */
export type DivCeil<A extends number, B extends number> = number extends A ? number
  : number extends B ? number
  : DivRem<A, B> extends [infer Q extends number, infer R extends number]
    ? R extends 0 ? Q : Add<Q, 1>
  : never;

/**
 * How `A` compares with `B`, for literals from 0 on.
 *
 * @internal
 */
export type Compare<A extends number, B extends number> = A extends B ? "equal"
  : OrderText<`${A}`, `${B}`>;

/** The smaller of two literals. */
export type Min<A extends number, B extends number> = Compare<A, B> extends "greater" ? B : A;

/**
 * `A - B`, or 0 where `B` is larger, for literals from 0 on.
 *
 * @internal
 */
export type Minus<A extends number, B extends number> = Compare<A, B> extends "less" ? 0
  : Sub<A, B>;

/**
 * Whether a literal, or one of several, is negative, a fraction, or `Also`.
 *
 * @internal
 */
export type NotWhole<N extends number, Also extends string = never> =
  [Extract<`${N}`, `-${string}` | `${string}.${string}` | Also>] extends [never] ? false : true;
