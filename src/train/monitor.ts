/**
 * Watching a figure: what was best, and whether to go on.
 *
 * @module
 */
import { requireAmount, requireCount } from "../optim/hyperparameter.ts";
import type { EpochRecord } from "./history.ts";
import type { Progress } from "./state.ts";

/**
 * The figure of an epoch that is watched: the loss or a metric, of the training batches or, after
 * `validation.`, of the validation data.
 */
export type Monitor<M> = "loss" | Name<M> | "validation.loss" | `validation.${Name<M>}`;

/** @internal */
type Name<M> = keyof M & string;

/** Which of two figures is better: the smaller or the larger one. */
export type Mode = "min" | "max";

/** When a training ends before its last epoch. */
export interface EarlyStopping {
  /**
   * It ends where so many epochs in a row were no better, of those that the figure is known for: with
   * `validationFreq: 10` that is every tenth. 0 ends it at the first that is not.
   */
  readonly patience: number;
  /** A figure is better where it is so by more than this; 0 unless given. */
  readonly minDelta?: number;
}

/** A figure to watch, checked. */
export interface Watch {
  /** The figure of an epoch; `undefined` where it has none, since it was not validated. */
  read(record: EpochRecord): number | undefined;
  /** Whether a figure is better than another by more than so much. NaN never is. */
  isBetter(value: number, than: number | null, by?: number): boolean;
}

/** The figure of some name. */
export function watchOf(
  operation: string,
  monitor: string,
  mode: Mode | undefined,
  { metrics, validates }: { readonly metrics: readonly string[]; readonly validates: boolean },
): Watch {
  const [name, validated] = monitor.startsWith("validation.")
    ? [monitor.slice("validation.".length), true]
    : [monitor, false];
  const known = ["loss", ...metrics];
  if (!known.includes(name)) {
    const names = validates ? [...known, ...known.map((name) => `validation.${name}`)] : known;
    throw new RangeError(`${operation}: cannot monitor "${monitor}", only ${names.join(", ")}`);
  }
  if (validated && !validates) {
    throw new RangeError(`${operation}: cannot monitor "${monitor}" without validation`);
  }
  if (mode === undefined && name !== "loss") {
    throw new RangeError(
      `${operation}: monitoring "${monitor}" needs a mode: "max" where more is better, or "min"`,
    );
  }
  if (mode !== undefined && mode !== "min" && mode !== "max") {
    throw new RangeError(`${operation}: mode must be "min" or "max", got "${mode}"`);
  }
  const sign = mode === "max" ? -1 : 1;
  return {
    read: (record) => {
      const scores = validated ? record.validation : record;
      return name === "loss" ? scores?.loss : scores?.metrics[name];
    },
    isBetter: (value, than, by = 0) =>
      Number.isFinite(value) && (than === null || sign * (than - value) > by),
  };
}

/** Refuses a patience or a delta that is out of range. */
export function requireEarlyStopping(operation: string, options: EarlyStopping): void {
  requireCount(operation, "earlyStopping.patience", options.patience, 0);
  requireAmount(operation, "earlyStopping.minDelta", options.minDelta ?? 0);
}

/**
 * The patience left after one more figure, as in Keras's `EarlyStopping`: the mark moves where a figure
 * beats it by more than `minDelta`.
 */
export function waited(
  { mark, wait }: Progress["patience"],
  value: number,
  watch: Watch,
  { minDelta = 0 }: Pick<EarlyStopping, "minDelta">,
): Progress["patience"] {
  return watch.isBetter(value, mark, minDelta)
    ? { mark: value, wait: 0 }
    : { mark, wait: wait + 1 };
}
