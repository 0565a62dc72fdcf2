/**
 * Digits drawn by the program: ten glyphs, shifted, scaled, slanted and noisy at random.
 *
 * @module
 */
import { fromBuffer, random, type Tensor } from "@katachi/katachi";

const glyphs = [
  ["01110", "10001", "10011", "10101", "11001", "10001", "01110"],
  ["00100", "01100", "00100", "00100", "00100", "00100", "01110"],
  ["01110", "10001", "00001", "00110", "01000", "10000", "11111"],
  ["11110", "00001", "00001", "01110", "00001", "00001", "11110"],
  ["00010", "00110", "01010", "10010", "11111", "00010", "00010"],
  ["11111", "10000", "11110", "00001", "00001", "10001", "01110"],
  ["00110", "01000", "10000", "11110", "10001", "10001", "01110"],
  ["11111", "00001", "00010", "00100", "01000", "01000", "01000"],
  ["01110", "10001", "10001", "01110", "10001", "10001", "01110"],
  ["01110", "10001", "10001", "01111", "00001", "00010", "01100"],
];

/** How dark a glyph is at a point, between its cells by linear interpolation. */
function ink(glyph: readonly string[], row: number, column: number): number {
  const cell = (r: number, c: number) => Number(glyph[r]?.[c] ?? 0);
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const upper = cell(top, left) * (1 - right) + cell(top, left + 1) * right;
  const lower = cell(top + 1, left) * (1 - right) + cell(top + 1, left + 1) * right;
  return upper * (1 - down) + lower * down;
}

/** So many digits of 28 by 28 pixels, as rows, with their labels. */
export function drawDigits(
  key: random.Key,
  count: number,
): { x: Tensor<[number, 784]>; y: Tensor<[number], "int32"> } {
  const [labelKey, shapeKey, noiseKey] = random.split(key, 3);
  const labels = random.randint(labelKey, [count], 0, 10).data;
  // For each digit: shift down and right, scale, slant, darkness, place in the noise; from -1 to 1.
  const shapes = random.uniform(shapeKey, [count, 6], { minval: -1 }).data;
  const noise = random.normal(noiseKey, [20_000]).data;
  const pixels = new Float32Array(count * 784);
  for (const [i, label] of labels.entries()) {
    const [down, right, size, slant, dark, place] = shapes.subarray(6 * i, 6 * i + 6);
    const scale = 3 + 0.6 * size;
    const grain = Math.floor((place + 1) / 2 * (noise.length - 784));
    for (let pixel = 0; pixel < 784; pixel++) {
      const y = (Math.floor(pixel / 28) - 13.5 - 3 * down) / scale;
      const x = (pixel % 28 - 13.5 - 3 * right) / scale + 0.25 * slant * y;
      const value = ink(glyphs[label], y + 3, x + 2) * (0.85 + 0.15 * dark) +
        0.12 * noise[grain + pixel];
      pixels[784 * i + pixel] = Math.min(1, Math.max(0, value));
    }
  }
  return { x: fromBuffer(pixels, [count, 784]), y: fromBuffer(labels, [count]) };
}
