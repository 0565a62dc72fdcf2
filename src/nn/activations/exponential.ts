/**
 * Activation functions that are straight above 0 and exponential below.
 *
 * @module
 */
import {
  type AnyTensor,
  type DType,
  expm1,
  type Floating,
  lessEqual,
  mul,
  type Shape,
  type Tensor,
  where,
} from "../../../mod.ts";
import { real } from "../../primitives/arithmetic.ts";

/**
 * The exponential linear unit: `x` above 0, `alpha (e^x - 1)` below; at 0 the derivative is `alpha`,
 * as PyTorch's. (Clevert, Unterthiner and Hochreiter, 2016.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { elu } from "@katachi/katachi/nn";
 *
 * elu(tensor([-Infinity, 2])).toArray(); // [-1, 2]
 * ```
 */
export function elu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  alpha = 1,
): Tensor<S, Floating<D>> {
  return curved("elu", x, 1, alpha, 1);
}

/**
 * The scaled exponential linear unit: `λ x` above 0, `λ α (e^x - 1)` below, with the `λ` and `α` that
 * keep mean 0 and variance 1 from layer to layer; at 0 the derivative is `λ α`, as PyTorch's. The
 * weights are drawn by `initializers.lecunNormal`. (Klambauer, Unterthiner, Mayr and Hochreiter,
 * "Self-normalizing neural networks", 2017.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { selu } from "@katachi/katachi/nn";
 *
 * selu(tensor([-Infinity, 1], "float64")).toArray(); // [-1.7580993408473768, 1.0507009873554805]
 * ```
 */
export function selu<S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, Floating<D>> {
  return curved("selu", x, 1.0507009873554804934193349852946, 1.6732632423543772848170429916717, 1);
}

/**
 * The continuously differentiable exponential linear unit: `x` above 0, `alpha (e^(x / alpha) - 1)`
 * below. (Barron, 2017.)
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { celu } from "@katachi/katachi/nn";
 *
 * celu(tensor([-Infinity, 3]), 2).toArray(); // [-2, 3]
 * ```
 */
export function celu<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  alpha = 1,
): Tensor<S, Floating<D>> {
  return curved("celu", x, 1, alpha, 1 / alpha);
}

/** `scale · x` above 0, `scale · alpha (e^(rate · x) - 1)` below. */
function curved<S extends Shape, D extends DType>(
  operation: string,
  x: Tensor<S, D>,
  scale: number,
  alpha: number,
  rate: number,
): Tensor<S, Floating<D>> {
  const y = real(x as AnyTensor, operation);
  const below = lessEqual(y, 0);
  // The exponential sees no large number, whose infinity would make a NaN of the gradient's 0.
  const curve = expm1(times(where(below, y, 0), rate));
  return where(below, times(curve, scale * alpha), times(y, scale)) as unknown as Tensor<
    S,
    Floating<D>
  >;
}

function times(x: AnyTensor, factor: number): AnyTensor {
  return factor === 1 ? x : mul(x, factor);
}
