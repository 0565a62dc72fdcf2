/**
 * Dividing by the root mean square over the last axes.
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
  mean,
  mul,
  type Ok,
  ones,
  type Promote,
  rsqrt,
  type Shape,
  square,
  type Tensor,
} from "../../mod.ts";
import { type Trailing, trailingShape } from "../shape/trailing.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";
import type { NormShape } from "./layer_norm.ts";

/** The parameters of {@linkcode rmsNorm}. */
export interface RmsNormParams<N extends Shape, D extends DType = "float32"> {
  /** What is multiplied by. */
  readonly weight: Tensor<N, D>;
}

/** How {@linkcode rmsNorm} is done. */
export interface RmsNormOptions {
  /** What is added to the mean square; unless given the distance from 1 to the next float. */
  readonly eps?: number;
}

/** The types of `rmsNorm.of`. */
export interface RmsNormLayer<N extends Shape, D extends DType>
  extends LayerKind<"rmsNorm", RmsNormParams<N, D>> {
  /** The shape that comes in, where it ends in the one that is normalized over. */
  readonly output: Trailing<Input<this>, N, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Promote<this["given"], D>;
}

/** The type of {@linkcode rmsNorm}. */
export interface RmsNorm {
  /** The input divided by its root mean square over its last axes, those of the parameters. */
  <S extends Shape, N extends Shape, D extends FloatDType, K extends string = "rmsNorm">(
    params: RmsNormParams<N, D>,
    x: Arg<Trailing<S, N, K>, Tensor<S, D>>,
    options?: RmsNormOptions,
  ): Tensor<Ok<Trailing<S, N, K>>, D>;
  /** New parameters for the last axis of a size, or for several last axes: 1. */
  init<const N extends Dim | Shape, D extends FloatDType = "float32">(
    shape: N,
    options?: { readonly dtype?: D },
  ): RmsNormParams<NormShape<N>, NoInfer<D>>;
  /** A layer for the last axis of a size, or for several last axes. */
  of<const N extends Dim | Shape, D extends FloatDType = "float32">(
    shape: N,
    options?: { readonly dtype?: D } & RmsNormOptions,
  ): Layer<RmsNormLayer<NormShape<N>, NoInfer<D>>>;
}

interface AnyParams {
  readonly weight: AnyTensor;
}

function apply({ weight }: AnyParams, x: AnyTensor, options: RmsNormOptions = {}): AnyTensor {
  trailingShape("rmsNorm", x.shape, weight.shape);
  const { eps = x.dtype === "float64" ? 2 ** -52 : 2 ** -23 } = options;
  const axes = weight.shape.map((_, i) => x.shape.length - 1 - i);
  return mul(mul(x, rsqrt(add(mean(square(x), axes, { keepDims: true }), eps))), weight);
}

function init(shape: Dim | Shape, { dtype = "float32" }: { dtype?: FloatDType } = {}): AnyParams {
  return { weight: ones([shape].flat() as number[], dtype) };
}

/**
 * RMS normalization: `x / √(mean(x²) + eps) · weight` over the last axes of each example. (B. Zhang
 * and R. Sennrich, "Root mean square layer normalization", 2019.)
 *
 * @throws {ShapeError} Where the input does not end in the shape that is normalized over.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { rmsNorm } from "@katachi/katachi/nn";
 *
 * rmsNorm(rmsNorm.init(2), tensor([[1, 7], [-5, 5]])).toArray(); // [[0.2, 1.4], [-1, 1]]
 * ```
 */
export const rmsNorm: RmsNorm = Object.assign(apply, {
  init,
  of: (shape: Dim | Shape, options: { dtype?: FloatDType } & RmsNormOptions = {}) =>
    makeLayer({
      name: "rmsNorm",
      init: () => init(shape, options),
      run: (params, x) => [apply(params as AnyParams, x, options), null],
    }),
}) as unknown as RmsNorm;
