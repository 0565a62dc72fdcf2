/**
 * Schedules made of pieces.
 *
 * @module
 */
import { greaterEqual, sub, tensor, where } from "../../../mod.ts";
import { requireCount, type Schedule, type StepCount } from "../hyperparameter.ts";
import { between, progress, type Value } from "./scalar.ts";

/**
 * One schedule after the other. The next begins, with its step 0, where a boundary is reached. As
 * optax's `join_schedules`.
 *
 * @throws {RangeError} Where there is not one boundary between each two schedules, or they do not grow.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { exponentialDecay, joinSchedules, linearSchedule } from "@katachi/katachi/optim";
 *
 * const schedule = joinSchedules([linearSchedule(0, 1, 4), exponentialDecay(1, 0.5)], [4]);
 * [0, 2, 4, 5].map((t) => schedule(tensor(t, "int32")).item()); // [0, 0.5, 1, 0.5]
 * ```
 */
export function joinSchedules(
  schedules: readonly Schedule[],
  boundaries: readonly number[],
): Schedule {
  requireBoundaries("joinSchedules", "schedules", schedules.length, boundaries);
  return (step) => {
    const [first, ...rest] = schedules;
    return rest.reduce((value, schedule, i) => {
      const own = schedule(sub(step, boundaries[i]) as StepCount).astype("float64");
      return where(greaterEqual(step, boundaries[i]), own, value) as Value;
    }, first(step).astype("float64"));
  };
}

/**
 * `values[i]` from step `boundaries[i - 1]` on. As optax's `piecewise_constant_schedule` and PyTorch's
 * `MultiStepLR`, with values instead of factors; Keras's `PiecewiseConstantDecay` changes one step later.
 *
 * @throws {RangeError} Where there is not one boundary between each two values, or they do not grow.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { piecewiseConstant } from "@katachi/katachi/optim";
 *
 * const schedule = piecewiseConstant([100, 200], [1, 0.5, 0.25]);
 * [0, 99, 100, 200].map((t) => schedule(tensor(t, "int32")).item()); // [1, 1, 0.5, 0.25]
 * ```
 */
export function piecewiseConstant(
  boundaries: readonly number[],
  values: readonly number[],
): Schedule {
  requireBoundaries("piecewiseConstant", "values", values.length, boundaries);
  return (step) =>
    boundaries.reduce(
      (value, boundary, i) => where(greaterEqual(step, boundary), values[i + 1], value) as Value,
      tensor(values[0], "float64"),
    );
}

/**
 * Straight from one point, a step and a value, to the next; the first and the last value before and
 * after. As optax's `piecewise_interpolate_schedule`, with values instead of factors.
 *
 * @throws {RangeError} Where there is no point, or steps do not grow.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { piecewiseLinear } from "@katachi/katachi/optim";
 *
 * const schedule = piecewiseLinear([[0, 0], [4, 1], [8, 0.5]]);
 * [0, 2, 4, 6, 9].map((t) => schedule(tensor(t, "int32")).item()); // [0, 0.5, 1, 0.75, 0.5]
 * ```
 */
export function piecewiseLinear(
  points: readonly (readonly [step: number, value: number])[],
): Schedule {
  if (points.length === 0) throw new RangeError("piecewiseLinear: needs at least one point");
  requireGrowing("piecewiseLinear", points.map(([step]) => step));
  return (step) =>
    points.slice(1).reduce((value, [end, to], i) => {
      const [begin, from] = points[i];
      const own = between(from, to, progress(step, begin, end));
      return where(greaterEqual(step, begin), own, value) as Value;
    }, tensor(points[0][1], "float64"));
}

function requireBoundaries(
  operation: string,
  what: string,
  parts: number,
  boundaries: readonly number[],
): void {
  if (boundaries.length !== parts - 1) {
    throw new RangeError(
      `${operation}: boundaries must be one fewer than the ${parts} ${what}, got ${boundaries.length}`,
    );
  }
  requireGrowing(operation, boundaries);
}

function requireGrowing(operation: string, steps: readonly number[]): void {
  for (const [i, step] of steps.entries()) {
    requireCount(operation, "a boundary", step, 0);
    if (i > 0 && steps[i - 1] >= step) {
      throw new RangeError(`${operation}: boundaries must grow, got ${steps.join(", ")}`);
    }
  }
}
