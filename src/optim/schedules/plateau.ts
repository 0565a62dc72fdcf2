/**
 * A learning rate that falls where there is no progress.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type FloatDType,
  greater,
  less,
  maximum,
  mul,
  sub,
  type Tensor,
  tensor,
  where,
} from "../../../mod.ts";
import { requireAmount, requireCount, requireRange, type StepCount } from "../hyperparameter.ts";

/** How {@linkcode reduceOnPlateau} works; names and defaults are PyTorch's. */
export interface PlateauOptions {
  /** Whether what is watched should get smaller, `"min"` as it is unless given, or larger. */
  readonly mode?: "min" | "max";
  /** What the learning rate is multiplied by; 0.1 unless given. */
  readonly factor?: number;
  /** How many times without progress in a row are put up with; 10 unless given. */
  readonly patience?: number;
  /** How much better counts as progress; 0.0001 unless given. */
  readonly threshold?: number;
  /** Whether the threshold is a part of the best value, `"rel"` as it is unless given, or `"abs"`. */
  readonly thresholdMode?: "rel" | "abs";
  /** How many times after a reduction are not counted; 0 unless given. */
  readonly cooldown?: number;
  /** The lowest learning rate; 0 unless given. */
  readonly minRate?: number;
  /** Reductions by no more than this are not made; 1e-8 unless given. */
  readonly epsilon?: number;
}

/** What has been seen of a value, and the learning rate that follows from it. */
export interface PlateauState {
  /** The learning rate. */
  readonly learningRate: Tensor<[], "float64">;
  /** The best value so far. */
  readonly best: Tensor<[], "float64">;
  /** How often in a row there was no progress. */
  readonly bad: StepCount;
  /** How many times more are not counted. */
  readonly cooldown: StepCount;
}

/** The type of what {@linkcode reduceOnPlateau} makes. */
export interface Plateau {
  /** The state before the first value. */
  init(): PlateauState;
  /** The state after a value has been seen. */
  update(state: PlateauState, value: number | Tensor<[], FloatDType>): PlateauState;
}

/**
 * A learning rate that is reduced where a value, such as the loss on validation data, has not got better
 * for a while. Pure: `update` takes a state and a value, most often after each epoch, and gives the next
 * state, whose `learningRate` goes into the optimizer's with {@linkcode setHyperparams}. As PyTorch's
 * `ReduceLROnPlateau`.
 *
 * @throws {RangeError} Where the factor is not below 1, or another number is negative or not whole.
 *
 * @example
 * ```ts
 * import { reduceOnPlateau } from "@katachi/katachi/optim";
 *
 * const plateau = reduceOnPlateau(0.1, { factor: 0.5, patience: 1 });
 * let state = plateau.init();
 * for (const loss of [3, 2, 2, 2]) state = plateau.update(state, loss);
 * state.learningRate.item(); // 0.05
 * ```
 */
export function reduceOnPlateau(learningRate: number, options: PlateauOptions = {}): Plateau {
  const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4 } = options;
  const { thresholdMode = "rel", cooldown = 0, minRate = 0, epsilon = 1e-8 } = options;
  const operation = "reduceOnPlateau";
  requireRange(operation, "factor", factor, { low: 0, high: 1 });
  const amounts = { learningRate, threshold, minRate, epsilon };
  for (const [name, amount] of Object.entries(amounts)) requireAmount(operation, name, amount);
  requireCount(operation, "patience", patience, 0);
  requireCount(operation, "cooldown", cooldown, 0);
  if (mode !== "min" && mode !== "max") {
    throw new RangeError(`${operation}: mode must be "min" or "max", got "${mode}"`);
  }
  if (thresholdMode !== "rel" && thresholdMode !== "abs") {
    throw new RangeError(
      `${operation}: thresholdMode must be "rel" or "abs", got "${thresholdMode}"`,
    );
  }
  const sign = mode === "min" ? -1 : 1;
  const isBetter = (value: AnyTensor, best: AnyTensor): AnyTensor => {
    const bar = thresholdMode === "rel"
      ? mul(best, 1 + sign * threshold)
      : add(best, sign * threshold);
    return mode === "min" ? less(value, bar) : greater(value, bar);
  };
  return {
    init: () => ({
      learningRate: tensor(learningRate, "float64"),
      best: tensor(-sign * Infinity, "float64"),
      bad: tensor(0, "int32"),
      cooldown: tensor(0, "int32"),
    }),
    update: (state, given) => {
      const value = typeof given === "number" ? tensor(given, "float64") : given.astype("float64");
      const better = isBetter(value, state.best);
      const resting = greater(state.cooldown, 0);
      const bad = where(resting, 0, where(better, 0, add(state.bad, 1)));
      const reduced = greater(bad, patience);
      const lower = maximum(mul(state.learningRate, factor), minRate);
      const matters = greater(sub(state.learningRate, lower), epsilon);
      const rest = where(resting, sub(state.cooldown, 1), state.cooldown);
      return {
        learningRate: where(reduced, where(matters, lower, state.learningRate), state.learningRate),
        best: where(better, value, state.best),
        bad: where(reduced, 0, bad),
        cooldown: where(reduced, cooldown, rest),
      } as PlateauState;
    },
  };
}
