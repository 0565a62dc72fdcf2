/**
 * The loss around trained parameters.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  astype,
  fromBuffer,
  jit,
  linspace,
  mul,
  random,
  scan,
  slice,
  type Tensor,
  treeMap,
} from "../../mod.ts";
import type { FloatDType } from "../../mod.ts";
import { isFloating } from "../tensor/dtype.ts";
import { type ChartOptions, sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Points } from "./chart.ts";
import { contourPanel, type Levels } from "./contour_plot.ts";
import { filterNormalizedDirection } from "./filter_direction.ts";
import { linePanel } from "./line_plot.ts";
import { elementsOf } from "./numbers.ts";
import { look } from "./palette.ts";
import type { Picture } from "./picture.ts";

/** Where {@linkcode lossSurface} evaluates the loss. */
export interface LossSurfaceOptions {
  /** How far it goes, to both sides, in lengths of the parameters' own filters; 1 unless given. */
  readonly span?: number;
  /** At how many places along each direction: an odd number; 31 unless given. */
  readonly resolution?: number;
}

/** The loss in a plane through the parameters. */
export interface LossSurface {
  /** How far along a direction: from minus the span to the span. */
  readonly steps: Tensor<[number]>;
  /** The loss: along the second direction from row to row, along the first in each. */
  readonly values: Tensor<[number, number], FloatDType>;
}

/** How {@linkcode lossLandscape} draws. */
export interface LossLandscapeOptions extends LossSurfaceOptions, ChartOptions {
  /** Along how many directions: a line, or contour lines; 2 unless given. */
  readonly directions?: 1 | 2;
  /** At which losses contour lines are; 12 of them unless given. */
  readonly levels?: Levels;
}

/**
 * The loss at `params` plus multiples of two random directions, see
 * {@linkcode filterNormalizedDirection}. All of it is one compiled program, which evaluates one place
 * after another.
 *
 * @throws {RangeError} Where an option is out of its range.
 *
 * @example
 * ```ts
 * import { ones, random, type Tensor } from "@katachi/katachi";
 * import { lossSurface } from "@katachi/katachi/viz";
 *
 * const loss = (params: { w: Tensor<[3, 2]> }) => params.w.sub(1).square().sum();
 * const { values } = lossSurface(loss, { w: ones([3, 2]) }, random.key(0), { resolution: 5 });
 * values.shape; // [5, 5], with 0 in the middle
 * ```
 */
export function lossSurface<P>(
  loss: (params: P) => Tensor<[], FloatDType>,
  params: P,
  key: random.Key,
  options: LossSurfaceOptions = {},
): LossSurface {
  const { steps, values } = evaluate("lossSurface", loss, params, key, options, 2);
  const count = steps.length;
  return {
    steps: fromBuffer(Float32Array.from(steps), [count]),
    values: values.reshape([count, count]),
  };
}

/**
 * Draws the loss around parameters, along random directions that are as long as the parameters, filter
 * by filter (Li et al., "Visualizing the loss landscape of neural nets", 2018,
 * https://arxiv.org/abs/1712.09913). The parameters are in the middle.
 *
 * @throws {RangeError} Where an option is out of its range, or the loss is finite nowhere.
 *
 * @example
 * ```ts
 * import { ones, random, type Tensor } from "@katachi/katachi";
 * import { lossLandscape } from "@katachi/katachi/viz";
 *
 * const loss = (params: { w: Tensor<[3, 2]> }) => params.w.sub(1).square().mean();
 * console.log(lossLandscape(loss, { w: ones([3, 2]) }, random.key(0), { resolution: 15 }).text());
 * ```
 */
export function lossLandscape<P>(
  loss: (params: P) => Tensor<[], FloatDType>,
  params: P,
  key: random.Key,
  options: LossLandscapeOptions = {},
): Picture {
  const operation = "lossLandscape";
  const { directions = 2, title } = options;
  if (directions !== 1 && directions !== 2) {
    throw new RangeError(`${operation}: directions must be 1 or 2, got ${directions}`);
  }
  const { steps, values } = evaluate(operation, loss, params, key, options, directions);
  const losses = elementsOf(values);
  if (directions === 1) {
    const axes = { title, xLabel: "step along a random direction", yLabel: "loss" };
    const panel = linePanel(operation, [{ name: "loss", x: steps, y: losses }], axes);
    return chartPicture({ panels: [panel], columns: 1, ...sizeOf(operation, options) });
  }
  const ends = [steps[0], steps[steps.length - 1]] as const;
  const plane = { x: ends, y: ends, columns: steps.length, rows: steps.length };
  const panel = contourPanel(operation, losses, plane, {
    title,
    xLabel: "step along a first random direction",
    yLabel: "step along a second",
    levels: options.levels,
  });
  const middle: Points = {
    mark: "points",
    x: [0],
    y: [0],
    look: { ...look(1), glyph: "●", shape: "circle" },
    size: 64,
  };
  return chartPicture({
    panels: [{ ...panel, marks: [...panel.marks, middle] }],
    columns: 1,
    ...sizeOf(operation, { width: 440, height: 380, ...options }),
  });
}

/** The loss at every place of a line, or of a square row by row. */
function evaluate<P>(
  operation: string,
  loss: (params: P) => Tensor<[], FloatDType>,
  params: P,
  key: random.Key,
  { span = 1, resolution = 31 }: LossSurfaceOptions,
  directions: 1 | 2,
): { steps: readonly number[]; values: Tensor<[number], FloatDType> } {
  if (!(span > 0 && span < Infinity)) {
    throw new RangeError(`${operation}: span must be a positive number, got ${span}`);
  }
  if (!Number.isSafeInteger(resolution) || resolution < 3 || resolution % 2 === 0) {
    throw new RangeError(`${operation}: resolution must be odd and 3 or more, got ${resolution}`);
  }
  const steps = elementsOf(linspace(-span, span, resolution));
  const places = directions === 1
    ? steps.map((step) => [step, 0])
    : steps.flatMap((second) => steps.map((first) => [first, second]));
  const program = (params: P, first: P, second: P, places: Tensor<[number, 2]>) => {
    const [, losses] = scan(
      (carry: null, place: Tensor<[2]>) => [carry, loss(moved(params, first, second, place))],
      null,
      places,
    );
    return losses;
  };
  const [one, two] = random.split(key);
  const values = (jit(program as never) as unknown as typeof program)(
    params,
    filterNormalizedDirection(one, params),
    filterNormalizedDirection(two, params),
    fromBuffer(Float32Array.from(places.flat()), [places.length, 2]),
  );
  return { steps, values };
}

/** Parameters, moved along two directions. */
function moved<P>(params: P, first: P, second: P, place: Tensor<[2]>): P {
  const [a, b] = [slice(place, [0]), slice(place, [1])];
  return treeMap(
    (leaf, first, second) => {
      if (!isFloating(leaf.dtype)) return leaf;
      const along = (direction: AnyTensor, step: Tensor<[]>): AnyTensor =>
        mul(direction, astype(step, leaf.dtype)) as AnyTensor;
      return add(leaf, add(along(first, a), along(second, b))) as AnyTensor;
    },
    params,
    first,
    second,
  );
}
