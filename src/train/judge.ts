/**
 * Metrics of a model, gathered batch by batch.
 *
 * @module
 */
import type { AnyTensor, FloatDType, Tensor } from "../../mod.ts";
import { isTensor } from "../tensor/storage.ts";
import type { LossResult, Measured } from "./loss.ts";

/** A metric whose value is a number, as `accuracy.of()` makes one. */
export interface ScalarMetric {
  /** The state before the first batch. */
  // deno-lint-ignore no-explicit-any -- a state of any type
  init(): any;
  /** The state after one more batch. */
  // deno-lint-ignore no-explicit-any -- what fits each other only the metric knows
  update(state: any, predictions: any, targets: any): any;
  /** The metric of all batches so far. */
  // deno-lint-ignore no-explicit-any -- a state of any type
  compute(state: any): Tensor<[], FloatDType>;
}

/** Metrics by the names that histories have them under: `{ accuracy, top3: topKAccuracy.of({ k: 3 }) }`. */
export type Metrics = Readonly<Record<string, ScalarMetric | { of(): ScalarMetric }>>;

/** The states of metrics, by name. */
export type MetricStates = Readonly<Record<string, unknown>>;

/** Metrics that gather together. */
export interface Judge {
  /** The states before the first batch. */
  init(): MetricStates;
  /** The states after what a loss gave for one more batch. */
  update(states: MetricStates, result: Measured<unknown>): MetricStates;
  /** The metrics of all batches so far. */
  compute(states: MetricStates): Readonly<Record<string, number>>;
}

/** What a loss gave, with its parts named. */
export function measured(operation: string, result: LossResult<unknown>): Measured<unknown> {
  if (isTensor(result)) return { loss: result as unknown as Measured["loss"], state: null };
  if (typeof result === "object" && result !== null && isTensor((result as Measured).loss)) {
    return result as Measured<unknown>;
  }
  throw new TypeError(
    `${operation}: a loss gives a scalar, or { loss, state, predictions, targets }; got ${
      result === null ? "null" : Array.isArray(result) ? "a list" : `a ${typeof result}`
    }`,
  );
}

/** All metrics as one. */
export function judgeOf(operation: string, metrics: Metrics): Judge {
  const all = Object.entries(metrics).map(([name, metric]) =>
    [name, "of" in metric ? metric.of() : metric] as const
  );
  const each = (f: (name: string, metric: ScalarMetric) => unknown): Record<string, unknown> =>
    Object.fromEntries(all.map(([name, metric]) => [name, f(name, metric)]));
  return {
    init: () => each((_, metric) => metric.init()),
    update: (states, { predictions, targets }) => {
      if (all.length === 0) return states;
      const [given, wanted] = [predictions, targets].map((found, i) =>
        required(operation, ["predictions", "targets"][i], found)
      );
      return each((name, metric) => metric.update(states[name], given, wanted));
    },
    compute: (states) =>
      each((name, metric) => metric.compute(states[name]).item()) as Record<string, number>,
  };
}

function required(operation: string, name: string, found: AnyTensor | undefined): AnyTensor {
  if (found !== undefined) return found;
  throw new TypeError(
    `${operation}: metrics need the loss to give { loss, predictions, targets }; there are no ${name}`,
  );
}
