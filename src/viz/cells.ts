/**
 * A grid of characters to draw on, with 2 by 4 dots in every cell.
 *
 * @module
 */
import type { Rgb } from "./palette.ts";

/** The width and height of a cell in pixels: that of a character in most terminals' fonts, 1 to 2. */
export const cell = { width: 8, height: 16 } as const;

/** The bits of a braille character, by the dot's row and column. */
const dots = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]] as const;

/** What is drawn in one cell. */
interface Cell {
  char: string;
  dots: number;
  fore?: Rgb;
  back?: Rgb;
}

/** Characters that take two cells. */
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** A text cut into what takes a place of its own: letters with their accents, emoji. */
function graphemes(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

/** How many cells a text takes. */
export function cellsOf(text: string): number {
  return graphemes(text).reduce((sum, char) => sum + (wide.test(char) ? 2 : 1), 0);
}

/** A grid of characters. What lies outside is not drawn. */
export class Cells {
  readonly #rows: readonly (readonly Cell[])[];

  /** An empty grid. */
  constructor(readonly columns: number, readonly rows: number) {
    this.#rows = Array.from(
      { length: rows },
      () => Array.from({ length: columns }, () => ({ char: "", dots: 0 })),
    );
  }

  /** The cell at a place, if it is one of the grid. */
  #at(column: number, row: number): Cell | undefined {
    return this.#rows[row]?.[column];
  }

  /** Writes a character into a cell, over what was there. */
  put(column: number, row: number, char: string, fore?: Rgb): void {
    const at = this.#at(column, row);
    if (at !== undefined) Object.assign(at, { char, dots: 0, fore });
  }

  /** What is written in a cell. */
  read(column: number, row: number): string {
    return this.#at(column, row)?.char ?? "";
  }

  /** Writes a text from a cell on, as much of it as there is room for. */
  write(column: number, row: number, text: string, fore?: Rgb): void {
    for (const char of graphemes(text)) {
      const width = wide.test(char) ? 2 : 1;
      if (column + width > this.columns) return;
      this.put(column, row, char, fore);
      // The cell that a wide character covers is written as nothing.
      if (width === 2) this.put(column + 1, row, "\0", fore);
      column += width;
    }
  }

  /** Colours a cell's ground. */
  ground(column: number, row: number, back: Rgb): void {
    const at = this.#at(column, row);
    if (at !== undefined) at.back = back;
  }

  /** Sets the dot at a place in pixels. */
  dot(x: number, y: number, fore?: Rgb): void {
    const column = Math.floor(x / cell.width);
    const row = Math.floor(y / cell.height);
    const at = this.#at(column, row);
    if (at === undefined) return;
    const right = Math.floor((x - column * cell.width) / (cell.width / 2));
    const down = Math.floor((y - row * cell.height) / (cell.height / 4));
    if (at.char !== "") Object.assign(at, { char: "", dots: 0 });
    at.dots |= dots[down][right];
    at.fore = fore;
  }

  /** The rows as lines of text, without blanks at their ends. */
  toString(colors: boolean): string {
    return this.#rows.map((row) => {
      const line = row.map((at) => draw(at, colors)).join("");
      return colors ? line.replace(/ +$/, "") : line.trimEnd();
    }).join("\n").trimEnd();
  }
}

function draw({ char, dots, fore, back }: Cell, colors: boolean): string {
  if (char === "\0") return "";
  const text = char !== "" ? char : dots === 0 ? " " : String.fromCharCode(0x2800 + dots);
  if (!colors) return text;
  const codes = [
    ...(fore === undefined || text === " " ? [] : [`38;2;${fore.join(";")}`]),
    ...(back === undefined ? [] : [`48;2;${back.join(";")}`]),
  ];
  return codes.length === 0 ? text : `\x1b[${codes.join(";")}m${text}\x1b[0m`;
}
