/**
 * The filters of a convolution.
 *
 * @module
 */
import { type DType, reshape, type Tensor } from "../../mod.ts";
import { type ImageGridOptions, imagesPicture } from "./image_grid.ts";
import { elementsOf, extent, requireRank } from "./numbers.ts";
import type { Picture } from "./picture.ts";

/**
 * Draws the kernel `[O, C, KH, KW]` of a convolution: the filters of 3 channels in colours, those of
 * others a channel at a time, one filter a row. Blue is negative and red is positive, as far from white
 * as from 0.
 *
 * @throws {ShapeError} Where the kernel has not four axes, or there are too many or none to draw.
 * @throws {RangeError} Where an option is out of its range.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { conv } from "@katachi/katachi/nn";
 * import { filterGrid } from "@katachi/katachi/viz";
 *
 * const params = conv.of(1, 8, [5, 5]).init(random.key(0));
 * console.log(filterGrid(params.weight, { columns: 4 }).text());
 * ```
 */
export function filterGrid(
  kernel: Tensor<[number, number, number, number], DType>,
  options: ImageGridOptions = {},
): Picture {
  const operation = "filterGrid";
  requireRank(operation, "the kernel", kernel, 4, "[O, C, KH, KW]");
  const [filters, channels, height, width] = kernel.shape;
  if (channels === 3) return imagesPicture(operation, kernel, options);
  const [least, greatest] = extent(elementsOf(kernel)) ?? [0, 0];
  const most = Math.max(Math.abs(least), Math.abs(greatest)) || 1;
  return imagesPicture(operation, reshape(kernel, [filters * channels, height, width]), {
    map: "redblue",
    range: [-most, most],
    ...(channels === 1 ? {} : { columns: channels }),
    ...options,
  });
}
