/**
 * Learning rates, seen while steps are taken.
 *
 * @module
 */
import { type Tensor, tensor } from "../../mod.ts";
import { isAlive } from "../tape/recorder.ts";
import type { Hyperparameter } from "./hyperparameter.ts";

/** Told of each learning rate that is used. */
let observer: ((rate: Hyperparameter) => void) | undefined;

/**
 * Says that a step goes by a learning rate.
 *
 * @internal
 */
export function noteRate<R extends Hyperparameter>(rate: R): R {
  observer?.(rate);
  return rate;
}

/**
 * What a function returns, and the learning rate of the first optimizer that steps in it: `null` where
 * none does, or where it is known in a branch of a `cond` only.
 *
 * @internal
 */
export function observedRate<R>(body: () => R): [result: R, rate: Tensor<[], "float64"> | null] {
  const before = observer;
  const rates: Hyperparameter[] = [];
  observer = (rate) => rates.push(rate);
  try {
    const result = body();
    const rate = rates.find((rate) => typeof rate === "number" || isAlive(rate));
    if (rate === undefined) return [result, null];
    return [result, typeof rate === "number" ? tensor(rate, "float64") : rate.astype("float64")];
  } finally {
    observer = before;
  }
}
