/**
 * The derivatives of the logarithm of the gamma function.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { type DType, type Floating, floating } from "../../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { definePrimitive, perOperand, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { mul } from "../arithmetic.ts";
import { floats } from "../elementwise.ts";
import { requireDType, unify } from "../operands.ts";
import type { RealUnary } from "../signatures.ts";
import { polynomial, wholePower } from "./polynomial.ts";

/** Bernoulli's numbers `B(2)`, `B(4)`, … */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

const factorial = (n: number): number => n < 2 ? 1 : n * factorial(n - 1);

/** How far the recurrence goes before the asymptotic series takes over. */
const reach = (n: number) => 10 + n;

/**
 * The `n`-th polygamma function for `x > 0`. The recurrence
 * `ψₙ(x) = ψₙ(x + 1) - (-1)ⁿ n! x⁻ⁿ⁻¹` leads to large arguments, where the asymptotic series holds
 * (Abramowitz and Stegun 6.3.18 and 6.4.11).
 */
function positive<T>(s: Scalar<T>, n: number, x: T): T {
  const one = s.constant(1);
  const y = s.add(x, s.constant(reach(n)));
  const inverse = s.div(one, y);
  const tail = polynomial(
    s,
    bernoulli.map((b, i) => {
      const k = 2 * (i + 1);
      return b * (n === 0 ? 1 / k : factorial(k + n - 1) / factorial(k));
    }).reverse(),
    s.mul(inverse, inverse),
  );
  // The series is y⁻ⁿ (leading + tail / y²), but ψ₀ has a logarithm in front.
  const half = s.mul(s.constant(factorial(n) / 2), inverse);
  const series = s.add(half, s.mul(s.mul(inverse, inverse), tail));
  const passed = Array.from(
    { length: reach(n) },
    (_, k) => wholePower(s, s.div(one, s.add(x, s.constant(k))), n + 1),
  )
    .reduceRight((sum, term) => s.add(sum, term));
  if (n === 0) return s.sub(s.sub(s.apply("log", y), series), passed);
  const beyond = s.mul(
    wholePower(s, inverse, n),
    s.add(s.constant(factorial(n - 1)), series),
  );
  const sum = s.add(s.mul(passed, s.constant(factorial(n))), beyond);
  return n % 2 === 0 ? s.apply("neg", sum) : sum;
}

/**
 * The `n`-th derivative of `cot(πx)`, divided by `πⁿ`, as a polynomial in the cotangent, lowest power
 * first: `cot' = -1 - cot²`.
 */
function cotangentDerivative(n: number): readonly number[] {
  if (n === 0) return [0, 1];
  const slopes = cotangentDerivative(n - 1).map((c, power) => c * power).slice(1);
  const result = new Array<number>(slopes.length + 2).fill(0);
  for (const [power, c] of slopes.entries()) {
    result[power] -= c;
    result[power + 2] -= c;
  }
  return result;
}

/** `cot(πx)` for `|x| ≤ 1/2`, accurate near its zeros at the ends. */
function cotangentOfPi<T>(s: Scalar<T>, x: T): T {
  const tanOfPi = (y: T) => s.apply("tan", s.mul(s.constant(Math.PI), y));
  const a = s.apply("abs", x);
  const atEnd = s.mul(s.apply("sign", x), tanOfPi(s.sub(s.constant(0.5), a)));
  return s.select(s.less(s.constant(0.25), a), atEnd, s.div(s.constant(1), tanOfPi(x)));
}

/** Reflected at 1/2 (A & S 6.4.7): `ψₙ(x) = (-1)ⁿ ψₙ(1 - x) - π dⁿ cot(πx)/dxⁿ`. */
function polygammaScalar<T>(s: Scalar<T>, n: number, x: T): T {
  // At 0 digamma has no sign to be infinite with; the others have one, or JAX gives them one.
  const zero = s.constant(0);
  const reflected = n === 0 ? s.lessEqual(x, zero) : s.less(x, zero);
  const above = positive(s, n, s.select(reflected, s.sub(s.constant(1), x), x));
  const offset = s.sub(x, s.apply("round", x));
  const cotangent = cotangentOfPi(s, offset);
  const wave = s.mul(
    s.constant(Math.PI ** (n + 1)),
    polynomial(s, cotangentDerivative(n).toReversed(), cotangent),
  );
  const mirrored = n % 2 === 0 ? above : s.apply("neg", above);
  const below = s.sub(mirrored, wave);
  const pole = s.equal(offset, zero);
  return s.select(reflected, s.select(pole, s.constant(NaN), below), above);
}

/** The `n`-th polygamma function. */
export const polygammaPrimitive: Primitive<{ n: number }> = definePrimitive<{ n: number }>({
  name: "polygamma",
  family: "elementwise",
  summary: "the derivative of order `n + 1` of log Γ(x)",
  infer: ([x]) => {
    requireDType("polygamma", x.dtype, floats);
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  meaning: { kind: "elementwise", scalar: (s, [x], { n }) => [polygammaScalar(s, n, x)] },
  vjp: perOperand((ct, { inputs: [x], params: { n } }) => mul(ct, polygammaRaw(n + 1, x))),
  batch: { params: (params) => params },
  sample: (draw, float) => ({
    operands: [{ shape: draw.shape(0, 3), dtype: float, range: [1, 6] }],
    params: { n: draw.integer(0, 3) },
  }),
});

/** The polygamma primitive. */
export function polygammaRaw(n: number, x: AnyTensor): AnyTensor {
  return bind(polygammaPrimitive, [x], { n })[0];
}

/**
 * The digamma function: the derivative of {@linkcode lgamma}. NaN at 0 and the negative whole
 * numbers. The error is below 1e-14 in float64, relative or, near its zeros, absolute.
 *
 * @example
 * ```ts
 * import { digamma, tensor } from "@katachi/katachi";
 *
 * digamma(tensor([1])); // minus Euler's constant
 * ```
 */
export const digamma: RealUnary =
  ((x: AnyTensor): AnyTensor =>
    polygammaRaw(0, unify("digamma", [x], floating)[0])) as unknown as RealUnary;

/**
 * The derivative of order `n` of {@linkcode digamma}: `polygamma(1, x)` is the trigamma function. The
 * order is a number; orders from 0 to 100 have values.
 *
 * For `x > 0` the relative error is below 1e-13 in float64 (for orders up to 6). The recurrence and
 * the asymptotic series are Abramowitz and Stegun's 6.4.6 and 6.4.11; below 0 it is reflected (6.4.7).
 *
 * @throws {RangeError} Where the order is not a whole number from 0 to 100.
 *
 * @example
 * ```ts
 * import { polygamma, tensor } from "@katachi/katachi";
 *
 * polygamma(1, tensor([1])); // π²/6
 * ```
 */
export function polygamma<S extends Shape, D extends DType>(
  n: number,
  x: Tensor<S, D>,
): Tensor<S, Floating<D>> {
  return polygammaOf(n as never, x as never) as never;
}

function polygammaOf(n: number, x: AnyTensor): AnyTensor {
  if (!Number.isInteger(n) || n < 0 || n > 100) {
    throw new RangeError(`polygamma: the order must be a whole number from 0 to 100, got ${n}`);
  }
  return polygammaRaw(n, unify("polygamma", [x], floating)[0]);
}
