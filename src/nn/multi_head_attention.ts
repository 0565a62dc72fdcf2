/**
 * Attention with several heads, each of which looks at projections of its own.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type BroadcastTo,
  type Dim,
  type DType,
  dynamicUpdateSlice,
  expandDims,
  type FloatDType,
  lessEqual,
  matmul,
  type Ok,
  type Promote,
  type random,
  reshape,
  type Shape,
  ShapeError,
  swapAxes,
  type Tensor,
  where,
  zeros,
} from "../../mod.ts";
import { sameShape } from "../shape/same.ts";
import { type AnyAttentionOptions, attend, type AttentionDropout, positions } from "./attention.ts";
import { attendedShape, type Projected, projectedShape, scoresShape } from "./attention_shape.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";
import {
  type AnyHeads,
  type HeadsArgument,
  type HeadsOptions,
  type HeadsParams,
  initHeads,
} from "./multi_head_params.ts";
import {
  type CacheRule,
  type HeadDim,
  type HeadScores,
  type HeadSize,
  headSize,
  type KeyRule,
  type ValueRule,
} from "./multi_head_shape.ts";
import { rotaryOf, type RotaryOptions } from "./positions.ts";

/** Which positions each position looks at. */
export interface SelfAttentionOptions {
  /** Whether positions look at themselves and those before them alone. */
  readonly causal?: boolean;
  /** Turns queries and keys by their positions with these options (`{}` for all defaults): see `rotary`. */
  readonly rotary?: RotaryOptions;
}

/** Which keys queries look at. */
export interface MultiHeadOptions<R, N extends Dim, M extends Shape, K extends string>
  extends SelfAttentionOptions {
  /**
   * Of `bool`: which scores `[…, N, L, S]` count, `true` for what a query may look at; so a mask by key
   * is `[…, 1, 1, S]`. (In PyTorch's `MultiheadAttention` `true` is for what it may not look at.) Of
   * floats: what is added to the scores.
   */
  readonly mask?: Arg<
    BroadcastTo<M, HeadScores<Ok<R>, N>, `${K}: mask`>,
    Tensor<M, "bool" | FloatDType>
  >;
  /** Dropout of the weights, while a model is trained. */
  readonly dropout?: AttentionDropout;
}

/** How a layer in which positions look at each other is made, and what it does. */
export interface SelfAttentionLayerOptions<
  D extends FloatDType = FloatDType,
  Bias extends boolean = boolean,
> extends Omit<HeadsOptions<D, Bias>, "kdim" | "vdim">, SelfAttentionOptions {
  /** The probability with which weights are set to 0 while the model is trained; 0 unless given. */
  readonly dropout?: number;
}

/** The keys and values of positions that have been seen: what decoding passes on. */
export interface AttentionCache<S extends Shape, D extends DType = "float32"> {
  /** The keys `[…, N, M, H]`, with room for M positions. */
  readonly keys: Tensor<S, D>;
  /** The values `[…, N, M, H]`. */
  readonly values: Tensor<S, D>;
  /** How many positions have been seen. */
  readonly length: Tensor<[], "int32">;
}

/** The types of `multiHeadAttention.of`. */
export interface SelfAttention<
  E extends Dim,
  N extends Dim,
  H extends Dim,
  D extends DType = "float32",
  Bias extends boolean = true,
> extends LayerKind<"multiHeadAttention", HeadsParams<E, N, H, D, Bias>> {
  /** `[…, T, E]`, as it comes in. */
  readonly output: Projected<Input<this>, E, E, `${Name<this>}: query`>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Promote<this["given"], D>;
}

