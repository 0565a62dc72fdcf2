/**
 * Pictures made of pixels.
 *
 * @module
 */
import { encode } from "fast-png";
import { type ColorMap, colorMap, type Rgb } from "./palette.ts";

/** Colours in rows, the first row on top. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** The colour of each pixel. */
  readonly pixels: readonly Rgb[];
  /** How much of each pixel's area is drawn on where there are no colours, from 0 to 1. */
  readonly ink: readonly number[];
}

/** A raster as the data URL of a PNG file. */
export function pngUrl({ width, height, pixels }: Raster): string {
  const png = encode({ width, height, channels: 3, data: Uint8Array.from(pixels.flat()) });
  let bytes = "";
  for (const byte of png) bytes += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(bytes)}`;
}

/**
 * The raster of numbers in row-major order. Numbers at `low` and below have the map's first colour,
 * those at `high` and above its last; those that are no number are left grey.
 */
export function rasterOf(
  values: ArrayLike<number>,
  width: number,
  map: ColorMap,
  [low, high]: readonly [number, number],
): Raster {
  const color = colorMap(map);
  const shares = Array.from(values, (value) => share(value, low, high));
  return {
    width,
    height: values.length / width,
    pixels: shares.map((s): Rgb => Number.isNaN(s) ? [200, 200, 200] : color(s)),
    ink: shares.map((s) => Number.isNaN(s) ? 0 : s),
  };
}

/** Where a number is between two, from 0 to 1; in the middle where the two are one. */
export function share(value: number, low: number, high: number): number {
  if (high === low) return Number.isNaN(value) ? NaN : 0.5;
  // Halved, so that the difference of very large numbers is finite.
  const part = (value / 2 - low / 2) / (high / 2 - low / 2);
  return Math.min(1, Math.max(0, part));
}

/** A rectangle of a raster, in parts of its width and height. */
export interface Part {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The pixels whose middles lie in a part, or the one that is at the part's own middle. */
function pixelsIn({ width, height }: Raster, { left, right, top, bottom }: Part): number[] {
  const range = (from: number, to: number, size: number): readonly [number, number] => {
    const first = Math.ceil(from * size - 0.5);
    const end = Math.ceil(to * size - 0.5);
    const middle = Math.min(size - 1, Math.floor((from + to) / 2 * size));
    return end > first ? [Math.max(0, first), Math.min(size, end)] : [middle, middle + 1];
  };
  const [firstRow, endRow] = range(top, bottom, height);
  const [firstColumn, endColumn] = range(left, right, width);
  const found: number[] = [];
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) found.push(row * width + column);
  }
  return found;
}

/** The mean colour of a part of a raster. */
export function meanColor(raster: Raster, part: Part): Rgb {
  const pixels = pixelsIn(raster, part);
  const mean = (channel: 0 | 1 | 2): number =>
    Math.round(pixels.reduce((sum, i) => sum + raster.pixels[i][channel], 0) / pixels.length);
  return [mean(0), mean(1), mean(2)];
}

/** The mean ink of a part of a raster. */
export function meanInk(raster: Raster, part: Part): number {
  const pixels = pixelsIn(raster, part);
  return pixels.reduce((sum, i) => sum + raster.ink[i], 0) / pixels.length;
}

/**
 * Shares of ink in rows of `width` as dots that are there or not: each dot's error goes on to those
 * after it (Floyd and Steinberg, 1976).
 */
export function dithered(ink: readonly number[], width: number): readonly boolean[] {
  const left = [...ink];
  return left.map((_, i) => {
    const dot = left[i] >= 0.5;
    const error = left[i] - (dot ? 1 : 0);
    const column = i % width;
    const spread = (offset: number, across: number, sixteenths: number): void => {
      const to = column + across;
      if (to >= 0 && to < width && i + offset < left.length) {
        left[i + offset] += error * sixteenths / 16;
      }
    };
    spread(1, 1, 7);
    spread(width - 1, -1, 3);
    spread(width, 0, 5);
    spread(width + 1, 1, 1);
    return dot;
  });
}

/** The raster of red, green and blue, one plane after another: `[3, H, W]`. */
export function colorRaster(
  values: readonly number[],
  width: number,
  [low, high]: readonly [number, number],
): Raster {
  const size = values.length / 3;
  const channel = (i: number): number => {
    const part = share(values[i], low, high);
    return Number.isNaN(part) ? 200 : Math.round(255 * part);
  };
  const pixels = Array.from(
    { length: size },
    (_, i): Rgb => [channel(i), channel(size + i), channel(2 * size + i)],
  );
  return { width, height: size / width, pixels, ink: pixels.map(brightness) };
}

/** How bright a colour is, from 0 to 1 (ITU-R BT.601). */
export function brightness([red, green, blue]: Rgb): number {
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
