/**
 * Functions of float32 for which less than their expression in doubles will do.
 *
 * @module
 */
import type { Graph, Value } from "../graph.ts";
import { type Features, Floats } from "../floats.ts";
import { exp } from "./exponential.ts";

/** `erf(x) / x - 1` in `x²`, where `|x| ≤ 0.92`. */
const near = [
  -5.9907447e-04,
  4.993165e-03,
  -2.6766611e-02,
  1.1281816e-01,
  -3.7612495e-01,
  1.2837915e-01,
];

/** `log(1 - erf(x))`, where `0.92 ≤ x ≤ 4`; from there on the error function is 1. */
const far = [
  -1.6526565e-05,
  3.7207713e-04,
  -3.819362e-03,
  2.4059167e-02,
  -1.06433995e-01,
  -6.352052e-01,
  -1.1285119e+00,
  -4.9700087e-05,
];

/** The error function. */
function erf(f: Floats, x: Value): Value {
  const a = f.clamp(f.abs(x), 0, 4);
  const inside = f.madd(a, f.polynomial(near, f.mul(a, a)), a);
  const outside = f.sub(f.number(1), exp(f, f.polynomial(far, a)));
  return f.withSign(f.select(f.less(a, f.number(0.92)), inside, outside), x);
}

/**
 * `1 / (1 + e^-x)`, of which the small values are not lost to an infinite power. The sum and the
 * quotient are taken in doubles: rounded as well as the power, they would be 2.4 ulp off.
 */
function sigmoid(f: Floats, x: Value): Value {
  const one = f.number(1);
  const power = exp(f, f.neg(f.abs(x)));
  const over = f.select(f.less(x, f.number(0)), power, one);
  return f.inDoubles((d, n, p) => d.div(n, d.add(d.number(1), p)), over, power);
}

const functions: ReadonlyMap<string, (f: Floats, x: Value) => Value> = new Map([
  ["erf", erf],
  ["sigmoid", sigmoid],
]);

/** The code that a primitive has for float32 lanes in place of its expression, if it has any. */
export function special(
  graph: Graph,
  primitive: string,
  lanes: 2 | 4,
  features: Features,
): ((x: Value) => Value) | undefined {
  const make = functions.get(primitive);
  if (make === undefined) return undefined;
  const f = new Floats(graph, 32, lanes, features);
  return (x) => make(f, x);
}
