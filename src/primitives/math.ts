/**
 * Functions of one real number.
 *
 * @module
 */
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { add, div, log, mul, neg, sub } from "./arithmetic.ts";
import { lessEqual, select } from "./compare.ts";
import {
  applyElementwise,
  applyReal,
  elementwise,
  floats,
  numeric,
  type Partial,
} from "./elementwise.ts";
import type { ScalarFunction } from "../tape/scalar.ts";
import type { OperandSample } from "../tape/sample.ts";
import type { RealUnary, SameUnary } from "./signatures.ts";

/** A function of a real number: integers become `float32`. */
function realFunction(
  name: ScalarFunction,
  summary: string,
  derivative: Partial,
  domain?: Omit<OperandSample, "shape" | "dtype">,
): RealUnary {
  const primitive = elementwise({
    name,
    summary,
    dtypes: floats,
    scalar: (s, x) => s.apply(name, x),
    derivatives: [derivative],
    domain: domain && [domain],
  });
  return ((x: Operand): AnyTensor => applyReal(primitive, [x])) as unknown as RealUnary;
}

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
 * The sine of an angle in radians.
 *
 * @example
 * ```ts
 * import { sin, tensor } from "@katachi/katachi";
 *
 * sin(tensor([0, Math.PI / 2])).toArray(); // [0, 1]
 * ```
 */
export const sin: RealUnary = realFunction("sin", "the sine", (ct, [x]) => mul(ct, cos(x)));

/**
 * The cosine of an angle in radians.
 *
 * @example
 * ```ts
 * import { cos, tensor } from "@katachi/katachi";
 *
 * cos(tensor([0, Math.PI])).toArray(); // [1, -1]
 * ```
 */
export const cos: RealUnary = realFunction("cos", "the cosine", (ct, [x]) => neg(mul(ct, sin(x))));

/**
 * The tangent of an angle in radians.
 *
 * @example
 * ```ts
 * import { tan, tensor } from "@katachi/katachi";
 *
 * tan(tensor([0])).toArray(); // [0]
 * ```
 */
export const tan: RealUnary = realFunction(
  "tan",
  "the tangent",
  (ct, _, y) => mul(ct, add(1, mul(y, y))),
  { range: [-1, 1] },
);

/**
 * The arc sine in radians; NaN outside [-1, 1].
 *
 * @example
 * ```ts
 * import { asin, tensor } from "@katachi/katachi";
 *
 * asin(tensor([1], "float64")).item(); // 1.5707963267948966
 * ```
 */
export const asin: RealUnary = realFunction(
  "asin",
  "the arc sine",
  (ct, [x]) => div(ct, sqrt(sub(1, mul(x, x)))),
  { range: [-0.7, 0.7] },
);

/**
 * The arc cosine in radians; NaN outside [-1, 1].
 *
 * @example
 * ```ts
 * import { acos, tensor } from "@katachi/katachi";
 *
 * acos(tensor([1])).item(); // 0
 * ```
 */
export const acos: RealUnary = realFunction(
  "acos",
  "the arc cosine",
  (ct, [x]) => neg(div(ct, sqrt(sub(1, mul(x, x))))),
  { range: [-0.7, 0.7] },
);

/**
 * The arc tangent in radians.
 *
 * @example
 * ```ts
 * import { atan, tensor } from "@katachi/katachi";
 *
 * atan(tensor([1], "float64")).item(); // 0.7853981633974483
 * ```
 */
export const atan: RealUnary = realFunction(
  "atan",
  "the arc tangent",
  (ct, [x]) => div(ct, add(1, mul(x, x))),
);

/**
 * The hyperbolic sine.
 *
 * @example
 * ```ts
 * import { sinh, tensor } from "@katachi/katachi";
 *
 * sinh(tensor([0])).item(); // 0
 * ```
 */
export const sinh: RealUnary = realFunction(
  "sinh",
  "the hyperbolic sine",
  (ct, [x]) => mul(ct, cosh(x)),
);

/**
 * The hyperbolic cosine.
 *
 * @example
 * ```ts
 * import { cosh, tensor } from "@katachi/katachi";
 *
 * cosh(tensor([0])).item(); // 1
 * ```
 */
export const cosh: RealUnary = realFunction(
  "cosh",
  "the hyperbolic cosine",
  (ct, [x]) => mul(ct, sinh(x)),
);

/**
 * The hyperbolic tangent.
 *
 * @example
 * ```ts
 * import { tanh, tensor } from "@katachi/katachi";
 *
 * tanh(tensor([0, 100])).toArray(); // [0, 1]
 * ```
 */
export const tanh: RealUnary = realFunction(
  "tanh",
  "the hyperbolic tangent",
  (ct, _, y) => mul(ct, sub(1, mul(y, y))),
);

/**
 * The inverse hyperbolic sine.
 *
 * @example
 * ```ts
 * import { asinh, tensor } from "@katachi/katachi";
 *
 * asinh(tensor([0])).item(); // 0
 * ```
 */
export const asinh: RealUnary = realFunction(
  "asinh",
  "the inverse hyperbolic sine",
  (ct, [x]) => div(ct, sqrt(add(mul(x, x), 1))),
);

/**
 * The inverse hyperbolic cosine; NaN below 1.
 *
 * @example
 * ```ts
 * import { acosh, tensor } from "@katachi/katachi";
 *
 * acosh(tensor([1])).item(); // 0
 * ```
 */
export const acosh: RealUnary = realFunction(
  "acosh",
  "the inverse hyperbolic cosine",
  (ct, [x]) => div(ct, sqrt(mul(sub(x, 1), add(x, 1)))),
  { range: [1.5, 3] },
);

/**
 * The inverse hyperbolic tangent; infinite at -1 and 1.
 *
 * @example
 * ```ts
 * import { atanh, tensor } from "@katachi/katachi";
 *
 * atanh(tensor([0])).item(); // 0
 * ```
 */
export const atanh: RealUnary = realFunction(
  "atanh",
  "the inverse hyperbolic tangent",
  (ct, [x]) => div(ct, sub(1, mul(x, x))),
  { range: [-0.7, 0.7] },
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
