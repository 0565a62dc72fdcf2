/**
 * How far predicted numbers are off.
 *
 * @module
 */
import {
  abs,
  add,
  type AnyTensor,
  div,
  equal,
  less,
  mean,
  mul,
  sqrt,
  square,
  sub,
  sum,
  where,
  zeros,
} from "../../mod.ts";
import { sameShape } from "../shape/same.ts";
import {
  type Figure,
  type Gathering,
  meanMetric,
  type MeanState,
  type MetricFunction,
  metricOf,
  total,
  wide,
} from "./metric.ts";

/** Differences in float64. */
function differences(operation: string, predictions: AnyTensor, targets: AnyTensor): AnyTensor {
  sameShape(operation, predictions.shape, targets.shape);
  return sub(wide(predictions), wide(targets));
}

/**
 * The mean absolute error over all elements, `mean |p - t|`. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { meanAbsoluteError } from "@katachi/katachi/metrics";
 *
 * meanAbsoluteError(tensor([1, 2]), tensor([2, 4])).item(); // 1.5
 * ```
 */
export const meanAbsoluteError: MetricFunction<"meanAbsoluteError", "elements", MeanState> =
  metricOf(() => meanMetric((p, t) => total(abs(differences("meanAbsoluteError", p, t)))));

/**
 * The mean squared error over all elements, `mean (p - t)²`. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { meanSquaredError } from "@katachi/katachi/metrics";
 *
 * meanSquaredError(tensor([1, 2]), tensor([2, 4])).item(); // 2.5
 * ```
 */
export const meanSquaredError: MetricFunction<"meanSquaredError", "elements", MeanState> = metricOf(
  () => meanMetric((p, t) => total(square(differences("meanSquaredError", p, t)))),
);

/**
 * The root of the mean squared error over all elements, `√ mean (p - t)²`. Of nothing it is NaN.
 *
 * @throws {ShapeError} Where the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { rootMeanSquaredError } from "@katachi/katachi/metrics";
 *
 * rootMeanSquaredError(tensor([1, 2, 3, 4]), tensor([1, 2, 3, 8])).item(); // 2
 * ```
 */
export const rootMeanSquaredError: MetricFunction<"rootMeanSquaredError", "elements", MeanState> =
  metricOf(() =>
    meanMetric((p, t) => total(square(differences("rootMeanSquaredError", p, t))), sqrt)
  );

/** What {@linkcode r2Score} gathers. */
export interface R2State {
  /** How many elements there were. */
  readonly count: Figure;
  /** The mean of their targets. */
  readonly mean: Figure;
  /** The sum of the targets' squared distances from it. */
  readonly spread: Figure;
  /** The sum of the squared errors. */
  readonly residual: Figure;
}

/**
 * The coefficient of determination over all elements, `1 - Σ (t - p)² / Σ (t - mean t)²`: 1 for right
 * predictions, 0 for ones as good as the mean. As in scikit-learn it is NaN of fewer than two elements,
 * and where all targets are equal it is 1 if all predictions are right, else 0.
 *
 * @throws {ShapeError} Where the shapes differ.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { r2Score } from "@katachi/katachi/metrics";
 *
 * r2Score(tensor([1, 2, 3, 6]), tensor([1, 2, 4, 5])).item(); // 0.8
 * ```
 */
export const r2Score: MetricFunction<"r2Score", "elements", R2State> = metricOf(() => r2);

// Means and spreads of batches are combined as by T. F. Chan, G. H. Golub and R. J. LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
const r2: Gathering<R2State> = {
  init: () => {
    const none = () => zeros([], "float64");
    return { count: none(), mean: none(), spread: none(), residual: none() };
  },
  update: (state, predictions, targets) => {
    const errors = differences("r2Score", predictions, targets);
    const size = targets.size;
    if (size === 0) return state;
    const t = wide(targets);
    const centre = mean(t) as Figure;
    const spread = sum(square(sub(t, centre) as AnyTensor)) as Figure;
    const moved = sub(centre, state.mean);
    const count = add(state.count, size);
    const between = mul(square(moved), div(mul(state.count, size), count));
    return {
      count,
      mean: add(state.mean, mul(moved, div(size, count))),
      spread: add(state.spread, add(spread, between)),
      residual: add(state.residual, sum(square(errors)) as Figure),
    };
  },
  compute: ({ count, spread, residual }) => {
    const constant = where(equal(residual, 0), 1, 0);
    const score = where(equal(spread, 0), constant, sub(1, div(residual, spread)));
    return where(less(count, 2), NaN, score);
  },
};
