/**
 * Activation functions.
 *
 * @module
 */
import {
  add,
  type DType,
  expm1,
  type Floating,
  lessEqual,
  mul,
  type Shape,
  sigmoid,
  tanh,
  type Tensor,
  where,
} from "../../mod.ts";

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
 * ReLU with a small slope below 0, 0.01 unless told. (Maas, Hannun and Ng, 2013.)
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
  slope = 0.01,
): Tensor<S, D> {
  return where(lessEqual(0, x), x, mul(x, slope)) as unknown as Tensor<S, D>;
}

/**
 * The exponential linear unit: `x` above 0, `α (e^x - 1)` below. (Clevert, Unterthiner and
 * Hochreiter, 2016.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { elu } from "@katachi/katachi/nn";
 *
 * elu(tensor([-Infinity, 2])).toArray(); // [-1, 2]
 * ```
 */
export function elu<S extends Shape, D extends DType>(x: Tensor<S, D>, alpha = 1): Tensor<S, D> {
  const below = lessEqual(x, 0);
  // The exponential sees no large number, whose infinity would make a NaN of the gradient's 0.
  return where(below, mul(expm1(where(below, x, 0)), alpha), x) as unknown as Tensor<S, D>;
}

/**
 * The Gaussian error linear unit in its tanh form:
 * `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`. (Hendrycks and Gimpel, 2016.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { gelu } from "@katachi/katachi/nn";
 *
 * gelu(tensor([0, 10])).toArray(); // [0, 10]
 * ```
 */
export function gelu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, Floating<D>> {
  const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1)) as unknown as Tensor<S, Floating<D>>;
}

/**
 * `x sigmoid(x)`, also known as swish. (Elfwing, Uchibe and Doya, 2018.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { silu } from "@katachi/katachi/nn";
 *
 * silu(tensor([0, 100])).toArray(); // [0, 100]
 * ```
 */
export function silu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, Floating<D>> {
  return mul(x, sigmoid(x)) as unknown as Tensor<S, Floating<D>>;
}
