/**
 * Bessel's modified functions of the first kind, of orders 0 and 1.
 *
 * Chebyshev's series of the functions without their exponential growth, on both sides of 8, as in C. W.
 * Clenshaw, "Chebyshev series for mathematical functions", National Physical Laboratory Mathematical
 * Tables 5, 1962; the coefficients were computed anew to 18 digits.
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { div, mul, neg, sub } from "../arithmetic.ts";
import { less, where } from "../compare.ts";
import { applyReal, type Derivative, elementwise, floats } from "../elementwise.ts";
import { abs, exp, sign } from "../math.ts";
import type { RealUnary } from "../signatures.ts";
import { tensorPolynomial } from "./polynomial.ts";

/** `e^-x I₀(x)` in `x/4 - 1`, for `x` from 0 to 8; the last is the constant. */
const near0: readonly number[] = [
  5.66917800692149616e-19,
  -4.41534164647933938e-18,
  3.3307945188222381e-17,
  -2.43127984654795469e-16,
  1.71539128555513303e-15,
  -1.16853328779934517e-14,
  7.67618549860493562e-14,
  -4.85644678311192946e-13,
  2.95505266312963983e-12,
  -1.72682629144155571e-11,
  9.67580903537323691e-11,
  -5.18979560163526291e-10,
  2.65982372468238665e-9,
  -1.30002500998624804e-8,
  6.04699502254191895e-8,
  -2.67079385394061173e-7,
  1.11738753912010372e-6,
  -4.41673835845875056e-6,
  0.0000164484480707288971,
  -0.000057541950100821037,
  0.000188502885095841656,
  -0.000576375574538582366,
  0.0016394756169413358,
  -0.00432430999505057594,
  0.0105464603945949983,
  -0.0237374148058994688,
  0.0493052842396707085,
  -0.0949010970480476444,
  0.171620901522208775,
  -0.304682672343198399,
  0.338397637204738042,
];

/** `√x e^-x I₀(x)` in `16/x - 1`, for `x ≥ 8`. */
const far0: readonly number[] = [
  1.19365089084598209e-18,
  9.9214754121736986e-19,
  -7.23318048787475395e-18,
  -4.83050448594418207e-18,
  4.46562142029676e-17,
  3.46122286769746109e-17,
  -2.82762398051658348e-16,
  -3.42548561967721913e-16,
  1.77256013305652638e-15,
  3.81168066935262242e-15,
  -9.55484669882830765e-15,
  -4.15056934728722209e-14,
  1.54008621752140983e-14,
  3.8527783827421427e-13,
  7.18012445138366623e-13,
  -1.79417853150680612e-12,
  -1.32158118404477131e-11,
  -3.14991652796324136e-11,
  1.18891471078464383e-11,
  4.94060238822496959e-10,
  3.39623202570838635e-9,
  2.26666899049817806e-8,
  2.04891858946906374e-7,
  2.89137052083475648e-6,
  0.0000688975834691682398,
  0.00336911647825569409,
  0.402245205507054416,
];

/** `e^-x I₁(x) / x` in `x/4 - 1`, for `x` from 0 to 8. */
const near1: readonly number[] = [
  -3.54158177254213621e-19,
  2.77791411276104637e-18,
  -2.11142121435816608e-17,
  1.55363195773620047e-16,
  -1.10559694773538631e-15,
  7.60068429473540693e-15,
  -5.04218550472791169e-14,
  3.22379336594557471e-13,
  -1.98397439776494372e-12,
  1.17361862988909016e-11,
  -6.66348972350202774e-11,
  3.62559028155211704e-10,
  -1.88724975172282929e-9,
  9.38153738649577178e-9,
  -4.44505912879632808e-8,
  2.00329475355213526e-7,
  -8.56872026469545474e-7,
  3.47025130813767848e-6,
  -0.0000132731636560394358,
  0.0000478156510755005423,
  -0.000161760815825896746,
  0.000512285956168575773,
  -0.00151357245063125315,
  0.00415642294431288816,
  -0.0105640848946261982,
  0.0247264490306265168,
  -0.0529459812080949914,
  0.102643658689847095,
  -0.176416518357834055,
  0.126293593221816827,
];

/** `√x e^-x I₁(x)` in `16/x - 1`, for `x ≥ 8`. */
const far1: readonly number[] = [
  -1.24219327519489096e-18,
  -9.31417886732688338e-19,
  7.51729631084210481e-18,
  4.41434832307170795e-18,
  -4.65030536848935833e-17,
  -3.20952592199342396e-17,
  2.96262899764595014e-16,
  3.30820231092092828e-16,
  -1.88035477551078245e-15,
  -3.8144030724370078e-15,
  1.04202769841288028e-14,
  4.27244001671195135e-14,
  -2.10154184277266431e-14,
  -4.08355111109219732e-13,
  -7.19855177624590851e-13,
  2.03562854414708951e-12,
  1.41258074366137813e-11,
  3.25260358301548824e-11,
  -1.89749581235054123e-11,
  -5.58974346219658381e-10,
  -3.83538038596423702e-9,
  -2.63146884688951951e-8,
  -2.51223623787020893e-7,
  -3.88256480887769039e-6,
  -0.000110588938762623716,
  -0.00976109749136146841,
  0.38928811750914006,
];

