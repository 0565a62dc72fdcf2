/**
 * Judging a model on data, batch by batch.
 *
 * @module
 */
import { jit, random, type Tensor, tensor } from "../../mod.ts";
import type { Scores } from "./history.ts";
import { type Judge, measured, type MetricStates } from "./judge.ts";
import type { LossContext, LossFunction, LossResult } from "./loss.ts";
import { orderedBatches } from "../data/batches.ts";
import { rowCount } from "../data/rows.ts";

/** A model whose state does not change. */
export interface Trained {
  readonly params: unknown;
  readonly modelState: unknown;
}

/** What judges a model on data: a generator, which pauses after every batch. */
export type Evaluation = (
  model: Trained,
  data: unknown,
  size: number | undefined,
  key: random.Key,
) => Generator<void, Scores>;

/** The evaluation by a loss, and by metrics. The mean of the loss is exact where it is a mean over rows. */
export function evaluationOf(
  operation: string,
  loss: LossFunction<unknown, unknown, unknown>,
  judge: Judge,
): Evaluation {
  const program = jit((
    before: MetricStates,
    { params, modelState }: Trained,
    batch: unknown,
    key: random.Key,
    index: Tensor<[], "int32">,
  ) => {
    const context: LossContext<unknown> = {
      key: random.foldIn(key, index),
      state: modelState,
      training: false,
    };
    const found = measured(operation, loss(params, batch, context) as LossResult<unknown>);
    return { loss: found.loss, states: judge.update(before, found) };
  });
  return function* (model, data, size, key) {
    let states = judge.init();
    let sum = 0;
    let index = 0;
    const rows = rowCount(operation, data);
    if (rows === 0) throw new RangeError(`${operation}: there are no rows to judge the model on`);
    for (const batch of allRows(data, rows, size)) {
      const next = program(states, model, batch, key, tensor(index++, "int32"));
      states = next.states;
      sum += next.loss.item() * rowCount(operation, batch);
      yield;
    }
    return { loss: sum / rows, metrics: judge.compute(states) };
  };
}

/**
 * All rows of a tree in order, so many at a time; the last time it may be fewer.
 *
 * @internal
 */
export function allRows(data: unknown, rows: number, size: number = rows): Iterable<unknown> {
  return rows <= size ? [data] : orderedBatches(data, size, { remainder: "keep" });
}
