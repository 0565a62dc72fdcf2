/**
 * The inverse hyperbolic functions of doubles, by logarithms.
 *
 * @module
 */
import type { Value } from "../graph.ts";
import type { Floats } from "../floats.ts";
import { log1p } from "./logarithm.ts";

/** From here on `x² + 1` is `x²`, and so is `x + 1` to the logarithm. */
const large = 2 ** 60;

/** `log(1 + x)` where `|x|` is not large, else `log(2 a)`. */
function logBeyond(f: Floats, x: Value, a: Value): Value {
  const beyond = f.less(f.number(large), a);
  const result = log1p(f, f.select(beyond, a, x));
  return f.add(result, f.and(beyond, f.number(Math.LN2)));
}

/** The inverse hyperbolic sine. */
export function asinh(f: Floats, x: Value): Value {
  const a = f.abs(x);
  const one = f.number(1);
  const z = f.mul(a, a);
  const beyond = f.div(z, f.add(one, f.sqrt(f.add(one, z))));
  return f.withSign(logBeyond(f, f.add(a, beyond), a), x);
}

/** The inverse hyperbolic cosine. */
export function acosh(f: Floats, x: Value): Value {
  const one = f.number(1);
  const t = f.sub(x, one);
  const root = f.sqrt(f.mul(t, f.add(t, f.number(2))));
  return f.select(f.less(x, one), f.number(NaN), logBeyond(f, f.add(t, root), x));
}

/** The inverse hyperbolic tangent. */
export function atanh(f: Floats, x: Value): Value {
  const a = f.abs(x);
  const small = f.less(a, f.number(0.5));
  const twice = f.add(a, a);
  const over = f.select(small, f.mul(twice, a), twice);
  const argument = f.add(f.and(twice, small), f.div(over, f.sub(f.number(1), a)));
  return f.withSign(f.mul(f.number(0.5), log1p(f, argument)), x);
}
