/**
 * Functions of one variable.
 *
 * @module
 */
import { type DType, geomspace, linspace, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { type AxesOptions, requireDomain, sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import { linePanel } from "./line_plot.ts";
import { elementsOf } from "./numbers.ts";
import type { Picture } from "./picture.ts";

/** A function that is applied to many numbers at once, each for itself. */
export type Curve = (x: Tensor<[number]>) => Tensor<[number], DType>;

/** How {@linkcode functionPlot} draws. */
export interface FunctionPlotOptions extends Omit<AxesOptions, "xDomain"> {
  /** At how many points functions are evaluated; 400 unless given. */
  readonly points?: number;
}

/**
 * Draws functions by their names, from the first to the last x. Each is called once with all xs: a
 * function of a scalar is drawn as `vmap(f)`.
 *
 * @throws {ShapeError} Where a function gives not one number for each of its own.
 * @throws {RangeError} Where the domain is none, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tanh, vmap } from "@katachi/katachi";
 * import { functionPlot } from "@katachi/katachi/viz";
 *
 * const slope = vmap(grad((x: Tensor<[]>) => tanh(x)));
 * console.log(functionPlot({ tanh, slope }, [-3, 3], { xLabel: "x" }).text());
 * ```
 */
export function functionPlot(
  functions: Readonly<Record<string, Curve>>,
  domain: readonly [number, number],
  options: FunctionPlotOptions = {},
): Picture {
  const operation = "functionPlot";
  const { points = 400, xScale = "linear" } = options;
  requireDomain(operation, "the domain", domain, xScale);
  if (!Number.isSafeInteger(points) || points < 2) {
    throw new RangeError(`${operation}: points must be a whole number from 2 on, got ${points}`);
  }
  const [first, last] = domain;
  const x = xScale === "log" ? geomspace(first, last, points) : linspace(first, last, points);
  const series = Object.entries(functions).map(([name, f]) => {
    const y = f(x);
    if (y.shape.length !== 1 || y.shape[0] !== points) {
      throw new ShapeError(
        `${operation}: ${name} must give [${points}] of [${points}], gave ${showShape(y.shape)}`,
      );
    }
    return { name, x: elementsOf(x), y: elementsOf(y) };
  });
  const panel = linePanel(operation, series, { ...options, xDomain: domain });
  return chartPicture({ panels: [panel], columns: 1, ...sizeOf(operation, options) });
}
