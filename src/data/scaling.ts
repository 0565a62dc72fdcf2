/**
 * Scaling features by what was measured on the data to train on, and on no other: data to test on that
 * took part in measuring would be known before it is tested on.
 *
 * @module
 */
import {
  abs,
  add,
  div,
  full,
  lessEqual,
  max,
  maximum,
  mean,
  min,
  mul,
  quantile,
  sqrt,
  square,
  sub,
  variance,
  where,
} from "../../mod.ts";
import { makeScaler, type Scaler, type Wide } from "./scaler.ts";

/** How far two values are apart; 1 where they are the same up to rounding. */
function distance(low: Wide, high: Wide): Wide {
  const spread = sub(high, low);
  const rounding = mul(maximum(abs(low), abs(high)), 10 * Number.EPSILON);
  return where(lessEqual(spread, rounding), 1, spread);
}

/**
 * Scales every feature to mean 0 and standard deviation 1: `(x - mean) / std`.
 *
 * `fit` measures them, in float64 (of a population: divided by the number of rows). `std` is 1 for a
 * feature that is constant up to rounding, as in scikit-learn.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { standardize } from "@katachi/katachi/data";
 *
 * const train = tensor([[1, 10], [3, 30]]);
 * const scaler = standardize.fit(train); // { mean: [2, 20], std: [1, 10] }
 * standardize(scaler, train).toArray(); // [[-1, -1], [1, 1]]
 * standardize(scaler, tensor([[2, 40]])).toArray(); // [[0, 2]]: other data, the same scale
 * standardize.invert(scaler, tensor([[0, 2]])).toArray(); // [[2, 40]]
 * ```
 */
export const standardize: Scaler<"standardize", "mean" | "std"> = makeScaler("standardize", {
  measure: (columns) => {
    const average = mean(columns, 0);
    const spread = variance(columns, 0);
    // What rounding makes of a constant (T. Chan, G. Golub and R. LeVeque, "Algorithms for computing
    // the sample variance", 1983, as scikit-learn uses it).
    const rounding = columns.shape[0] * Number.EPSILON;
    const bound = add(mul(spread, rounding), square(mul(average, rounding)));
    return { mean: average, std: where(lessEqual(spread, bound), 1, sqrt(spread)) };
  },
  scale: ({ mean, std }, x) => div(sub(x, mean), std),
  invert: ({ mean, std }, x) => add(mul(x, std), mean),
});

/** Where {@linkcode minMax} puts the smallest and the largest value. */
export interface MinMaxOptions {
  /** What they become; `[0, 1]` unless given. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * Scales every feature to a range, by the smallest and the largest value that it has:
 * `(x - min) / (max - min)` for the range from 0 to 1. Data that was not measured can lie outside.
 *
 * `fit` measures them; a feature that is constant up to rounding is divided by 1, as in
 * scikit-learn.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { minMax } from "@katachi/katachi/data";
 *
 * const scaler = minMax.fit(tensor([[1, 10], [3, 30]]), { range: [-1, 1] });
 * minMax(scaler, tensor([[2, 30], [4, 10]])).toArray(); // [[0, 1], [2, -1]]
 * ```
 */
export const minMax: Scaler<"minMax", "min" | "max" | "low" | "high", MinMaxOptions> = makeScaler(
  "minMax",
  {
    measure: (columns, { range: [low, high] = [0, 1] }) => {
      if (!(low < high)) {
        throw new RangeError(`minMax.fit: the range must rise, got [${low}, ${high}]`);
      }
      const least = min(columns, 0);
      const all = (value: number): Wide => full(least.shape, value, "float64");
      return { min: least, max: max(columns, 0), low: all(low), high: all(high) };
    },
    scale: ({ min, max, low, high }, x) => {
      const part = div(sub(x, min), distance(min, max));
      return add(mul(part, sub(high, low)), low);
    },
    invert: ({ min, max, low, high }, x) => {
      const part = div(sub(x, low), sub(high, low));
      return add(mul(part, distance(min, max)), min);
    },
  },
);

/**
 * Scales every feature by figures that a few wild values do not move: `(x - median) / iqr`, where the
 * interquartile range `iqr` is the distance from the first quartile to the third.
 *
 * `fit` measures them; `iqr` is 1 where it would be 0 up to rounding, as in scikit-learn.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { robust } from "@katachi/katachi/data";
 *
 * const scaler = robust.fit(tensor([0, 1, 2, 3, 1000])); // { median: 2, iqr: 2 }
 * robust(scaler, tensor([0, 4])).toArray(); // [-1, 1]
 * ```
 */
export const robust: Scaler<"robust", "median" | "iqr"> = makeScaler("robust", {
  measure: (columns) => {
    const [first, median, third] = [0.25, 0.5, 0.75].map((q) => quantile(columns, q, 0));
    return { median, iqr: distance(first, third) };
  },
  scale: ({ median, iqr }, x) => div(sub(x, median), iqr),
  invert: ({ median, iqr }, x) => add(mul(x, iqr), median),
});
