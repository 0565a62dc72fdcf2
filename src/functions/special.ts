/**
 * Special functions composed of others: around the gamma function, and of probabilities.
 *
 * @module
 */
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { floating } from "../tensor/dtype.ts";
import { add, div, log, mod, mul, neg, real, sub } from "../primitives/arithmetic.ts";
import { equal, less, lessEqual, where } from "../primitives/compare.ts";
import { aligned } from "../primitives/elementwise.ts";
import { logicalAnd } from "../primitives/logic.ts";
import { abs, exp, log1p } from "../primitives/math.ts";
import { unify } from "../primitives/operands.ts";
import { floor } from "../primitives/rounding.ts";
import type { RealBinary, RealUnary } from "../primitives/signatures.ts";
import { erfc, erfcx } from "../primitives/special/erf.ts";
import { lgamma, stirling } from "../primitives/special/lgamma.ts";
import { tensorPolynomial } from "../primitives/special/polynomial.ts";
import { xlogy } from "../primitives/special/xlogy.ts";
import { atanh, sin } from "../primitives/trigonometry.ts";

/** The sign of the gamma function; NaN at the negative whole numbers. */
function signOfGamma(x: AnyTensor): AnyTensor {
  const whole = floor(x);
  const below = where(equal(whole, x), NaN, sub(1, mul(2, mod(whole, 2))));
  return where(less(x, 0), below, 1);
}

/**
 * The gamma function: `(x - 1)!` for whole numbers. `Infinity` at 0, NaN at the negative whole
 * numbers. The relative error grows with the logarithm of the result, to 1e-13 in float64 and
 * 1e-5 in float32.
 *
 * @example
 * ```ts
 * import { gamma, tensor } from "@katachi/katachi";
 *
 * gamma(tensor([1, 2, 0])).toArray(); // [1, 1, Infinity]
 * ```
 */
export const gamma: RealUnary = ((x: Operand): AnyTensor => {
  const y = real(x, "gamma");
  return mul(signOfGamma(y), exp(lgamma(y)));
}) as unknown as RealUnary;

/** `log(Γ(b) / Γ(a + b))` for `b ≥ 8`: the difference of Stirling's formulas, term by term. */
function logRatio(a: AnyTensor, b: AnyTensor): AnyTensor {
  const both = add(a, b);
  const series = (x: AnyTensor) => {
    const inverse = div(1, x);
    return mul(tensorPolynomial(stirling, mul(inverse, inverse)), inverse);
  };
  const main = add(mul(a, sub(log(b), 1)), mul(sub(both, 0.5), log1p(div(a, b))));
  return sub(sub(series(b), series(both)), main);
}

/**
 * The logarithm of the absolute value of {@linkcode beta}: `log |Γ(a) Γ(b) / Γ(a + b)|`, without a
 * difference of large numbers where one is large. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { betaln, tensor } from "@katachi/katachi";
 *
 * betaln(tensor([1]), 1).toArray(); // [0]
 * ```
 */
export const betaln: RealBinary<"betaln"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("betaln", unify("betaln", [a, b], floating));
  const ordered = less(x, y);
  const low = where(ordered, x, y);
  const high = where(ordered, y, x);
  // The formula for large ones holds for a from 0 on; elsewhere it gets operands that do no harm.
  const large = logicalAnd(lessEqual(8, high), lessEqual(0, low));
  const ratio = logRatio(where(large, low, 1), where(large, high, 8));
  const other = where(large, 1, high);
  const plain = sub(lgamma(other), lgamma(add(where(large, 1, low), other)));
  return add(lgamma(low), where(large, ratio, plain));
}) as unknown as RealBinary<"betaln">;

/**
 * The beta function `Γ(a) Γ(b) / Γ(a + b)`. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { beta, tensor } from "@katachi/katachi";
 *
 * beta(tensor([1]), 1).toArray(); // [1]
 * ```
 */
