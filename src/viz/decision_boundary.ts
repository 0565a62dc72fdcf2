/**
 * What a classifier makes of the plane.
 *
 * @module
 */
import { type DType, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Line, Mark } from "./chart.ts";
import { elementsOf, type Numbers } from "./numbers.ts";
import { look, type Rgb, rgb, tint } from "./palette.ts";
import type { Picture } from "./picture.ts";
import {
  contourLine,
  flipped,
  gridPoints,
  type Plane,
  planeAxes,
  planeOf,
  type PlaneOptions,
} from "./plane.ts";
import type { Raster } from "./raster.ts";
import { classesOf, type Labels, planePoints, pointLegend, pointMarks } from "./points.ts";

/**
 * A classifier of points of the plane. It gives one score for each, `[N]` or `[N, 1]`, or one for each
 * class, `[N, C]`: probabilities or logits.
 */
export type Classifier = (
  points: Tensor<[number, 2]>,
) => Tensor<[number], DType> | Tensor<[number, number], DType>;

/** How {@linkcode decisionBoundary} draws. */
export interface DecisionBoundaryOptions<N extends number, M extends number> extends PlaneOptions {
  /** Points to draw on top, which the axes are chosen by. */
  readonly points?: Tensor<[N, 2], DType>;
  /** The class of each point. */
  readonly labels?: Labels<NoInfer<N>, M, "decisionBoundary">;
  /** The names of the classes, from the lowest label to the highest; the labels unless given. */
  readonly names?: readonly string[];
  /**
   * The single score above which a point is of the second class. Unless given it is 0.5 where no score
   * is below 0 or above 1, so that they can be probabilities, and 0 elsewhere.
   */
  readonly threshold?: number;
  /** At how many places of each axis the classifier is asked; 100 unless given. */
  readonly resolution?: number;
}

/** Of which class each place is, and how surely, from 0 to 1. */
interface Regions {
  readonly classes: readonly number[];
  readonly sureness: readonly number[];
  /** Scores whose zeros are the boundaries. */
  readonly boundaries: readonly (readonly number[])[];
}

/**
 * Draws the regions that a classifier takes for each class, the paler the less sure it is, and the
 * boundaries between them. The classifier is called once, with all places.
 *
 * @throws {ShapeError} Where the classifier gives another shape, the points are not `[N, 2]`, or there
 * are more or fewer labels.
 * @throws {RangeError} Where there are neither points nor domains, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { sum, tensor } from "@katachi/katachi";
 * import { decisionBoundary } from "@katachi/katachi/viz";
 *
 * const points = tensor([[0, 0], [1, 0], [0, 2], [2, 2]]);
 * const labels = tensor([0, 0, 0, 1], "int32");
 * const picture = decisionBoundary((x) => sum(x, 1).sub(3), { points, labels });
 * console.log(picture.text());
 * ```
 */
export function decisionBoundary<const N extends number = number, const M extends number = N>(
  predict: Classifier,
  options: DecisionBoundaryOptions<N, M> = {},
): Picture {
  const operation = "decisionBoundary";
  const { points, labels, names, resolution = 100, title, threshold } = options;
  const places = points === undefined ? { x: [], y: [] } : planePoints(operation, points);
  const plane = planeOf(operation, places, options, resolution);
  const scores = predict(gridPoints(plane));
  const regions = regionsOf(operation, scores, plane.columns * plane.rows, threshold);
  const classes = classesOf(operation, places.x.length, labels as Numbers | undefined, names);
  const boundaries = regions.boundaries.map((scores): Line => ({
    mark: "line",
    ...contourLine(scores, 0, plane),
    look: { ...look(0), color: "#444444" },
    width: 1.5,
  }));
  const marks: Mark[] = [
    {
      mark: "pixels",
      x: plane.x,
      y: plane.y,
      raster: regionRaster(regions, plane),
      smooth: true,
      shaded: true,
    },
    ...boundaries,
    ...pointMarks(places.x, places.y, classes),
  ];
  const panel = {
    title,
    legend: pointLegend(classes),
    axes: true,
    ...planeAxes(plane, options),
    marks,
  };
  const size = sizeOf(operation, { width: 440, height: 380, ...options });
  return chartPicture({ panels: [panel], columns: 1, ...size });
}

function regionsOf(
  operation: string,
  scores: Tensor<[number], DType> | Tensor<[number, number], DType>,
  count: number,
  threshold: number | undefined,
): Regions {
  const [rows, columns = 1, ...rest]: readonly number[] = scores.shape;
  if (rows !== count || rest.length > 0 || columns === 0) {
    throw new ShapeError(
      `${operation}: the classifier must give [${count}], [${count}, 1] or [${count}, C] of ` +
        `[${count}, 2], gave ${showShape(scores.shape)}`,
    );
  }
  const values = elementsOf(scores);
  return columns === 1 ? twoRegions(values, threshold) : manyRegions(values, columns);
}

/** Regions by single scores. */
function twoRegions(scores: readonly number[], threshold: number | undefined): Regions {
  const areShares = scores.every((score) => score >= 0 && score <= 1);
  const limit = threshold ?? (areShares ? 0.5 : 0);
  const above = scores.map((score) => score - limit);
  const probability = (score: number): number =>
    areShares ? Math.abs(score) / Math.max(limit, 1 - limit) : Math.abs(Math.tanh(score / 2));
  return {
    classes: above.map((score) => score > 0 ? 1 : 0),
    sureness: above.map(probability),
    boundaries: [above],
  };
}

/** Regions by a score for each class. */
function manyRegions(values: readonly number[], classes: number): Regions {
  const rows = Array.from(
    { length: values.length / classes },
    (_, i) => values.slice(i * classes, (i + 1) * classes),
  );
  const areShares = rows.every((row) =>
    row.every((value) => value >= 0) && Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-3
  );
  const best = rows.map((row) => row.indexOf(Math.max(...row)));
  const sureness = rows.map((row, i) => {
    const greatest = row[best[i]];
    const share = areShares
      ? greatest
      : 1 / row.reduce((sum, value) => sum + Math.exp(value - greatest), 0);
    return (share * classes - 1) / (classes - 1);
  });
  const boundaries = Array.from(
    { length: classes },
    (_, of) => rows.map((row) => row[of] - Math.max(...row.filter((_, other) => other !== of))),
  );
  // The boundary between two classes is that of each: the last class' is drawn with the others'.
  return { classes: best, sureness, boundaries: boundaries.slice(0, -1) };
}

/** The regions as pixels, the highest y on top. */
function regionRaster({ classes, sureness }: Regions, plane: Plane): Raster {
  const color = (label: number, share: number): Rgb =>
    tint(rgb(look(label).color), 0.12 + 0.33 * (Number.isNaN(share) ? 0 : share));
  return {
    width: plane.columns,
    height: plane.rows,
    pixels: flipped(classes.map((label, i) => color(label, sureness[i])), plane),
    ink: flipped(classes.map((label) => label % 4 / 4), plane),
  };
}
