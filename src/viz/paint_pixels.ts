/**
 * Pixels in characters: half a cell each in colours, else shades or dots.
 *
 * @module
 */
import { cell } from "./cells.ts";
import type { Item } from "./layout.ts";
import { dithered, meanColor, meanInk, type Part, type Raster } from "./raster.ts";
import type { Surface } from "./surface.ts";

/** The width and height of a braille dot, in pixels. */
export const dot: number = cell.width / 2;

/** The characters of shares of ink. */
const shades = [" ", "░", "▒", "▓", "█"] as const;

/** The part of a raster that is in one of `across` by `down` places. */
function partAt(column: number, row: number, across: number, down: number): Part {
  return {
    left: column / across,
    right: (column + 1) / across,
    top: row / down,
    bottom: (row + 1) / down,
  };
}

/** Paints a raster over the rectangle of an item. */
export function paintPixels(on: Surface, raster: Raster, shaded: boolean, item: Item): void {
  const { x = 0, y = 0, width = 0, height = 0 } = item;
  const left = Math.round(x / cell.width);
  const top = Math.round(y / cell.height);
  const columns = Math.max(1, Math.round((x + width) / cell.width) - left);
  const rows = Math.max(1, Math.round((y + height) / cell.height) - top);
  const isCoarse = columns >= raster.width && rows >= raster.height;
  if (!on.colors && !shaded && !isCoarse) return paintDots(on, raster, left, top, columns, rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [atColumn, atRow] = [left + column, top + row];
      if (on.colors) {
        on.put(atColumn, atRow, "▀", meanColor(raster, partAt(column, 2 * row, columns, 2 * rows)));
        const lower = partAt(column, 2 * row + 1, columns, 2 * rows);
        on.ground(atColumn, atRow, meanColor(raster, lower));
      } else {
        const ink = meanInk(raster, partAt(column, row, columns, rows));
        const char = shades[Math.round(ink * (shades.length - 1))];
        if (char !== " ") on.put(atColumn, atRow, char);
      }
    }
  }
}

function paintDots(
  on: Surface,
  raster: Raster,
  left: number,
  top: number,
  columns: number,
  rows: number,
): void {
  const [across, down] = [2 * columns, 4 * rows];
  const inks = Array.from(
    { length: across * down },
    (_, i) => meanInk(raster, partAt(i % across, Math.floor(i / across), across, down)),
  );
  dithered(inks, across).forEach((isDrawn, i) => {
    if (!isDrawn) return;
    on.dot((left * 2 + i % across + 0.5) * dot, (top * 4 + Math.floor(i / across) + 0.5) * dot);
  });
}
