/**
 * Functions of two variables.
 *
 * @module
 */
import { type DType, type FloatDType, type Tensor, vmap } from "../../mod.ts";
import { isTensor } from "../tensor/storage.ts";
import { sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Line, Mark, Panel } from "./chart.ts";
import { elementsOf, extent, requireRank } from "./numbers.ts";
import { colorMap, look } from "./palette.ts";
import type { Picture } from "./picture.ts";
import type { Raster } from "./raster.ts";
import {
  contourLine,
  flipped,
  gridPoints,
  type Plane,
  planeAxes,
  planeOf,
  type PlaneOptions,
  requirePerPoint,
} from "./plane.ts";

/** A function from points of the plane to numbers. */
export type Surface = (point: Tensor<[2]>) => Tensor<[], FloatDType>;

/**
 * At which values lines are drawn: at these; at so many between the least and the greatest; or at 16
 * whose distances from the least grow by equal factors (`"log"`), for steep valleys.
 */
export type Levels = number | readonly number[] | "log";

/** How {@linkcode contourPlot} draws. */
export interface ContourPlotOptions extends PlaneOptions {
  /** Where the lines are; 12 of them unless given. */
  readonly levels?: Levels;
  /** At how many places of each axis a function is evaluated; 100 unless given. */
  readonly resolution?: number;
}

/**
 * Draws the contour lines of a function of the plane, or of values `[R, C]` on a grid, whose first row
 * is that of the lowest y. The darker, the lower. `xDomain` and `yDomain` say where; unless given, a
 * function is drawn from -1 to 1 and a grid by its columns and rows.
 *
 * @throws {ShapeError} Where the function does not give a scalar, or the values are not a matrix.
 * @throws {RangeError} Where there is no finite value, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "@katachi/katachi";
 * import { contourPlot } from "@katachi/katachi/viz";
 *
 * const valley = (p: Tensor<[2]>) => p.square().mul(tensor([0.25, 16])).sum();
 * const picture = contourPlot(valley, { xDomain: [-8, 8], yDomain: [-1, 1], levels: "log" });
 * console.log(picture.text());
 * ```
 */
export function contourPlot(
  surface: Surface | Tensor<[number, number], DType>,
  options: ContourPlotOptions = {},
): Picture {
  const operation = "contourPlot";
  const { plane, values } = isTensor(surface)
    ? gridOf(operation, surface, options)
    : sampled(operation, surface, unitSquare, options);
  const panel = contourPanel(operation, values, plane, options);
  const size = sizeOf(operation, { width: 440, height: 380, ...options });
  return chartPicture({ panels: [panel], columns: 1, ...size });
}

const unitSquare = { x: [-1, 1], y: [-1, 1] };

/** A function's values at the points of a grid: in the domains of the options, or around points. */
export function sampled(
  operation: string,
  surface: Surface,
  points: { readonly x: readonly number[]; readonly y: readonly number[] },
  options: ContourPlotOptions,
): { plane: Plane; values: readonly number[] } {
  const domains = points === unitSquare
    ? { xDomain: [-1, 1] as const, yDomain: [-1, 1] as const, ...options }
    : options;
  const plane = planeOf(operation, points, domains, options.resolution ?? 100);
  const places = gridPoints(plane);
  const heights = vmap(surface)(places);
  requirePerPoint(operation, heights.shape, places.shape[0]);
  return { plane, values: elementsOf(heights) };
}

/** Values on a grid of their own. */
function gridOf(
  operation: string,
  grid: Tensor<[number, number], DType>,
  options: ContourPlotOptions,
): { plane: Plane; values: readonly number[] } {
  requireRank(operation, "the values", grid, 2, "[R, C]");
  const [rows, columns] = grid.shape;
  if (rows < 2 || columns < 2) {
    throw new RangeError(`${operation}: needs 2 rows and columns, got [${rows}, ${columns}]`);
  }
  const corners = { x: [0, columns - 1], y: [0, rows - 1] };
  const { xDomain = [0, columns - 1], yDomain = [0, rows - 1] } = options;
  const plane = planeOf(operation, corners, { ...options, xDomain, yDomain }, 2);
  return { plane: { ...plane, rows, columns }, values: elementsOf(grid) };
}

/** The panel of contour lines over their colours. */
export function contourPanel(
  operation: string,
  values: readonly number[],
  plane: Plane,
  options: ContourPlotOptions,
): Panel {
  const found = extent(values);
  if (found === undefined) throw new RangeError(`${operation}: there is no finite value to draw`);
  const levels = levelsOf(operation, options.levels ?? 12, found);
  const lines = levels.map((level): Line => ({
    mark: "line",
    ...contourLine(values, level, plane),
    look: { ...look(0), color: "#7d8796" },
    width: 0.8,
  }));
  // The colour is that of how many lines are below, and of how far it is to the next.
  const marks: Mark[] = [{
    mark: "pixels",
    x: plane.x,
    y: plane.y,
    raster: groundRaster(values.map((value) => heightOf(value, levels, found)), plane),
    smooth: true,
    shaded: true,
  }, ...lines];
  return { title: options.title, axes: true, ...planeAxes(plane, options), marks };
}

const blues = colorMap("blues");

/** Heights as soft colours, coarser than the lines: between pixels they run into each other. */
function groundRaster(heights: readonly number[], plane: Plane): Raster {
  const step = Math.ceil(Math.max(plane.columns, plane.rows) / 50);
  const isKept = (_: unknown, i: number): boolean =>
    i % plane.columns % step === 0 && Math.floor(i / plane.columns) % step === 0;
  const pixels = flipped(heights, plane).filter(isKept).map(ground);
  return {
    width: Math.ceil(plane.columns / step),
    height: Math.ceil(plane.rows / step),
    pixels,
    ink: pixels.map(() => 0),
  };
}

/** A soft colour for a height from 0 to 1, or for none. */
function ground(height: number): readonly [number, number, number] {
  return Number.isNaN(height) ? [225, 225, 225] : blues(0.6 * (1 - height));
}

/** How high a value is among the levels, from 0 to 1. */
function heightOf(
  value: number,
  levels: readonly number[],
  [least, greatest]: readonly [number, number],
): number {
  if (Number.isNaN(value)) return NaN;
  const steps = [least, ...levels.filter((level) => level > least && level < greatest), greatest];
  const next = steps.findIndex((level) => level >= value);
  if (next < 0) return 1;
  if (next === 0) return 0;
  const [from, to] = [steps[next - 1], steps[next]];
  return (next - 1 + (value - from) / (to - from)) / (steps.length - 1);
}

/** The values at which lines are drawn. */
function levelsOf(
  operation: string,
  levels: Levels,
  [least, greatest]: readonly [number, number],
): readonly number[] {
  const height = greatest - least;
  if (levels === "log") {
    return Array.from({ length: 16 }, (_, i) => least + height * 0.55 ** (16 - i));
  }
  if (typeof levels !== "number") return [...levels].sort((a, b) => a - b);
  if (!Number.isSafeInteger(levels) || levels < 1 || levels > 100) {
    throw new RangeError(
      `${operation}: levels must be a whole number from 1 to 100, numbers, or "log", got ${levels}`,
    );
  }
  return Array.from({ length: levels }, (_, i) => least + height * (i + 1) / (levels + 1));
}
