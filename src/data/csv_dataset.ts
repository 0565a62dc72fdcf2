import type { Tensor } from "../../mod.ts";
import { wrap } from "../tensor/storage.ts";
import { type CsvTable, listed, parseCsv, show } from "./csv.ts";
import { FormatError } from "./format_error.ts";

/** A column of texts, as labels: which of the classes each is. */
export interface CsvLabels {
  /** The name of the column. */
  readonly column: string;
  /** The texts that there are, by label; see {@linkcode csvClasses}. */
  readonly classes: readonly string[];
}

/** Columns of numbers of a dtype. */
export interface CsvNumbers {
  /** The name of the column, or several. */
  readonly column: string | readonly string[];
  /** What the numbers are kept as. */
  readonly dtype: "float32" | "float64" | "int32";
}

/** Which columns become a tensor: of one, `[N]`; of several, `[N, columns]`; float32 unless told. */
export type CsvColumns = string | readonly string[] | CsvLabels | CsvNumbers;

/** The tensor that columns become. */
export type CsvTensor<C extends CsvColumns> = C extends string ? Tensor<[number]>
  : C extends readonly string[] ? Tensor<[number, C["length"]]>
  : C extends CsvLabels ? Tensor<[number], "int32">
  : C extends CsvNumbers
    ? C["column"] extends readonly string[] ? Tensor<[number, C["column"]["length"]], C["dtype"]>
    : Tensor<[number], C["dtype"]>
  : never;

/** What counts as missing: what pandas counts, but for words that a text may have. */
const missingTexts = new Set(["", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan"]);

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinityPattern = /^([+-]?)inf(inity)?$/i;

/**
 * Columns of a CSV file as tensors: the numbers in them, or labels for their texts.
 *
 * @param source The text of the file with a header row, or what {@linkcode parseCsv} or
 * {@linkcode readCsv} made of it.
 * @param columns Which columns become which tensors.
 * @param options What becomes of a number that is missing (empty, `NA`, `NaN`, `?` and the like):
 * an error unless told, or NaN.
 * @throws {FormatError} Where a column is not there, or a cell is not a number, not one that the
 * dtype can hold, or none of the classes; the message tells line and column.
 *
 * @example
 * ```ts
 * import { csvDataset } from "@katachi/katachi/data";
 *
 * const text = "rooms,area,price,town\n3,92.5,250,Ayr\n5,140,410,Bath\n";
 * const { x, y, town } = csvDataset(text, {
 *   x: ["rooms", "area"], //                                Tensor<[number, 2]>
 *   y: "price", //                                          Tensor<[number]>
 *   town: { column: "town", classes: ["Ayr", "Bath"] }, //  Tensor<[number], "int32">
 * });
 * x.toArray(); // [[3, 92.5], [5, 140]]
 * y.toArray(); // [250, 410]
 * town.toArray(); // [0, 1]
 * ```
 */
export function csvDataset<const C extends Readonly<Record<string, CsvColumns>>>(
  source: string | CsvTable,
  columns: C,
  options: { readonly missing?: "error" | "nan" } = {},
): { -readonly [K in keyof C]: CsvTensor<C[K]> } {
  const table = typeof source === "string" ? parseCsv(source) : source;
  const { missing = "error" } = options;
  return Object.fromEntries(
    Object.entries(columns).map(([key, wanted]) => [key, tensorOf(table, wanted, missing)]),
  ) as { [K in keyof C]: CsvTensor<C[K]> };
}

function tensorOf(table: CsvTable, wanted: CsvColumns, missing: "error" | "nan") {
  if (typeof wanted === "string" || !("column" in wanted)) {
    return numbers(table, { column: wanted, dtype: "float32" }, missing);
  }
  return "classes" in wanted ? labels(table, wanted) : numbers(table, wanted, missing);
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array } as const;

function numbers(table: CsvTable, { column, dtype }: CsvNumbers, missing: "error" | "nan") {
  const names = typeof column === "string" ? [column] : column;
  const rows = table.lines.length;
  const values = new arrays[dtype](rows * names.length);
  names.forEach((name, at) => {
    cellsOf(table, name).forEach((cell, row) => {
      const text = cell.trim();
      const lacks = missingTexts.has(text);
      const value = lacks ? NaN : valueOf(text);
      const place = row * names.length + at;
      values[place] = value;
      if (lacks && missing === "nan" && dtype !== "int32") return;
      if (lacks || Number.isNaN(value)) {
        const nan = lacks && dtype !== "int32" ? ', or { missing: "nan" }' : "";
        throw new FormatError(
          `${position(table, name, row)}: needs a number${nan}, found ${show(cell)}`,
        );
      }
      const kept = values[place];
      if (dtype === "int32" ? kept !== value : !Number.isFinite(kept) && numberPattern.test(text)) {
        throw new FormatError(
          `${position(table, name, row)}: ${dtype} cannot hold ${show(cell)}`,
        );
      }
    });
  });
  const shape = typeof column === "string" ? [rows] : [rows, names.length];
  return wrap(shape, dtype, values);
}

/** NaN where the text is no number. */
function valueOf(text: string): number {
  if (numberPattern.test(text)) return Number(text);
  const infinite = infinityPattern.exec(text);
  return infinite === null ? NaN : infinite[1] === "-" ? -Infinity : Infinity;
}

function labels(table: CsvTable, { column, classes }: CsvLabels) {
  const byText = new Map(classes.map((text, label) => [text, label]));
  const values = Int32Array.from(cellsOf(table, column), (cell, row) => {
    const label = byText.get(cell);
    if (label !== undefined) return label;
    throw new FormatError(
      `${position(table, column, row)}: needs one of ${listed(classes)}, found ${show(cell)}`,
    );
  });
  return wrap([values.length], "int32", values);
}

/**
 * The texts in a column of a CSV file, each once and in order, as scikit-learn's `LabelEncoder` has
 * them: the classes for {@linkcode csvDataset}.
 *
 * @throws {FormatError} Where the column is not there, or a cell is missing; the message tells the
 * line.
 *
 * @example
 * ```ts
 * import { csvClasses, csvDataset, parseCsv } from "@katachi/katachi/data";
 *
 * const table = parseCsv("height,species\n3,oak\n2,ash\n5,oak\n");
 * const classes = csvClasses(table, "species");
 * classes; // ["ash", "oak"]
 * csvDataset(table, { y: { column: "species", classes } }).y.toArray(); // [1, 0, 1]
 * ```
 */
export function csvClasses(table: CsvTable, column: string): readonly string[] {
  const cells = cellsOf(table, column);
  const lacking = cells.findIndex((cell) => missingTexts.has(cell.trim()));
  if (lacking >= 0) {
    throw new FormatError(
      `${position(table, column, lacking)}: needs a text, found ${show(cells[lacking])}`,
    );
  }
  return [...new Set(cells)].sort();
}

function cellsOf({ columns }: CsvTable, name: string): readonly string[] {
  const cells = columns.get(name);
  if (cells !== undefined) return cells;
  throw new FormatError(`CSV: no column ${show(name)}; there are ${listed([...columns.keys()])}`);
}

function position({ lines }: CsvTable, column: string, row: number): string {
  return `CSV: line ${lines[row]}, column ${show(column)}`;
}
