/**
 * Vectors for words.
 *
 * @module
 */
import {
  type Arg,
  type Dim,
  type DType,
  type FloatDType,
  type IndexDType,
  type Ok,
  random,
  type Shape,
  type Take,
  take,
  type Tensor,
} from "../../mod.ts";
import { requireInside } from "../functions/indexing.ts";
import { integers } from "../primitives/indexing.ts";
import { requireDType } from "../primitives/operands.ts";
import {
  type Initializer,
  type Input,
  type Layer,
  type LayerKind,
  makeLayer,
  type Name,
} from "./layer.ts";

/** The parameters of {@linkcode embedding}. */
export interface EmbeddingParams<N extends Dim, E extends Dim, D extends DType = "float32"> {
  /** A row for each id. */
  readonly weight: Tensor<[N, E], D>;
}

/** How the parameters of {@linkcode embedding} are made. */
export interface EmbeddingOptions<D extends FloatDType = FloatDType> {
  /** The dtype of the vectors, `float32` unless given. */
  readonly dtype?: D;
  /** What makes the vectors: the standard normal distribution unless given, as in PyTorch. */
  readonly init?: Initializer;
}

/** The types of `embedding.of`. */
export interface EmbeddingLayer<N extends Dim, E extends Dim, D extends DType = "float32">
  extends LayerKind<"embedding", EmbeddingParams<N, E, D>> {
  /** `[…, E]` of `[…]`. */
  readonly output: Take<[N, E], Input<this>, 0, Name<this>>;
  /** The vectors' dtype. */
  readonly dtype: D;
}

/** The type of {@linkcode embedding}. */
export interface Embedding {
  /** The vectors `[…, E]` of ids `[…]`. */
  <S extends Shape, N extends Dim, E extends Dim, D extends DType, K extends string = "embedding">(
    params: EmbeddingParams<N, E, D>,
    ids: Arg<Take<[N, E], S, 0, K>, Tensor<S, IndexDType>>,
  ): Tensor<Ok<Take<[N, E], S, 0, K>>, D>;
  /** New vectors for as many ids, of a size. */
  init<const N extends Dim, const E extends Dim, D extends FloatDType = "float32">(
    key: random.Key,
    ids: N,
    size: E,
    options?: EmbeddingOptions<D>,
  ): EmbeddingParams<N, E, NoInfer<D>>;
  /** A layer for as many ids, with vectors of a size. */
  of<const N extends Dim, const E extends Dim, D extends FloatDType = "float32">(
    ids: N,
    size: E,
    options?: EmbeddingOptions<D>,
  ): Layer<EmbeddingLayer<N, E, NoInfer<D>>>;
}

type AnyParams = EmbeddingParams<Dim, Dim>;

function apply({ weight }: AnyParams, ids: Tensor<readonly Dim[], IndexDType>): Tensor {
  requireDType("embedding", ids.dtype, integers);
  requireInside("embedding", ids, weight.shape[0], weight.shape);
  return take(weight, ids, 0);
}

function init(key: random.Key, ids: Dim, size: Dim, options: EmbeddingOptions = {}): AnyParams {
  const { dtype = "float32", init = normal } = options;
  return { weight: init(key, [ids, size], dtype) as Tensor<[Dim, Dim]> };
}

const normal =
  ((key: random.Key, shape: Shape, dtype?: FloatDType) =>
    random.normal(key, shape, { dtype })) as Initializer;

/**
 * The layer that turns each id into the vector that it has learned for it: rows of the weights
 * `[N, E]`. Negative ids count from the end, as in {@linkcode take}. The gradient of a row is the sum
 * over all places where its id stands.
 *
 * An id out of range is an error where its value can be read, and in a compiled function the nearest
 * one is taken in its place.
 *
 * @throws {ShapeError} Where an id is out of range.
 * @throws {DTypeError} Where ids are not `int32` or `uint32`.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { embedding } from "@katachi/katachi/nn";
 *
 * const params = embedding.init(random.key(0), 1000, 16);
 * embedding(params, tensor([[3, 1, 4], [1, 5, 9]], "int32")).shape; // [2, 3, 16]
 * ```
 */
export const embedding: Embedding = Object.assign(apply, {
  init,
  of: (ids: Dim, size: Dim, options?: EmbeddingOptions) =>
    makeLayer({
      name: "embedding",
      init: (key) => init(key, ids, size, options),
      run: (params, x) => [apply(params as AnyParams, x as never), null],
    }),
}) as unknown as Embedding;
