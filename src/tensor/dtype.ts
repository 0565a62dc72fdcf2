/**
 * Element types: their names, their storage, and how they combine.
 *
 * The rules are JAX's (with 64-bit integers switched off), written down in `docs/dtypes.md`.
 *
 * @module
 */
import { KatachiError } from "../errors.ts";

/** The name of an element type. */
export type DType = "float32" | "float64" | "int32" | "uint32" | "bool";

/** The element types that gradients flow through. */
export type FloatDType = "float32" | "float64";

/** The JavaScript value of one element: `boolean` for `"bool"`, `number` for the rest. */
export type Element<D extends DType> = D extends "bool" ? boolean : number;

/** The typed array that holds elements of a dtype; a `bool` is a byte, 0 or 1. */
export type TypedArray<D extends DType = DType> = D extends "float32" ? Float32Array<ArrayBuffer>
  : D extends "float64" ? Float64Array<ArrayBuffer>
  : D extends "int32" ? Int32Array<ArrayBuffer>
  : D extends "uint32" ? Uint32Array<ArrayBuffer>
  : Uint8Array<ArrayBuffer>;

/** A dtype where a function cannot work with it, or dtypes that do not go together. */
export class DTypeError extends KatachiError {
  /** Always `"DTypeError"`. */
  override readonly name = "DTypeError";
}

/**
 * Which dtype two share: the later of the two in the order of the rows.
 *
 * @internal
 */
interface Promotions {
  bool: { bool: "bool"; uint32: "uint32"; int32: "int32"; float32: "float32"; float64: "float64" };
  uint32: {
    bool: "uint32";
    uint32: "uint32";
    int32: "int32";
    float32: "float32";
    float64: "float64";
  };
  int32: { bool: "int32"; uint32: "int32"; int32: "int32"; float32: "float32"; float64: "float64" };
  float32: {
    bool: "float32";
    uint32: "float32";
    int32: "float32";
    float32: "float32";
    float64: "float64";
  };
  float64: {
    bool: "float64";
    uint32: "float64";
    int32: "float64";
    float32: "float64";
    float64: "float64";
  };
}

/**
 * The dtype of a result that two operands share: the later of the two in the order
 * `bool`, `uint32`, `int32`, `float32`, `float64`. (A table, since the compiler can carry a look-up
 * by an unknown dtype along where a condition on it would have to wait.)
 */
export type Promote<A extends DType, B extends DType> = Promotions[A][B];

/** @internal */
interface Floats {
  bool: "float32";
  uint32: "float32";
  int32: "float32";
  float32: "float32";
  float64: "float64";
}

/** The dtype of a result that has to be a float: integers and booleans become `float32`. */
export type Floating<D extends DType> = Floats[D];

/** @internal */
interface Sums {
  bool: "int32";
  uint32: "uint32";
  int32: "int32";
  float32: "float32";
  float64: "float64";
}

/** The dtype of a sum: booleans are counted. */
export type Summed<D extends DType> = Sums[D];

const order: readonly DType[] = ["bool", "uint32", "int32", "float32", "float64"];

/** All dtypes, in promotion order. */
export const dtypes: readonly DType[] = order;

/** Refuses what is no dtype. */
export function requireKnown(operation: string, dtype: DType): void {
  if (!dtypes.includes(dtype)) {
    throw new DTypeError(`${operation}: unknown dtype ${dtype}; there are ${dtypes.join(", ")}`);
  }
}

/** The run-time twin of {@linkcode Promote}. */
export function promote(a: DType, b: DType): DType {
  return order[Math.max(order.indexOf(a), order.indexOf(b))];
}

/** Whether a dtype is `float32` or `float64`. */
export function isFloating(dtype: DType): dtype is FloatDType {
  return dtype === "float32" || dtype === "float64";
}

/** The run-time twin of {@linkcode Floating}. */
export function floating(dtype: DType): FloatDType {
  return isFloating(dtype) ? dtype : "float32";
}

/** A zeroed typed array for `length` elements of a dtype. */
export function allocate<D extends DType>(dtype: D, length: number): TypedArray<D>;
export function allocate(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}

/**
 * One number as an element of another dtype, as XLA converts: towards zero and saturating from
 * floats to integers (NaN becomes 0), modulo 2^32 between integers, `x != 0` to bool.
 */
export function convertElement(value: number, from: DType, to: DType): number {
  switch (to) {
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
    case "bool":
      return value !== 0 ? 1 : 0;
    case "int32":
      return isFloating(from) ? saturate(value, -2147483648, 2147483647) : value | 0;
    case "uint32":
      return isFloating(from) ? saturate(value, 0, 4294967295) : value >>> 0;
  }
}

function saturate(value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(Math.max(value, low), high)) + 0; // + 0 turns -0 into 0
}

/** Whether a JavaScript number is exactly an element of an integer dtype or bool (floats take any). */
export function isElement(value: number, dtype: DType): boolean {
  switch (dtype) {
    case "int32":
      return (value | 0) === value;
    case "uint32":
      return (value >>> 0) === value;
    case "bool":
      return value === 0 || value === 1;
    default:
      return true;
  }
}
