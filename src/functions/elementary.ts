/**
 * Small functions of one or two numbers, composed.
 *
 * @module
 */
import { type DType, floating, isFloating } from "../tensor/dtype.ts";
import type { Shape } from "../shape/dim.ts";
import type { AnyTensor, Operand, Tensor } from "../tensor/tensor.ts";
import { add, div, maximum, mul, neg, pow, real } from "../primitives/arithmetic.ts";
import { equal, less, where } from "../primitives/compare.ts";
import { aligned } from "../primitives/elementwise.ts";
import { isNaN, logicalAnd, logicalOr } from "../primitives/logic.ts";
import { abs, sqrt, stopGradient } from "../primitives/math.ts";
import { unify } from "../primitives/operands.ts";
import type { Predicate, RealBinary, RealUnary } from "../primitives/signatures.ts";
import { logAddExp } from "./stable.ts";

/**
 * `2^x`.
 *
 * @example
 * ```ts
 * import { exp2, tensor } from "@katachi/katachi";
 *
 * exp2(tensor([-1, 0, 3])).toArray(); // [0.5, 1, 8]
 * ```
 */
export const exp2: RealUnary =
  ((x: Operand): AnyTensor => pow(2, real(x, "exp2"))) as unknown as RealUnary;

/**
 * `log₂(2^a + 2^b)`, without overflow. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { logAddExp2, tensor } from "@katachi/katachi";
 *
 * logAddExp2(tensor([4]), 4).toArray(); // [5]
 * ```
 */
export const logAddExp2: RealBinary<"logAddExp2"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("logAddExp2", unify("logAddExp2", [a, b], floating));
  return div(logAddExp(mul(x, Math.LN2), mul(y, Math.LN2)), Math.LN2);
}) as unknown as RealBinary<"logAddExp2">;

/**
 * The length `√(a² + b²)`, without overflow. Shapes broadcast. `Infinity` where one of the two is
 * infinite. At the origin both derivatives are 1/2 (JAX's convention).
 *
 * @example
 * ```ts
 * import { hypot, tensor } from "@katachi/katachi";
 *
 * hypot(tensor([3]), 4).toArray(); // [5]
 * ```
 */
export const hypot: RealBinary<"hypot"> = ((a: Operand, b: Operand): AnyTensor => {
  const [x, y] = aligned("hypot", unify("hypot", [a, b], floating)).map((one) => abs(one));
  const largest = maximum(x, y);
  const proper = logicalAnd(less(0, largest), less(largest, Infinity));
  // The length is as large as its sides, so that the scale is no part of the derivative.
  const scale = stopGradient(where(proper, largest, 1));
  const [u, v] = [x, y].map((side) => div(where(proper, side, 1), scale));
  const length = mul(scale, sqrt(add(mul(u, u), mul(v, v))));
  const infinite = logicalOr(equal(x, Infinity), equal(y, Infinity));
  return where(infinite, Infinity, where(proper, length, largest));
}) as unknown as RealBinary<"hypot">;

/**
 * 0 below 0, 1 above, and the second operand at 0. Shapes broadcast.
 *
 * @example
 * ```ts
 * import { heaviside, tensor } from "@katachi/katachi";
 *
 * heaviside(tensor([-2, 0, 3]), 0.5).toArray(); // [0, 0.5, 1]
 * ```
 */
export const heaviside: RealBinary<"heaviside"> = ((x: Operand, atZero: Operand): AnyTensor => {
  const [a, b] = aligned("heaviside", unify("heaviside", [x, atZero], floating));
  return where(isNaN(a), NaN, where(equal(a, 0), b, where(less(0, a), 1, 0)));
}) as unknown as RealBinary<"heaviside">;

/**
 * The absolute value of the first operand with the sign of the second, which -0 has, too. Shapes
 * broadcast.
 *
 * @example
 * ```ts
 * import { copySign, tensor } from "@katachi/katachi";
 *
 * copySign(tensor([1, -2]), -3).toArray(); // [-1, -2]
 * ```
 */
export const copySign: RealBinary<"copySign"> = ((x: Operand, sign: Operand): AnyTensor => {
  const [a, b] = aligned("copySign", unify("copySign", [x, sign], floating));
  const size = abs(a);
  // A zero's sign shows in its reciprocal.
  return where(less(where(equal(b, 0), div(1, b), b), 0), neg(size), size);
}) as unknown as RealBinary<"copySign">;

/**
 * Degrees as radians.
 *
 * @example
 * ```ts
 * import { deg2rad, tensor } from "@katachi/katachi";
 *
 * deg2rad(tensor([180], "float64")).toArray(); // [3.141592653589793]
 * ```
 */
export const deg2rad: RealUnary =
  ((x: Operand): AnyTensor => mul(real(x, "deg2rad"), Math.PI / 180)) as unknown as RealUnary;

/**
 * Radians as degrees.
 *
 * @example
 * ```ts
 * import { rad2deg, tensor } from "@katachi/katachi";
 *
 * rad2deg(tensor([Math.PI], "float64")).toArray(); // [180]
 * ```
 */
export const rad2deg: RealUnary =
  ((x: Operand): AnyTensor => mul(real(x, "rad2deg"), 180 / Math.PI)) as unknown as RealUnary;

/**
 * Whether each element is neither infinite nor NaN.
 *
 * @example
 * ```ts
 * import { isFinite, tensor } from "@katachi/katachi";
 *
 * isFinite(tensor([1, -Infinity, NaN])).toArray(); // [true, false, false]
 * ```
 */
export const isFinite: Predicate =
  ((x: Operand): AnyTensor => less(abs(real(x, "isFinite")), Infinity)) as unknown as Predicate;

/**
 * Whether each element is infinite.
 *
 * @example
 * ```ts
 * import { isInf, tensor } from "@katachi/katachi";
 *
 * isInf(tensor([1, -Infinity, NaN])).toArray(); // [false, true, false]
 * ```
 */
export const isInf: Predicate =
  ((x: Operand): AnyTensor => equal(abs(real(x, "isInf")), Infinity)) as unknown as Predicate;

/** What {@linkcode nanToNum} puts in place. */
export interface NanToNumOptions {
  /** For NaN; 0 unless given. */
  readonly nan?: number;
  /** For `Infinity`; the largest float of the dtype unless given. */
  readonly posinf?: number;
  /** For `-Infinity`; the least float of the dtype unless given. */
  readonly neginf?: number;
}

/**
 * The elements with numbers in place of NaN and the infinities. Integers and booleans stay.
 *
 * @example
 * ```ts
 * import { nanToNum, tensor } from "@katachi/katachi";
 *
 * nanToNum(tensor([1, NaN, Infinity]), { posinf: 9 }).toArray(); // [1, 0, 9]
 * ```
 */
export function nanToNum<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options?: NanToNumOptions,
): Tensor<S, D> {
  return nanToNumOf(x as never, options) as never;
}

function nanToNumOf(x: AnyTensor, options: NanToNumOptions = {}): AnyTensor {
  if (!isFloating(x.dtype)) return x;
  const largest = x.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const numbers = where(isNaN(x), nan, x);
  return where(
    equal(numbers, Infinity),
    posinf,
    where(equal(numbers, -Infinity), neginf, numbers),
  );
}
