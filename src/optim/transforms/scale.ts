/**
 * Scaling gradients by numbers and schedules.
 *
 * @module
 */
import { add, tensor, treeMap } from "../../../mod.ts";
import {
  type Hyperparameter,
  type LearningRate,
  requireAmount,
  type Schedule,
  type StepCount,
  times,
} from "../hyperparameter.ts";
import { noteRate } from "../rate.ts";
import { type NoState, type StateFamily, stateless, type Transformation } from "../optimizer.ts";

/** The state of a transformation that goes by a schedule. */
export interface Scheduled {
  /** How many steps have been taken; `null` where nothing depends on it. */
  readonly step: StepCount | null;
}

/** The states of {@linkcode scaleBySchedule} and {@linkcode scaleByLearningRate}. */
export interface ScheduleState extends StateFamily {
  /** The same for all parameters. */
  readonly state: Scheduled;
}

/**
 * Multiplies updates by a factor.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scale } from "@katachi/katachi/optim";
 *
 * const x = tensor([1, 2]);
 * scale(-0.5).update(x, null, x)[0].toArray(); // [-0.5, -1]
 * ```
 */
export function scale(factor: Hyperparameter): Transformation<NoState> {
  return stateless((updates) => treeMap((u) => times(u, factor), updates));
}

/**
 * Multiplies updates by what a schedule gives at the step.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleBySchedule } from "@katachi/katachi/optim";
 *
 * const halving = scaleBySchedule((step) => tensor(0.5, "float64").pow(step));
 * const x = tensor([8]);
 * const [, state] = halving.update(x, halving.init(x), x);
 * halving.update(x, state, x)[0].toArray(); // [4]
 * ```
 */
export function scaleBySchedule(schedule: Schedule): Transformation<ScheduleState> {
  return scaled(schedule, (value) => value);
}

/**
 * Multiplies updates by `-learningRate`, which turns what points uphill into a step downhill: the last
 * of most chains.
 *
 * @throws {RangeError} Where the learning rate is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByLearningRate } from "@katachi/katachi/optim";
 *
 * const steepest = scaleByLearningRate(0.5);
 * const x = tensor([2, -4]);
 * steepest.update(x, steepest.init(x), x)[0].toArray(); // [-1, 2]
 * ```
 */
export function scaleByLearningRate(learningRate: LearningRate): Transformation<ScheduleState> {
  requireAmount("scaleByLearningRate", "learningRate", learningRate);
  return scaled(learningRate, (rate) => negative(noteRate(rate)));
}

/**
 * Multiplies updates by a factor that is made of a rate.
 *
 * @internal
 */
export function scaled(
  rate: LearningRate,
  factorOf: (rate: Hyperparameter) => Hyperparameter,
): Transformation<ScheduleState> {
  return {
    init: () => ({ step: typeof rate === "function" ? tensor(0, "int32") : null }),
    update: (updates, { step }) => {
      const factor = factorOf(typeof rate === "function" ? rate(step ?? tensor(0, "int32")) : rate);
      return [
        treeMap((u) => times(u, factor), updates),
        { step: step === null ? null : add(step, 1) },
      ];
    },
  };
}

function negative(value: Hyperparameter): Hyperparameter {
  return typeof value === "number" ? -value : value.neg();
}
