/**
 * What the layers that normalize have in common.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type DType,
  type FloatDType,
  mean,
  mul,
  ones,
  reshape,
  rsqrt,
  type Shape,
  square,
  sub,
  type Tensor,
  zeros,
} from "../../mod.ts";

/** A scale and an offset, applied to what has been normalized. */
export interface NormParams<S extends Shape, D extends DType = "float32"> {
  /** What is multiplied by. */
  readonly weight: Tensor<S, D>;
  /** What is added. */
  readonly bias: Tensor<S, D>;
}

/** The parameters of a layer that normalizes: none where it is not affine. */
export type NormParamsOf<S extends Shape, D extends DType, Affine extends boolean> = Affine extends
  false ? Record<never, never> : NormParams<S, D>;

/** How something is normalized. */
export interface EpsOptions {
  /** What is added to the variance, 1e-5 unless given. */
  readonly eps?: number;
}

/** How the parameters of a layer that normalizes are made. */
export interface NormInitOptions<
  D extends FloatDType = FloatDType,
  Affine extends boolean = boolean,
> {
  /** The dtype of the parameters, `float32` unless given. */
  readonly dtype?: D;
  /** Whether there is a scale and an offset at all. */
  readonly affine?: Affine;
}

/** A scale and an offset that may be missing, of unknown types. */
export interface AnyNormParams {
  /** What is multiplied by. */
  readonly weight?: AnyTensor;
  /** What is added. */
  readonly bias?: AnyTensor;
}

/** A scale of 1 and an offset of 0, or nothing. */
export function initNorm(
  shape: Shape,
  { dtype = "float32", affine = true }: NormInitOptions,
): AnyNormParams {
  return affine ? { weight: ones(shape, dtype), bias: zeros(shape, dtype) } : {};
}

/** Mean and variance along axes, which stay with a dim of 1. */
export interface Moments {
  /** The mean. */
  readonly mean: AnyTensor;
  /** The mean squared distance from it. */
  readonly variance: AnyTensor;
}

/** The mean and the variance along axes. */
export function moments(x: AnyTensor, axes: readonly number[]): Moments {
  const centre = mean(x, axes, { keepDims: true });
  return { mean: centre, variance: mean(square(sub(x, centre)), axes, { keepDims: true }) };
}

/** `(x - mean) / √(variance + eps)`. */
export function standardized(x: AnyTensor, moments: Moments, eps = 1e-5): AnyTensor {
  return mul(sub(x, moments.mean), rsqrt(add(moments.variance, eps)));
}

/** `x · weight + bias`, as far as they are there, brought to a shape that broadcasts. */
export function scaled(
  x: AnyTensor,
  { weight, bias }: AnyNormParams,
  shape: (parameter: AnyTensor) => AnyTensor = (parameter) => parameter,
): AnyTensor {
  const product = weight === undefined ? x : mul(x, shape(weight));
  return bias === undefined ? product : add(product, shape(bias));
}

/** Puts a vector of channels along axis 1 of a rank. */
export function alongChannels(rank: number): (vector: AnyTensor) => AnyTensor {
  return (vector) => reshape(vector, [vector.size, ...Array(rank - 2).fill(1)]);
}
