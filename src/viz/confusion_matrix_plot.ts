/**
 * Which classes are taken for which.
 *
 * @module
 */
import { type DType, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { type ChartOptions, sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import { requireNames } from "./heatmap.ts";
import { matrixPanel } from "./matrix.ts";
import { elementsOf, requireRank } from "./numbers.ts";
import type { Picture } from "./picture.ts";

/** How {@linkcode confusionMatrixPlot} draws. */
export interface ConfusionMatrixPlotOptions extends ChartOptions {
  /** The names of the classes; their numbers unless given. */
  readonly classes?: readonly string[];
}

/** With more classes than this there is no room for the counts. */
const mostWritten = 16;

/**
 * Draws a confusion matrix `[C, C]`, as the function `confusionMatrix` makes it: how often a class, one
 * a row, was taken for each, one a column. Colours are shares of the row, so that rare classes can be
 * seen too; up to 16 classes, the counts are written in the cells.
 *
 * @throws {ShapeError} Where the matrix is not square.
 * @throws {RangeError} Where a count is negative or no number, or there are not as many names as
 * classes.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { confusionMatrix } from "@katachi/katachi/metrics";
 * import { confusionMatrixPlot } from "@katachi/katachi/viz";
 *
 * const counts = confusionMatrix(tensor([0, 1, 1], "int32"), tensor([0, 1, 0], "int32"), 2);
 * console.log(confusionMatrixPlot(counts, { classes: ["cat", "dog"] }).text());
 * ```
 */
export function confusionMatrixPlot<const C extends number>(
  matrix: Tensor<[C, C], DType>,
  options: ConfusionMatrixPlotOptions = {},
): Picture {
  const operation = "confusionMatrixPlot";
  requireRank(operation, "the matrix", matrix, 2, "[C, C]");
  const [rows, columns]: readonly number[] = matrix.shape;
  if (rows !== columns || rows === 0) {
    throw new ShapeError(`${operation}: the matrix must be [C, C], got ${showShape(matrix.shape)}`);
  }
  const { classes, title } = options;
  requireNames(operation, "classes", classes, rows);
  const counts = elementsOf(matrix);
  const wrong = counts.find((count) => !(count >= 0 && count < Infinity));
  if (wrong !== undefined) throw new RangeError(`${operation}: counts cannot be ${wrong}`);
  const totals = Array.from(
    { length: rows },
    (_, row) =>
      counts.slice(row * columns, (row + 1) * columns).reduce((sum, count) => sum + count, 0),
  );
  const panel = matrixPanel({
    values: counts.map((count, i) => count === 0 ? 0 : count / totals[Math.floor(i / columns)]),
    rows,
    columns,
    map: "blues",
    range: [0, 1],
    words: rows <= mostWritten ? counts.map((count) => `${count}`) : undefined,
    xNames: classes,
    yNames: classes,
    xLabel: "predicted",
    yLabel: "target",
    title,
  });
  return chartPicture({
    panels: [panel],
    columns: 1,
    ...sizeOf(operation, { height: 400, ...options }),
  });
}
