/**
 * How matrix products are cut into blocks.
 *
 * @module
 */
import type { Operand, Problem } from "./problem.ts";

/** The rows of a tile. */
const mostRows = 5;

/** The columns of tiles with as many rows, in vectors: what fits into 16 registers. */
const vectorsOf = (rows: number) => rows === 1 ? 8 : rows === 2 ? 4 : rows === 3 ? 3 : 2;

/** How many places are summed up before the sum is added to the result. */
const summedAtOnce = 256;

/** How many sums are added up in a row, on each level: errors grow like the number of levels. */
export const sumsAtOnce = 16;

/** How many tiles of rows of the left operand stay in the second-level cache. */
export const tilesAtOnce = 24;

/** How many panels of the right operand stay in the second-level cache. */
export const panelsAtOnce = 64;

/** How many tiles of rows are summed up at once where there are levels. */
export const tilesInLevels = 8 * tilesAtOnce;

/** How a product is cut into blocks. */
export interface Blocks {
  /** Tiles of rows: `big` of them have one row more than `rows`. */
  readonly tiles: number;
  readonly rows: number;
  readonly big: number;
  readonly panels: number;
  /** Columns of a panel, and of the last one. */
  readonly width: number;
  readonly lastWidth: number;
  /** Places summed at once. */
  readonly depth: number;
  readonly packLeft: boolean;
  readonly packRight: boolean;
  /** What threads share out: tiles of rows, or panels of columns. */
  readonly split: "rows" | "columns";
  /** How many levels of sums there are besides the result. */
  readonly levels: number;
  /** Bytes for the copies of the left and of the right operand, and for each level of sums. */
  readonly leftBytes: number;
  readonly rightBytes: number;
  readonly levelBytes: number;
}

/** Decides how a product is cut. */
export function blocksOf({ arithmetic, m, n, k, a, b }: Problem): Blocks {
  const { lanes, size, isFloat } = arithmetic;
  const width = vectorsOf(m) * lanes;
  const tiles = Math.ceil(m / mostRows);
  const rows = Math.floor(m / Math.max(tiles, 1));
  const panels = Math.ceil(n / width);
  const times = Math.max(1, Math.ceil(k / summedAtOnce));
  const depth = Math.ceil(k / times / lanes) * lanes;
  const flat = ({ free, summed }: Operand) => free.sizes.length < 2 && summed.sizes.length < 2;
  const packLeft = !flat(a) ||
    (k > 1 && a.summed.strides[0] !== 1 && m > 1 && a.free.strides[0] !== 1) ||
    (m * k * size > 65536 && panels > 2);
  const packRight = !flat(b) || (n > 1 && b.free.strides[0] !== 1) ||
    (k * n * size > 16384 && tiles > 2);
  let levels = 0;
  while (isFloat && depth * sumsAtOnce ** (levels + 1) < k) levels++;
  const rowsInLevels = Math.min(m, tilesInLevels * mostRows);
  const round = (bytes: number) => Math.ceil(bytes / 64) * 64;
  return {
    tiles,
    rows,
    big: tiles === 0 ? 0 : m % tiles,
    panels,
    width,
    lastWidth: n - (panels - 1) * width,
    depth,
    packLeft,
    packRight,
    split: tiles >= panels ? "rows" : "columns",
    leftBytes: packLeft ? round(Math.min(m, (tilesAtOnce + 1) * mostRows) * depth * size) : 0,
    levels,
    rightBytes: packRight ? round(Math.min(panels, panelsAtOnce) * width * depth * size) : 0,
    levelBytes: round(levels && rowsInLevels * Math.min(panels, panelsAtOnce) * width * size),
  };
}

/** The bytes that a thread needs for copies and for sums of levels. */
export function blocksBytes(problem: Problem): number {
  const { leftBytes, rightBytes, levels, levelBytes } = blocksOf(problem);
  return leftBytes + rightBytes + levels * levelBytes;
}
