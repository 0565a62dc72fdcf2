/**
 * Arithmetic of two operands.
 *
 * @module
 */
import { floating, isFloating } from "../tensor/dtype.ts";
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { equal, less, notEqual, select, where, zero } from "./compare.ts";
import {
  aligned,
  applyElementwise,
  applyReal,
  elementwise,
  floats,
  numeric,
} from "./elementwise.ts";
import { unify } from "./operands.ts";
import { floor, round, trunc } from "./rounding.ts";
import type { Binary, RealBinary, RealUnary, SameUnary } from "./signatures.ts";

/** Two numbers drawn for a derivative that has a jump where they are equal. */
const apart = [{ range: [-2, -0.2] }, { range: [0.2, 2] }] as const;

/** The sum. */
export const addPrimitive = elementwise({
  name: "add",
  summary: "a + b",
  dtypes: numeric,
  scalar: (s, a, b) => s.add(a, b),
  derivatives: [(ct) => ct, (ct) => ct],
});

const subPrimitive = elementwise({
  name: "sub",
  summary: "a - b",
  dtypes: numeric,
  scalar: (s, a, b) => s.sub(a, b),
  derivatives: [(ct) => ct, (ct) => neg(ct)],
});

/** The product. */
export const mulPrimitive = elementwise({
  name: "mul",
  summary: "a b",
  dtypes: numeric,
  scalar: (s, a, b) => s.mul(a, b),
  derivatives: [(ct, [, b]) => mul(ct, b), (ct, [a]) => mul(ct, a)],
});

const divPrimitive = elementwise({
  name: "div",
  summary: "a / b; integers towards zero",
  dtypes: numeric,
  scalar: (s, a, b) => s.div(a, b),
  derivatives: [(ct, [, b]) => div(ct, b), (ct, [, b], y) => neg(div(mul(ct, y), b))],
  domain: [{}, { range: [0.5, 2] }],
});

const remPrimitive = elementwise({
  name: "rem",
  summary: "the remainder of a / b with the sign of a",
  dtypes: numeric,
  scalar: (s, a, b) => s.rem(a, b),
  derivatives: [(ct) => ct, (ct, [a, b]) => neg(mul(ct, trunc(div(a, b))))],
  domain: [{ range: [2.2, 2.8] }, { range: [0.95, 1.05] }],
});

const powPrimitive = elementwise({
  name: "pow",
  summary: "a to the power b",
  dtypes: numeric,
  scalar: (s, a, b) => s.pow(a, b),
  derivatives: [
    (ct, [a, b]) => mul(ct, mul(b, pow(a, sub(b, 1)))),
    // log(0) would make NaN of 0 * -Infinity: at a = 0 the derivative is 0.
    (ct, [a], y) => mul(ct, mul(log(where(equal(a, 0), 1, a)), y)),
  ],
  domain: [{ range: [0.5, 2] }],
});

/** The larger of two. */
export const maximumPrimitive = elementwise({
  name: "maximum",
  summary: "the larger one; NaN if either is",
  dtypes: [...numeric, "bool"],
  scalar: (s, a, b) => s.max(a, b),
  derivatives: [(ct, [a, b]) => winner(ct, b, a), (ct, [a, b]) => winner(ct, a, b)],
  domain: apart,
});

const minimumPrimitive = elementwise({
  name: "minimum",
  summary: "the smaller one; NaN if either is",
  dtypes: [...numeric, "bool"],
  scalar: (s, a, b) => s.min(a, b),
  derivatives: [(ct, [a, b]) => winner(ct, a, b), (ct, [a, b]) => winner(ct, b, a)],
  domain: apart,
});

/** The cotangent where `low < high`, half of it at a tie, else 0. */
export function winner(ct: AnyTensor, low: AnyTensor, high: AnyTensor): AnyTensor {
  return select(less(low, high), ct, select(equal(low, high), mul(ct, 0.5), zero(ct)));
}

