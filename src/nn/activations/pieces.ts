/**
 * Activation functions that are straight in pieces.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  div,
  type DType,
  type Floating,
  heaviside,
  lessEqual,
  mul,
  type Shape,
  type Tensor,
  where,
} from "../../../mod.ts";
import { real } from "../../primitives/arithmetic.ts";

/**
 * What comes in.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { identity } from "@katachi/katachi/nn";
 *
 * identity(tensor([-1, 2])).toArray(); // [-1, 2]
 * ```
 */
export function identity<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return x;
}

/**
 * The perceptron's activation: 0 below 0 and 1 from 0 on, with the derivative 0 everywhere.
 * (McCulloch and Pitts, 1943.) The value at 0 is free in {@linkcode heaviside}.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { step } from "@katachi/katachi/nn";
 *
 * step(tensor([-0.5, 0, 3])).toArray(); // [0, 1, 1]
 * ```
 */
export function step<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, Floating<D>> {
  return heaviside(x as AnyTensor, 1) as unknown as Tensor<S, Floating<D>>;
}

/**
 * The rectified linear unit `max(x, 0)`, with the derivative 0 at 0. (Nair and Hinton, 2010.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { relu } from "@katachi/katachi/nn";
 *
 * relu(tensor([-1, 0, 2])).toArray(); // [0, 0, 2]
 * ```
 */
export function relu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  // Not maximum: its gradient at 0 is 1/2. Written so that NaN stays NaN.
  return where(lessEqual(x, 0), 0, x) as unknown as Tensor<S, D>;
}

/**
 * ReLU that ends at 6: `min(max(x, 0), 6)`, with the derivative 0 at 0 and at 6. (Krizhevsky, 2010.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { relu6 } from "@katachi/katachi/nn";
 *
 * relu6(tensor([-1, 2, 7])).toArray(); // [0, 2, 6]
 * ```
 */
export function relu6<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> {
  return between(x as AnyTensor, 0, 6) as unknown as Tensor<S, D>;
}

/**
 * ReLU with a small slope below 0: `x` from 0 on, `negativeSlope · x` below. At 0 the derivative is 1,
 * as JAX's; PyTorch's is the slope. (Maas, Hannun and Ng, 2013.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { leakyRelu } from "@katachi/katachi/nn";
 *
 * leakyRelu(tensor([-2, 2]), 0.5).toArray(); // [-1, 2]
 * ```
 */
export function leakyRelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  negativeSlope = 0.01,
): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, "leakyRelu");
  return where(lessEqual(0, y), y, mul(y, negativeSlope)) as unknown as Tensor<S, Floating<D>>;
}

/**
 * `min(max(x, minVal), maxVal)`, with the derivative 0 on the bounds, as PyTorch's: a straight tanh.
 * (Collobert, 2004.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { hardTanh } from "@katachi/katachi/nn";
 *
 * hardTanh(tensor([-3, 0.5, 3])).toArray(); // [-1, 0.5, 1]
 * ```
 */
export function hardTanh<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  minVal = -1,
  maxVal = 1,
): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, "hardTanh");
  return between(y, minVal, maxVal) as unknown as Tensor<S, Floating<D>>;
}

/**
 * `min(max(x + 3, 0), 6) / 6`, with the derivative 0 at ±3: a straight sigmoid, as PyTorch and Keras
 * have it. (Howard et al., "Searching for MobileNetV3", 2019.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { hardSigmoid } from "@katachi/katachi/nn";
 *
 * hardSigmoid(tensor([-3, 0, 1.5])).toArray(); // [0, 0.5, 0.75]
 * ```
 */
export function hardSigmoid<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, "hardSigmoid");
  return div(between(add(y, 3), 0, 6), 6) as unknown as Tensor<S, Floating<D>>;
}

/** What lies between two bounds; unlike `clip` without any derivative on them. */
function between(x: AnyTensor, low: number, high: number): AnyTensor {
  return where(lessEqual(x, low), low, where(lessEqual(high, x), high, x));
}
