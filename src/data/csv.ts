/**
 * Comma-separated values, as RFC 4180 has them: text cells by column, and the lines they are from.
 *
 * @module
 */
// @ts-types="./papaparse.d.ts"
import Papa from "papaparse";
import { FormatError } from "./format_error.ts";
import { byteLimit, inFile, type ReadOptions, readPieces } from "./read_bytes.ts";

/** The text of a CSV file, cell by cell. */
export interface CsvTable {
  /** The cells of each column, by its name, in the order of the file. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** On which line of the file each row begins, from 1 on. */
  readonly lines: readonly number[];
}

/** How a CSV file is written. */
export interface CsvOptions {
  /** The names of the columns, for a file that does not have them as its first row. */
  readonly names?: readonly string[];
  /** What stands between two cells; `","` unless told. */
  readonly delimiter?: string;
}

/**
 * Reads the text of a CSV file. Cells may be quoted, `"like ""this"", with a comma"`; every row has
 * as many cells as the first; empty lines are skipped. Line ends may be of any kind; those within
 * quotes become `"\n"`. The table takes some 40 bytes for a character of the text at most.
 *
 * @throws {FormatError} Where a row has another number of cells, a quote is not closed, or two
 * columns have the same name; the message tells the line.
 * @throws {RangeError} Where the delimiter is not one character, or is a quote or a line end.
 *
 * @example
 * ```ts
 * import { parseCsv } from "@katachi/katachi/data";
 *
 * const { columns, lines } = parseCsv(`rooms,price,town
 * 3,250,Ayr
 * 5,410,"Bath, Somerset"
 * `);
 * columns.get("town"); // ["Ayr", "Bath, Somerset"]
 * lines; // [2, 3]
 * ```
 */
export function parseCsv(text: string, { names, delimiter = "," }: CsvOptions = {}): CsvTable {
  if (delimiter.length !== 1 || '"\r\n\ufeff'.includes(delimiter)) {
    throw new RangeError(
      `parseCsv: the delimiter is one character, no quote and no line end, got ${show(delimiter)}`,
    );
  }
  const plain = text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
  const columns = new Map<string, string[]>();
  const lines: number[] = [];
  let cells: string[][] = [];
  const begin = (names: readonly string[], where: string) => {
    for (const name of names) {
      if (columns.has(name)) throw new FormatError(`CSV: ${where} has ${show(name)} twice`);
      columns.set(name, []);
    }
    cells = [...columns.values()];
  };
  if (names !== undefined) begin(names, "the list of names");

  let start = 0;
  let line = 1;
  Papa.parse(plain, {
    delimiter,
    newline: "\n",
    step({ data: row, errors: [error], meta: { cursor } }) {
      if (error !== undefined) {
        const at = plain.slice(start, error.index).split("\n").length - 1;
        const what = error.code === "MissingQuotes" ? "a quote is not closed" : error.message;
        throw new FormatError(`CSV: line ${line + at}: ${what}`);
      }
      const written = plain.slice(start, cursor);
      start = cursor;
      if (written !== "" && written !== "\n") {
        if (columns.size === 0) begin(row, `line ${line}`);
        else if (row.length !== cells.length) {
          throw new FormatError(
            `CSV: line ${line} has ${row.length} ${row.length === 1 ? "column" : "columns"}, ` +
              `needs ${cells.length}: ${listed([...columns.keys()])}`,
          );
        } else {
          row.forEach((cell, column) => cells[column].push(cell));
          lines.push(line);
        }
      }
      for (const character of written) if (character === "\n") line++;
    },
  });
  if (columns.size === 0) {
    throw new FormatError("CSV: the first row has the names of the columns; found no row");
  }
  return { columns, lines };
}

/** A text for a message: quoted, and its beginning where it is long. */
export function show(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** Texts for a message: the first ones where they are many. */
export function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 20).map(show).join(", ");
  return texts.length > 20 ? `${shown}, … (${texts.length})` : shown;
}

/**
 * Reads a CSV file in UTF-8. Needs the permission to read it (`--allow-read`).
 *
 * @throws {FormatError} Where the file is not UTF-8, not CSV, or has more than `maxBytes`; the
 * message names it.
 * @throws {RangeError} Where an option is out of range.
 *
 * @example
 * ```ts
 * import { csvDataset, readCsv } from "@katachi/katachi/data";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "rooms,price\n3,250\n5,410\n");
 * const { x, y } = csvDataset(await readCsv(path), { x: ["rooms"], y: "price" });
 * x.shape; // [2, 1]
 * y.toArray(); // [250, 410]
 * await Deno.remove(path);
 * ```
 */
export async function readCsv(
  path: string | URL,
  options: CsvOptions & ReadOptions = {},
): Promise<CsvTable> {
  const limit = byteLimit("readCsv", options);
  return await inFile(path, async () => {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const texts: string[] = [];
    let read = 0;
    const decode = (piece?: Uint8Array<ArrayBuffer>) => {
      try {
        texts.push(decoder.decode(piece, { stream: piece !== undefined }));
      } catch (cause) {
        const end = read + (piece?.length ?? 0);
        throw new FormatError(`CSV: not UTF-8, before byte ${end}`, { cause });
      }
      read += piece?.length ?? 0;
    };
    for await (const piece of readPieces(path, limit)) decode(piece);
    decode();
    return parseCsv(texts.join(""), options);
  });
}
