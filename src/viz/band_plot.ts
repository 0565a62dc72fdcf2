/**
 * Lines and how far around them the truth may be.
 *
 * @module
 */
import { type AxesOptions, sizeOf, yAxis } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Band } from "./chart.ts";
import { linePanel } from "./line_plot.ts";
import { type Numbers, numbersOf, requireSameLength } from "./numbers.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";

/** A line and the band around it: its spread to both sides, or where it begins and ends. */
export type BandData =
  & {
    /** Where along the x axis; 0, 1, 2, … unless given. */
    readonly x?: Numbers;
    /** The line, such as means. */
    readonly y: Numbers;
  }
  & (
    | {
      /** How far the band goes to each side, such as standard deviations. */
      readonly spread: Numbers;
    }
    | {
      /** The lower end of the band. */
      readonly low: Numbers;
      /** The upper end of the band. */
      readonly high: Numbers;
    }
  );

/**
 * Draws lines with a band around each, by their names: means and standard deviations over keys or folds,
 * errors over the amount of data, predictions and their quantiles.
 *
 * @throws {ShapeError} Where a tensor has not one axis, or those of a line differ in length.
 * @throws {RangeError} Where there is nothing to draw, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { bandPlot } from "@katachi/katachi/viz";
 *
 * const train = { x: [10, 100, 1000], y: [0.05, 0.1, 0.14], spread: [0.02, 0.02, 0.01] };
 * const validation = { x: [10, 100, 1000], y: [0.6, 0.3, 0.18], spread: [0.1, 0.04, 0.01] };
 * const picture = bandPlot({ train, validation }, { xScale: "log", xLabel: "rows", yLabel: "error" });
 * console.log(picture.text());
 * ```
 */
export function bandPlot(
  bands: Readonly<Record<string, BandData>>,
  options: AxesOptions = {},
): Picture {
  const operation = "bandPlot";
  const series = Object.entries(bands).map(([name, band]) => ({
    name,
    ...bandOf(operation, name, band),
  }));
  const panel = linePanel(operation, series, options);
  const around = series.map(({ x, low, high }, i): Band => ({
    mark: "band",
    x,
    low,
    high,
    look: look(i),
  }));
  const y = yAxis(
    operation,
    series.flatMap(({ y, low, high }) => [...y, ...low, ...high]),
    options,
  );
  return chartPicture({
    panels: [{ ...panel, y, marks: [...around, ...panel.marks] }],
    columns: 1,
    ...sizeOf(operation, options),
  });
}

function bandOf(
  operation: string,
  name: string,
  band: BandData,
): Readonly<Record<"x" | "y" | "low" | "high", readonly number[]>> {
  const read = (part: string, numbers: Numbers): readonly number[] => {
    const read = numbersOf(operation, `${name}.${part}`, numbers);
    requireSameLength(operation, `${name}.y`, y, `${name}.${part}`, read);
    return read;
  };
  const y = numbersOf(operation, `${name}.y`, band.y);
  if (y.length === 0) throw new RangeError(`${operation}: ${name} has no points`);
  const x = band.x === undefined ? y.map((_, i) => i) : read("x", band.x);
  if ("spread" in band) {
    const spread = read("spread", band.spread);
    return {
      x,
      y,
      low: y.map((value, i) => value - spread[i]),
      high: y.map((value, i) => value + spread[i]),
    };
  }
  return { x, y, low: read("low", band.low), high: read("high", band.high) };
}
