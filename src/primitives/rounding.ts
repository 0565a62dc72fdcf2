/**
 * Rounding to whole numbers.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import type { ScalarFunction } from "../tape/scalar.ts";
import { elementwise, floats } from "./elementwise.ts";
import { unify } from "./operands.ts";
import type { SameUnary } from "./signatures.ts";

/** A rounding: integers are left as they are, and no gradient flows. */
function rounding(name: ScalarFunction, summary: string): SameUnary {
  const primitive = elementwise({
    name,
    summary,
    dtypes: floats,
    scalar: (s, x) => s.apply(name, x),
    derivatives: "piecewise constant",
  });
  return ((x: Operand): AnyTensor => {
    const [tensor] = unify(name, [x]);
    return isFloating(tensor.dtype) ? bind(primitive, [tensor], undefined)[0] : tensor;
  }) as unknown as SameUnary;
}

/**
 * The largest integer that is not above `x`. No gradient flows through it.
 *
 * @example
 * ```ts
 * import { floor, tensor } from "@katachi/katachi";
 *
 * floor(tensor([1.5, -1.5])).toArray(); // [1, -2]
 * ```
 */
export const floor: SameUnary = rounding("floor", "to the integer below");

/**
 * The smallest integer that is not below `x`. No gradient flows through it.
 *
 * @example
 * ```ts
 * import { ceil, tensor } from "@katachi/katachi";
 *
 * ceil(tensor([1.5, -1.5])).toArray(); // [2, -1]
 * ```
 */
export const ceil: SameUnary = rounding("ceil", "to the integer above");

/**
 * The integer part, rounded towards 0. No gradient flows through it.
 *
 * @example
 * ```ts
 * import { tensor, trunc } from "@katachi/katachi";
 *
 * trunc(tensor([1.5, -1.5])).toArray(); // [1, -1]
 * ```
 */
export const trunc: SameUnary = rounding("trunc", "to the integer towards 0");

/**
 * The nearest integer; halves go to the even one, as in NumPy. Integers are left as they are.
 * No gradient flows through it.
 *
 * @example
 * ```ts
 * import { round, tensor } from "@katachi/katachi";
 *
 * round(tensor([0.5, 1.5, 2.4])).toArray(); // [0, 2, 2]
 * ```
 */
export const round: SameUnary = rounding(
  "round",
  "to the nearest integer, halves to the even one",
);
