/**
 * Smooth activation functions.
 *
 * @module
 */
import {
  abs,
  add,
  type AnyTensor,
  clip,
  div,
  type DType,
  exp,
  type Floating,
  minimum,
  mul,
  ndtr,
  type Shape,
  sigmoid,
  sin,
  type Tensor,
} from "../../../mod.ts";
import { real } from "../../primitives/arithmetic.ts";

/** How {@linkcode gelu} is computed. */
export interface GeluOptions {
  /** Whether by the approximation with tanh; false unless told. */
  readonly approximate?: boolean;
}

/**
 * The Gaussian error linear unit `x Φ(x)`, where `Φ` is the distribution function of the standard
 * normal distribution. With `approximate` it is `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))`, as GPT-2
 * has it. (Hendrycks and Gimpel, 2016.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { gelu } from "@katachi/katachi/nn";
 *
 * gelu(tensor([-100, 0, 100])).toArray(); // [0, 0, 100]
 * gelu(tensor([1], "float64")).toArray(); // [0.8413447460685429]
 * gelu(tensor([1], "float64"), { approximate: true }).toArray(); // [0.8411919906082768]
 * ```
 */
export function gelu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: GeluOptions = {},
): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, "gelu");
  const part = options.approximate ? logisticPart(y) : ndtr(y);
  return mul(y, part) as unknown as Tensor<S, Floating<D>>;
}

/** `(1 + tanh u) / 2 = sigmoid(2u)`, which loses no digits where it is small. */
function logisticPart(x: AnyTensor): AnyTensor {
  // From 30 on it is 0 or 1; further out the cube would overflow.
  const y = clip(x, -30, 30);
  const scale = 2 * Math.sqrt(2 / Math.PI);
  return sigmoid(mul(y, add(mul(mul(y, y), 0.044715 * scale), scale)));
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
  return mul(x as AnyTensor, sigmoid(x)) as unknown as Tensor<S, Floating<D>>;
}

/**
 * `x tanh(log(1 + e^x))`. (Misra, 2020.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { mish } from "@katachi/katachi/nn";
 *
 * mish(tensor([0, 100])).toArray(); // [0, 100]
 * ```
 */
export function mish<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, "mish");
  // tanh(log(1 + e)) = ((1 + e)² - 1) / ((1 + e)² + 1), which is 1 from e^20 on.
  const e = exp(minimum(y, 20));
  const n = mul(e, add(e, 2));
  return mul(y, div(n, add(n, 2))) as unknown as Tensor<S, Floating<D>>;
}

/**
 * `x / (1 + |x|)`. (Bergstra et al., 2009.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { softsign } from "@katachi/katachi/nn";
 *
 * softsign(tensor([-1, 0, 3])).toArray(); // [-0.5, 0, 0.75]
 * ```
 */
export function softsign<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, "softsign");
  return div(y, add(abs(y), 1)) as unknown as Tensor<S, Floating<D>>;
}

/**
 * `sin(w0 x)`, for networks that stand for a signal; their weights are drawn by `initializers.siren`.
 * (Sitzmann, Martel, Bergman, Lindell and Wetzstein, "Implicit neural representations with periodic
 * activation functions", 2020.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { sine } from "@katachi/katachi/nn";
 *
 * sine(tensor([0, Math.PI / 60])).toArray(); // [0, 1]
 * ```
 */
export function sine<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  w0 = 30,
): Tensor<S, Floating<D>> {
  return sin(mul(real(x as AnyTensor, "sine"), w0)) as unknown as Tensor<S, Floating<D>>;
}
