/**
 * Images beside each other.
 *
 * @module
 */
import { type DType, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { type ChartOptions, requireDomain, sizeOf } from "./axes.ts";
import { chartPicture } from "./chart_picture.ts";
import type { Axis, Panel } from "./chart.ts";
import { requireNames } from "./heatmap.ts";
import { elementsOf, extent } from "./numbers.ts";
import type { ColorMap } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { colorRaster, type Raster, rasterOf } from "./raster.ts";

/**
 * Images: one `[H, W]`, several `[N, H, W]` or `[N, 1, H, W]`, or several with red, green and blue
 * `[N, 3, H, W]`.
 */
export type Images =
  | Tensor<[number, number], DType>
  | Tensor<[number, number, number], DType>
  | Tensor<[number, number, number, number], DType>;

/** How {@linkcode imageGrid} draws. `height` is that of a row of images. */
export interface ImageGridOptions extends ChartOptions {
  /** How many images a row has at most; as many as there are, up to 8, unless given. */
  readonly columns?: number;
  /** What is written above each image. */
  readonly labels?: readonly string[];
  /**
   * The values that are black and white: two numbers, `"all"` for the least and the greatest of all
   * images, or `"each"` for those of each image; `"each"` unless given.
   */
  readonly range?: "each" | "all" | readonly [number, number];
  /** The colours of images without colour; `"grey"` unless given. */
  readonly map?: ColorMap;
}

/** An image is one unit wide and high. */
const square: Axis = { domain: [-0.5, 0.5], nice: false, scale: "linear", grid: false };

/** As many images can be told from each other. */
const most = 400;

/**
 * Draws images in rows. In a terminal without colours, a brighter pixel has more dots.
 *
 * @throws {ShapeError} Where the images have another layout, or are too many or none.
 * @throws {RangeError} Where there are not as many labels as images, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { imageGrid } from "@katachi/katachi/viz";
 *
 * const noise = random.uniform(random.key(0), [4, 16, 16]);
 * console.log(imageGrid(noise, { labels: ["a", "b", "c", "d"], range: [0, 1] }).text());
 * ```
 */
export function imageGrid(images: Images, options: ImageGridOptions = {}): Picture {
  return imagesPicture("imageGrid", images, options);
}

/** The picture of images, for the functions that draw some. */
export function imagesPicture(
  operation: string,
  images: Images,
  options: ImageGridOptions,
): Picture {
  const { count, channels, height, width } = layoutOf(operation, images.shape);
  const { title, labels, columns = Math.min(8, count), range = "each", map = "grey" } = options;
  requireNames(operation, "labels", labels, count);
  if (!Number.isSafeInteger(columns) || columns < 1) {
    throw new RangeError(
      `${operation}: columns must be a whole number from 1 on, got ${columns}`,
    );
  }
  if (range !== "each" && range !== "all") requireDomain(operation, "range", range);
  const values = elementsOf(images);
  const ofAll = range === "all" ? extent(values) : range === "each" ? undefined : range;
  const size = channels * height * width;
  const panels = Array.from({ length: count }, (_, i): Panel => {
    const own = values.slice(i * size, (i + 1) * size);
    const between = ofAll ?? extent(own) ?? [0, 1];
    const raster: Raster = channels === 3
      ? colorRaster(own, width, between)
      : rasterOf(own, width, map, between);
    return {
      title: labels?.[i],
      axes: false,
      x: square,
      y: square,
      marks: [{
        mark: "pixels",
        x: [-0.5, 0.5],
        y: [-0.5, 0.5],
        raster,
        smooth: false,
        shaded: false,
      }],
      aspect: height / width,
    };
  });
  const wide = Math.max(160, Math.min(720, 24 + 112 * Math.min(columns, count)));
  return chartPicture({
    title,
    panels,
    columns,
    ...sizeOf(operation, { width: wide, height: 480, ...options }),
  });
}

/** How many images there are, of which size. */
function layoutOf(
  operation: string,
  shape: readonly number[],
): { count: number; channels: number; height: number; width: number } {
  const [width = 0, height = 0, third = 1, fourth] = [...shape].reverse();
  const count = fourth ?? third;
  const channels = fourth === undefined ? 1 : third;
  if (shape.length < 2 || shape.length > 4 || (channels !== 1 && channels !== 3)) {
    throw new ShapeError(
      `${operation}: images must be [H, W], [N, H, W], [N, 1, H, W] or [N, 3, H, W], got ${
        showShape(shape)
      }`,
    );
  }
  if (count === 0 || width === 0 || height === 0) {
    throw new ShapeError(`${operation}: there is no image in ${showShape(shape)}`);
  }
  if (count > most) {
    throw new ShapeError(
      `${operation}: ${count} images are too many to draw; take ${most} of them`,
    );
  }
  return { count, channels, height, width };
}
