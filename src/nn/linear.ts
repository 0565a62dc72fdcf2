/**
 * The fully connected layer.
 *
 * @module
 */
import {
  add,
  type Arg,
  type Dim,
  type DType,
  type FloatDType,
  type MatMul,
  matmul,
  type Ok,
  random,
  type Shape,
  type Tensor,
  zeros,
} from "../../mod.ts";
import { matmulShape } from "../shape/matmul.ts";

/** The parameters of {@linkcode linear}. */
export interface LinearParams<I extends Dim, O extends Dim, D extends DType = "float32"> {
  /** The weights: one row for each input, one column for each output. */
  readonly weight: Tensor<[I, O], D>;
  /** What is added to each output. */
  readonly bias: Tensor<[O], D>;
}

/** The type of {@linkcode linear}. */
export interface Linear {
  /** `x W + b` for inputs `[…, I]`: outputs `[…, O]`. */
  <S extends Shape, I extends Dim, O extends Dim, D extends DType, K extends string = "linear">(
    params: LinearParams<I, O, D>,
    x: Arg<MatMul<S, [I, O], K>, Tensor<S, D>>,
  ): Tensor<Ok<MatMul<S, [I, O], K>>, D>;
  /**
   * New parameters: weights from the uniform distribution on ±√(6 / (I + O)), biases 0. (X. Glorot
   * and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.)
   */
  init<const I extends Dim, const O extends Dim, D extends FloatDType = "float32">(
    key: random.Key,
    inputs: I,
    outputs: O,
    dtype?: D,
  ): LinearParams<I, O, NoInfer<D>>;
}

/**
 * The fully connected layer: `x W + b` for inputs `[…, I]`, weights `[I, O]` and biases `[O]`.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { linear } from "@katachi/katachi/nn";
 *
 * const params = linear.init(random.key(0), 784, 10);
 * linear(params, zeros([32, 784])).shape; // [32, 10]
 * ```
 */
export const linear: Linear = Object.assign(
  ((params: LinearParams<Dim, Dim>, x: Tensor) => {
    matmulShape(x.shape, params.weight.shape, "linear");
    return add(matmul(x, params.weight), params.bias);
  }) as unknown as Linear,
  {
    init: (key: random.Key, inputs: Dim, outputs: Dim, dtype: FloatDType = "float32") => {
      const bound = Math.sqrt(6 / (inputs + outputs));
      return {
        weight: random.uniform(key, [inputs, outputs], { minval: -bound, maxval: bound, dtype }),
        bias: zeros([outputs], dtype),
      };
    },
  },
) as Linear;
