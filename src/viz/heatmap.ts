/**
 * The elements of a matrix as colours.
 *
 * @module
 */
import type { DType, Tensor } from "../../mod.ts";
import { type ChartOptions, requireDomain, sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import { figure, matrixPanel } from "./matrix.ts";
import { elementsOf, extent, requireRank } from "./numbers.ts";
import type { ColorMap } from "./palette.ts";
import type { Picture } from "./picture.ts";

/** How {@linkcode heatmap} draws. */
export interface HeatmapOptions extends ChartOptions {
  /** The colours, from the least to the greatest element; `"viridis"` unless given. */
  readonly map?: ColorMap;
  /**
   * The elements that have the first and the last colour: the least and the greatest unless given, and
   * for the map `"redblue"` as far below 0 as above.
   */
  readonly range?: readonly [number, number];
  /** Whether elements are written in their cells; not unless asked for. */
  readonly values?: boolean;
  /** The names of the columns; their numbers unless given. */
  readonly xNames?: readonly string[];
  /** The names of the rows; their numbers unless given. */
  readonly yNames?: readonly string[];
  /** What is written below. */
  readonly xLabel?: string;
  /** What is written above the rows' names. */
  readonly yLabel?: string;
}

/**
 * Draws a matrix `[R, C]` as coloured cells, the first row on top. Elements that are NaN are grey.
 *
 * @throws {ShapeError} Where the tensor is not a matrix.
 * @throws {RangeError} Where it has no finite element, there are not as many names as rows or columns,
 * or an option is out of its range.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { heatmap } from "@katachi/katachi/viz";
 *
 * const correlations = tensor([[1, 0.2], [0.2, 1]]);
 * console.log(heatmap(correlations, { map: "redblue", values: true }).text());
 * ```
 */
export function heatmap(
  matrix: Tensor<[number, number], DType>,
  options: HeatmapOptions = {},
): Picture {
  const operation = "heatmap";
  requireRank(operation, "the matrix", matrix, 2, "[R, C]");
  const { map = "viridis", values: isWritten = false, xNames, yNames } = options;
  const values = elementsOf(matrix);
  const [rows, columns] = matrix.shape;
  requireNames(operation, "xNames", xNames, columns);
  requireNames(operation, "yNames", yNames, rows);
  const [least, greatest] = extent(values) ?? [NaN, NaN];
  if (Number.isNaN(least)) {
    throw new RangeError(`${operation}: the matrix has no finite element to draw`);
  }
  if (options.range !== undefined) requireDomain(operation, "range", options.range);
  const most = Math.max(Math.abs(least), Math.abs(greatest));
  const range = options.range ?? (map === "redblue" ? [-most, most] : [least, greatest]);
  const words = isWritten ? values.map(figure) : undefined;
  const { xLabel, yLabel, title } = options;
  const panel = matrixPanel({
    values,
    rows,
    columns,
    map,
    range,
    words,
    xNames,
    yNames,
    xLabel,
    yLabel,
    title,
  });
  return chartPicture({
    panels: [panel],
    columns: 1,
    ...sizeOf(operation, { height: 360, ...options }),
  });
}

/** Refuses names that are not as many as what they name. */
export function requireNames(
  operation: string,
  name: string,
  names: readonly string[] | undefined,
  count: number,
): void {
  if (names !== undefined && names.length !== count) {
    throw new RangeError(`${operation}: ${name} must be ${count} names, got ${names.length}`);
  }
}
