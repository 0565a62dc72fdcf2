/**
 * Lines.
 *
 * @module
 */
import { isTensor } from "../tensor/storage.ts";
import { type AxesOptions, sizeOf, whole, xAxis, yAxis } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Line, Panel } from "./chart.ts";
import { type Numbers, numbersOf, requireSameLength } from "./numbers.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { thinned } from "./thin.ts";

/** A line: its ys, at 0, 1, 2, …, or at its xs. */
export type LineData = Numbers | { readonly x: Numbers; readonly y: Numbers };

/**
 * Draws lines by their names. A line is broken where a number is NaN or infinite, and, on an axis of
 * scale `"log"`, where one is not positive.
 *
 * @throws {ShapeError} Where a tensor has not one axis, or a line's x and y differ in length.
 * @throws {RangeError} Where there is nothing to draw, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { linspace } from "@katachi/katachi";
 * import { linePlot } from "@katachi/katachi/viz";
 *
 * const x = linspace(0, 6, 50);
 * const picture = linePlot({ sin: { x, y: x.sin() }, cos: { x, y: x.cos() } }, { xLabel: "x" });
 * console.log(picture.text()); // in a notebook, `picture` alone shows it
 * ```
 */
export function linePlot(
  lines: Readonly<Record<string, LineData>>,
  options: AxesOptions = {},
): Picture {
  const panel = linePanel("linePlot", linesOf("linePlot", lines), options);
  return chartPicture({ panels: [panel], columns: 1, ...sizeOf("linePlot", options) });
}

/** A line with a name. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Whether it is broken into dashes. */
  readonly dashed?: boolean;
}

/** The panel of lines that share their axes. */
export function linePanel(
  operation: string,
  series: readonly Series[],
  options: AxesOptions,
): Panel {
  if (series.length === 0) throw new RangeError(`${operation}: there is no line to draw`);
  const several = series.length > 1;
  const x = xAxis(operation, series.flatMap(({ x }) => x), options);
  const marks = series.map(({ x, y, dashed = false }, i): Line => ({
    mark: "line",
    ...thinned(x, y),
    look: look(i),
    dashed,
    glyphs: several,
  }));
  return {
    title: options.title,
    legend: several
      ? series.map(({ name }, i) => ({ name, kind: "line" as const, look: look(i) }))
      : [],
    axes: true,
    x: series.every(({ x }) => x.every(Number.isInteger)) ? whole(x) : x,
    y: yAxis(operation, series.flatMap(({ y }) => y), options),
    marks,
  };
}

/** Lines by their names as series. */
export function linesOf(
  operation: string,
  lines: Readonly<Record<string, LineData>>,
): readonly Series[] {
  return Object.entries(lines).map(([name, line]) => ({
    name,
    ...pointsOf(operation, name, line),
  }));
}

/** The points of a line. */
function pointsOf(
  operation: string,
  name: string,
  line: LineData,
): { x: readonly number[]; y: readonly number[] } {
  const given = "y" in line && "x" in line && !isTensor(line) ? line : undefined;
  const y = numbersOf(
    operation,
    given === undefined ? name : `${name}.y`,
    given?.y ?? line as Numbers,
  );
  const x = given === undefined ? y.map((_, i) => i) : numbersOf(operation, `${name}.x`, given.x);
  requireSameLength(operation, `${name}.x`, x, `${name}.y`, y);
  if (y.length === 0) throw new RangeError(`${operation}: ${name} has no points`);
  return { x, y };
}
