/**
 * The logarithm of the gamma function.
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { mul } from "../arithmetic.ts";
import { applyReal, elementwise, floats } from "../elementwise.ts";
import type { RealUnary } from "../signatures.ts";
import { polygammaRaw } from "./polygamma.ts";
import { polynomial } from "./polynomial.ts";

/**
 * `(-1)^k (ζ(k) - 1) / k` from `k = 26` down to 2, and `1 - γ` (Abramowitz and Stegun 6.1.33):
 * the series of `log Γ(2 + z) / z`.
 */
const aroundTwo = [
  5.7313672416788620133e-10,
  -1.1921401405860912074e-9,
  2.4836745438024783172e-9,
  -5.1834750419700466551e-9,
  1.0838659214896954091e-8,
  -2.271109460894316491e-8,
  4.7698101693639805658e-8,
  -1.0043224823968099609e-7,
  2.1207184805554665869e-7,
  -4.4924691987645660433e-7,
  9.5514121304074198329e-7,
  -2.0392157538013662368e-6,
  4.3748667899078742042e-6,
  -9.439488275268395904e-6,
  2.0507212775670691553e-5,
  -4.49262367381331417e-5,
  9.9457512781808533715e-5,
  -2.2315475845357937976e-4,
  5.0966952474304242234e-4,
  -1.1927539117032609771e-3,
  2.8905103307415232858e-3,
  -7.3855510286739852663e-3,
  2.0580808427784547879e-2,
  -6.7352301053198095133e-2,
  3.2246703342411321824e-1,
  4.2278433509846713939e-1,
];

/** `B(2k) / (2k (2k - 1))` from `k = 9` down to 1: Stirling's series (A & S 6.1.40). */
export const stirling: readonly number[] = [
  43867 / 244188,
  -3617 / 122400,
  1 / 156,
  -691 / 360360,
  1 / 1188,
  -1 / 1680,
  1 / 1260,
  -1 / 360,
  1 / 12,
];

/** From 8 on. */
function large<T>(s: Scalar<T>, x: T): T {
  const inverse = s.div(s.constant(1), x);
  const series = s.mul(polynomial(s, stirling, s.mul(inverse, inverse)), inverse);
  // (x - 1/2) log x - x + log(2π) / 2, with no difference of infinities.
  const main = s.mul(
    s.sub(x, s.constant(0.5)),
    s.sub(s.apply("log", x), s.constant(1)),
  );
  return s.add(main, s.add(series, s.constant((Math.log(2 * Math.PI) - 1) / 2)));
}

/** From 0 to 8: the recurrence `Γ(x + 1) = x Γ(x)` leads to the series around 2. */
function small<T>(s: Scalar<T>, x: T): T {
  const one = s.constant(1);
  let t = x;
  let above = one;
  for (let step = 0; step < 6; step++) {
    const far = s.less(s.constant(2.5), t);
    t = s.select(far, s.sub(t, one), t);
    above = s.select(far, s.mul(above, t), above);
  }
  const [twice, once] = [s.less(x, s.constant(0.5)), s.less(x, s.constant(1.5))];
  const below = s.select(twice, s.mul(x, s.add(x, one)), x);
  const z = s.select(twice, x, s.select(once, s.sub(x, one), s.sub(t, s.constant(2))));
  const series = s.mul(z, polynomial(s, aroundTwo, z));
  const factors = s.apply("log", s.select(once, below, above));
  return s.select(once, s.sub(series, factors), s.add(series, factors));
}

/** `log |Γ(x)|`; below 0 by Euler's reflection `Γ(x) Γ(1 - x) = π / sin(πx)`. */
function lgammaOf<T>(s: Scalar<T>, x: T): T {
  const reflected = s.lessEqual(x, s.constant(0));
  const y = s.select(reflected, s.sub(s.constant(1), x), x);
  const above = s.select(s.less(y, s.constant(8)), small(s, y), large(s, y));
  const offset = s.mul(s.constant(Math.PI), s.sub(x, s.apply("round", x)));
  const sine = s.apply("abs", s.apply("sin", offset));
  const below = s.sub(s.apply("log", s.div(s.constant(Math.PI), sine)), above);
  const infinite = s.equal(s.apply("abs", x), s.constant(Infinity));
  return s.select(infinite, s.constant(Infinity), s.select(reflected, below, above));
}

const lgammaPrimitive = elementwise({
  name: "lgamma",
  summary: "the logarithm of |Γ(x)|",
  dtypes: floats,
  scalar: lgammaOf,
  derivatives: [(ct, [x]) => mul(ct, polygammaRaw(0, x))],
  domain: [{ range: [0.3, 12] }],
});

/**
 * The logarithm of the absolute value of the gamma function: `log (x - 1)!` for whole numbers.
 * `Infinity` at 0, the negative whole numbers and both infinities. For positive arguments the relative
 * error is below 1e-14 in float64; below 0, near the zeros there, it is the absolute error. Derivatives
 * of all orders are exact: {@linkcode digamma} and {@linkcode polygamma}.
 *
 * A series around 2 (Abramowitz and Stegun, 6.1.33), led to by the recurrence, Stirling's from 8 on
 * (6.1.40), and reflection below 0.
 *
 * @example
 * ```ts
 * import { lgamma, tensor } from "@katachi/katachi";
 *
 * lgamma(tensor([1, 2, 0])).toArray(); // [0, 0, Infinity]
 * ```
 */
export const lgamma: RealUnary =
  ((x: AnyTensor): AnyTensor => applyReal(lgammaPrimitive, [x])) as unknown as RealUnary;
