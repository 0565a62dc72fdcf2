/** The laws of CSV: cells come back as written, whatever is in them, and errors tell the line. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import type { Tensor } from "@katachi/katachi";
import {
  csvClasses,
  type CsvColumns,
  csvDataset,
  FormatError,
  parseCsv,
  readCsv,
} from "@katachi/katachi/data";
import { mutationsOf } from "./mutations.ts";

const cell = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('"', '""', ",", "\n", ' "a", b', "é, 形", "\ufeff", "__proto__", " "),
).map((text) => text.replaceAll("\r", ""));

/** Rows of the same number of cells, the first with names that differ. */
const tables = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.tuple(
    fc.uniqueArray(cell, { minLength: columns, maxLength: columns }),
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 6 }),
  )
);

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
/** As few quotes as can be. */
const bare = (text: string) => (/[",\n\ufeff]|^$/.test(text) ? quoted(text) : text);
const written = (rows: readonly string[][], quote: (text: string) => string, end: string) =>
  rows.map((row) => row.map(quote).join(",") + end).join("");

Deno.test("cells are read as they were written", () => {
  fc.assert(
    fc.property(
      tables,
      fc.constantFrom(quoted, bare),
      fc.constantFrom("\n", "\r\n", "\r", "\n\n"),
      fc.constantFrom("", "\ufeff", "\n"),
      ([names, rows], quote, end, before) => {
        const { columns, lines } = parseCsv(before + written([names, ...rows], quote, end));
        assertEquals([...columns.keys()], names);
        assertEquals(rows.map((_, i) => [...columns.values()].map((cells) => cells[i])), rows);
        assertEquals(lines.length, rows.length);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a row is told by the line that it begins on", () => {
  const text = 'a,b\n\n1,"two\nlines"\n2,x\n\n\n3,y';
  assertEquals(parseCsv(text).lines, [3, 5, 8]);
  assertEquals(parseCsv(text.replaceAll("\n", "\r\n")).lines, [3, 5, 8]);
  assertEquals(parseCsv("1;2\n3;4", { names: ["a", "b"], delimiter: ";" }), {
    columns: new Map([["a", ["1", "3"]], ["b", ["2", "4"]]]),
    lines: [1, 2],
  });
});

Deno.test("mutated text is cells that fit in it, or a FormatError", () => {
  const files = tables.map(([names, rows]) =>
    new TextEncoder().encode(written([names, ...rows], bare, "\n"))
  );
  fc.assert(
    fc.property(files.chain(mutationsOf), (bytes) => {
      const text = new TextDecoder().decode(bytes);
      try {
        const { columns, lines } = parseCsv(text);
        const cells = [...columns.values()].flat();
        assertEquals(cells.length, columns.size * lines.length);
        assert(cells.length <= text.length);
        assert(cells.join("").length <= text.length);
      } catch (error) {
        assertInstanceOf(error, FormatError);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("long files of one kind of character are read or refused", () => {
  for (const text of ['"', ",", "\n", '""', 'a"', '"a"\n', '"a",', "\r", " ", '"\n', '",']) {
    const long = text.repeat(20_000);
    try {
      assert(parseCsv(long).lines.length <= long.length);
    } catch (error) {
      assertInstanceOf(error, FormatError);
      assert(error.message.length < 1000, `${error.message.length} characters of message`);
    }
  }
});

Deno.test("errors tell the line, and what would be right", () => {
  const refused = (text: string, message: string) =>
    assertThrows(() => parseCsv(text), FormatError, message);
  refused("a,b\n1,2\n3\n", 'CSV: line 3 has 1 column, needs 2: "a", "b"');
  refused('a\n"x\ny"\n3,4\n', 'CSV: line 4 has 2 columns, needs 1: "a"');
  refused('a,b\n1,"2\n3,4\n5,6', "CSV: line 2: a quote is not closed");
  refused('a,b\n1,2\n"3"x,4\n', "CSV: line 3: Trailing quote on quoted field is malformed");
  refused("a,b,a\n", 'CSV: line 1 has "a" twice');
  refused("\n\n", "CSV: the first row has the names of the columns; found no row");
  assertThrows(() => parseCsv("1", { names: ["a", "a"] }), FormatError, 'names has "a" twice');
  for (const delimiter of ["", ";;", '"', "\n"]) {
    assertThrows(() => parseCsv("a", { delimiter }), RangeError, "the delimiter is one character");
  }
});

const houses = "rooms,area,price,town\n3,92.5,250,Ayr\n5,140,410,Bath\n2, 4e1 ,-1,Ayr\n";

Deno.test("columns become tensors, typed by what is asked for", () => {
  const data = csvDataset(houses, {
    x: ["rooms", "area"],
    y: "price",
    one: ["price"],
    town: { column: "town", classes: ["Bath", "Ayr"] },
    count: { column: "rooms", dtype: "int32" },
    wide: { column: ["area", "area", "price"], dtype: "float64" },
  });
  assertType<IsExact<typeof data.x, Tensor<[number, 2], "float32">>>(true);
  assertType<IsExact<typeof data.y, Tensor<[number], "float32">>>(true);
  assertType<IsExact<typeof data.one, Tensor<[number, 1], "float32">>>(true);
  assertType<IsExact<typeof data.town, Tensor<[number], "int32">>>(true);
  assertType<IsExact<typeof data.count, Tensor<[number], "int32">>>(true);
  assertType<IsExact<typeof data.wide, Tensor<[number, 3], "float64">>>(true);
  assertEquals(data.x.toArray(), [[3, 92.5], [5, 140], [2, 40]]);
  assertEquals(data.y.toArray(), [250, 410, -1]);
  assertEquals(data.one.toArray(), [[250], [410], [-1]]);
  assertEquals(data.town.toArray(), [1, 0, 1]);
  assertEquals(data.count.toArray(), [3, 5, 2]);
  assertEquals(data.wide.toArray()[0], [92.5, 92.5, 250]);
  assertEquals([...csvDataset("a,b\n", { x: ["a", "b"] }).x.shape], [0, 2]);
});

Deno.test("numbers are read to the last bit, and nothing else is a number", () => {
  fc.assert(fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
    const text = ["v", ...values.map((value) => Object.is(value, -0) ? "-0" : String(value))];
    const { v } = csvDataset(text.join("\n"), { v: { column: "v", dtype: "float64" } });
    assertEquals(v.data, new Float64Array(values));
  }));
  const column = (text: string, dtype: "float32" | "float64" | "int32" = "float32") => () =>
    csvDataset(`v\n"${text}"`, { v: { column: "v", dtype } }).v.item();
  assertEquals(["+1.", ".5", "1E2", "-Inf", "infinity"].map((text) => column(text)()), [
    ...[1, 0.5, 100],
    ...[-Infinity, Infinity],
  ]);
  for (const text of ["0x10", "1,5", "1 2", "one", "--1", ".", "e5", "1_000", "true", "Infinit"]) {
    assertThrows(column(text), FormatError, `CSV: line 2, column "v": needs a number, found`);
  }
  assertThrows(column("1e39"), FormatError, 'CSV: line 2, column "v": float32 cannot hold "1e39"');
  assertEquals(column("1e39", "float64")(), 1e39);
  for (const text of ["1.5", "2147483648", "inf"]) {
    assertThrows(column(text, "int32"), FormatError, `int32 cannot hold "${text}"`);
  }
  assertEquals(column("-2147483648", "int32")(), -(2 ** 31));
});

Deno.test("what is missing is an error, or NaN where asked for", () => {
  const text = "a,b\n1,x\n ,y\nNA,\n";
  assertThrows(
    () => csvDataset(text, { a: "a" }),
    FormatError,
    'CSV: line 3, column "a": needs a number, or { missing: "nan" }, found " "',
  );
  assertEquals(csvDataset(text, { a: "a" }, { missing: "nan" }).a.toArray(), [1, NaN, NaN]);
  assertThrows(
    () => csvDataset(text, { a: { column: "a", dtype: "int32" } }, { missing: "nan" }),
    FormatError,
    'CSV: line 3, column "a": needs a number, found " "',
  );
  assertThrows(
    () => csvDataset(text, { b: { column: "b", classes: ["x", "y"] } }, { missing: "nan" }),
    FormatError,
    'CSV: line 4, column "b": needs one of "x", "y", found ""',
  );
  assertThrows(
    () => csvClasses(parseCsv(text), "b"),
    FormatError,
    'CSV: line 4, column "b": needs a text, found ""',
  );
  assertThrows(
    () => csvDataset(text, { a: "c" } as Record<string, CsvColumns>),
    FormatError,
    'CSV: no column "c"; there are "a", "b"',
  );
});

Deno.test("classes are the texts, each once and in order", () => {
  assertEquals(csvClasses(parseCsv(houses), "town"), ["Ayr", "Bath"]);
});

Deno.test("files: UTF-8 to the last byte, no more than so many, named in errors", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "\ufeff形,b\n1,é\n");
    assertEquals([...(await readCsv(path)).columns], [["形", ["1"]], ["b", ["é"]]]);
    await Deno.writeFile(path, new Uint8Array([97, 10, 0xe5, 0xbd]));
    await assertRejects(
      () => readCsv(path),
      FormatError,
      `${path}: CSV: not UTF-8, before byte 4`,
    );
    await assertRejects(() => readCsv(path, { maxBytes: 3 }), FormatError, "maxBytes (3)");
    await Deno.writeTextFile(path, "a,b\n1\n");
    await assertRejects(() => readCsv(path), FormatError, `${path}: CSV: line 2 has 1 column`);
  } finally {
    await Deno.remove(path);
  }
});
