/**
 * Schedules that fall forever.
 *
 * @module
 */
import { add, div, floor, maximum, minimum, mul, pow, sub } from "../../../mod.ts";
import {
  requireAmount,
  requireCount,
  requireRange,
  type Schedule,
  type StepCount,
} from "../hyperparameter.ts";
import type { Value } from "./scalar.ts";

/** Options of {@linkcode exponentialDecay} and {@linkcode inverseTimeDecay}. */
export interface TimeOptions {
  /** How many steps are one unit of time; 1 unless given. */
  readonly steps?: number;
  /** How many steps the first value is kept; 0 unless given. */
  readonly begin?: number;
  /** Counts whole units of time only; `false` unless given. */
  readonly staircase?: boolean;
}

/** Options of {@linkcode exponentialDecay}. */
export interface ExponentialOptions extends TimeOptions {
  /** The value where the schedule stops; it goes on forever unless given. */
  readonly end?: number;
}

/** Options of {@linkcode inverseTimeDecay}. */
export interface InverseTimeOptions extends TimeOptions {
  /** The power of the divisor; 1 unless given. */
  readonly power?: number;
}

/**
 * `initial rate^(t / steps)`. As optax's and Keras's; with a `rate` of 0.1 and `staircase` as PyTorch's
 * `StepLR`.
 *
 * @throws {RangeError} Where the rate is not above 0, or a number of steps is not a whole one.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { exponentialDecay } from "@katachi/katachi/optim";
 *
 * const halving = exponentialDecay(8, 0.5, { steps: 10, staircase: true });
 * [0, 9, 10, 25].map((t) => halving(tensor(t, "int32")).item()); // [8, 8, 4, 2]
 * ```
 */
export function exponentialDecay(
  initial: number,
  rate: number,
  options: ExponentialOptions = {},
): Schedule {
  requireRange("exponentialDecay", "rate", rate, { low: 0, open: true });
  const time = timeOf("exponentialDecay", options);
  const { end } = options;
  return (step) => {
    const value = mul(pow(rate, time(step)), initial) as Value;
    if (end === undefined) return value;
    return (rate < 1 ? maximum(value, end) : minimum(value, end)) as Value;
  };
}

/**
 * `initial / (1 + rate t / steps)^power`. With `power` 1 it is Keras's `InverseTimeDecay`, and the
 * `decay` of its older optimizers; for a power above ½ and up to 1 the steps' sum diverges and the sum
 * of their squares does not, so that stochastic gradient descent converges. (H. Robbins and S. Monro, "A
 * stochastic approximation method", 1951.)
 *
 * @throws {RangeError} Where the rate is negative, the power is not above 0, or a number of steps is not
 * a whole one.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { inverseTimeDecay } from "@katachi/katachi/optim";
 *
 * const schedule = inverseTimeDecay(1, 0.5);
 * [0, 2, 6].map((t) => schedule(tensor(t, "int32")).item()); // [1, 0.5, 0.25]
 * ```
 */
export function inverseTimeDecay(
  initial: number,
  rate: number,
  options: InverseTimeOptions = {},
): Schedule {
  const { power = 1 } = options;
  requireAmount("inverseTimeDecay", "rate", rate);
  requireRange("inverseTimeDecay", "power", power, { low: 0, open: true });
  const time = timeOf("inverseTimeDecay", options);
  return (step) => {
    const divisor = add(mul(time(step), rate), 1) as Value;
    return div(initial, power === 1 ? divisor : pow(divisor, power)) as Value;
  };
}

/** The time at a step. */
function timeOf(
  operation: string,
  { steps = 1, begin = 0, staircase = false }: TimeOptions,
): (step: StepCount) => Value {
  requireCount(operation, "steps", steps);
  requireCount(operation, "begin", begin, 0);
  return (step) => {
    const time = div(maximum(sub(step.astype("float64"), begin), 0), steps) as Value;
    return staircase ? floor(time) : time;
  };
}
