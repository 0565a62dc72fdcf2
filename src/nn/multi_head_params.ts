/**
 * The parameters of attention with several heads.
 *
 * @module
 */
import {
  type AnyTensor,
  type Dim,
  type DType,
  type FloatDType,
  random,
  reshape,
  type Shape,
  type Tensor,
  zeros,
} from "../../mod.ts";
import type { Initializer } from "./layer.ts";
import { xavierUniform } from "./initializers/scaling.ts";
import { headSize } from "./multi_head_shape.ts";

/** A product with weights, and a bias that may be added to it. */
export interface Projection<W extends Shape, B extends Shape, D extends DType> {
  /** The weights. */
  readonly weight: Tensor<W, D>;
  /** What is added. */
  readonly bias?: Tensor<B, D>;
}

/** A product with weights to which a bias is added. */
export interface BiasedProjection<W extends Shape, B extends Shape, D extends DType>
  extends Projection<W, B, D> {
  /** What is added. */
  readonly bias: Tensor<B, D>;
}

/** A product with or without a bias. */
export type ProjectionOf<
  W extends Shape,
  B extends Shape,
  D extends DType,
  Bias extends boolean,
> = Bias extends false ? Omit<Projection<W, B, D>, "bias"> : BiasedProjection<W, B, D>;

/** The parameters of `multiHeadAttention`, for E features, N heads of H, keys of C and values of G. */
export interface HeadsParams<
  E extends Dim,
  N extends Dim,
  H extends Dim,
  D extends DType = "float32",
  Bias extends boolean = true,
  C extends Dim = E,
  G extends Dim = E,
> {
  /** What makes the queries. */
  readonly query: ProjectionOf<[E, N, H], [N, H], D, Bias>;
  /** What makes the keys. */
  readonly key: ProjectionOf<[C, N, H], [N, H], D, Bias>;
  /** What makes the values. */
  readonly value: ProjectionOf<[G, N, H], [N, H], D, Bias>;
  /** What puts together what the heads give. */
  readonly output: ProjectionOf<[N, H, E], [E], D, Bias>;
}

/** The parameters of `multiHeadAttention`, with biases or without: what its function takes. */
export interface HeadsArgument<
  E extends Dim,
  N extends Dim,
  H extends Dim,
  D extends DType,
  C extends Dim,
  G extends Dim,
> {
  /** What makes the queries. */
  readonly query: Projection<[E, N, H], [N, H], D>;
  /** What makes the keys. */
  readonly key: Projection<[C, N, H], [N, H], D>;
  /** What makes the values. */
  readonly value: Projection<[G, N, H], [N, H], D>;
  /** What puts together what the heads give. */
  readonly output: Projection<[N, H, E], [E], D>;
}

/** How the parameters of `multiHeadAttention` are made. */
export interface HeadsOptions<
  D extends FloatDType = FloatDType,
  Bias extends boolean = boolean,
  C extends Dim = Dim,
  G extends Dim = Dim,
> {
  /** The dtype of the parameters, `float32` unless given. */
  readonly dtype?: D;
  /** Whether there are biases; there are unless told. */
  readonly bias?: Bias;
  /** The features of what keys are made of; those of the queries unless given. */
  readonly kdim?: C;
  /** The features of what values are made of; those of the queries unless given. */
  readonly vdim?: G;
  /**
   * What makes the weights, each as a matrix `[inputs, outputs]`. Unless given they are from the
   * uniform distribution on ±√(6 / (inputs + outputs)).
   */
  readonly init?: Initializer;
}

/** Parameters of any sizes. */
export interface AnyHeads {
  readonly query: { readonly weight: AnyTensor; readonly bias?: AnyTensor };
  readonly key: AnyHeads["query"];
  readonly value: AnyHeads["query"];
  readonly output: AnyHeads["query"];
}

/** New parameters. */
export function initHeads(
  key: random.Key,
  features: Dim,
  heads: Dim,
  options: HeadsOptions = {},
): AnyHeads {
  const { dtype = "float32", bias = true, kdim, vdim, init = xavierUniform() } = options;
  const split: Shape = [heads, headSize(features, heads)];
  const keys = random.split(key, 4);
  const make = (i: number, inputs: Dim, weight: Shape, added: Shape) => ({
    weight: reshape(init(keys[i], [inputs, features] as Shape, dtype), weight) as AnyTensor,
    ...(bias ? { bias: zeros(added, dtype) as AnyTensor } : {}),
  });
  const into = (i: number, inputs: Dim) => make(i, inputs, [inputs, ...split], split);
  return {
    query: into(0, features),
    key: into(1, kdim ?? features),
    value: into(2, vdim ?? features),
    output: make(3, features, [...split, features], [features]),
  };
}