export const beta: RealBinary<"beta"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("beta", unify("beta", [a, b], floating));
  const sign = mul(mul(signOfGamma(x), signOfGamma(y)), signOfGamma(add(x, y)));
  return mul(sign, exp(betaln(x, y)));
}) as unknown as RealBinary<"beta">;

/**
 * `log(p / (1 - p))`, the inverse of the {@linkcode sigmoid}; accurate near 1/2, too.
 *
 * @example
 * ```ts
 * import { logit, tensor } from "@katachi/katachi";
 *
 * logit(tensor([0, 0.5, 1])).toArray(); // [-Infinity, 0, Infinity]
 * ```
 */
export const logit: RealUnary = ((p: Operand): AnyTensor => {
  const x = real(p, "logit");
  const middle = less(abs(sub(x, 0.5)), 0.25);
  const outer = where(middle, 0.25, x);
  const inner = where(middle, sub(mul(2, x), 1), 0);
  return where(middle, mul(2, atanh(inner)), sub(log(outer), log1p(neg(outer))));
}) as unknown as RealUnary;

/**
 * The entropy `-x log(x)` of one probability: 0 at 0, `-Infinity` below.
 *
 * @example
 * ```ts
 * import { entr, tensor } from "@katachi/katachi";
 *
 * entr(tensor([0, 1, -1])).toArray(); // [0, 0, -Infinity]
 * ```
 */
export const entr: RealUnary = ((x: Operand): AnyTensor => {
  const y = real(x, "entr");
  return where(less(y, 0), -Infinity, neg(xlogy(y, y)));
}) as unknown as RealUnary;

/**
 * The distribution function of the standard normal distribution; relatively accurate in the lower
 * tail (1e-13 in float64).
 *
 * @example
 * ```ts
 * import { ndtr, tensor } from "@katachi/katachi";
 *
 * ndtr(tensor([-100, 0, 100])).toArray(); // [0, 0.5, 1]
 * ```
 */
export const ndtr: RealUnary =
  ((x: Operand): AnyTensor =>
    mul(0.5, erfc(mul(real(x, "ndtr"), -Math.SQRT1_2)))) as unknown as RealUnary;

/**
 * The logarithm of {@linkcode ndtr}, accurate in both tails: the relative error is below 1e-13 in
 * float64.
 *
 * @example
 * ```ts
 * import { logNdtr, tensor } from "@katachi/katachi";
 *
 * logNdtr(tensor([100])).toArray(); // [0]
 * ```
 */
export const logNdtr: RealUnary = ((x: Operand): AnyTensor => {
  const y = real(x, "logNdtr");
  const upper = less(0, y);
  const above = mul(where(upper, y, 0), Math.SQRT1_2);
  const below = where(upper, 0, y);
  const scaled = log(mul(0.5, erfcx(mul(below, -Math.SQRT1_2))));
  return where(
    upper,
    log1p(mul(-0.5, erfc(above))),
    sub(scaled, mul(0.5, mul(below, below))),
  );
}) as unknown as RealUnary;

/** `(-1)^k / (2k + 1)!` from `k = 11` down to 0. */
const sincSeries: readonly number[] = Array.from({ length: 12 }, (_, i) => 11 - i).map((k) =>
  Array.from({ length: 2 * k + 1 }, (_, j) => j + 1).reduce((p, j) => p / j, k % 2 === 0 ? 1 : -1)
);

/**
 * `sin(πx) / (πx)`, and 1 at 0. Its derivatives are right there, too: near 0 it is computed as the
 * series.
 *
 * @example
 * ```ts
 * import { sinc, tensor } from "@katachi/katachi";
 *
 * sinc(tensor([0])).toArray(); // [1]
 * ```
 */
export const sinc: RealUnary = ((x: Operand): AnyTensor => {
  const angle = mul(real(x, "sinc"), Math.PI);
  const near = less(abs(angle), 1);
  const inside = where(near, angle, 0);
  const outside = where(near, 1, angle);
  return where(near, tensorPolynomial(sincSeries, mul(inside, inside)), div(sin(outside), outside));
}) as unknown as RealUnary;
