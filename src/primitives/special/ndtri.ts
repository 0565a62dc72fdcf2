/**
 * The quantiles of the standard normal distribution.
 *
 * M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
 * Statistics 37 (1988), 477-484 (PPND16).
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { mul } from "../arithmetic.ts";
import { applyReal, elementwise, floats } from "../elementwise.ts";
import { exp } from "../math.ts";
import type { RealUnary } from "../signatures.ts";
import { type Rational, rational } from "./polynomial.ts";

/** In `0.425² - (p - 1/2)²`. */
const central: Rational = {
  over: [
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080,
  ],
  under: [
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1,
  ],
};

/** In `√(-log p) - 1.6`. */
const middle: Rational = {
  over: [
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258,
    3.64784832476320460504,
    5.76949722146069140550,
    4.63033784615654529590,
    1.42343711074968357734,
  ],
  under: [
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940,
    2.05319162663775882187,
    1,
  ],
};

/** In `√(-log p) - 5`. */
const tail: Rational = {
  over: [
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580,
    5.46378491116411436990,
    6.65790464350110377720,
  ],
  under: [
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1,
  ],
};

function ndtriOf<T>(s: Scalar<T>, p: T): T {
  const q = s.sub(p, s.constant(0.5));
  const a = s.apply("abs", q);
  const inside = s.mul(q, rational(s, central, s.sub(s.constant(0.180625), s.mul(q, q))));
  const least = s.min(p, s.sub(s.constant(1), p));
  const r = s.apply("sqrt", s.apply("neg", s.apply("log", least)));
  const distance = s.select(
    s.lessEqual(r, s.constant(5)),
    rational(s, middle, s.sub(r, s.constant(1.6))),
    rational(s, tail, s.sub(r, s.constant(5))),
  );
  const outside = s.select(s.equal(least, s.constant(0)), s.constant(Infinity), distance);
  return s.select(
    s.lessEqual(a, s.constant(0.425)),
    inside,
    s.mul(s.apply("sign", q), outside),
  );
}

const ndtriPrimitive = elementwise({
  name: "ndtri",
  summary: "the quantiles of the standard normal distribution (Wichura 1988)",
  dtypes: floats,
  scalar: ndtriOf,
  derivatives: [(ct, _, y) => mul(ct, mul(exp(mul(0.5, mul(y, y))), Math.sqrt(2 * Math.PI)))],
  domain: [{ range: [0.1, 0.9] }],
});

/**
 * The quantiles of the standard normal distribution: the inverse of {@linkcode ndtr}. Infinite at 0
 * and 1, NaN beyond. Relative error below 1e-14 in float64. (M. J. Wichura, "Algorithm AS 241", 1988.)
 *
 * @example
 * ```ts
 * import { ndtri, tensor } from "@katachi/katachi";
 *
 * ndtri(tensor([0, 0.5, 1])).toArray(); // [-Infinity, 0, Infinity]
 * ```
 */
export const ndtri: RealUnary =
  ((p: AnyTensor): AnyTensor => applyReal(ndtriPrimitive, [p])) as unknown as RealUnary;
