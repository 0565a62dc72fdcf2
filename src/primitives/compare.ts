/**
 * Comparison and selection.
 *
 * @module
 */
import { dtypes } from "../tensor/dtype.ts";
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { DTypeError } from "../tensor/dtype.ts";
import {
  aligned,
  applyElementwise,
  batchElementwise,
  commonShape,
  elementwise,
  elementwiseVjp,
} from "./elementwise.ts";
import { convert, scalar, unify } from "./operands.ts";
import type { Comparison, Where } from "./signatures.ts";

const truth = "boolean result";

const equalPrimitive = elementwise({
  name: "equal",
  summary: "a = b",
  dtypes,
  result: "bool",
  arity: 2,
  scalar: (s, a, b) => s.equal(a, b),
  derivatives: truth,
});

const lessPrimitive = elementwise({
  name: "less",
  summary: "a < b",
  dtypes,
  result: "bool",
  arity: 2,
  scalar: (s, a, b) => s.less(a, b),
  derivatives: truth,
});

/** Whether one is no larger than another. */
export const lessEqualPrimitive = elementwise({
  name: "lessEqual",
  summary: "a <= b",
  dtypes,
  result: "bool",
  arity: 2,
  scalar: (s, a, b) => s.lessEqual(a, b),
  derivatives: truth,
});

const notPrimitive = elementwise({
  name: "not",
  summary: "bits turned over; of a bool, the other one",
  dtypes: ["int32", "uint32", "bool"],
  scalar: (s, a) => s.apply("not", a),
  derivatives: "bits",
});

/** `condition ? a : b`, element by element. */
export const selectPrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "select",
  family: "elementwise",
  summary: "a where the condition holds, else b",
  infer: ([condition, a, b]) => {
    if (condition.dtype !== "bool" || a.dtype !== b.dtype) {
      throw new DTypeError(
        `select: needs a bool and two operands of one dtype, got ${condition.dtype}, ${a.dtype}, ${b.dtype}`,
      );
    }
    return [{
      shape: commonShape("select", [condition.shape, a.shape, b.shape]),
      dtype: a.dtype,
    }];
  },
  meaning: { kind: "elementwise", scalar: (s, [c, a, b]) => [s.select(c, a, b)] },
  vjp: ([ct], context) =>
    elementwiseVjp(
      [
        undefined,
        (ct, [condition]) => select(condition, ct, zero(ct)),
        (ct, [condition]) => select(condition, zero(ct), ct),
      ],
      ct!,
      context,
    ),
  batch: batchElementwise,
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    const maybe = () => draw.integer(0, 4) === 0 ? [] : shape;
    return {
      operands: [
        { shape: maybe(), dtype: "bool" },
        { shape, dtype: float },
        { shape: maybe(), dtype: float },
      ],
      params: undefined,
    };
  },
});

/** A scalar zero of a tensor's dtype. */
export function zero(like: AnyTensor): AnyTensor {
  return scalar(0, like.dtype);
}

/** The select primitive itself: a bool condition, operands of one dtype, shapes alike or scalar. */
export function select(condition: AnyTensor, a: AnyTensor, b: AnyTensor): AnyTensor {
  return bind(selectPrimitive, [condition, a, b], undefined)[0];
}

/**
 * Whether `a = b`, element by element. NaN equals nothing. Shapes broadcast; the result is `bool`.
 *
 * @example
 * ```ts
 * import { equal, tensor } from "@katachi/katachi";
 *
 * equal(tensor([1, 2, 3]), 2).toArray(); // [false, true, false]
 * ```
 */
export const equal: Comparison<"equal"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(equalPrimitive, [a, b])) as unknown as Comparison<"equal">;

/**
 * Whether `a ≠ b`, element by element; true for NaN. Shapes broadcast; the result is `bool`.
 *
 * @example
 * ```ts
 * import { notEqual, tensor } from "@katachi/katachi";
 *
 * notEqual(tensor([1, 2, 3]), 2).toArray(); // [true, false, true]
 * ```
 */
