/**
 * The inside of a panel in a terminal: pixels of its own over cells of a grid.
 *
 * @module
 */
import { cell, type Cells } from "./cells.ts";
import type { Frame } from "./frames.ts";
import type { Rgb } from "./palette.ts";

/** What the marks of a panel are painted on. Places are in pixels from its upper left corner. */
export interface Surface {
  /** Whether colours are written. */
  readonly colors: boolean;
  /** How many cells it has in a row, and in a column. */
  readonly columns: number;
  readonly rows: number;
  /** The column, or row, of a place; the last for the very end. */
  readonly column: (x: number) => number;
  readonly row: (y: number) => number;
  /** What is written in a cell. */
  readonly read: (column: number, row: number) => string;
  /** Writes a character into a cell. */
  readonly put: (column: number, row: number, char: string, color?: Rgb) => void;
  /** Colours a cell's ground. */
  readonly ground: (column: number, row: number, color: Rgb) => void;
  /** Sets a dot. */
  readonly dot: (x: number, y: number, color?: Rgb) => void;
}

/** The part of a grid that is inside of a frame. */
export function surface(cells: Cells, frame: Frame, colors: boolean): Surface {
  const left = Math.round(frame.x / cell.width);
  const top = Math.round(frame.y / cell.height);
  const columns = Math.round(frame.width / cell.width);
  const rows = Math.round(frame.height / cell.height);
  const inside = (column: number, row: number): boolean =>
    column >= 0 && column < columns && row >= 0 && row < rows;
  // The frame's last pixel belongs to it.
  const within = (place: number, size: number): number => place === size ? place - 0.001 : place;
  return {
    colors,
    columns,
    rows,
    column: (x) => Math.floor(within(x, frame.width) / cell.width),
    row: (y) => Math.floor(within(y, frame.height) / cell.height),
    read: (column, row) => cells.read(left + column, top + row),
    put: (column, row, char, color) => {
      if (inside(column, row)) {
        cells.put(left + column, top + row, char, colors ? color : undefined);
      }
    },
    ground: (column, row, color) => {
      if (colors && inside(column, row)) cells.ground(left + column, top + row, color);
    },
    dot: (x, y, color) => {
      if (x < 0 || x > frame.width || y < 0 || y > frame.height) return;
      cells.dot(
        left * cell.width + within(x, frame.width),
        top * cell.height + within(y, frame.height),
        colors ? color : undefined,
      );
    },
  };
}
