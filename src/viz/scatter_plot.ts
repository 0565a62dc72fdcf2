/**
 * Points in the plane.
 *
 * @module
 */
import type { DType, Tensor } from "../../mod.ts";
import { type AxesOptions, padded, sizeOf, xAxis, yAxis } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { LegendEntry, Mark } from "./chart.ts";
import { type LineData, linesOf } from "./line_plot.ts";
import type { Numbers } from "./numbers.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { classesOf, type Labels, planePoints, pointLegend, pointMarks } from "./points.ts";
import { thinned } from "./thin.ts";

/** How {@linkcode scatterPlot} draws. */
export interface ScatterPlotOptions<N extends number, M extends number> extends AxesOptions {
  /** The class of each point, which its colour and shape tell. */
  readonly labels?: Labels<N, M, "scatterPlot">;
  /** The names of the classes, from the lowest label to the highest; the labels unless given. */
  readonly names?: readonly string[];
  /** Lines to draw beneath the points, by their names. */
  readonly lines?: Readonly<Record<string, LineData>>;
}

/**
 * Draws points `[N, 2]`. Points with a NaN or an infinite number are left out.
 *
 * @throws {ShapeError} Where the points are not `[N, 2]`, or there are more or fewer labels.
 * @throws {RangeError} Where there is no point, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { scatterPlot } from "@katachi/katachi/viz";
 *
 * const points = random.normal(random.key(0), [100, 2]);
 * console.log(scatterPlot(points, { title: "normal", xLabel: "x", yLabel: "y" }).text());
 * ```
 */
export function scatterPlot<const N extends number, const M extends number = N>(
  points: Tensor<[N, 2], DType>,
  options: ScatterPlotOptions<NoInfer<N>, M> = {},
): Picture {
  const operation = "scatterPlot";
  const { x, y } = planePoints(operation, points);
  const { title, names, lines = {} } = options;
  const classes = classesOf(operation, x.length, options.labels as Numbers | undefined, names);
  const series = linesOf(operation, lines);
  const marks = pointMarks(x, y, classes);
  const lineMarks = series.map((line, i): Mark => ({
    mark: "line",
    ...thinned(line.x, line.y),
    look: look(marks.length + i),
    glyphs: series.length > 1,
  }));
  const legend: LegendEntry[] = [
    ...pointLegend(classes),
    ...series.map(({ name }, i) => ({ name, kind: "line" as const, look: look(marks.length + i) })),
  ];
  const xs = [...x, ...series.flatMap(({ x }) => x)];
  const ys = [...y, ...series.flatMap(({ y }) => y)];
  const panel = {
    title,
    legend,
    axes: true,
    x: padded(xAxis(operation, xs, options)),
    y: padded(yAxis(operation, ys, options)),
    // Points over lines: in text a cell shows one of them.
    marks: [...lineMarks, ...marks],
  };
  return chartPicture({ panels: [panel], columns: 1, ...sizeOf(operation, options) });
}
