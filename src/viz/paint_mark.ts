/**
 * Marks in characters.
 *
 * @module
 */
import type { Band, Bars, Line, Mark, Points, Rule, Words } from "./chart.ts";
import { cell, cellsOf } from "./cells.ts";
import { clipped } from "./clip.ts";
import type { Item } from "./layout.ts";
import { ink, type Look, rgb, tint } from "./palette.ts";
import { dot, paintPixels } from "./paint_pixels.ts";
import type { Surface } from "./surface.ts";

/** Paints what Vega has made of a mark's rows. */
export function paintMark(on: Surface, mark: Mark, items: readonly Item[]): void {
  switch (mark.mark) {
    case "line":
      return paintLine(on, mark, items);
    case "points":
      return paintPoints(on, mark, items);
    case "band":
      return paintBand(on, mark, items);
    case "bars":
      return items.forEach((item, i) => paintBar(on, mark, i, item));
    case "rule":
      return items.forEach((item) => paintRule(on, mark, item));
    case "words":
      return items.forEach((item, i) => paintWord(on, mark, i, item));
    case "pixels":
      return items.forEach((item) => paintPixels(on, mark.raster, mark.shaded, item));
  }
}

/** Which dots of a line are drawn: each, three of six, or one of three. */
type Pattern = "whole" | "dashed" | "faint";

/** A line of dots; gives how many there were, so that the next goes on with the pattern. */
function stroke(
  on: Surface,
  from: Item,
  to: Item,
  look: Pick<Look, "color">,
  pattern: Pattern,
  start = 0,
): number {
  const line = clipped(
    { x1: from.x ?? 0, y1: from.y ?? 0, x2: to.x ?? 0, y2: to.y ?? 0 },
    on.columns * cell.width,
    on.rows * cell.height,
  );
  if (line === undefined) return start;
  // From dot to dot, so that each column, or each row of a steep line, has one.
  const at = (place: number, cells: number, size: number): number =>
    Math.min(Math.floor(place / dot), cells * size / dot - 1);
  const [column, row] = [
    at(line.x1, on.columns, cell.width),
    at(line.y1, on.rows, cell.height),
  ];
  const across = at(line.x2, on.columns, cell.width) - column;
  const down = at(line.y2, on.rows, cell.height) - row;
  const steps = Math.max(Math.abs(across), Math.abs(down));
  const color = rgb(look.color);
  for (let i = 0; i <= steps; i++) {
    const part = steps === 0 ? 0 : i / steps;
    if (pattern === "dashed" && (start + i) % 6 > 2) continue;
    if (pattern === "faint" && (start + i) % 3 > 0) continue;
    const x = column + Math.round(part * across);
    const y = row + Math.round(part * down);
    on.dot((x + 0.5) * dot, (y + 0.5) * dot, color);
  }
  return start + steps;
}

function paintLine(
  on: Surface,
  { look, dashed, faint, glyphs }: Line,
  items: readonly Item[],
): void {
  const pattern = faint === true ? "faint" : dashed === true ? "dashed" : "whole";
  let drawn = 0;
  items.forEach((item, i) => {
    const previous = items[i - 1] ?? item;
    const isWhole = item.defined !== false && previous.defined !== false;
    if (isWhole) drawn = stroke(on, previous, item, look, pattern, drawn);
  });
  if (glyphs === true && !on.colors) paintGlyphs(on, look, items);
}

/** A line's glyph, where it enters and then every so many cells. */
function paintGlyphs(on: Surface, { glyph }: Look, items: readonly Item[]): void {
  const every = 10 * cell.width;
  // Lines that lie on each other have their glyphs side by side.
  let next = (glyph.codePointAt(0) ?? 0) % 5 * 2 * cell.width;
  let way = 0;
  items.forEach((item, i) => {
    const previous = items[i - 1];
    if (previous === undefined || item.defined === false || previous.defined === false) return;
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [previous.x, previous.y, item.x, item.y];
    const length = Math.hypot(x2 - x1, y2 - y1);
    // What lies far outside has no glyph that could be seen.
    if (!(length < 1e4)) return;
    for (; next <= way + length; next += every) {
      const part = length === 0 ? 0 : (next - way) / length;
      on.put(on.column(x1 + part * (x2 - x1)), on.row(y1 + part * (y2 - y1)), glyph);
    }
    way += length;
  });
}