const atan2Primitive = elementwise({
  name: "atan2",
  summary: "the angle of the point (b, a)",
  dtypes: floats,
  scalar: (s, y, x) => s.atan2(y, x),
  derivatives: [
    (ct, [y, x]) => mul(ct, div(x, add(mul(x, x), mul(y, y)))),
    (ct, [y, x]) => mul(ct, div(neg(y), add(mul(x, x), mul(y, y)))),
  ],
  domain: [{ range: [0.5, 2] }, { range: [0.5, 2] }],
});

const negPrimitive = elementwise({
  name: "neg",
  summary: "-x",
  dtypes: numeric,
  scalar: (s, x) => s.apply("neg", x),
  derivatives: [(ct) => neg(ct)],
});

const logPrimitive = elementwise({
  name: "log",
  summary: "the natural logarithm",
  dtypes: floats,
  scalar: (s, x) => s.apply("log", x),
  derivatives: [(ct, [x]) => div(ct, x)],
  domain: [{ range: [0.3, 3] }],
});

/**
 * The sum `a + b`. Shapes broadcast, dtypes are promoted, a number takes the tensor's dtype.
 *
 * @example
 * ```ts
 * import { add, tensor } from "@katachi/katachi";
 *
 * add(tensor([[1, 2], [3, 4]]), tensor([10, 20])).toArray(); // [[11, 22], [13, 24]]
 * ```
 */
export const add: Binary<"add"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(addPrimitive, [a, b])) as unknown as Binary<"add">;

/**
 * The difference `a - b`. Shapes broadcast, dtypes are promoted.
 *
 * @example
 * ```ts
 * import { sub, tensor } from "@katachi/katachi";
 *
 * sub(1, tensor([0.25, 0.5])).toArray(); // [0.75, 0.5]
 * ```
 */
export const sub: Binary<"sub"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(subPrimitive, [a, b])) as unknown as Binary<"sub">;

/**
 * The product `a b`, element by element. Shapes broadcast, dtypes are promoted.
 *
 * @example
 * ```ts
 * import { mul, tensor } from "@katachi/katachi";
 *
 * mul(tensor([1, 2, 3]), 2).toArray(); // [2, 4, 6]
 * ```
 */
export const mul: Binary<"mul"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(mulPrimitive, [a, b])) as unknown as Binary<"mul">;

/**
 * The quotient `a / b`. Shapes broadcast; integers become `float32`, as in NumPy's true division.
 *
 * @example
 * ```ts
 * import { div, tensor } from "@katachi/katachi";
 *
 * div(tensor([1, 2, 3]), 2).toArray(); // [0.5, 1, 1.5]
 * ```
 */
export const div: RealBinary<"div"> =
  ((a: Operand, b: Operand): AnyTensor => applyReal(divPrimitive, [a, b])) as unknown as RealBinary<
    "div"
  >;

/**
 * The quotient rounded down, `⌊a / b⌋`. Shapes broadcast; integers stay integers.
 *
 * @example
 * ```ts
 * import { floorDivide, tensor } from "@katachi/katachi";
 *
 * floorDivide(tensor([7, -7], "int32"), 2).toArray(); // [3, -4]
 * ```
 */
export const floorDivide: Binary<"floorDivide"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("floorDivide", unify("floorDivide", [a, b]));
  const exact = bind(divPrimitive, [sub(x, mod(x, y)), y], undefined)[0];
  if (!isFloating(exact.dtype)) return exact;
  // The quotient of exact multiples, so that rounding in it cannot reach the next integer.
  return where(equal(y, 0), floor(div(x, y)), round(exact));
}) as unknown as Binary<"floorDivide">;

/**
 * The remainder of `a / b` with the sign of `b`, as Python's `%` and `jnp.remainder`.
 * Its derivative by `b` is `-⌊a / b⌋`.
 *
 * @example
 * ```ts
 * import { mod, tensor } from "@katachi/katachi";
 *
 * mod(tensor([5.5, -5.5]), 2).toArray(); // [1.5, 0.5]
 * ```
 */
