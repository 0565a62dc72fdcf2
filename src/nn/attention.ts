/**
 * Attention: each query gets a mean of the values, weighted by how its key fits.
 *
 * @module
 */
import {
  add,
  any,
  type AnyTensor,
  arange,
  type Arg,
  astype,
  type BroadcastTo,
  DTypeError,
  expandDims,
  type FloatDType,
  lessEqual,
  matmul,
  mul,
  notEqual,
  type Ok,
  type random,
  type Shape,
  softmax,
  swapAxes,
  type Tensor,
  where,
} from "../../mod.ts";
import { broadcastToShape } from "../shape/broadcast.ts";
import { isFloating } from "../tensor/dtype.ts";
import { type Attended, attendedShape, type Scores, scoresShape } from "./attention_shape.ts";
import { dropout } from "./dropout.ts";

/** Weights set to 0 while a model is trained. */
export interface AttentionDropout {
  /** Where the random numbers come from. */
  readonly key: random.Key;
  /** The probability with which a weight is set to 0; what stays is divided by 1 - rate. */
  readonly rate: number;
}

/** Which keys a query may look at, and how its scores are made. */
export interface AttentionOptions<R, M extends Shape, K extends string> {
  /**
   * Of `bool`: which scores `[…, L, S]` count; `true` is for what a query may look at. (That is how
   * PyTorch's `scaled_dot_product_attention` has it; its `MultiheadAttention` has it the other way
   * round.) Of floats: what is added to the scores.
   */
  readonly mask?: Arg<BroadcastTo<M, Ok<R>, `${K}: mask`>, Tensor<M, "bool" | FloatDType>>;
  /** Whether query `i` may look at keys 0 to `i` alone. */
  readonly causal?: boolean;
  /** What scores are multiplied with; 1/√E unless given. */
  readonly scale?: number;
  /** Dropout of the weights, while a model is trained. */
  readonly dropout?: AttentionDropout;
}

/** {@linkcode AttentionOptions} without static shapes. */
export interface AnyAttentionOptions {
  readonly mask?: AnyTensor;
  readonly causal?: boolean;
  readonly scale?: number;
  /** Dropout of the weights, while a model is trained. */
  readonly dropout?: AttentionDropout;
}

/**
 * `softmax(q kᵀ / √E) v` for queries `[…, L, E]`, keys `[…, S, E]` and values `[…, S, F]`: the result is
 * `[…, L, F]`. Axes in front broadcast, so that several heads may share keys and values. (A. Vaswani et
 * al., "Attention is all you need", 2017.)
 *
 * A query that may look at no key gets zeros, as in PyTorch, and so do the gradients.
 *
 * @throws {ShapeError} Where queries, keys, values and the mask do not fit together.
 * @throws {DTypeError} Where the mask is of whole numbers.
 *
 * @example
 * ```ts
 * import { ones, tensor, zeros } from "@katachi/katachi";
 * import { scaledDotProductAttention } from "@katachi/katachi/nn";
 *
 * const [q, k] = [zeros([2, 8, 5, 16]), zeros([2, 8, 7, 16])]; // [batch, heads, positions, features]
 * scaledDotProductAttention(q, k, ones([2, 8, 7, 4])).shape; // [2, 8, 5, 4]
 *
 * const values = tensor([[1], [3]]);
 * scaledDotProductAttention(zeros([2, 1]), zeros([2, 1]), values).toArray(); // [[2], [2]]
 * scaledDotProductAttention(zeros([2, 1]), zeros([2, 1]), values, { causal: true }).toArray(); // [[1], [2]]
 * ```
 */
export function scaledDotProductAttention<
  Q extends Shape,
  N extends Shape,
  V extends Shape,
  D extends FloatDType,
  M extends Shape = Shape,
  K extends string = "scaledDotProductAttention",
>(
  q: Tensor<Q, D>,
  k: Arg<Scores<Q, N, K>, Tensor<N, D>>,
  v: Arg<Attended<Scores<Q, N, K>, N, V, K>, Tensor<V, D>>,
  options?: AttentionOptions<Scores<Q, N, K>, M, K>,
): Tensor<Ok<Attended<Scores<Q, N, K>, N, V, K>>, D> {
  const name = "scaledDotProductAttention";
  return attend(name, q as never, k as never, v as never, options as never) as never;
}

/** {@linkcode scaledDotProductAttention} without static shapes. */
export function attend(
  name: string,
  q: AnyTensor,
  k: AnyTensor,
  v: AnyTensor,
  options: AnyAttentionOptions = {},
): AnyTensor {
  const shape = scoresShape(name, q.shape, k.shape);
  attendedShape(name, shape, k.shape, v.shape);
  const { mask, causal = false, dropout: dropped } = options;
  const { scale = 1 / Math.sqrt(q.shape[q.shape.length - 1]) } = options;
  const scores = matmul(mul(q, scale), swapAxes(k, -1, -2)) as AnyTensor;
  const bounded = causal ? where(causalMask(shape), scores, -Infinity) as AnyTensor : scores;
  const masked = mask === undefined ? bounded : applyMask(name, bounded, mask);
  const weights = masked === scores ? softmax(scores) : safeSoftmax(masked);
  return matmul(dropped === undefined ? weights : drop(weights, dropped), v);
}

/** For scores `[…, L, S]`: `true` where the key is not after the query. */
function causalMask(scores: Shape): AnyTensor {
  const [queries, keys] = scores.slice(-2);
  return lessEqual(positions(keys), expandDims(positions(queries), -1));
}

/** 0, 1, 2, … */
export function positions(length: number): AnyTensor {
  return arange(length, undefined, 1, "int32");
}

function drop(weights: AnyTensor, { key, rate }: AttentionDropout): AnyTensor {
  return dropout(key, weights as Tensor, rate);
}

function applyMask(name: string, scores: AnyTensor, mask: AnyTensor): AnyTensor {
  broadcastToShape(`${name}: mask`, mask.shape, scores.shape);
  if (mask.dtype === "bool") return where(mask, scores, -Infinity);
  if (isFloating(mask.dtype)) return add(scores, astype(mask, scores.dtype));
  throw new DTypeError(`${name}: mask: needs bool, float32, float64, got ${mask.dtype}`);
}

/** The softmax by rows; zeros for a row that is nothing but -∞. */
function safeSoftmax(scores: AnyTensor): AnyTensor {
  const alive = any(notEqual(scores, -Infinity), -1, { keepDims: true });
  return where(alive, softmax(where(alive, scores, 0)), 0);
}