/** A series in Chebyshev's polynomials, the highest order's coefficient first, by Clenshaw's rule. */
function chebyshev<T>(s: Scalar<T>, coefficients: readonly number[], t: T): T {
  const twice = s.add(t, t);
  let [last, beforeLast] = [s.constant(0), s.constant(0)];
  for (const c of coefficients.slice(0, -1)) {
    [last, beforeLast] = [s.add(s.sub(s.mul(twice, last), beforeLast), s.constant(c)), last];
  }
  return s.add(s.sub(s.mul(t, last), beforeLast), s.constant(coefficients.at(-1)!));
}

/** `e^-|x| I₀(x)`, or `e^-|x| I₁(x)`. */
function scaled<T>(s: Scalar<T>, order: 0 | 1, x: T): T {
  const a = s.apply("abs", x);
  const one = s.constant(1);
  const near = chebyshev(s, order === 0 ? near0 : near1, s.sub(s.div(a, s.constant(4)), one));
  const series = chebyshev(s, order === 0 ? far0 : far1, s.sub(s.div(s.constant(16), a), one));
  const far = s.div(series, s.apply("sqrt", a));
  const isNear = s.lessEqual(a, s.constant(8));
  return order === 0
    ? s.select(isNear, near, far)
    : s.select(isNear, s.mul(x, near), s.mul(s.apply("sign", x), far));
}

/** `I₀(x)`, or `I₁(x)`: the power is taken in halves, since it overflows before the product. */
function grown<T>(s: Scalar<T>, order: 0 | 1, x: T): T {
  const a = s.apply("abs", x);
  const half = s.apply("exp", s.div(a, s.constant(2)));
  const value = s.mul(s.mul(half, scaled(s, order, x)), half);
  const end = order === 0 ? a : x;
  return s.select(s.equal(a, s.constant(Infinity)), end, value);
}

/** `1 / (2^(2k + 1) k! (k + 1)!)` from `k = 11` down to 0: the series of `I₁(x) / x` in `x²`. */
const quotientSeries: readonly number[] = Array.from({ length: 12 }, (_, k) => k)
  .reduce<number[]>((terms, k) => [...terms, k === 0 ? 0.5 : terms[k - 1] / (4 * k * (k + 1))], [])
  .toReversed();

/** `I₁(x) / x`, or with both divided by `e^|x|`, from the numerator; the series has all derivatives at 0. */
function overX(x: AnyTensor, y: AnyTensor, isScaled: boolean): AnyTensor {
  const near = less(abs(x), 1);
  const inside = where(near, x, 0);
  const series = tensorPolynomial(quotientSeries, mul(inside, inside));
  // |x| as a product, whose derivative at 0 is 0.
  const around = isScaled ? mul(series, exp(neg(mul(sign(inside), inside)))) : series;
  return where(near, around, div(y, where(near, 1, x)));
}

function bessel(
  name: string,
  order: 0 | 1,
  isScaled: boolean,
  summary: string,
  derivative: Derivative,
): RealUnary {
  const primitive = elementwise({
    name,
    summary,
    dtypes: floats,
    scalar: (s, x) => isScaled ? scaled(s, order, x) : grown(s, order, x),
    derivatives: [derivative],
    domain: [{ avoid: isScaled ? [0] : [] }],
  });
  return ((x: AnyTensor): AnyTensor => applyReal(primitive, [x])) as unknown as RealUnary;
}

/**
 * Bessel's modified function of the first kind and order 0. Relative error below 1e-14 in float64; so
 * have {@linkcode i0e}, {@linkcode i1} and {@linkcode i1e}. Its derivative is `i1`, at 0, too (where
 * JAX has 1).
 *
 * @example
 * ```ts
 * import { i0, tensor } from "@katachi/katachi";
 *
 * i0(tensor([0])).toArray(); // [1]
 * ```
 */
export const i0: RealUnary = bessel(
  "i0",
  0,
  false,
  "Bessel's modified function of order 0",
  (ct, [x]) => mul(ct, i1(x)),
);

/**
 * Bessel's modified function of the first kind and order 1.
 *
 * @example
 * ```ts
 * import { i1, tensor } from "@katachi/katachi";
 *
 * i1(tensor([0])).toArray(); // [0]
 * ```
 */
export const i1: RealUnary = bessel(
  "i1",
  1,
  false,
  "Bessel's modified function of order 1",
  (ct, [x], y) => mul(ct, sub(i0(x), overX(x, y, false))),
);

/**
 * `e^-|x|` times {@linkcode i0}, without overflow.
 *
 * @example
 * ```ts
 * import { i0e, tensor } from "@katachi/katachi";
 *
 * i0e(tensor([0])).toArray(); // [1]
 * ```
 */
export const i0e: RealUnary = bessel(
  "i0e",
  0,
  true,
  "exp(-|x|) i0(x)",
  (ct, [x], y) => mul(ct, sub(i1e(x), mul(sign(x), y))),
);

/**
 * `e^-|x|` times {@linkcode i1}, without overflow.
 *
 * @example
 * ```ts
 * import { i1e, tensor } from "@katachi/katachi";
 *
 * i1e(tensor([0])).toArray(); // [0]
 * ```
 */
export const i1e: RealUnary = bessel(
  "i1e",
  1,
  true,
  "exp(-|x|) i1(x)",
  (ct, [x], y) => mul(ct, sub(sub(i0e(x), mul(sign(x), y)), overX(x, y, true))),
);
