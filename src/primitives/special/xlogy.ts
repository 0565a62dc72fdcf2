/**
 * Products with a logarithm, in which 0 wins.
 *
 * @module
 */
import type { Operand } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Scalar } from "../../tape/scalar.ts";
import { add, div, log, mul } from "../arithmetic.ts";
import { applyReal, elementwise, floats } from "../elementwise.ts";
import { log1p } from "../math.ts";
import type { RealBinary } from "../signatures.ts";

/** `x` times something; 0 where `x` is 0, whatever the other. */
function unlessZero<T>(s: Scalar<T>, x: T, factor: T): T {
  const zero = s.constant(0);
  return s.select(s.equal(x, zero), zero, s.mul(x, factor));
}

const xlogyPrimitive = elementwise({
  name: "xlogy",
  summary: "x log(y), and 0 where x is 0",
  dtypes: floats,
  scalar: (s, x, y) => unlessZero(s, x, s.apply("log", y)),
  derivatives: [(ct, [, y]) => mul(ct, log(y)), (ct, [x, y]) => mul(ct, div(x, y))],
  domain: [{}, { range: [0.3, 3] }],
});

const xlog1pyPrimitive = elementwise({
  name: "xlog1py",
  summary: "x log(1 + y), and 0 where x is 0",
  dtypes: floats,
  scalar: (s, x, y) => unlessZero(s, x, s.apply("log1p", y)),
  derivatives: [
    (ct, [, y]) => mul(ct, log1p(y)),
    (ct, [x, y]) => mul(ct, div(x, add(y, 1))),
  ],
  domain: [{}, { range: [-0.6, 2] }],
});

/**
 * `x log(y)`, and 0 where `x` is 0, whatever `y`. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { tensor, xlogy } from "@katachi/katachi";
 *
 * xlogy(tensor([0, 2]), tensor([0, 1])).toArray(); // [0, 0]
 * ```
 */
export const xlogy: RealBinary<"xlogy"> =
  ((x: Operand, y: Operand): AnyTensor =>
    applyReal(xlogyPrimitive, [x, y])) as unknown as RealBinary<
      "xlogy"
    >;

/**
 * `x log(1 + y)`, and 0 where `x` is 0, whatever `y`; accurate where `y` is small. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { tensor, xlog1py } from "@katachi/katachi";
 *
 * xlog1py(tensor([0, 2]), tensor([-1, 0])).toArray(); // [0, 0]
 * ```
 */
export const xlog1py: RealBinary<"xlog1py"> =
  ((x: Operand, y: Operand): AnyTensor =>
    applyReal(xlog1pyPrimitive, [x, y])) as unknown as RealBinary<"xlog1py">;
