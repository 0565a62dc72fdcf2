/**
 * One cycle of the learning rate, up and down.
 *
 * @module
 */
import { lessEqual, where } from "../../../mod.ts";
import { requireCount, requireRange, type Schedule } from "../hyperparameter.ts";
import { between, eased, progress, type Value } from "./scalar.ts";

/** How the phases of a cycle go. */
export interface PhaseOptions {
  /** The part of all steps in which the learning rate rises; 0.3 unless given. */
  readonly riseFraction?: number;
  /** `"linear"` goes straight, `"cosine"`, which it is unless given, begins and ends slowly. */
  readonly anneal?: "cosine" | "linear";
  /** Comes back down to the first value as fast as it rose, then falls on; `false` unless given. */
  readonly threePhase?: boolean;
}

/** Options of {@linkcode oneCycle}. */
export interface OneCycleOptions extends PhaseOptions {
  /** The peak, divided by the first value; 25 unless given. */
  readonly divFactor?: number;
  /** The first value, divided by the last one; 10000 unless given. */
  readonly finalDivFactor?: number;
}

/** Options of {@linkcode oneCycleMomentum}. */
export interface CycleMomentumOptions extends PhaseOptions {
  /** The momentum while the learning rate is highest; 0.85 unless given. */
  readonly base?: number;
  /** The momentum at the first step and the last; 0.95 unless given. */
  readonly peak?: number;
}

/**
 * The learning rate of the one-cycle policy: up from `peak / divFactor` to `peak`, and down to
 * `peak / (divFactor finalDivFactor)`, which is reached at step `steps - 1`. (L. N. Smith and N. Topin,
 * "Super-convergence: very fast training of neural networks using large learning rates", 2017.) As
 * PyTorch's `OneCycleLR`; optax's reaches the peak and the end one step later.
 *
 * @throws {RangeError} Where `steps` is not a whole number of at least 2, a factor is not above 0, or
 * `riseFraction` is not from 0 to 1 (to ½ in three phases).
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { oneCycle } from "@katachi/katachi/optim";
 *
 * const schedule = oneCycle(1, 100, { divFactor: 4, anneal: "linear" });
 * [0, 29, 99].map((t) => schedule(tensor(t, "int32")).item()); // [0.25, 1, 0.000025]
 * ```
 */
export function oneCycle(peak: number, steps: number, options: OneCycleOptions = {}): Schedule {
  const { divFactor = 25, finalDivFactor = 1e4 } = options;
  requireRange("oneCycle", "divFactor", divFactor, { low: 0, open: true });
  requireRange("oneCycle", "finalDivFactor", finalDivFactor, { low: 0, open: true });
  const initial = peak / divFactor;
  return cycle("oneCycle", steps, options, initial, peak, initial / finalDivFactor);
}

/**
 * The momentum that goes with {@linkcode oneCycle}, lowest where the learning rate is highest: for
 * `sgd`'s momentum or `adam`'s `beta1`, by way of `injectHyperparams`. As PyTorch's `cycle_momentum`.
 *
 * @throws {RangeError} Where `steps` is not a whole number of at least 2, a momentum is not from 0 to
 * below 1, or `riseFraction` is not from 0 to 1 (to ½ in three phases).
 *
 * @example
 * ```ts
 * import { zeros } from "@katachi/katachi";
 * import { injectHyperparams, oneCycle, oneCycleMomentum, sgd } from "@katachi/katachi/optim";
 *
 * const optimizer = injectHyperparams(
 *   ({ rate, momentum }) => sgd(rate, { momentum }),
 *   { rate: oneCycle(0.1, 100), momentum: oneCycleMomentum(100) },
 * );
 * optimizer.init(zeros([2])).hyperparams.momentum.item(); // 0.95
 * ```
 */
export function oneCycleMomentum(steps: number, options: CycleMomentumOptions = {}): Schedule {
  const { base = 0.85, peak = 0.95 } = options;
  requireRange("oneCycleMomentum", "base", base, { low: 0, high: 1 });
  requireRange("oneCycleMomentum", "peak", peak, { low: 0, high: 1 });
  return cycle("oneCycleMomentum", steps, options, peak, base, peak);
}

/** From a first value to a middle one, and by way of the first in three phases to a last one. */
function cycle(
  operation: string,
  steps: number,
  { riseFraction = 0.3, anneal = "cosine", threePhase = false }: PhaseOptions,
  first: number,
  middle: number,
  last: number,
): Schedule {
  requireCount(operation, "steps", steps, 2);
  requireRange(operation, "riseFraction", riseFraction, {
    low: 0,
    high: threePhase ? 0.5 : 1,
    closed: true,
  });
  if (anneal !== "cosine" && anneal !== "linear") {
    throw new RangeError(`${operation}: anneal must be "cosine" or "linear", got "${anneal}"`);
  }
  const top = riseFraction * steps - 1;
  const phases: readonly (readonly [end: number, to: number])[] = threePhase
    ? [[top, middle], [2 * top, first], [steps - 1, last]]
    : [[top, middle], [steps - 1, last]];
  return (step) => {
    const starts = [[0, first] as const, ...phases];
    const values = phases.map(([end, to], i) => {
      const [begin, from] = starts[i];
      // A phase without a length is over after its first step.
      const part = progress(step, begin, end > begin ? end : begin + 1);
      return between(from, to, anneal === "cosine" ? eased(part) : part);
    });
    return values.reduceRight((later, value, i) =>
      where(lessEqual(step.astype("float64"), phases[i][0]), value, later) as Value
    );
  };
}
