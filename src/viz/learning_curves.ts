/**
 * How training went.
 *
 * @module
 */
import type { EpochRecord, Scores } from "../train/history.ts";
import { type AxesOptions, type ChartOptions, sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import { linePanel, type Series } from "./line_plot.ts";
import { type Numbers, numbersOf } from "./numbers.ts";
import type { Picture } from "./picture.ts";

/** A history of training, as `fit` gives it, as far as it is drawn. */
export interface TrainingHistory {
  /** The epochs in order. */
  readonly epochs: readonly Pick<EpochRecord, "epoch" | "loss" | "metrics" | "validation">[];
}

/** Losses, one for each epoch, by names such as `train` and `validation`. */
export type Losses = Readonly<Record<string, Numbers>>;

/** How {@linkcode learningCurves} draws. */
export interface LearningCurvesOptions extends ChartOptions {
  /** Whether the loss' axis is of equal amounts or of equal factors; `"linear"` unless given. */
  readonly yScale?: "linear" | "log";
}

/**
 * Draws the loss and each metric over the epochs, on the training and on the validation data, a panel
 * for each. Given losses by name, it draws them in one panel.
 *
 * @throws {RangeError} Where there is no epoch, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { learningCurves } from "@katachi/katachi/viz";
 *
 * const losses = { train: [1, 0.6, 0.4, 0.3], validation: [1.1, 0.8, 0.7, 0.75] };
 * console.log(learningCurves(losses, { title: "over-fitting" }).text());
 * ```
 */
export function learningCurves(
  history: TrainingHistory | Losses,
  options: LearningCurvesOptions = {},
): Picture {
  const operation = "learningCurves";
  const { title, yScale = "linear" } = options;
  const figures = isHistory(history)
    ? figuresOf(history)
    : new Map([["loss", seriesOf(operation, history)]]);
  const panels = [...figures].map(([name, series]) => {
    const axes: AxesOptions = {
      xLabel: "epoch",
      yLabel: name,
      yScale: name === "loss" ? yScale : "linear",
    };
    return linePanel(operation, series, axes);
  });
  if (panels.length === 0) throw new RangeError(`${operation}: there is no epoch to draw`);
  const size = sizeOf(operation, { width: panels.length > 1 ? 720 : 480, ...options });
  return chartPicture({
    title,
    panels,
    columns: 2,
    ...size,
  });
}

function isHistory(history: TrainingHistory | Losses): history is TrainingHistory {
  const { epochs } = history;
  return Array.isArray(epochs) && epochs.every((epoch) => typeof epoch === "object");
}

/** Losses as series over the epochs, which are counted from 1. */
function seriesOf(operation: string, losses: Losses): readonly Series[] {
  return Object.entries(losses).map(([name, loss]) => {
    const y = numbersOf(operation, name, loss);
    return { name, x: y.map((_, i) => i + 1), y };
  });
}

/** The loss and the metrics of a history, each with its series. */
function figuresOf({ epochs }: TrainingHistory): ReadonlyMap<string, readonly Series[]> {
  const names = new Set(epochs.flatMap(({ metrics, validation }) => [
    ...Object.keys(metrics),
    ...Object.keys(validation?.metrics ?? {}),
  ]));
  const x = epochs.map(({ epoch }) => epoch);
  const panels = epochs.length === 0 ? [] : ["loss", ...names];
  return new Map(panels.map((name) => {
    const of = (figures: Scores | undefined): number =>
      (name === "loss" ? figures?.loss : figures?.metrics[name]) ?? NaN;
    const series = [
      { name: "train", x, y: epochs.map(of) },
      { name: "validation", x, y: epochs.map(({ validation }) => of(validation)) },
    ];
    // A figure that is of no epoch is left out.
    return [name, series.filter(({ y }) => y.some((value) => !Number.isNaN(value)))];
  }));
}
