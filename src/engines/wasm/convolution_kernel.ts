/**
 * Convolutions as sums of products of views.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import type { Convolution } from "../../primitives/convolution.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { ContractKernel } from "./program.ts";
import { type Buffer, type Load, rowMajor } from "./symbolic.ts";
import { windowAxes } from "./windows.ts";

/** From so many positions on each image is multiplied on its own, so that results lie in order. */
const many = 64;

/** So many positions in a row are copied to where they are multiplied as whole vectors. */
const row = 8;

/**
 * A convolution as sums of products: kernels as rows, positions as columns, summed over the window
 * and the channels of a group. `x` has its padding.
 */
export function convolutionKernel(
  x: Load,
  w: Load,
  params: Convolution,
  newBuffer: (shape: Shape) => Buffer,
): { readonly kernel: ContractKernel; readonly result: Load } {
  const { groups } = params;
  const [images] = x.shape;
  const [features, channels, ...size] = w.shape;
  const own = features / groups;
  const { inside, positions } = windowAxes(x, size, params);
  const [toImage, toChannel] = x.strides;
  const [toFeature, toOwnChannel, ...toInside] = w.strides;

  const along = positions.shape.length;
  const vectors = along > 0 && positions.shape[along - 1] >= row &&
    positions.strides[along - 1] === 1;
  // The longest of the summed axes is gone through fastest, where that does not break vectors.
  const last = vectors && channels > (size.at(-1) ?? 0);
  const summed = <T>(channel: T, others: readonly T[]) =>
    last ? [...others, channel] : [channel, ...others];
  const each = sizeOf(positions.shape) >= many && images > 1;
  const image = <T>(value: T) => each ? [value] : [];
  const together = <T>(value: T) => each ? [] : [value];

  const left: Load = {
    ...w,
    shape: [...image(images), groups, own, ...summed(channels, size)],
    strides: [
      ...image(0),
      own * toFeature,
      toFeature,
      ...summed(toOwnChannel, toInside),
    ],
  };
  const right: Load = {
    ...x,
    shape: [
      ...image(images),
      groups,
      ...summed(channels, inside.shape),
      ...together(images),
      ...positions.shape,
    ],
    strides: [
      ...image(toImage),
      channels * toChannel,
      ...summed(toChannel, inside.strides),
      ...together(toImage),
      ...positions.strides,
    ],
  };
  const shape = [images, features, ...positions.shape];
  const buffer = newBuffer(
    each ? shape : [groups, own, images, ...positions.shape],
  );
  const batches = each ? [0, 1] : [0];
  const counted = (first: number) => [channels, ...size].map((_, i) => first + i);
  const plane = rowMajor(positions.shape);
  const places = sizeOf(positions.shape);
  return {
    kernel: {
      kind: "contract",
      left,
      right,
      batch: [batches, batches],
      contract: [counted(batches.length + 1), counted(batches.length)],
      buffer,
    },
    result: {
      kind: "load",
      buffer,
      shape,
      dtype: buffer.dtype,
      offset: 0,
      strides: each ? rowMajor(shape) : [places, images * places, ...plane],
    },
  };
}
