/**
 * How optimizers walk down.
 *
 * @module
 */
import type { DType, Tensor } from "../../mod.ts";
import { sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Line, Points } from "./chart.ts";
import { contourPanel, type ContourPlotOptions, sampled, type Surface } from "./contour_plot.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { planePoints } from "./points.ts";
import { thinned } from "./thin.ts";

/**
 * Draws the paths `[T, 2]` of optimizers, by their names, over the contour lines of what they minimize.
 * A point marks where each ends. Unless domains are given, the picture is around the paths.
 *
 * @throws {ShapeError} Where a path is not `[T, 2]`, or the function does not give a scalar.
 * @throws {RangeError} Where there is no path, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { grad, stack, type Tensor, tensor } from "@katachi/katachi";
 * import { optimizerPaths } from "@katachi/katachi/viz";
 *
 * const valley = (p: Tensor<[2]>) => p.square().mul(tensor([0.25, 4])).sum();
 * const path = [tensor([-6, 1])];
 * for (let step = 0; step < 20; step++) {
 *   const last = path[path.length - 1];
 *   path.push(last.sub(grad(valley)(last).mul(0.2)));
 * }
 * console.log(optimizerPaths(valley, { descent: stack(path) }).text());
 * ```
 */
export function optimizerPaths(
  surface: Surface,
  paths: Readonly<Record<string, Tensor<[number, 2], DType>>>,
  options: ContourPlotOptions = {},
): Picture {
  const operation = "optimizerPaths";
  const walks = Object.entries(paths).map(([name, path]) => ({
    name,
    ...planePoints(operation, path),
  }));
  if (walks.length === 0) throw new RangeError(`${operation}: there is no path to draw`);
  const all = { x: walks.flatMap(({ x }) => x), y: walks.flatMap(({ y }) => y) };
  const { plane, values } = sampled(operation, surface, all, { levels: "log", ...options });
  const panel = contourPanel(operation, values, plane, { levels: "log", ...options });
  const lines = walks.map(({ x, y }, i): Line => ({
    mark: "line",
    ...thinned(x, y),
    look: look(i + 1),
    glyphs: true,
  }));
  const ends = walks.map(({ x, y }, i): Points => ({
    mark: "points",
    x: x.slice(-1),
    y: y.slice(-1),
    look: { ...look(i + 1), shape: "circle" },
    size: 64,
  }));
  const ground = panel.marks.map((mark) => mark.mark === "line" ? { ...mark, faint: true } : mark);
  const legend = walks.map(({ name }, i) => ({ name, kind: "line" as const, look: look(i + 1) }));
  const size = sizeOf(operation, { width: 440, height: 380, ...options });
  return chartPicture({
    panels: [{ ...panel, legend, marks: [...ground, ...lines, ...ends] }],
    columns: 1,
    ...size,
  });
}