/** The type of {@linkcode multiHeadAttention}. */
export interface MultiHeadAttention {
  /** The result `[…, L, E]` for queries `[…, L, E]`, keys `[…, S, C]` and values `[…, S, G]`. */
  <
    Q extends Shape,
    S extends Shape,
    V extends Shape,
    E extends Dim,
    N extends Dim,
    H extends Dim,
    C extends Dim,
    G extends Dim,
    D extends FloatDType,
    M extends Shape = Shape,
    K extends string = "multiHeadAttention",
  >(
    params: HeadsArgument<E, N, H, D, C, G>,
    query: Arg<Projected<Q, E, E, `${K}: query`>, Tensor<Q, D>>,
    key: Arg<KeyRule<Q, S, E, C, K>, Tensor<S, D>>,
    value: Arg<ValueRule<KeyRule<Q, S, E, C, K>, S, V, E, G, K>, Tensor<V, D>>,
    options?: MultiHeadOptions<KeyRule<Q, S, E, C, K>, N, M, K>,
  ): Tensor<Ok<ValueRule<KeyRule<Q, S, E, C, K>, S, V, E, G, K>>, D>;
  /** New parameters: weights as the options say, biases 0. */
  init<
    const E extends Dim,
    const N extends Dim,
    D extends FloatDType = "float32",
    Bias extends boolean = true,
    const C extends Dim = E,
    const G extends Dim = E,
    K extends string = "multiHeadAttention",
  >(
    key: random.Key,
    features: E,
    heads: Arg<HeadSize<E, N, K>, N>,
    options?: HeadsOptions<D, Bias, C, G>,
  ): HeadsParams<E, N, HeadDim<E, N, K>, NoInfer<D>, NoInfer<Bias>, C, G>;
  /** A layer in which positions `[…, T, E]` look at each other. */
  of<
    const E extends Dim,
    const N extends Dim,
    D extends FloatDType = "float32",
    Bias extends boolean = true,
    K extends string = "multiHeadAttention",
  >(
    features: E,
    heads: Arg<HeadSize<E, N, K>, N>,
    options?: SelfAttentionLayerOptions<D, Bias>,
  ): Layer<SelfAttention<E, N, HeadDim<E, N, K>, NoInfer<D>, NoInfer<Bias>>>;
  /** An empty cache, with room for so many positions, for inputs with these axes in front. */
  initCache<
    E extends Dim,
    N extends Dim,
    H extends Dim,
    D extends FloatDType,
    const B extends Shape,
    const M extends Dim,
  >(
    params: HeadsArgument<E, N, H, D, E, E>,
    batch: B,
    capacity: M,
  ): AttentionCache<[...B, N, M, H], D>;
  /**
   * Causal attention of the positions `[…, L, E]` that follow the cache's, to those and to themselves:
   * the result `[…, L, E]`, and the cache with them. Token by token it gives what one causal pass over
   * all of them gives. Where the cache has no room for them the result is NaN.
   */
  decode<
    S extends Shape,
    E extends Dim,
    N extends Dim,
    H extends Dim,
    D extends FloatDType,
    C extends Shape,
    K extends string = "multiHeadAttention",
  >(
    params: HeadsArgument<E, N, H, D, E, E>,
    x: Arg<Projected<S, E, E, `${K}: query`>, Tensor<S, D>>,
    cache: Arg<CacheRule<S, C, N, H, K>, AttentionCache<C, D>>,
    options?: Pick<SelfAttentionOptions, "rotary">,
  ): [output: Tensor<Ok<Projected<S, E, E, K>>, D>, cache: AttentionCache<C, D>];
}

interface AnyCache {
  readonly keys: AnyTensor;
  readonly values: AnyTensor;
  readonly length: Tensor<[], "int32">;
}

const name = "multiHeadAttention";

/** What is projected: by the parameters of that name. */
type Role = "query" | "key" | "value";

/** The shape of a projection before it is divided into heads. */
function shapeOf(role: Role, params: AnyHeads, x: AnyTensor): number[] {
  const [features, heads, size] = params[role].weight.shape;
  return projectedShape(`${name}: ${role}`, x.shape, features, heads * size);
}

/** A projection `[…, N, T, H]` of a sequence `[…, T, C]`. */
function project(role: Role, params: AnyHeads, x: AnyTensor): AnyTensor {
  const { weight, bias } = params[role];
  const [features, heads, size] = weight.shape;
  const shape = shapeOf(role, params, x);
  const product = matmul(x, reshape(weight, [features, heads * size]));
  const projected = bias === undefined ? product : add(product, reshape(bias, [heads * size]));
  return swapAxes(reshape(projected, [...shape.slice(0, -1), heads, size]), -2, -3);
}

/** The heads' results `[…, N, L, H]` put together, `[…, L, E]`. */
function merge({ weight, bias }: AnyHeads["output"], x: AnyTensor): AnyTensor {
  const [heads, size, features] = weight.shape;
  const rows: AnyTensor = swapAxes(x, -2, -3);
  const joined = reshape(rows, [...rows.shape.slice(0, -2), heads * size]);
  const product = matmul(joined, reshape(weight, [heads * size, features]));
  return bias === undefined ? product : add(product, bias);
}

function turn(x: AnyTensor, rotary: RotaryOptions | undefined, positions?: AnyTensor): AnyTensor {
  return rotary === undefined ? x : rotaryOf(x, { ...rotary, positions });
}

