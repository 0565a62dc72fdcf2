/**
 * The cube root.
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { div, mul } from "../arithmetic.ts";
import { applyReal, elementwise, floats } from "../elementwise.ts";
import type { RealUnary } from "../signatures.ts";

/** A power, which 1/3 as a float makes a little wrong, and one step of Newton's. */
function cbrtOf<T>(s: Scalar<T>, x: T): T {
  const a = s.apply("abs", x);
  const root = s.mul(s.apply("sign", x), s.pow(a, s.constant(1 / 3)));
  const rest = s.sub(root, s.div(s.div(x, root), root));
  const better = s.sub(root, s.div(rest, s.constant(3)));
  const finite = s.select(s.less(a, s.constant(Infinity)), better, x);
  return s.select(s.less(s.constant(0), a), finite, x);
}

const cbrtPrimitive = elementwise({
  name: "cbrt",
  summary: "the cube root",
  dtypes: floats,
  scalar: cbrtOf,
  derivatives: [(ct, _, y) => div(ct, mul(3, mul(y, y)))],
  domain: [{ range: [0.3, 3] }],
});

/**
 * The cube root, of negative numbers, too. At 0 the derivative is `Infinity`.
 *
 * @example
 * ```ts
 * import { cbrt, tensor } from "@katachi/katachi";
 *
 * cbrt(tensor([-8, 27])).toArray(); // [-2, 3]
 * ```
 */
export const cbrt: RealUnary =
  ((x: AnyTensor): AnyTensor => applyReal(cbrtPrimitive, [x])) as unknown as RealUnary;
