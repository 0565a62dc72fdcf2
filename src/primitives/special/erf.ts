/**
 * The error function and its complements.
 *
 * W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation
 * 23 (1969), 631-637, with the coefficients and the splitting of the exponent of his program CALERF.
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { mul, neg, sub } from "../arithmetic.ts";
import { applyReal, elementwise, floats } from "../elementwise.ts";
import { exp } from "../math.ts";
import type { RealUnary } from "../signatures.ts";
import { type Rational, rational } from "./polynomial.ts";

/** `erf(x) / x` in `x²`, for `|x| ≤ 0.46875`. */
const near: Rational = {
  over: [
    1.85777706184603153e-1,
    3.16112374387056560,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
  ],
  under: [
    1,
    2.36012909523441209e1,
    2.44024637934444173e2,
    1.28261652607737228e3,
    2.84423683343917062e3,
  ],
};

/** `erfcx(x)` in `x`, for `0.46875 ≤ x ≤ 4`. */
const middle: Rational = {
  over: [
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594,
    6.61191906371416295e1,
    2.98635138197400131e2,
    8.81952221241769090e2,
    1.71204761263407058e3,
    2.05107837782607147e3,
    1.23033935479799725e3,
  ],
  under: [
    1,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3,
  ],
};

/** `x² (1/√π - x erfcx(x))` in `1/x²`, for `x ≥ 4`. */
const far: Rational = {
  over: [
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
  ],
  under: [
    1,
    2.56852019228982242,
    1.87295284992346725,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
  ],
};

/** `erf(x)` where `|x| ≤ 0.46875`. */
function erfNear<T>(s: Scalar<T>, x: T): T {
  return s.mul(x, rational(s, near, s.mul(x, x)));
}

/** `e^(x²) erfc(x)` where `x ≥ 0.46875`. */
function scaled<T>(s: Scalar<T>, x: T): T {
  const inverse = s.div(s.constant(1), s.mul(x, x));
  const tail = s.div(
    s.sub(s.constant(1 / Math.sqrt(Math.PI)), s.mul(inverse, rational(s, far, inverse))),
    x,
  );
  return s.select(s.lessEqual(x, s.constant(4)), rational(s, middle, x), tail);
}

/** `e^(sign x²)`: the square is split, since the rounding of a large one would tell. */
function expOfSquare<T>(s: Scalar<T>, sign: 1 | -1, x: T): T {
  const coarse = s.div(s.apply("trunc", s.mul(x, s.constant(16))), s.constant(16));
  const rest = s.mul(s.sub(x, coarse), s.add(x, coarse));
  const power = (y: T) => s.apply("exp", sign === 1 ? y : s.apply("neg", y));
  return s.mul(power(s.mul(coarse, coarse)), power(rest));
}

/** `erfc(|x|)` where `|x| ≥ 0.46875`; 0 from 28 on, where float64 ends. */
function erfcBeyond<T>(s: Scalar<T>, a: T): T {
  const inside = s.min(a, s.constant(28));
  return s.mul(expOfSquare(s, -1, inside), scaled(s, inside));
}

/** The error function in the scalar language. */
export function erfOf<T>(s: Scalar<T>, x: T): T {
  const a = s.apply("abs", x);
  const beyond = s.mul(s.apply("sign", x), s.sub(s.constant(1), erfcBeyond(s, a)));
  return s.select(s.lessEqual(a, s.constant(0.46875)), erfNear(s, x), beyond);
}

function erfcOf<T>(s: Scalar<T>, x: T): T {
  const a = s.apply("abs", x);
  const tail = erfcBeyond(s, a);
  const beyond = s.select(s.less(x, s.constant(0)), s.sub(s.constant(2), tail), tail);
  const inside = s.sub(s.constant(1), erfNear(s, x));
  return s.select(s.lessEqual(a, s.constant(0.46875)), inside, beyond);
}

function erfcxOf<T>(s: Scalar<T>, x: T): T {
  const a = s.apply("abs", x);
  const above = scaled(s, a);
  const power = expOfSquare(s, 1, s.min(a, s.constant(28)));
  const below = s.sub(s.mul(s.constant(2), power), above);
  const inside = s.mul(s.apply("exp", s.mul(x, x)), s.sub(s.constant(1), erfNear(s, x)));
  return s.select(
    s.lessEqual(a, s.constant(0.46875)),
    inside,
    s.select(s.less(x, s.constant(0)), below, above),
  );
}

const slope = 2 / Math.sqrt(Math.PI);

/** `2/√π e^(-x²)`, the derivative of the error function. */
const bell = (x: AnyTensor): AnyTensor => mul(exp(neg(mul(x, x))), slope);

const erfPrimitive = elementwise({
  name: "erf",
  summary: "the error function (Cody 1969)",
  dtypes: floats,
  scalar: erfOf,
  derivatives: [(ct, [x]) => mul(ct, bell(x))],
});

const erfcPrimitive = elementwise({
  name: "erfc",
  summary: "1 - erf(x), accurate in the tail (Cody 1969)",
  dtypes: floats,
  scalar: erfcOf,
  derivatives: [(ct, [x]) => mul(ct, neg(bell(x)))],
});

const erfcxPrimitive = elementwise({
  name: "erfcx",
  summary: "exp(x²) erfc(x), without overflow (Cody 1969)",
  dtypes: floats,
  scalar: erfcxOf,
  derivatives: [(ct, [x], y) => mul(ct, sub(mul(mul(2, x), y), slope))],
});

/**
 * The error function `2/√π ∫₀ˣ e^(-t²) dt`. Relative error below 1e-15 in float64. (W. J. Cody,
 * "Rational Chebyshev approximations for the error function", 1969.)
 *
 * @example
 * ```ts
 * import { erf, tensor } from "@katachi/katachi";
 *
 * erf(tensor([0, 10])).toArray(); // [0, 1]
 * ```
 */
export const erf: RealUnary =
  ((x: AnyTensor): AnyTensor => applyReal(erfPrimitive, [x])) as unknown as RealUnary;

/**
 * The complement `1 - erf(x)` of the error function, accurate where that is near 1: the relative
 * error is below 1e-14 in float64. (W. J. Cody, 1969.)
 *
 * @example
 * ```ts
 * import { erfc, tensor } from "@katachi/katachi";
 *
 * erfc(tensor([-10, 0])).toArray(); // [2, 1]
 * ```
 */
export const erfc: RealUnary =
  ((x: AnyTensor): AnyTensor => applyReal(erfcPrimitive, [x])) as unknown as RealUnary;

/**
 * The scaled complement `e^(x²) erfc(x)` of the error function, which falls as `1/(x√π)` where `erfc`
 * itself is too small for a float. Relative error below 1e-14 in float64. (W. J. Cody, 1969.)
 *
 * @example
 * ```ts
 * import { erfcx, tensor } from "@katachi/katachi";
 *
 * erfcx(tensor([0])).toArray(); // [1]
 * ```
 */
export const erfcx: RealUnary =
  ((x: AnyTensor): AnyTensor => applyReal(erfcxPrimitive, [x])) as unknown as RealUnary;
