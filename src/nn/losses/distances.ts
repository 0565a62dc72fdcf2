/**
 * Losses of rows: distributions and directions.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type DType,
  entr,
  exp,
  type Floating,
  less,
  mul,
  neg,
  type Shape,
  sqrt,
  sub,
  sum,
  type Tensor,
  where,
} from "../../../mod.ts";
import { type SameRows, sameRowsShape } from "../class_targets.ts";
import type { RowLosses } from "./classes.ts";
import { type LossOptions, pair, reduced, type Reduction } from "./reduction.ts";

/** How {@linkcode klDivergence} takes its targets. */
export interface KlOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Whether targets are logarithms of probabilities; not unless told. */
  readonly logTarget?: boolean;
}

/**
 * The Kullback-Leibler divergence of distributions `[…, C]` from targets of the same shape, the mean
 * over all rows of `Σ_c t_c (log t_c - x_c)`. Predictions `x` are log-probabilities; a target of 0 adds
 * 0. The order of the arguments is PyTorch's; the mean is its `"batchmean"`, over rows, as in Keras
 * and optax, where its `"mean"` is over elements.
 *
 * @throws {ShapeError} Where the shapes differ, or there is no axis of classes.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { klDivergence } from "@katachi/katachi/nn";
 *
 * klDivergence(tensor([[0, -1000]]), tensor([[1, 0]])).item(); // 0
 * klDivergence(tensor([[-3, -0.5]]), tensor([[1, 0]])).item(); // 3
 * ```
 */
export function klDivergence<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "klDivergence",
>(
  logProbabilities: Tensor<S, D>,
  targets: Arg<SameRows<S, T, K>, Tensor<T, DType>>,
  options?: KlOptions<R>,
): Tensor<RowLosses<S, R, K>, Floating<D>> {
  return rowLoss("klDivergence", logProbabilities, targets, options, (x, t) => {
    if (options?.logTarget) return sum(mul(exp(t), sub(t, x)), -1);
    return neg(sum(add(entr(t), mul(t, x)), -1));
  }) as never;
}

/** How {@linkcode cosineSimilarityLoss} guards its division. */
export interface CosineOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The least length that a row is taken to have; 1e-8 unless given. */
  readonly eps?: number;
}

/**
 * One minus the cosine of the angle between rows `[…, C]`, the mean over all rows of
 * `1 - p·t / (|p| |t|)`: 0 where they point the same way, 2 where they are opposed, 1 where one is 0.
 * (Keras gives the negative cosine, which is less by 1.)
 *
 * @throws {ShapeError} Where the shapes differ, or there is no axis to take lengths along.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { cosineSimilarityLoss } from "@katachi/katachi/nn";
 *
 * const p = tensor([[1, 0], [0, 2]]);
 * cosineSimilarityLoss(p, tensor([[3, 0], [4, 0]]), { reduction: "none" }).toArray(); // [0, 1]
 * ```
 */
export function cosineSimilarityLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  R extends Reduction = "mean",
  K extends string = "cosineSimilarityLoss",
>(
  predictions: Tensor<S, D>,
  targets: Arg<SameRows<S, T, K>, Tensor<T, DType>>,
  options?: CosineOptions<R>,
): Tensor<RowLosses<S, R, K>, Floating<D>> {
  const { eps = 1e-8 } = options ?? {};
  return rowLoss("cosineSimilarityLoss", predictions, targets, options, (p, t) => {
    const cosine = sum(mul(direction(p, eps), direction(t, eps)), -1);
    return sub(1, cosine);
  }) as never;
}

/** Rows divided by their lengths. */
function direction(x: AnyTensor, eps: number): AnyTensor {
  const squares = sum(mul(x, x), -1, { keepDims: true });
  const short = less(squares, eps * eps);
  // The root sees no 0, at which its derivative is infinite.
  return x.div(where(short, eps, sqrt(where(short, 1, squares))));
}

/** The losses of rows, reduced. */
function rowLoss(
  operation: string,
  predictions: unknown,
  targets: unknown,
  options: LossOptions | undefined,
  loss: (predictions: AnyTensor, targets: AnyTensor) => AnyTensor,
): AnyTensor {
  const [rows, others] = [predictions as AnyTensor, targets as AnyTensor];
  sameRowsShape(operation, rows.shape, others.shape);
  const [p, t] = pair(operation, rows, others);
  return reduced(loss(p, t), options);
}
