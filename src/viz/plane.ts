/**
 * A rectangle of the plane, seen at the points of a grid.
 *
 * @module
 */
// @ts-types="@types/d3-contour"
import { contours } from "d3-contour";
import { fromBuffer, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { type AxesOptions, requireDomain } from "./axes.ts";
import type { Axis } from "./chart.ts";
import { extent } from "./numbers.ts";

/** A rectangle and how many points of it are looked at. */
export interface Plane {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
}

/** What can be said of axes that lie in a plane. */
export type PlaneOptions = Omit<AxesOptions, "xScale" | "yScale">;

/** The plane that options ask for, or else the one around such points. */
export function planeOf(
  operation: string,
  points: { readonly x: readonly number[]; readonly y: readonly number[] },
  { xDomain, yDomain }: PlaneOptions,
  resolution: number,
): Plane {
  if (!Number.isSafeInteger(resolution) || resolution < 2 || resolution > 1000) {
    throw new RangeError(
      `${operation}: resolution must be a whole number from 2 to 1000, got ${resolution}`,
    );
  }
  const around = (
    name: "x" | "y",
    given: readonly [number, number] | undefined,
  ): readonly [number, number] => {
    if (given !== undefined) {
      requireDomain(operation, `${name}Domain`, given);
      return given;
    }
    const found = extent(points[name]);
    if (found === undefined) {
      throw new RangeError(`${operation}: needs points, or ${name}Domain`);
    }
    const [least, greatest] = found;
    const room = (greatest - least) * 0.1 || 1;
    return [least - room, greatest + room];
  };
  return {
    x: around("x", xDomain),
    y: around("y", yDomain),
    columns: resolution,
    rows: resolution,
  };
}

/** The axes of a plane. */
export function planeAxes(
  { x, y }: Plane,
  { xLabel, yLabel }: PlaneOptions,
): { x: Axis; y: Axis } {
  const axis = (domain: readonly [number, number], label: string | undefined): Axis => ({
    domain,
    nice: false,
    scale: "linear",
    label,
    grid: false,
  });
  return { x: axis(x, xLabel), y: axis(y, yLabel) };
}

/** The points of the grid `[rows · columns, 2]`, row by row from the lowest y. */
export function gridPoints(plane: Plane): Tensor<[number, 2]> {
  const { columns, rows } = plane;
  const points = new Float32Array(2 * columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      points.set(pointAt(plane, column, row), 2 * (row * columns + column));
    }
  }
  return fromBuffer(points, [columns * rows, 2]);
}

/** A place of the grid in the plane's own units. */
function pointAt({ x, y, columns, rows }: Plane, column: number, row: number): [number, number] {
  const between = ([from, to]: readonly [number, number], part: number): number =>
    from * (1 - part) + to * part;
  return [between(x, column / (columns - 1)), between(y, row / (rows - 1))];
}

/** Values by rows from the lowest y, with the highest y first. */
export function flipped<T>(values: readonly T[], { columns, rows }: Plane): readonly T[] {
  return values.map((_, i) => values[(rows - 1 - Math.floor(i / columns)) * columns + i % columns]);
}

/** Refuses a shape that is not one number for each point of the grid. */
export function requirePerPoint(operation: string, shape: readonly number[], count: number): void {
  if (shape.length !== 1 || shape[0] !== count) {
    throw new ShapeError(
      `${operation}: the function must give [${count}] of [${count}, 2], gave ${showShape(shape)}`,
    );
  }
}

/**
 * The lines along which values on the grid are `level`, by marching squares; NaN is between one line
 * and the next.
 */
export function contourLine(
  values: readonly number[],
  level: number,
  plane: Plane,
): { x: readonly number[]; y: readonly number[] } {
  const { columns, rows } = plane;
  const [least, greatest] = extent(values) ?? [0, 0];
  const bounded = values.map((value) =>
    Number.isNaN(value) ? least : Math.min(greatest, Math.max(least, value))
  );
  const { coordinates } = contours().size([columns, rows]).contour(bounded, level);
  const x: number[] = [];
  const y: number[] = [];
  const add = (u: number, v: number): void => {
    x.push(u);
    y.push(v);
  };
  // The library closes lines along the border, half a step outside of the grid's outermost points.
  const isOutside = ([u, v]: readonly number[]): boolean =>
    u <= 0 || u >= columns || v <= 0 || v >= rows;
  for (const ring of coordinates.flat()) {
    // A ring's last point is its first. Begun outside, it is not cut where it begins.
    const start = ring.findIndex(isOutside);
    const way = start < 0 ? ring : [...ring.slice(start, -1), ...ring.slice(0, start)];
    for (const point of way) {
      if (isOutside(point)) add(NaN, NaN);
      else add(...pointAt(plane, point[0] - 0.5, point[1] - 0.5));
    }
    add(NaN, NaN);
  }
  return straightened(x, y, plane);
}

/** A line without the points that are on the straight way from the one before to the one after. */
function straightened(
  x: readonly number[],
  y: readonly number[],
  plane: Plane,
): { x: readonly number[]; y: readonly number[] } {
  const [across, up] = [plane.x[1] - plane.x[0], plane.y[1] - plane.y[0]];
  const kept: number[] = [];
  x.forEach((_, i) => {
    const last = kept[kept.length - 1] ?? -1;
    const [ax, ay] = [(x[i] - x[last]) / across, (y[i] - y[last]) / up];
    const [bx, by] = [(x[i + 1] - x[i]) / across, (y[i + 1] - y[i]) / up];
    const isGap = Number.isNaN(x[i]);
    // The sine of the turn, times the shorter way: how far the point is off, about.
    const off = Math.abs(ax * by - ay * bx) / Math.max(Math.hypot(ax, ay), Math.hypot(bx, by));
    if (isGap ? !Number.isNaN(x[last] ?? NaN) : !(off < 3e-4)) kept.push(i);
  });
  return { x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) };
}