export const notEqual: Comparison<"notEqual"> = ((a: Operand, b: Operand): AnyTensor =>
  bind(
    notPrimitive,
    [compare("notEqual", equalPrimitive, a, b)],
    undefined,
  )[0]) as unknown as Comparison<
    "notEqual"
  >;

/**
 * Whether `a < b`, element by element. Shapes broadcast; the result is `bool`.
 *
 * @example
 * ```ts
 * import { less, tensor } from "@katachi/katachi";
 *
 * less(tensor([1, 2, 3]), 2).toArray(); // [true, false, false]
 * ```
 */
export const less: Comparison<"less"> =
  ((a: Operand, b: Operand): AnyTensor =>
    compare("less", lessPrimitive, a, b)) as unknown as Comparison<"less">;

/**
 * Whether `a ≤ b`, element by element. Shapes broadcast; the result is `bool`.
 *
 * @example
 * ```ts
 * import { lessEqual, tensor } from "@katachi/katachi";
 *
 * lessEqual(tensor([1, 2, 3]), 2).toArray(); // [true, true, false]
 * ```
 */
export const lessEqual: Comparison<"lessEqual"> =
  ((a: Operand, b: Operand): AnyTensor =>
    compare("lessEqual", lessEqualPrimitive, a, b)) as unknown as Comparison<
      "lessEqual"
    >;

/**
 * Whether `a > b`, element by element. Shapes broadcast; the result is `bool`.
 *
 * @example
 * ```ts
 * import { greater, tensor } from "@katachi/katachi";
 *
 * greater(tensor([1, 2, 3]), 2).toArray(); // [false, false, true]
 * ```
 */
export const greater: Comparison<"greater"> =
  ((a: Operand, b: Operand): AnyTensor =>
    compare("greater", lessPrimitive, a, b, true)) as unknown as Comparison<
      "greater"
    >;

/**
 * Whether `a ≥ b`, element by element. Shapes broadcast; the result is `bool`.
 *
 * @example
 * ```ts
 * import { greaterEqual, tensor } from "@katachi/katachi";
 *
 * greaterEqual(tensor([1, 2, 3]), 2).toArray(); // [false, true, true]
 * ```
 */
export const greaterEqual: Comparison<"greaterEqual"> =
  ((a: Operand, b: Operand): AnyTensor =>
    compare("greaterEqual", lessEqualPrimitive, a, b, true)) as unknown as Comparison<
      "greaterEqual"
    >;

/** Compares under the user's name for it; `a > b` is `b < a`, which holds for NaN, too. */
function compare(
  name: string,
  primitive: Primitive<undefined>,
  a: Operand,
  b: Operand,
  swap = false,
): AnyTensor {
  const [left, right] = aligned(name, unify(name, [a, b]));
  return bind(primitive, swap ? [right, left] : [left, right], undefined)[0];
}

/** Bits turned over. */
export function not(x: AnyTensor): AnyTensor {
  return bind(notPrimitive, [x], undefined)[0];
}

/**
 * `a` where the condition holds, `b` where it does not. All three broadcast; `a` and `b` are
 * promoted to one dtype; a condition that is no `bool` counts as `≠ 0`.
 *
 * The gradient of the branch not taken is 0. If that branch computed an infinity or a NaN, its own
 * derivative may still turn the 0 into NaN, as in JAX: then guard its operand, too, as in
 * `where(greater(x, 0), log(where(greater(x, 0), x, 1)), 0)`.
 *
 * @example
 * ```ts
 * import { greater, tensor, where } from "@katachi/katachi";
 *
 * const x = tensor([-1, 0, 2]);
 * where(greater(x, 0), x, 0).toArray(); // [0, 0, 2]
 * ```
 */
export const where: Where = ((condition: Operand, a: Operand, b: Operand): AnyTensor => {
  const [test] = unify("where", [condition]);
  const [yes, no] = unify("where", [a, b]);
  const [c, x, y] = aligned("where", [convert(test, "bool"), yes, no]);
  return select(c, x, y);
}) as unknown as Where;
