/**
 * The fully connected layer.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type Dim,
  type DType,
  type FloatDType,
  type MatMul,
  matmul,
  type Ok,
  type Promote,
  random,
  type Shape,
  type Tensor,
  zeros,
} from "../../mod.ts";
import { matmulShape } from "../shape/matmul.ts";
import {
  type Initializer,
  type Input,
  type Layer,
  type LayerKind,
  makeLayer,
  type Name,
} from "./layer.ts";

/** The parameters of {@linkcode linear} without a bias. */
export interface LinearWeight<I extends Dim, O extends Dim, D extends DType = "float32"> {
  /** The weights: one row for each input, one column for each output. */
  readonly weight: Tensor<[I, O], D>;
}

/** The parameters of {@linkcode linear}. */
export interface LinearParams<I extends Dim, O extends Dim, D extends DType = "float32">
  extends LinearWeight<I, O, D> {
  /** What is added to each output. */
  readonly bias: Tensor<[O], D>;
}

/** The parameters of {@linkcode linear} with or without a bias. */
export type LinearParamsOf<I extends Dim, O extends Dim, D extends DType, Bias extends boolean> =
  Bias extends false ? LinearWeight<I, O, D> : LinearParams<I, O, D>;

/** How the parameters of {@linkcode linear} are made. */
export interface LinearOptions<D extends FloatDType = FloatDType, Bias extends boolean = boolean> {
  /** The dtype of the parameters, `float32` unless given. */
  readonly dtype?: D;
  /** Whether there is a bias; there is unless told. */
  readonly bias?: Bias;
  /**
   * What makes the weights. Unless given they are from the uniform distribution on ±√(6 / (I + O)).
   * (X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural
   * networks", 2010. PyTorch has ±1/√I for weights and biases.)
   */
  readonly init?: Initializer;
}

/** The types of `linear.of`. */
export interface LinearLayer<
  I extends Dim,
  O extends Dim,
  D extends DType = "float32",
  Bias extends boolean = true,
> extends LayerKind<"linear", LinearParamsOf<I, O, D, Bias>> {
  /** `[…, O]` of `[…, I]`. */
  readonly output: MatMul<Input<this>, [I, O], Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Promote<this["given"], D>;
}

/** The type of {@linkcode linear}. */
export interface Linear {
  /** `x W + b` for inputs `[…, I]`: outputs `[…, O]`. */
  <S extends Shape, I extends Dim, O extends Dim, D extends DType, K extends string = "linear">(
    params: LinearWeight<I, O, D> & Partial<LinearParams<I, O, D>>,
    x: Arg<MatMul<S, [I, O], K>, Tensor<S, D>>,
  ): Tensor<Ok<MatMul<S, [I, O], K>>, D>;
  /** New parameters: weights as the options say, biases 0. */
  init<
    const I extends Dim,
    const O extends Dim,
    D extends FloatDType = "float32",
    Bias extends boolean = true,
  >(
    key: random.Key,
    inputs: I,
    outputs: O,
    options?: LinearOptions<D, Bias>,
  ): LinearParamsOf<I, O, NoInfer<D>, NoInfer<Bias>>;
  /** A layer of these sizes. */
  of<
    const I extends Dim,
    const O extends Dim,
    D extends FloatDType = "float32",
    Bias extends boolean = true,
  >(
    inputs: I,
    outputs: O,
    options?: LinearOptions<D, Bias>,
  ): Layer<LinearLayer<I, O, NoInfer<D>, NoInfer<Bias>>>;
}

interface AnyParams {
  readonly weight: Tensor<[Dim, Dim]>;
  readonly bias?: Tensor<[Dim]>;
}

function apply({ weight, bias }: AnyParams, x: AnyTensor): AnyTensor {
  matmulShape(x.shape, weight.shape, "linear");
  const product = matmul(x, weight);
  return bias === undefined ? product : add(product, bias);
}

function init(key: random.Key, inputs: Dim, outputs: Dim, options: LinearOptions = {}): AnyParams {
  const { dtype = "float32", bias = true, init = glorotUniform } = options;
  const weight = init(key, [inputs, outputs], dtype) as Tensor<[Dim, Dim]>;
  return bias ? { weight, bias: zeros([outputs], dtype) as Tensor<[Dim]> } : { weight };
}

const glorotUniform = ((key: random.Key, [inputs, outputs]: Shape, dtype?: FloatDType) => {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return random.uniform(key, [inputs, outputs], { minval: -bound, maxval: bound, dtype });
}) as Initializer;

/**
 * The fully connected layer: `x W + b` for inputs `[…, I]`, weights `[I, O]` and biases `[O]`. (The
 * weights of PyTorch's `Linear` are `[O, I]`.)
 *
 * @throws {ShapeError} Where the last axis of the input is not I.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { linear } from "@katachi/katachi/nn";
 *
 * const params = linear.init(random.key(0), 784, 10);
 * linear(params, zeros([32, 784])).shape; // [32, 10]
 *
 * const layer = linear.of(784, 10, { bias: false });
 * layer.apply(layer.init(random.key(0)), zeros([32, 784])).shape; // [32, 10]
 * ```
 */
export const linear: Linear = Object.assign(apply, {
  init,
  of: (inputs: Dim, outputs: Dim, options?: LinearOptions) =>
    makeLayer({
      name: "linear",
      init: (key) => init(key, inputs, outputs, options),
      run: (params, x) => [apply(params as AnyParams, x), null],
    }),
}) as unknown as Linear;
