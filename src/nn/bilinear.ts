/**
 * The layer of two inputs that is linear in each.
 *
 * @module
 */
import {
  add,
  type Arg,
  type Dim,
  type DType,
  einsum,
  type FloatDType,
  type Ok,
  random,
  type Shape,
  type Tensor,
  zeros,
} from "../../mod.ts";
import { type Bilinear as BilinearShape, bilinearShape } from "../shape/bilinear.ts";
import type { Initializer } from "./layer.ts";

/** The parameters of {@linkcode bilinear} without a bias. */
export interface BilinearWeight<
  I extends Dim,
  J extends Dim,
  O extends Dim,
  D extends DType = "float32",
> {
  /** A matrix for each output. */
  readonly weight: Tensor<[I, J, O], D>;
}

/** The parameters of {@linkcode bilinear}. */
export interface BilinearParams<
  I extends Dim,
  J extends Dim,
  O extends Dim,
  D extends DType = "float32",
> extends BilinearWeight<I, J, O, D> {
  /** What is added to each output. */
  readonly bias: Tensor<[O], D>;
}

/** How the parameters of {@linkcode bilinear} are made. */
export interface BilinearOptions<
  D extends FloatDType = FloatDType,
  Bias extends boolean = boolean,
> {
  /** The dtype of the parameters, `float32` unless given. */
  readonly dtype?: D;
  /** Whether there is a bias; there is unless told. */
  readonly bias?: Bias;
  /** What makes the weights: the uniform distribution on ±1/√I unless given, as in PyTorch. */
  readonly init?: Initializer;
}

/** The type of {@linkcode bilinear}. */
export interface Bilinear {
  /** `xᵀ W y + b` for inputs `[…, I]` and `[…, J]`: outputs `[…, O]`. */
  <
    A extends Shape,
    B extends Shape,
    I extends Dim,
    J extends Dim,
    O extends Dim,
    D extends DType,
    K extends string = "bilinear",
  >(
    params: BilinearWeight<I, J, O, D> & Partial<BilinearParams<I, J, O, D>>,
    x: Tensor<A, D>,
    y: Arg<BilinearShape<A, B, [I, J, O], K>, Tensor<B, D>>,
  ): Tensor<Ok<BilinearShape<A, B, [I, J, O], K>>, D>;
  /** New parameters: weights as the options say, biases 0. */
  init<
    const I extends Dim,
    const J extends Dim,
    const O extends Dim,
    D extends FloatDType = "float32",
    Bias extends boolean = true,
  >(
    key: random.Key,
    left: I,
    right: J,
    outputs: O,
    options?: BilinearOptions<D, Bias>,
  ): Bias extends false ? BilinearWeight<I, J, O, NoInfer<D>>
    : BilinearParams<I, J, O, NoInfer<D>>;
}

interface AnyParams {
  readonly weight: Tensor<[Dim, Dim, Dim]>;
  readonly bias?: Tensor<[Dim]>;
}

function apply({ weight, bias }: AnyParams, x: Tensor, y: Tensor): Tensor {
  bilinearShape("bilinear", x.shape, y.shape, weight.shape);
  const form: Tensor = einsum("...i,ijo,...j->...o", x, weight, y);
  return bias === undefined ? form : add(form, bias);
}

function init(
  key: random.Key,
  left: Dim,
  right: Dim,
  outputs: Dim,
  options: BilinearOptions = {},
): AnyParams {
  const { dtype = "float32", bias = true, init = uniform } = options;
  const weight = init(key, [left, right, outputs], dtype) as Tensor<[Dim, Dim, Dim]>;
  return bias ? { weight, bias: zeros([outputs], dtype) as Tensor<[Dim]> } : { weight };
}

const uniform = ((key: random.Key, shape: Shape, dtype?: FloatDType) => {
  const bound = 1 / Math.sqrt(shape[0]);
  return random.uniform(key, shape, { minval: -bound, maxval: bound, dtype });
}) as Initializer;

/**
 * The layer of two inputs that is linear in each: `xᵀ W y + b`, weights `[I, J, O]`. (PyTorch's are
 * `[O, I, J]`, and its biases are random.)
 *
 * @throws {ShapeError} Where the last axes are not I and J, or the axes in front differ.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { bilinear } from "@katachi/katachi/nn";
 *
 * const params = bilinear.init(random.key(0), 3, 4, 2);
 * bilinear(params, zeros([5, 3]), zeros([5, 4])).shape; // [5, 2]
 * ```
 */
export const bilinear: Bilinear = Object.assign(apply, { init }) as unknown as Bilinear;
