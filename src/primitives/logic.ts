/**
 * Logic on booleans and bits.
 *
 * @module
 */
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { not, notEqual } from "./compare.ts";
import { aligned, applyElementwise, bits, elementwise } from "./elementwise.ts";
import { convert, unify } from "./operands.ts";
import type { Primitive } from "../tape/primitive.ts";
import type { Binary, Comparison, Predicate, SameUnary } from "./signatures.ts";

const andPrimitive = elementwise({
  name: "and",
  summary: "bits that are in both",
  dtypes: bits,
  arity: 2,
  scalar: (s, a, b) => s.and(a, b),
  derivatives: "bits",
});

const orPrimitive = elementwise({
  name: "or",
  summary: "bits that are in either",
  dtypes: bits,
  arity: 2,
  scalar: (s, a, b) => s.or(a, b),
  derivatives: "bits",
});

const xorPrimitive = elementwise({
  name: "xor",
  summary: "bits that are in one of the two",
  dtypes: bits,
  arity: 2,
  scalar: (s, a, b) => s.xor(a, b),
  derivatives: "bits",
});

const shiftLeftPrimitive = elementwise({
  name: "shiftLeft",
  summary: "a shifted left by b bits; 0 from 32 on",
  dtypes: ["int32", "uint32"],
  arity: 2,
  scalar: (s, a, b) => s.shiftLeft(a, b),
  derivatives: "bits",
});

const shiftRightPrimitive = elementwise({
  name: "shiftRight",
  summary: "a shifted right by b bits; int32 keeps its sign",
  dtypes: ["int32", "uint32"],
  arity: 2,
  scalar: (s, a, b) => s.shiftRight(a, b),
  derivatives: "bits",
});

/** Applies a bit operation to operands read as truth values. */
function onTruth(name: string, primitive: Primitive<undefined>, a: Operand, b: Operand): AnyTensor {
  const [x, y] = [...unify(name, [a]), ...unify(name, [b])].map((t) => convert(t, "bool"));
  return bind(primitive, aligned(name, [x, y]), undefined)[0];
}

/**
 * Whether both hold; numbers count as true where they are not 0. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { logicalAnd, tensor } from "@katachi/katachi";
 *
 * logicalAnd(tensor([true, true]), tensor([true, false])).toArray(); // [true, false]
 * ```
 */
export const logicalAnd: Comparison<"logicalAnd"> =
  ((a: Operand, b: Operand): AnyTensor =>
    onTruth("logicalAnd", andPrimitive, a, b)) as unknown as Comparison<
      "logicalAnd"
    >;

/**
 * Whether either holds; numbers count as true where they are not 0. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { logicalOr, tensor } from "@katachi/katachi";
 *
 * logicalOr(tensor([true, false]), tensor([false, false])).toArray(); // [true, false]
 * ```
 */
export const logicalOr: Comparison<"logicalOr"> =
  ((a: Operand, b: Operand): AnyTensor =>
    onTruth("logicalOr", orPrimitive, a, b)) as unknown as Comparison<"logicalOr">;

/**
 * Whether exactly one holds; numbers count as true where they are not 0. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { logicalXor, tensor } from "@katachi/katachi";
 *
 * logicalXor(tensor([true, true]), tensor([true, false])).toArray(); // [false, true]
 * ```
 */
export const logicalXor: Comparison<"logicalXor"> =
  ((a: Operand, b: Operand): AnyTensor =>
    onTruth("logicalXor", xorPrimitive, a, b)) as unknown as Comparison<
      "logicalXor"
    >;

/**
 * Whether it does not hold; numbers count as true where they are not 0.
 *
 * @example
 * ```ts
 * import { logicalNot, tensor } from "@katachi/katachi";
 *
 * logicalNot(tensor([true, false])).toArray(); // [false, true]
 * ```
 */
export const logicalNot: Predicate =
  ((x: Operand): AnyTensor =>
    not(convert(unify("logicalNot", [x])[0], "bool"))) as unknown as Predicate;

/**
 * The bits that are set in both operands, of `int32`, `uint32` or `bool`.
 *
 * @example
 * ```ts
 * import { bitwiseAnd, tensor } from "@katachi/katachi";
 *
 * bitwiseAnd(tensor([6], "int32"), 3).toArray(); // [2]
 * ```
 */
export const bitwiseAnd: Binary<"and"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(andPrimitive, [a, b])) as unknown as Binary<"and">;

/**
 * The bits that are set in either operand, of `int32`, `uint32` or `bool`.
 *
 * @example
 * ```ts
 * import { bitwiseOr, tensor } from "@katachi/katachi";
 *
 * bitwiseOr(tensor([6], "int32"), 3).toArray(); // [7]
 * ```
 */
export const bitwiseOr: Binary<"or"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(orPrimitive, [a, b])) as unknown as Binary<"or">;

/**
 * The bits that are set in exactly one operand, of `int32`, `uint32` or `bool`.
 *
 * @example
 * ```ts
 * import { bitwiseXor, tensor } from "@katachi/katachi";
 *
 * bitwiseXor(tensor([6], "int32"), 3).toArray(); // [5]
 * ```
 */
export const bitwiseXor: Binary<"xor"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(xorPrimitive, [a, b])) as unknown as Binary<"xor">;

/**
 * Every bit turned over, of `int32`, `uint32` or `bool`.
 *
 * @example
 * ```ts
 * import { bitwiseNot, tensor } from "@katachi/katachi";
 *
 * bitwiseNot(tensor([0], "int32")).toArray(); // [-1]
 * ```
 */
export const bitwiseNot: SameUnary =
  ((x: Operand): AnyTensor => not(unify("not", [x])[0])) as unknown as SameUnary;

/**
 * `a` shifted left by `b` bits; 0 where `b` is not from 0 to 31.
 *
 * @example
 * ```ts
 * import { shiftLeft, tensor } from "@katachi/katachi";
 *
 * shiftLeft(tensor([1, 3], "int32"), 2).toArray(); // [4, 12]
 * ```
 */
export const shiftLeft: Binary<"shiftLeft"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(shiftLeftPrimitive, [a, b])) as unknown as Binary<"shiftLeft">;

/**
 * `a` shifted right by `b` bits: `int32` keeps its sign, in `uint32` zeros come in. Where `b` is not
 * from 0 to 31, all bits are shifted out.
 *
 * @example
 * ```ts
 * import { shiftRight, tensor } from "@katachi/katachi";
 *
 * shiftRight(tensor([-8], "int32"), 1).toArray(); // [-4]
 * ```
 */
export const shiftRight: Binary<"shiftRight"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(shiftRightPrimitive, [a, b])) as unknown as Binary<
      "shiftRight"
    >;

/**
 * Whether each element is NaN.
 *
 * @example
 * ```ts
 * import { isNaN, tensor } from "@katachi/katachi";
 *
 * isNaN(tensor([1, NaN])).toArray(); // [false, true]
 * ```
 */
export const isNaN: Predicate = ((x: Operand): AnyTensor => notEqual(x, x)) as unknown as Predicate;