function apply(
  params: AnyHeads,
  query: AnyTensor,
  key: AnyTensor,
  value: AnyTensor,
  { rotary, ...options }: SelfAttentionOptions & AnyAttentionOptions = {},
): AnyTensor {
  const queries = shapeOf("query", params, query);
  const keys = shapeOf("key", params, key);
  const scores = scoresShape(name, queries, keys);
  attendedShape(name, scores, keys, shapeOf("value", params, value));
  const q = project("query", params, query);
  const k = project("key", params, key);
  const v = project("value", params, value);
  return merge(params.output, attend(name, turn(q, rotary), turn(k, rotary), v, options));
}

function initCache(params: AnyHeads, batch: Shape, capacity: Dim): AnyCache {
  const { shape: [, heads, size], dtype } = params.key.weight;
  const empty = zeros([...batch, heads, capacity, size], dtype);
  return { keys: empty, values: empty, length: zeros([], "int32") };
}

function decode(
  params: AnyHeads,
  x: AnyTensor,
  cache: AnyCache,
  { rotary }: SelfAttentionOptions = {},
): readonly [AnyTensor, AnyCache] {
  const q = project("query", params, x);
  const { keys: { shape }, length } = cache;
  const [capacity, count] = [shape[shape.length - 2], x.shape[x.shape.length - 2]];
  sameShape(`${name}: cache`, q.shape.with(-2, capacity), shape);
  if (count > capacity) {
    throw new ShapeError(`${name}: cache: no room for ${count} positions in ${capacity}`);
  }
  const at = add(positions(count), length);
  const write = (before: AnyTensor, part: AnyTensor): AnyTensor =>
    dynamicUpdateSlice(before, part, shape.map((_, i) => i === shape.length - 2 ? length : 0));
  const keys = write(cache.keys, turn(project("key", params, x), rotary, at));
  const values = write(cache.values, project("value", params, x));
  const mask: AnyTensor = lessEqual(positions(capacity), expandDims(at, -1));
  const output = merge(params.output, attend(name, turn(q, rotary, at), keys, values, { mask }));
  const after = add(length, count);
  return [where(lessEqual(after, capacity), output, NaN), { keys, values, length: after }];
}

/**
 * Attention with N heads: queries, keys and values are projected to N times H = E / N features; each
 * head attends (`scaledDotProductAttention`), and what the heads give is projected to E features. For
 * self-attention the three are the same tensor, for cross-attention keys and values are another
 * sequence than the queries. (A. Vaswani et al., "Attention is all you need", 2017.)
 *
 * The weights of queries, keys and values are `[E, N, H]`, those of the output `[N, H, E]`. PyTorch's
 * `in_proj_weight` `[3 E, E]` is the three of them, transposed, one below the other; `out_proj.weight`
 * is the transpose of the output's as `[E, E]`.
 *
 * A query that may look at no key gets the output's bias.
 *
 * `initCache` and `decode` are for decoding: the cache is a state that is passed and returned. The cache's
 * shape does not depend on how much is in it, so that `jit` compiles the step once.
 *
 * @throws {ShapeError} Where query, key, value, mask or cache do not fit together or the parameters.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { multiHeadAttention } from "@katachi/katachi/nn";
 *
 * const params = multiHeadAttention.init(random.key(0), 16, 4);
 * const x = zeros([2, 5, 16]);
 * multiHeadAttention(params, x, x, x, { causal: true }).shape; // [2, 5, 16]
 * const context = zeros([2, 7, 16]);
 * multiHeadAttention(params, x, context, context).shape; // [2, 5, 16]
 *
 * const cache = multiHeadAttention.initCache(params, [2], 100);
 * const [y, next] = multiHeadAttention.decode(params, zeros([2, 1, 16]), cache);
 * y.shape; // [2, 1, 16]
 * next.length.item(); // 1
 *
 * const layer = multiHeadAttention.of(16, 4, { causal: true, rotary: {} });
 * layer.apply(layer.init(random.key(0)), x).shape; // [2, 5, 16]
 * ```
 */
export const multiHeadAttention: MultiHeadAttention = Object.assign(apply, {
  init: initHeads,
  of: (features: Dim, heads: Dim, options: SelfAttentionLayerOptions = {}) => {
    headSize(features, heads);
    const { causal, rotary, dropout: rate = 0 } = options;
    return makeLayer({
      name,
      init: (key) => initHeads(key, features, heads, options),
      run: (params, x, _, key) => {
        const dropout = key && rate > 0 ? { key, rate } : undefined;
        return [apply(params as AnyHeads, x, x, x, { causal, rotary, dropout }), null];
      },
    });
  },
  initCache,
  decode,
}) as unknown as MultiHeadAttention;
