/**
 * Several pictures as one.
 *
 * @module
 */
import { cellsOf } from "./cells.ts";
import { Picture } from "./picture.ts";

/** How {@linkcode beside} arranges. */
export interface BesideOptions {
  /** How many pictures a row has at most; all of them unless given. */
  readonly columns?: number;
}

/** Between two pictures as text, in columns. */
const gap = 2;

/** The least that a picture as text gets where several are beside each other, in columns. */
const least = 32;

/**
 * Puts pictures beside each other, in rows of `columns`. As text, each has the same part of the columns
 * that there are; where that would be less than 32, rows have fewer pictures.
 *
 * @throws {RangeError} Where there is no picture, or `columns` is not a whole number from 1 on.
 *
 * @example
 * ```ts
 * import { beside, linePlot } from "@katachi/katachi/viz";
 *
 * const up = linePlot({ up: [1, 2, 4] }, { title: "up" });
 * const down = linePlot({ down: [4, 2, 1] }, { title: "down" });
 * console.log(beside([up, down]).text());
 * ```
 */
export function beside(pictures: readonly Picture[], options: BesideOptions = {}): Picture {
  const { columns = pictures.length } = options;
  if (pictures.length === 0) throw new RangeError("beside: there is no picture");
  if (!Number.isSafeInteger(columns) || columns < 1) {
    throw new RangeError(`beside: columns must be a whole number from 1 on, got ${columns}`);
  }
  return new Picture({
    svg: async () => {
      const documents = await Promise.all(pictures.map((picture) => picture.svg()));
      return besideSvg(rowsOf(documents, columns));
    },
    text: ({ columns: total = 72, colors = false } = {}) => {
      const room = Math.max(1, Math.floor((total + gap) / (least + gap)));
      const count = Math.min(columns, pictures.length, room);
      const width = Math.floor((total - gap * (count - 1)) / count);
      const blocks = pictures.map((picture) =>
        picture.text({ columns: width, colors }).split("\n")
      );
      return rowsOf(blocks, count).map((row) => besideText(row, width)).join("\n\n");
    },
  });
}

/** Items in rows of so many. */
function rowsOf<T>(items: readonly T[], columns: number): readonly (readonly T[])[] {
  return Array.from(
    { length: Math.ceil(items.length / columns) },
    (_, i) => items.slice(i * columns, (i + 1) * columns),
  );
}

/** Blocks of lines as one block, each `width` wide. */
function besideText(blocks: readonly (readonly string[])[], width: number): string {
  const lines = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: lines }, (_, i) =>
    blocks.map((block) => {
      const line = block[i] ?? "";
      return line + " ".repeat(Math.max(0, width - cellsOf(withoutColors(line))));
    }).join(" ".repeat(gap)).trimEnd()).join("\n");
}

/** A text without ANSI's escape sequences for colours. */
function withoutColors(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[\d;]*m/g, "");
}

/** Rows of documents as one document. */
function besideSvg(rows: readonly (readonly string[])[]): string {
  let y = 0;
  let width = 0;
  const parts: string[] = [];
  rows.forEach((row, i) => {
    let x = 0;
    let height = 0;
    row.forEach((svg, j) => {
      const size = sizeOf(svg);
      parts.push(placed(renamed(svg, `${i}-${j}-`), x, y, size));
      x += size.width;
      height = Math.max(height, size.height);
    });
    width = Math.max(width, x);
    y += height;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `width="${width}" height="${y}" viewBox="0 0 ${width} ${y}">` +
    `<rect width="${width}" height="${y}" fill="white"/>${parts.join("")}</svg>`;
}

/** The width and height that a document gives itself, or those of its view box. */
function sizeOf(svg: string): { width: number; height: number } {
  const root = /<svg\b[^>]*>/.exec(svg)?.[0] ?? "";
  const of = (name: string): number => Number(new RegExp(` ${name}="([\\d.]+)`).exec(root)?.[1]);
  const box = / viewBox="([^"]*)"/.exec(root)?.[1].split(/[\s,]+/).map(Number) ?? [];
  return { width: of("width") || box[2] || 300, height: of("height") || box[3] || 150 };
}

/** A document as a part of another, at a place. */
function placed(
  svg: string,
  x: number,
  y: number,
  { width, height }: { width: number; height: number },
): string {
  const document = svg.slice(Math.max(0, svg.search(/<svg\b/)));
  return document.replace(/<svg\b([^>]*)>/, (_, attributes: string) => {
    const rest = attributes.replace(/ (?:x|y|width|height|xmlns(?::xlink)?)="[^"]*"/g, "");
    return `<svg x="${x}" y="${y}" width="${width}" height="${height}"${rest}>`;
  });
}

/** A document whose names cannot be taken for those of another. */
function renamed(svg: string, prefix: string): string {
  return svg.replace(/<[^>]*>/g, (tag) =>
    tag.replace(/ id="/g, ` id="p${prefix}`)
      .replace(/url\((['"]?)#/g, `url($1#p${prefix}`)
      .replace(/ ((?:xlink:)?href)="#/g, ` $1="#p${prefix}`));
}
