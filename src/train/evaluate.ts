/**
 * Loss and metrics of a model on data.
 *
 * @module
 */
import { random } from "../../mod.ts";
import type { WithRows } from "../data/rows.ts";
import { requireCount } from "../optim/hyperparameter.ts";
import type { Given } from "./checked.ts";
import { evaluationOf } from "./evaluation.ts";
import { judgeOf, type Metrics } from "./judge.ts";
import type { LossContext, LossFunction } from "./loss.ts";
import type { NeedsState } from "./options.ts";

/** How {@linkcode evaluate} judges a model. */
export interface EvaluateOptions<P, D, S, M, R> {
  /** The loss: the one that the model was trained with, or another one. */
  readonly loss: (
    params: P,
    batch: WithRows<D, number>,
    context: LossContext<S>,
  ) => Given<R, S, M, "evaluate">;
  /** The parameters. */
  readonly params: P;
  /** The state of the model; none unless given. */
  readonly state?: S;
  /** A tree of tensors whose first axis is the rows. */
  readonly data: D;
  /** How many rows are judged at once; all of them unless given. The last time it may be fewer. */
  readonly batchSize?: number;
  /** Metrics by name, for losses that give predictions and targets. */
  readonly metrics?: M;
  /** Where a loss that needs random numbers has them from; `random.key(0)` unless given. */
  readonly key?: random.Key;
}

/** What {@linkcode evaluate} has found. */
export interface Evaluated<M> {
  /** The mean of the loss over all rows. */
  readonly loss: number;
  /** The metrics over all rows, by name. */
  readonly metrics: { readonly [K in keyof M]: number };
}

/**
 * Loss and metrics of a model on data, as `fit` finds them on validation data: the model is not
 * `training`, rows are taken in order, and every row counts once, however they fall into batches.
 *
 * @throws {RangeError} Where tensors differ in rows, there are none, or the batch size is not a whole
 * number from 1 on.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "@katachi/katachi";
 * import { meanSquaredError } from "@katachi/katachi/nn";
 * import { meanAbsoluteError } from "@katachi/katachi/metrics";
 * import { evaluate } from "@katachi/katachi/train";
 *
 * const { loss, metrics } = evaluate({
 *   loss: (slope, { x, y }) => {
 *     const predictions = x.mul(slope);
 *     return { loss: meanSquaredError(predictions, y), predictions, targets: y };
 *   },
 *   params: tensor(2),
 *   data: { x: tensor([1, 2, 3]), y: tensor([2, 4, 9]) },
 *   batchSize: 2,
 *   metrics: { meanAbsoluteError },
 * });
 * loss; // 3
 * metrics.meanAbsoluteError; // 1
 * ```
 */
export function evaluate<P, D, S = null, M extends Metrics = Record<never, never>, R = unknown>(
  options: EvaluateOptions<P, D, S, M, R> & NeedsState<S>,
): Evaluated<M> {
  const { loss, params, state = null, data, batchSize, metrics = {}, key = random.key(0) } =
    options as EvaluateOptions<P, D, S, Metrics, R>;
  if (batchSize !== undefined) requireCount("evaluate", "batchSize", batchSize);
  const evaluation = evaluationOf(
    "evaluate",
    loss as unknown as LossFunction<unknown, unknown, unknown>,
    judgeOf("evaluate", metrics),
  );
  const run = evaluation({ params, modelState: state }, data, batchSize, key);
  for (;;) {
    const { done, value } = run.next();
    if (done) return value as unknown as Evaluated<M>;
  }
}
