/**
 * Schedules that go from one value to another and stay there.
 *
 * @module
 */
import { pow, sub, tensor } from "../../../mod.ts";
import { requireCount, requireRange, type Schedule } from "../hyperparameter.ts";
import { between, progress, type Value } from "./scalar.ts";

/** An option of schedules that go from one value to another. */
export interface TransitionOptions {
  /** How many steps the first value is kept; 0 unless given. */
  readonly begin?: number;
}

/**
 * Always the same value.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { constantSchedule } from "@katachi/katachi/optim";
 *
 * constantSchedule(0.1)(tensor(1000, "int32")).item(); // 0.1
 * ```
 */
export function constantSchedule(value: number): Schedule {
  return () => tensor(value, "float64");
}

/**
 * From `initial` to `end` in `steps` steps, always by the same amount; `end` from then on. As optax's
 * `linear_schedule`.
 *
 * @throws {RangeError} Where `steps` is not a whole number of at least 1, or `begin` not of at least 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { linearSchedule } from "@katachi/katachi/optim";
 *
 * const warmUp = linearSchedule(0, 1, 4);
 * [0, 1, 4, 9].map((t) => warmUp(tensor(t, "int32")).item()); // [0, 0.25, 1, 1]
 * ```
 */
export function linearSchedule(
  initial: number,
  end: number,
  steps: number,
  { begin = 0 }: TransitionOptions = {},
): Schedule {
  requireCount("linearSchedule", "steps", steps);
  requireCount("linearSchedule", "begin", begin, 0);
  return (step) => between(initial, end, progress(step, begin, begin + steps));
}

/**
 * From `initial` to `end` in `steps` steps: `(initial - end) (1 - t / steps)^power + end`; `end` from then
 * on. As optax's `polynomial_schedule`, and Keras's `PolynomialDecay` without cycles.
 *
 * @throws {RangeError} Where `steps` is not a whole number of at least 1, `begin` not of at least 0, or
 * the power is not above 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { polynomialSchedule } from "@katachi/katachi/optim";
 *
 * const schedule = polynomialSchedule(1, 0, 4, 2);
 * [0, 2, 4].map((t) => schedule(tensor(t, "int32")).item()); // [1, 0.25, 0]
 * ```
 */
export function polynomialSchedule(
  initial: number,
  end: number,
  steps: number,
  power: number,
  { begin = 0 }: TransitionOptions = {},
): Schedule {
  requireCount("polynomialSchedule", "steps", steps);
  requireCount("polynomialSchedule", "begin", begin, 0);
  requireRange("polynomialSchedule", "power", power, { low: 0, open: true });
  return (step) => {
    const left = sub(1, progress(step, begin, begin + steps));
    return between(end, initial, pow(left, power) as Value);
  };
}
