/**
 * The hyperbolic functions: polynomials near 0, exponentials beyond.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { exp } from "./exponential.ts";

/** `(tanh(x) / x - 1) / x²` in `x²`, where `|x| ≤ 0.625`. */
const tanh32 = [-5.7350197e-3, 2.0668704e-2, -5.374992e-2, 1.3331585e-1, -3.333329e-1];
const tanh64 = [
  -1.6231641967213615e-05,
  7.7492947352489e-05,
  -0.0002288949416990953,
  0.0005864944383052907,
  -0.0014550185274158742,
  0.003592002082984203,
  -0.008863222807155634,
  0.021869487734403066,
  -0.053968253939421666,
  0.13333333333283612,
  -0.33333333333333065,
];

/** `(sinh(x) / x - 1) / x²` in `x²`, where `|x| ≤ 1`. */
const sinh64 = [
  2.8467747286536182e-15,
  7.646544863282914e-13,
  1.605904952960647e-10,
  2.5052108356166756e-08,
  2.7557319224068156e-06,
  0.0001984126984126973,
  0.008333333333333333,
  0.16666666666666666,
];

/** The hyperbolic tangent. */
export function tanh(f: Floats, x: Value): Value {
  const a = f.abs(x);
  const z = f.mul(x, x);
  const near = f.madd(f.mul(a, z), f.polynomial(f.pick(tanh32, tanh64), z), a);
  const one = f.number(1);
  // 1 - 2 / (e^2x + 1); an infinite power gives 1.
  const far = f.sub(one, f.div(f.number(2), f.add(exp(f, f.add(a, a)), one)));
  return f.withSign(f.select(f.less(a, f.number(0.625)), near, far), x);
}

/** The hyperbolic sine of doubles. */
export function sinh(f: Floats, x: Value): Value {
  const a = f.abs(x);
  const z = f.mul(x, x);
  const near = f.madd(f.mul(x, z), f.polynomial(sinh64, z), x);
  const { half, inverse } = halves(f, a);
  return f.select(f.less(a, f.number(1)), near, f.withSign(f.sub(half, inverse), x));
}

/** The hyperbolic cosine of doubles. */
export function cosh(f: Floats, x: Value): Value {
  const { half, inverse } = halves(f, f.abs(x));
  return f.add(half, inverse);
}

/** `e^a / 2`, which is finite a little longer than `e^a`, and `e^-a / 2`. */
function halves(f: Floats, a: Value): { readonly half: Value; readonly inverse: Value } {
  const half = exp(f, a, -1);
  return { half, inverse: f.div(f.number(0.25), half) };
}
