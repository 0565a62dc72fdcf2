/**
 * Functions of one real number.
 *
 * @module
 */
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { add, div, log, mul, neg, sub } from "./arithmetic.ts";
import { lessEqual, select } from "./compare.ts";
import { applyElementwise, applyReal, elementwise, floats, numeric } from "./elementwise.ts";
import { realFunction } from "./real_function.ts";
import type { RealUnary, SameUnary } from "./signatures.ts";

const absPrimitive = elementwise({
  name: "abs",
  summary: "|x|",
  dtypes: numeric,
  scalar: (s, x) => s.apply("abs", x),
  derivatives: [(ct, [x]) => select(lessEqual(0, x), ct, neg(ct))],
  domain: [{ avoid: [0] }],
});

const signPrimitive = elementwise({
  name: "sign",
  summary: "-1, 0 or 1; NaN for NaN",
  dtypes: numeric,
  scalar: (s, x) => s.apply("sign", x),
  derivatives: "piecewise constant",
});

const sigmoidPrimitive = elementwise({
  name: "sigmoid",
  summary: "1 / (1 + exp(-x))",
  dtypes: floats,
  scalar: (s, x) => s.div(s.constant(1), s.add(s.constant(1), s.apply("exp", s.apply("neg", x)))),
  derivatives: [(ct, _, y) => mul(ct, mul(y, sub(1, y)))],
});

const stopGradientPrimitive = elementwise({
  name: "stopGradient",
  summary: "the operand, as a constant to every gradient",
  dtypes: ["float32", "float64", "int32", "uint32", "bool"],
  scalar: (_, x) => x,
  derivatives: "stops gradients on purpose",
});

/**
 * The absolute value `|x|`. At 0 the derivative is 1 (JAX's convention).
 *
 * @example
 * ```ts
 * import { abs, tensor } from "@katachi/katachi";
 *
 * abs(tensor([-2, 0, 3])).toArray(); // [2, 0, 3]
 * ```
 */
export const abs: SameUnary =
  ((x: Operand): AnyTensor => applyElementwise(absPrimitive, [x])) as unknown as SameUnary;

/**
 * The sign: -1, 0 or 1, and NaN for NaN. No gradient flows through it.
 *
 * @example
 * ```ts
 * import { sign, tensor } from "@katachi/katachi";
 *
 * sign(tensor([-2, 0, 3])).toArray(); // [-1, 0, 1]
 * ```
 */
export const sign: SameUnary =
  ((x: Operand): AnyTensor => applyElementwise(signPrimitive, [x])) as unknown as SameUnary;

/**
 * The square root; NaN below 0. At 0 the derivative is `Infinity`.
 *
 * @example
 * ```ts
 * import { sqrt, tensor } from "@katachi/katachi";
 *
 * sqrt(tensor([4, 9])).toArray(); // [2, 3]
 * ```
 */
export const sqrt: RealUnary = realFunction(
  "sqrt",
  "the square root",
  (ct, _, y) => div(ct, mul(2, y)),
  { range: [0.3, 3] },
);

/**
 * The exponential `e^x`.
 *
 * @example
 * ```ts
 * import { exp, tensor } from "@katachi/katachi";
 *
 * exp(tensor([0, 1], "float64")).toArray(); // [1, 2.718281828459045]
 * ```
 */
export const exp: RealUnary = realFunction("exp", "e to the power x", (ct, _, y) => mul(ct, y));

/**
 * `e^x - 1`, accurate near 0.
 *
 * @example
 * ```ts
 * import { expm1, tensor } from "@katachi/katachi";
 *
 * expm1(tensor([1e-10], "float64")).toArray(); // [1.00000000005e-10]
 * ```
 */
export const expm1: RealUnary = realFunction(
  "expm1",
  "exp(x) - 1, accurate near 0",
  (ct, _, y) => mul(ct, add(y, 1)),
);

/**
 * `log(1 + x)`, accurate near 0.
 *
 * @example
 * ```ts
 * import { log1p, tensor } from "@katachi/katachi";
 *
 * log1p(tensor([1e-10], "float64")).toArray(); // [9.9999999995e-11]
 * ```
 */
export const log1p: RealUnary = realFunction(
  "log1p",
  "log(1 + x), accurate near 0",
  (ct, [x]) => div(ct, add(x, 1)),
  { range: [-0.6, 2] },
);

/**
 * The logistic function `1 / (1 + e^-x)`, without overflow.
 *
 * @example
 * ```ts
 * import { sigmoid, tensor } from "@katachi/katachi";
 *
 * sigmoid(tensor([0, 1000, -1000])).toArray(); // [0.5, 1, 0]
 * ```
 */
export const sigmoid: RealUnary =
  ((x: Operand): AnyTensor => applyReal(sigmoidPrimitive, [x])) as unknown as RealUnary;

/**
 * The logarithm to the base 2.
 *
 * @example
 * ```ts
 * import { log2, tensor } from "@katachi/katachi";
 *
 * log2(tensor([8], "float64")).item(); // 3
 * ```
 */
export const log2: RealUnary =
  ((x: Operand): AnyTensor => div(log(x as never), Math.LN2)) as unknown as RealUnary;

/**
 * The logarithm to the base 10.
 *
 * @example
 * ```ts
 * import { log10, tensor } from "@katachi/katachi";
 *
 * log10(tensor([100])).item(); // 2
 * ```
 */
export const log10: RealUnary =
  ((x: Operand): AnyTensor => div(log(x as never), Math.LN10)) as unknown as RealUnary;

/**
 * The square `x²`.
 *
 * @example
 * ```ts
 * import { square, tensor } from "@katachi/katachi";
 *
 * square(tensor([1, -3])).toArray(); // [1, 9]
 * ```
 */
export const square: SameUnary = ((x: Operand): AnyTensor => mul(x, x)) as unknown as SameUnary;

/**
 * The reciprocal `1 / x`.
 *
 * @example
 * ```ts
 * import { reciprocal, tensor } from "@katachi/katachi";
 *
 * reciprocal(tensor([2, 4])).toArray(); // [0.5, 0.25]
 * ```
 */
export const reciprocal: RealUnary = ((x: Operand): AnyTensor => div(1, x)) as unknown as RealUnary;

/**
 * The reciprocal square root `1 / √x`.
 *
 * @example
 * ```ts
 * import { rsqrt, tensor } from "@katachi/katachi";
 *
 * rsqrt(tensor([4, 16])).toArray(); // [0.5, 0.25]
 * ```
 */
export const rsqrt: RealUnary =
  ((x: Operand): AnyTensor => div(1, sqrt(x as never))) as unknown as RealUnary;

/**
 * The operand itself, which every gradient takes for a constant.
 *
 * @example
 * ```ts
 * import { grad, stopGradient, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[]>) => x.mul(stopGradient(x));
 * grad(f)(tensor(3)).item(); // 3, not 6
 * ```
 */
export const stopGradient: SameUnary =
  ((x: Operand): AnyTensor => applyElementwise(stopGradientPrimitive, [x])) as unknown as SameUnary;
