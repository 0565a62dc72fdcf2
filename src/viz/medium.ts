/**
 * What a chart is laid out for: a page, or a terminal whose characters are all of one size.
 *
 * @module
 */
import { cell, cellsOf } from "./cells.ts";

/** Sizes in pixels, by which a chart is laid out. */
export interface Medium {
  readonly name: "page" | "terminal";
  /** The height of a line of text. */
  readonly line: number;
  /** The size of the font. */
  readonly font: number;
  /** The size of a title's. */
  readonly titleFont: number;
  /** From a panel's frame to its tick labels. */
  readonly tick: number;
  /** Between two ticks of a y axis, roughly. */
  readonly rung: number;
  /** Half of what a point takes in a legend. */
  readonly sign: number;
  /** From a panel's frame to what is written above it. */
  readonly headGap: number;
  /** Between the panels of a row, and between rows. */
  readonly gap: number;
  /** Around it all. */
  readonly margin: number;
  /** The narrowest panel that has axes, and one that has none. */
  readonly least: { readonly axes: number; readonly bare: number };
  /** The most for each of an axis' names. */
  readonly most: { readonly across: number; readonly down: number };
  /** A length that the medium can have, from one that a chart asks for. */
  readonly across: (width: number) => number;
  readonly down: (height: number) => number;
  /** How wide a text is. */
  readonly textWidth: (text: string) => number;
}

/** A page that shows SVG. */
export const page: Medium = {
  name: "page",
  line: 18,
  font: 12,
  titleFont: 14,
  tick: 8,
  rung: 40,
  sign: 8,
  headGap: 4,
  gap: 24,
  margin: 12,
  least: { axes: 120, bare: 32 },
  most: { across: Infinity, down: Infinity },
  across: (width) => Math.floor(width),
  down: (height) => Math.floor(height),
  textWidth: (text) => Array.from(text).reduce((sum, char) => sum + 12 * proportion(char), 0),
};

/** A terminal. A pixel of a chart is an eighth of a column and, roughly, a sixteenth of a row. */
export const terminal: Medium = {
  name: "terminal",
  line: cell.height,
  // Vega takes a character for 0.8 times as wide as its font is high: a cell.
  font: cell.width / 0.8,
  titleFont: cell.width / 0.8,
  tick: cell.width,
  rung: 3.5 * cell.height,
  sign: cell.width,
  headGap: 0,
  gap: 2 * cell.width,
  margin: 0,
  least: { axes: 22 * cell.width, bare: 11 * cell.width },
  most: { across: 12 * cell.width, down: 3 * cell.height },
  across: (width) => Math.floor(width / cell.width) * cell.width,
  down: (height) => Math.floor(height / cell.height) * cell.height,
  textWidth: (text) => cell.width * cellsOf(text),
};

/** Roughly how wide a character of a sans-serif font is for its size. */
function proportion(char: string): number {
  if (/[ijltfI.,:;'|! ()[\]]/.test(char)) return 0.32;
  if (/[mwMW@%]/.test(char)) return 0.88;
  if (/[A-Z]/.test(char)) return 0.68;
  return /[\0-\u024f]/.test(char) ? 0.56 : 1;
}

/** A text of one line: what is no character is a blank, and what is too long is cut. */
export function oneLine(text: string, longest = 200): string {
  const line = text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, " ");
  const chars = Array.from(line);
  return chars.length > longest ? `${chars.slice(0, longest - 1).join("")}…` : line;
}
