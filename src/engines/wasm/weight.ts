/**
 * How much work an elementwise primitive is, in additions.
 *
 * @module
 */
import type { Scalar, ScalarFunction } from "../../tape/scalar.ts";
import type { Apply } from "./symbolic.ts";

const functions: Partial<Record<ScalarFunction, number>> = {
  neg: 1,
  abs: 1,
  not: 1,
  sign: 3,
  floor: 1,
  ceil: 1,
  round: 1,
  trunc: 1,
  sqrt: 4,
};

/** What has a polynomial. */
const transcendental = 16;

/** The work of one application for a vector. */
export function weightOfApply({ primitive, params, operands }: Apply): number {
  const { meaning } = primitive;
  if (meaning.kind !== "elementwise") return 1;
  let total = 0;
  const costs = (cost: number) => () => void (total += cost);
  const [one, few, many] = [costs(1), costs(4), costs(transcendental)];
  const algebra: Scalar<undefined> = {
    constant: () => undefined,
    add: one,
    sub: one,
    mul: one,
    div: few,
    rem: many,
    min: one,
    max: one,
    pow: many,
    atan2: many,
    equal: one,
    less: one,
    lessEqual: one,
    select: one,
    and: one,
    or: one,
    xor: one,
    shiftLeft: one,
    shiftRight: one,
    apply: (f) => void (total += functions[f] ?? transcendental),
  };
  meaning.scalar(algebra, operands.map(() => undefined), params);
  return total;
}
