/**
 * Points of the plane that belong to classes.
 *
 * @module
 */
import { type Arg, type DType, type Fail, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import type { LegendEntry, Points } from "./chart.ts";
import { elementsOf, type Numbers, numbersOf, requireRank, requireSameLength } from "./numbers.ts";
import { look } from "./palette.ts";

/** Which class each of `N` points belongs to: a number for each, or what is wrong with `M` of them. */
export type Labels<N extends number, M extends number, K extends string> =
  | readonly number[]
  | Arg<PerPoint<N, M, K>, Tensor<[M], DType>>;

/** The rule of {@linkcode Labels}: as many as there are points, as far as both are known. */
export type PerPoint<N extends number, M extends number, K extends string> = number extends N ? [M]
  : number extends M ? [N]
  : [N, M] extends [M, N] ? [N]
  : Fail<`${K}: ${N} points need as many labels, got ${M}`>;

/** Points sorted into classes. */
export interface Classes {
  /** The class of each point, counted from 0 in the order of the labels. */
  readonly of: readonly number[];
  /** The classes' names; none where points have no labels. */
  readonly names: readonly string[];
}

/** More points than this are drawn as dots where there are only characters. */
const many = 120;

/** The two coordinates of points `[N, 2]`. */
export function planePoints(
  operation: string,
  points: Tensor<[number, 2], DType>,
): { x: readonly number[]; y: readonly number[] } {
  requireRank(operation, "points", points, 2, "[N, 2]");
  const [rows, columns] = points.shape as readonly [number, number];
  if (columns !== 2) {
    throw new ShapeError(`${operation}: points must be [N, 2], got ${showShape(points.shape)}`);
  }
  if (rows === 0) throw new RangeError(`${operation}: there is no point to draw`);
  const elements = elementsOf(points);
  return {
    x: elements.filter((_, i) => i % 2 === 0),
    y: elements.filter((_, i) => i % 2 === 1),
  };
}

/** Sorts points into classes by their labels; all into one where there are none. */
export function classesOf(
  operation: string,
  count: number,
  labels: Numbers | undefined,
  names: readonly string[] | undefined,
): Classes {
  if (labels === undefined) return { of: new Array<number>(count).fill(0), names: [] };
  const values = numbersOf(operation, "labels", labels);
  requireSameLength(operation, "points", { length: count }, "labels", values);
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  if (names !== undefined && names.length < distinct.length) {
    throw new RangeError(
      `${operation}: ${distinct.length} classes need as many names, got ${names.length}`,
    );
  }
  // Names are those of 0, 1, 2, … where labels are that, so that a class without points is left out.
  const isCounted = names !== undefined &&
    distinct.every((value) => Number.isInteger(value) && value >= 0 && value < names.length);
  const order = isCounted ? names.map((_, i) => i) : distinct;
  const place = new Map(order.map((value, i) => [value, i]));
  return {
    of: values.map((value) => place.get(value) ?? 0),
    names: order.map((value, i) => names?.[i] ?? `${value}`),
  };
}

/** The points of each class as a mark. */
export function pointMarks(
  x: readonly number[],
  y: readonly number[],
  classes: Classes,
  size = 36,
): readonly Points[] {
  const { of, names } = classes;
  return Array.from({ length: Math.max(1, names.length) }, (_, label): Points => ({
    mark: "points",
    x: x.filter((_, i) => of[i] === label),
    y: y.filter((_, i) => of[i] === label),
    look: look(label),
    size: x.length > 4 * many ? size / 2 : size,
    dots: names.length === 0 && x.length > many,
  }));
}

/** The legend of classes. */
export function pointLegend({ names }: Classes): readonly LegendEntry[] {
  return names.map((name, i) => ({ name, kind: "points", look: look(i) }));
}
