/**
 * Schedules that fall like half a wave of the cosine.
 *
 * @module
 */
import { add, div, floor, log, mul, pow, round, sub } from "../../../mod.ts";
import { requireAmount, requireCount, requireRange, type Schedule } from "../hyperparameter.ts";
import { joinSchedules } from "./join.ts";
import { linearSchedule } from "./polynomial.ts";
import { between, eased, progress, type Value } from "./scalar.ts";

/** Options of {@linkcode cosineDecay}. */
export interface CosineOptions {
  /** The last value; 0 unless given. */
  readonly end?: number;
  /** The power of the cosine's part; 1 unless given. */
  readonly exponent?: number;
}

/** Options of {@linkcode warmupCosine}. */
export interface WarmupOptions extends CosineOptions {
  /** The first value; 0 unless given. */
  readonly initial?: number;
}

/** Options of {@linkcode cosineRestarts}. */
export interface RestartOptions {
  /** The value before each restart; 0 unless given. */
  readonly end?: number;
  /** How many times as long each wave is as the one before, a whole number; 1 unless given. */
  readonly growth?: number;
  /** How many times as high each wave is above `end` as the one before; 1 unless given. */
  readonly peakDecay?: number;
}

/**
 * From `initial` to `end` in `steps` steps: `end + (initial - end) (½ (1 + cos(π t / steps)))^exponent`;
 * `end` from then on. (I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm
 * restarts", ICLR 2017.) As PyTorch's `CosineAnnealingLR` up to `steps`, where that turns back; as
 * optax's `cosine_decay_schedule` with `end = alpha initial`.
 *
 * @throws {RangeError} Where `steps` is not a whole number of at least 1, or the exponent is not above 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { cosineDecay } from "@katachi/katachi/optim";
 *
 * const schedule = cosineDecay(1, 100);
 * [0, 50, 100].map((t) => schedule(tensor(t, "int32")).item()); // [1, 0.5, 0], nearly
 * ```
 */
export function cosineDecay(initial: number, steps: number, options: CosineOptions = {}): Schedule {
  const { end = 0, exponent = 1 } = options;
  requireCount("cosineDecay", "steps", steps);
  requireRange("cosineDecay", "exponent", exponent, { low: 0, open: true });
  return (step) => {
    const left = sub(1, eased(progress(step, 0, steps))) as Value;
    return between(end, initial, exponent === 1 ? left : pow(left, exponent) as Value);
  };
}

/**
 * Straight from `initial` up to `peak` in `warmup` steps, then {@linkcode cosineDecay} down to `end`, which
 * is reached at `steps`, the warm-up included. As optax's `warmup_cosine_decay_schedule`.
 *
 * @throws {RangeError} Where a number of steps is not a whole one, or the warm-up takes all of them.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { warmupCosine } from "@katachi/katachi/optim";
 *
 * const schedule = warmupCosine(1, 10, 110);
 * [0, 5, 10, 60, 110].map((t) => schedule(tensor(t, "int32")).item()); // [0, 0.5, 1, 0.5, 0], nearly
 * ```
 */
export function warmupCosine(
  peak: number,
  warmup: number,
  steps: number,
  options: WarmupOptions = {},
): Schedule {
  requireCount("warmupCosine", "warmup", warmup);
  requireCount("warmupCosine", "steps", steps, warmup + 1);
  const rise = linearSchedule(options.initial ?? 0, peak, warmup);
  return joinSchedules([rise, cosineDecay(peak, steps - warmup, options)], [warmup]);
}

/**
 * Falls from `initial` to `end` like {@linkcode cosineDecay} in `steps` steps, begins anew, and so on.
 * As PyTorch's `CosineAnnealingWarmRestarts` (`growth` is `T_mult`) and Keras's `CosineDecayRestarts`
 * (`growth` and `peakDecay` are `t_mul` and `m_mul`). For a warm-up before it, see
 * {@linkcode joinSchedules}.
 *
 * @throws {RangeError} Where a number of steps or the growth is not a whole one of at least 1, or
 * `peakDecay` is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { cosineRestarts } from "@katachi/katachi/optim";
 *
 * const schedule = cosineRestarts(1, 10, { growth: 2 });
 * [0, 5, 10, 20, 30].map((t) => schedule(tensor(t, "int32")).item()); // [1, 0.5, 1, 0.5, 1], nearly
 * ```
 */
export function cosineRestarts(
  initial: number,
  steps: number,
  options: RestartOptions = {},
): Schedule {
  const { end = 0, growth = 1, peakDecay = 1 } = options;
  requireCount("cosineRestarts", "steps", steps);
  requireCount("cosineRestarts", "growth", growth);
  requireAmount("cosineRestarts", "peakDecay", peakDecay);
  return (step) => {
    const time = step.astype("float64");
    // Wave n begins at steps (growth^n - 1) / (growth - 1). The logarithm is below n by a rounding at
    // most where that step is reached, and by more than 1e-10 one step before.
    const wave = growth === 1
      ? floor(div(time, steps))
      : floor(add(div(log(add(mul(time, (growth - 1) / steps), 1)), Math.log(growth)), 1e-11));
    const scale = growth === 1 ? 1 : round(pow(growth, wave) as Value);
    const begin = growth === 1 ? mul(wave, steps) : mul(sub(scale, 1), steps / (growth - 1));
    const part = div(sub(time, begin), mul(scale, steps)) as Value;
    const height = peakDecay === 1 ? initial - end : mul(pow(peakDecay, wave), initial - end);
    return add(mul(sub(1, eased(part)), height), end) as Value;
  };
}
