/**
 * Normalizing over the last axes.
 *
 * @module
 */
import type {
  AnyTensor,
  Arg,
  Dim,
  DType,
  FloatDType,
  Mutable,
  Ok,
  Promote,
  Shape,
  Tensor,
} from "../../mod.ts";
import { type Trailing, trailingShape } from "../shape/trailing.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";
import {
  type AnyNormParams,
  type EpsOptions,
  initNorm,
  moments,
  type NormInitOptions,
  type NormParams,
  type NormParamsOf,
  scaled,
  standardized,
} from "./norm.ts";

/** The axes that are normalized over, all together: a number stands for one axis. */
export type NormShape<N extends Dim | Shape> = N extends Shape ? Mutable<N>
  : N extends Dim ? [N]
  : never;

/** The types of `layerNorm.of`. */
export interface LayerNormLayer<N extends Shape, D extends DType, Affine extends boolean>
  extends LayerKind<"layerNorm", NormParamsOf<N, D, Affine>> {
  /** The shape that comes in, where it ends in the one that is normalized over. */
  readonly output: Trailing<Input<this>, N, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Affine extends false ? this["given"] : Promote<this["given"], D>;
}

/** The type of {@linkcode layerNorm}. */
export interface LayerNorm {
  /** The input normalized over its last axes, those of the parameters. */
  <S extends Shape, N extends Shape, D extends FloatDType, K extends string = "layerNorm">(
    params: NormParams<N, D>,
    x: Arg<Trailing<S, N, K>, Tensor<S, D>>,
    options?: EpsOptions,
  ): Tensor<Ok<Trailing<S, N, K>>, D>;
  /** New parameters for the last axis of a size, or for several last axes: 1 and 0. */
  init<const N extends Dim | Shape, D extends FloatDType = "float32">(
    shape: N,
    options?: { readonly dtype?: D },
  ): NormParams<NormShape<N>, NoInfer<D>>;
  /** A layer for the last axis of a size, or for several last axes. */
  of<const N extends Dim | Shape, D extends FloatDType = "float32", Affine extends boolean = true>(
    shape: N,
    options?: NormInitOptions<D, Affine> & EpsOptions,
  ): Layer<LayerNormLayer<NormShape<N>, NoInfer<D>, NoInfer<Affine>>>;
}

function apply(
  params: AnyNormParams,
  x: AnyTensor,
  options: EpsOptions = {},
  shape: Shape = params.weight!.shape,
): AnyTensor {
  trailingShape("layerNorm", x.shape, shape);
  const axes = shape.map((_, i) => x.shape.length - 1 - i);
  return scaled(standardized(x, moments(x, axes), options.eps), params);
}

/**
 * Layer normalization: `(x - mean) / √(variance + eps) · weight + bias`, with the mean and variance
 * over the last axes of each example. (J. Ba, J. Kiros and G. Hinton, "Layer normalization", 2016.)
 *
 * @throws {ShapeError} Where the input does not end in the shape that is normalized over.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { layerNorm } from "@katachi/katachi/nn";
 *
 * const x = tensor([[1, 3], [10, 20]]);
 * layerNorm(layerNorm.init(2), x).toArray(); // [[-1, 1], [-1, 1]], nearly
 *
 * const layer = layerNorm.of([2], { eps: 1e-6 });
 * layer.apply(layer.init(random.key(0)), x).shape; // [2, 2]
 * ```
 */
export const layerNorm: LayerNorm = Object.assign(
  (params: AnyNormParams, x: AnyTensor, options?: EpsOptions) => apply(params, x, options),
  {
    init: (shape: Dim | Shape, options: NormInitOptions = {}) =>
      initNorm([shape].flat() as number[], { ...options, affine: true }),
    of: (shape: Dim | Shape, options: NormInitOptions & EpsOptions = {}) => {
      const over = [shape].flat() as number[];
      return makeLayer({
        name: "layerNorm",
        init: () => initNorm(over, options),
        run: (params, x) => [apply(params as AnyNormParams, x, options, over), null],
      });
    },
  },
) as unknown as LayerNorm;
