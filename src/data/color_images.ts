import type { Tensor } from "../../mod.ts";
import { wrap } from "../tensor/storage.ts";
import { FormatError } from "./format_error.ts";

/** How many bytes a picture of CIFAR has: 3 colours of 32 by 32. */
export const pixels = 3 * 32 * 32;

/** The records of CIFAR as bytes, a quarter of what they take as tensors. */
export interface CifarRecords {
  /** The pictures one after the other: `[N, 3, 32, 32]`, from 0 to 255. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** What each is: from 0 to 9, or to 99. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** With CIFAR-100 alone, which of 20 superclasses each belongs to. */
  readonly coarse?: Uint8Array<ArrayBuffer>;
}

/** Pictures in colour as data to learn from. */
export interface ColorImages<N extends number = number> {
  /** Red, green and blue from 0 to 1. */
  readonly x: Tensor<[N, 3, 32, 32]>;
  /** What each shows. */
  readonly y: Tensor<[N], "int32">;
}

/**
 * Records as tensors: the pixels from 0 to 1, the labels as they are. They take four times the
 * memory of the records.
 *
 * @throws {FormatError} Where images and labels are not as many.
 *
 * @example
 * ```ts
 * import { colorImages } from "@katachi/katachi/data";
 *
 * const { x, y } = colorImages({
 *   images: new Uint8Array(3072).fill(255),
 *   labels: new Uint8Array([9]),
 * });
 * x.mean().item(); // 1
 * y.toArray(); // [9]
 * ```
 */
export function colorImages({ images, labels }: CifarRecords): ColorImages {
  const rows = labels.length;
  if (images.length !== rows * pixels) {
    throw new FormatError(
      `colorImages: ${rows} labels go with ${rows * pixels} bytes of images, got ${images.length}`,
    );
  }
  const values = new Float32Array(images.length);
  for (let i = 0; i < values.length; i++) values[i] = images[i] / 255;
  return {
    x: wrap([rows, 3, 32, 32] as const, "float32", values),
    y: wrap([rows] as const, "int32", Int32Array.from(labels)),
  } as unknown as ColorImages;
}

/**
 * Tensors as records, to be written: the pixels to the nearest of 256 levels.
 *
 * @throws {FormatError} Where a pixel is not from 0 to 1, or a label not from 0 to 255.
 *
 * @example
 * ```ts
 * import { full, zeros } from "@katachi/katachi";
 * import { cifarRecords, encodeCifar10 } from "@katachi/katachi/data";
 *
 * const records = cifarRecords({ x: full([2, 3, 32, 32], 0.5), y: zeros([2], "int32") });
 * records.images[0]; // 128
 * encodeCifar10(records).length; // 6146
 * ```
 */
export function cifarRecords<N extends number>({ x, y }: ColorImages<N>): CifarRecords {
  const bytes = (name: string, values: ArrayLike<number>, scale: number) =>
    Uint8Array.from(values, (value, i) => {
      const level = value * scale;
      if (level >= 0 && level <= 255) return Math.round(level);
      throw new FormatError(
        `cifarRecords: ${name} are from 0 to ${255 / scale}, got ${value} at element ${i}`,
      );
    });
  return { images: bytes("pixels", x.data, 255), labels: bytes("labels", y.data, 1) };
}