export const mod: Binary<"mod"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("mod", unify("mod", [a, b]));
  const remainder = bind(remPrimitive, [x, y], undefined)[0];
  const wrongSide = notEqual(less(remainder, 0), less(y, 0));
  return where(wrongSide, where(equal(remainder, 0), remainder, add(remainder, y)), remainder);
}) as unknown as Binary<"mod">;

/**
 * The remainder of `a / b` with the sign of `a`, as C's `fmod` and JavaScript's `%`.
 *
 * @example
 * ```ts
 * import { rem, tensor } from "@katachi/katachi";
 *
 * rem(tensor([5.5, -5.5]), 2).toArray(); // [1.5, -1.5]
 * ```
 */
export const rem: Binary<"rem"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(remPrimitive, [a, b])) as unknown as Binary<"rem">;

/**
 * The power `a^b`. Shapes broadcast. At `a = 0` the derivative by `b` is 0 for `b ≥ 0` (JAX's
 * convention), the derivative by `a` is `b a^(b-1)` as IEEE arithmetic has it.
 *
 * @example
 * ```ts
 * import { pow, tensor } from "@katachi/katachi";
 *
 * pow(tensor([1, 2, 3]), 2).toArray(); // [1, 4, 9]
 * ```
 */
export const pow: Binary<"pow"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(powPrimitive, [a, b])) as unknown as Binary<"pow">;

/**
 * The larger of `a` and `b`; NaN if either is. At a tie each gets half of the gradient.
 *
 * @example
 * ```ts
 * import { maximum, tensor } from "@katachi/katachi";
 *
 * maximum(tensor([-1, 2]), 0).toArray(); // [0, 2]
 * ```
 */
export const maximum: Binary<"maximum"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(maximumPrimitive, [a, b])) as unknown as Binary<"maximum">;

/**
 * The smaller of `a` and `b`; NaN if either is. At a tie each gets half of the gradient.
 *
 * @example
 * ```ts
 * import { minimum, tensor } from "@katachi/katachi";
 *
 * minimum(tensor([-1, 2]), 0).toArray(); // [-1, 0]
 * ```
 */
export const minimum: Binary<"minimum"> =
  ((a: Operand, b: Operand): AnyTensor =>
    applyElementwise(minimumPrimitive, [a, b])) as unknown as Binary<"minimum">;

/**
 * The angle in radians, from -π to π, of the point with the ordinate `y` and the abscissa `x`.
 *
 * @example
 * ```ts
 * import { atan2, tensor } from "@katachi/katachi";
 *
 * atan2(tensor([1], "float64"), 1).item(); // 0.7853981633974483
 * ```
 */
export const atan2: RealBinary<"atan2"> =
  ((y: Operand, x: Operand): AnyTensor =>
    applyReal(atan2Primitive, [y, x])) as unknown as RealBinary<"atan2">;

/**
 * The negative, `-x`.
 *
 * @example
 * ```ts
 * import { neg, tensor } from "@katachi/katachi";
 *
 * neg(tensor([1, -2])).toArray(); // [-1, 2]
 * ```
 */
export const neg: SameUnary =
  ((x: Operand): AnyTensor => applyElementwise(negPrimitive, [x])) as unknown as SameUnary;

/**
 * The natural logarithm; `-Infinity` at 0 and NaN below.
 *
 * @example
 * ```ts
 * import { log, tensor } from "@katachi/katachi";
 *
 * log(tensor([1, Math.E], "float64")).toArray(); // [0, 1]
 * ```
 */
export const log: RealUnary =
  ((x: Operand): AnyTensor => applyReal(logPrimitive, [x])) as unknown as RealUnary;

/** Lifts to a float dtype; for functions that build on real numbers. */
export function real(x: Operand, operation: string): AnyTensor {
  return unify(operation, [x], floating)[0];
}
