/**
 * Amounts of things with names.
 *
 * @module
 */
import { type ChartOptions, sizeOf, xAxis } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Bars } from "./chart.ts";
import { namesAxis } from "./names_axis.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";

/** How {@linkcode barPlot} draws. */
export interface BarPlotOptions extends ChartOptions {
  /** What is written below the axis of the amounts. */
  readonly xLabel?: string;
  /** Whether equal lengths are equal amounts, or equal factors; `"linear"` unless given. */
  readonly xScale?: "linear" | "log";
  /** The least and the greatest amount shown. */
  readonly xDomain?: readonly [number, number];
}

/**
 * Draws numbers by their names as bars, from 0 on, one below the other. What is NaN or infinite, or not
 * positive on an axis of scale `"log"`, has no bar.
 *
 * @throws {RangeError} Where there is nothing to draw, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { barPlot } from "@katachi/katachi/viz";
 *
 * console.log(barPlot({ sgd: 0.91, adam: 0.97 }, { xLabel: "accuracy" }).text());
 * ```
 */
export function barPlot(
  values: Readonly<Record<string, number>>,
  options: BarPlotOptions = {},
): Picture {
  const operation = "barPlot";
  const names = Object.keys(values);
  const amounts = Object.values(values);
  const { title, xScale = "linear", xDomain } = options;
  const x = xAxis(operation, xScale === "log" ? amounts : [0, ...amounts], options);
  const isDrawn = (value: number): boolean =>
    Number.isFinite(value) && (xScale === "linear" || value > 0);
  if (!amounts.some(isDrawn)) throw new RangeError(`${operation}: there is no bar to draw`);
  // Bars of factors have no natural beginning: they begin at the axis, which is at a power of ten.
  const axis = xScale === "log" && xDomain === undefined
    ? { ...x, domain: [10 ** Math.floor(Math.log10(x.domain[0]) - 0.01), x.domain[1]] as const }
    : x;
  const start = xScale === "log" ? axis.domain[0] : 0;
  const bars: Bars = {
    mark: "bars",
    along: "x",
    look: look(0),
    bars: amounts.flatMap((value, i) => {
      const place = names.length - 1 - i;
      return isDrawn(value)
        ? [{ x: [start, value] as const, y: [place - 0.32, place + 0.32] as const }]
        : [];
    }),
  };
  const panel = {
    title,
    axes: true,
    x: { ...axis, nice: xDomain === undefined },
    y: namesAxis([...names].reverse()),
    marks: [bars],
  };
  const size = sizeOf(operation, { height: Math.min(2000, 96 + 28 * names.length), ...options });
  return chartPicture({ panels: [panel], columns: 1, ...size });
}
