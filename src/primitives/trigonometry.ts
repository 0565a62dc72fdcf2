/**
 * Trigonometric and hyperbolic functions.
 *
 * @module
 */
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { sqrt } from "./math.ts";
import { realFunction } from "./real_function.ts";
import type { RealUnary } from "./signatures.ts";

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