function paintPoints(on: Surface, { look, dots }: Points, items: readonly Item[]): void {
  for (const { x = 0, y = 0 } of items) {
    if (dots === true) on.dot(x, y, rgb(look.color));
    else on.put(on.column(x), on.row(y), on.colors ? "●" : look.glyph, rgb(look.color));
  }
}

/** The cells whose middle is between the two lines. */
function paintBand(on: Surface, { look }: Band, items: readonly Item[]): void {
  for (let column = 0; column < on.columns; column++) {
    const x = (column + 0.5) * cell.width;
    const i = items.findIndex((item, i) =>
      i > 0 && (items[i - 1].x ?? 0) <= x && x <= (item.x ?? 0)
    );
    if (i < 0 || items[i].defined === false || items[i - 1].defined === false) continue;
    const [from, to] = [items[i - 1], items[i]];
    const [x1 = 0, x2 = 0] = [from.x, to.x];
    const part = x2 === x1 ? 0 : (x - x1) / (x2 - x1);
    const between = (a = 0, b = 0): number => a + part * (b - a);
    const top = between(from.y, to.y);
    const bottom = between(from.y2, to.y2);
    for (let row = 0; row < on.rows; row++) {
      const y = (row + 0.5) * cell.height;
      if (y < top || y > bottom) continue;
      if (on.colors) on.ground(column, row, tint(rgb(look.color), 0.25));
      else if (on.read(column, row) === "") on.put(column, row, "░");
    }
  }
}

/** Parts of a cell, from below and from the left, in eighths. */
const [fromBelow, fromLeft] = [" ▁▂▃▄▅▆▇█", " ▏▎▍▌▋▊▉█"].map((chars) => Array.from(chars));

function paintBar(on: Surface, { bars, look, along, backdrop }: Bars, i: number, item: Item): void {
  const { x = 0, y = 0, width = 0, height = 0 } = item;
  const color = rgb(bars[i].color ?? look.color);
  const left = Math.round(x / cell.width);
  const right = Math.max(Math.round((x + width) / cell.width), left + 1);
  const top = Math.round(y / cell.height);
  const bottom = Math.max(Math.round((y + height) / cell.height), top + 1);
  if (backdrop === true) {
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) on.ground(column, row, color);
    }
  } else if (along === "x") {
    const eighths = Math.round(width / cell.width * 8);
    // As many rows above as below the middle, where the bar's name is.
    const around = Math.max(0, Math.floor((height / cell.height - 1) / 2));
    const middle = on.row(y + height / 2);
    for (let row = middle - around; row <= middle + around; row++) {
      for (let n = 0; n * 8 < eighths; n++) {
        on.put(left + n, row, fromLeft[Math.min(8, eighths - n * 8)], color);
      }
    }
  } else {
    const eighths = Math.round(height / cell.height * 8);
    const ground = Math.round((y + height) / cell.height);
    for (let column = left; column < right; column++) {
      for (let n = 0; n * 8 < eighths; n++) {
        on.put(column, ground - 1 - n, fromBelow[Math.min(8, eighths - n * 8)], color);
      }
    }
  }
}

function paintRule(on: Surface, _: Rule, { x = 0, y = 0, x2 = x, y2 = y }: Item): void {
  stroke(on, { x, y }, { x: x2, y: y2 }, { color: ink.quiet }, "dashed");
}

function paintWord(on: Surface, { words, align }: Words, i: number, item: Item): void {
  const { x = 0, y = 0, text = "" } = item;
  const before = { left: 0, center: 0.5, right: 1 }[align] * cellsOf(text);
  const { color } = words[i];
  let column = Math.round(x / cell.width - before);
  // Words that run into each other could not be read.
  const isTaken = Array.from(
    { length: cellsOf(text) + 1 },
    (_, i) => on.read(column - 1 + i, on.row(y)),
  )
    .some((char) => char !== "" && char !== " " && char !== "▀");
  if (isTaken) return;
  for (const char of text) {
    on.put(column, on.row(y), char, color === undefined ? undefined : rgb(color));
    column += cellsOf(char);
  }
}
