/**
 * Polynomials and powers: in the scalar language, and of tensors.
 *
 * @module
 */
import type { AnyTensor, Operand } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { add, mul } from "../arithmetic.ts";

/** A polynomial by Horner's rule, the highest power's coefficient first. */
export function polynomial<T>(s: Scalar<T>, coefficients: readonly number[], x: T): T {
  return coefficients.map((c) => s.constant(c)).reduce((sum, c) => s.add(s.mul(sum, x), c));
}

/** A quotient of polynomials, each with the highest power's coefficient first. */
export interface Rational {
  readonly over: readonly number[];
  readonly under: readonly number[];
}

/** The value of a quotient of polynomials. */
export function rational<T>(s: Scalar<T>, { over, under }: Rational, x: T): T {
  return s.div(polynomial(s, over, x), polynomial(s, under, x));
}

/** A whole power from 1 on, by repeated squaring. */
export function wholePower<T>(s: Scalar<T>, x: T, n: number): T {
  if (n === 1) return x;
  const half = wholePower(s, x, Math.floor(n / 2));
  const square = s.mul(half, half);
  return n % 2 === 0 ? square : s.mul(square, x);
}

/** A polynomial of a tensor, the highest power's coefficient first. */
export function tensorPolynomial(coefficients: readonly number[], x: AnyTensor): AnyTensor {
  const [first, ...rest] = coefficients;
  return rest.reduce<Operand>((sum, c) => add(mul(sum, x), c), first) as AnyTensor;
}
