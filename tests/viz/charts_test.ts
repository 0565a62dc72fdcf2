/** What holds for the pictures of all charts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { linePlot } from "@katachi/katachi/viz";
import { cellsOf } from "../../src/viz/cells.ts";
import { charts } from "./charts.ts";
import { elementsIn, parseXml, textIn } from "./xml.ts";

const plain = (text: string) =>
  // deno-lint-ignore no-control-regex
  text.replace(/\x1b\[[\d;]*m/g, "");

for (const [name, chart] of Object.entries(charts)) {
  Deno.test(`${name}: the SVG is XML of finite numbers, small, with its title`, async () => {
    const title = `a < b & "c"`;
    const svg = await chart(title).svg();
    const root = parseXml(svg);
    assertEquals(root.tag, "svg");
    for (const { attributes } of elementsIn(root)) {
      for (const value of Object.values(attributes)) {
        assert(!/NaN|Infinity|undefined|null/.test(value), value);
      }
    }
    assert(textIn(root).includes(title));
    assert(svg.length < 60_000, `${svg.length}`);
    assert(Number(root.attributes.width) > 0 && Number(root.attributes.height) > 0);
  });

  Deno.test(`${name}: the text has its title, and no colours unless they are asked for`, () => {
    const text = chart("a < b & c").text();
    assert(text.includes("a < b & c"));
    assertEquals(plain(text), text);
    assert(text.split("\n").length < 60);
  });

  Deno.test(`${name}: is the same each time`, async () => {
    const picture = chart("same");
    assertEquals(await picture.svg(), await picture.svg());
    assertEquals(await picture.svg(), await chart("same").svg());
    assertEquals(picture.text({ colors: true }), chart("same").text({ colors: true }));
  });
}

Deno.test("text is never wider than its columns", () => {
  const names = Object.keys(charts);
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.integer({ min: 24, max: 130 }),
      fc.boolean(),
      (name, columns, colors) => {
        const lines = plain(charts[name]("a title of some length").text({ columns, colors }));
        for (const line of lines.split("\n")) assert(cellsOf(line) <= columns, line);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("any text can be a title", async () => {
  const titles = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom(
      "\x1b[31m",
      "]]>",
      "<script>",
      "&amp;",
      "\ud800",
      "\ufffe",
      "a\nb",
      "漢字".repeat(60),
    ),
  );
  await fc.assert(
    fc.asyncProperty(titles, async (title) => {
      const picture = linePlot({ [title]: [1, 2], b: [2, 1] }, { title, xLabel: title });
      const svg = await picture.svg();
      parseXml(svg);
      // Characters that XML 1.0 does not have (https://www.w3.org/TR/xml/#charsets).
      assert(!/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(svg));
      const text = picture.text({ columns: 60 });
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(text));
      for (const line of text.split("\n")) assert(cellsOf(line) <= 60);
    }),
    { numRuns: 25 },
  );
});

Deno.test("a notebook gets the SVG and the text", async () => {
  const picture = charts.linePlot("title");
  const display = await (picture as unknown as Record<symbol, () => Promise<unknown>>)[
    Symbol.for("Jupyter.display")
  ]();
  assertEquals(display, { "image/svg+xml": await picture.svg(), "text/plain": picture.text() });
});

Deno.test("colours are those of the page", () => {
  const text = linePlot({ a: [1, 2] }).text({ colors: true });
  assert(text.includes("\x1b[38;2;0;114;178m"));
});

Deno.test("a text has 24 columns and more", () => {
  const picture = linePlot({ a: [1, 2] });
  for (const columns of [0, 23, 30.5, NaN, 1001]) {
    assertThrows(
      () => picture.text({ columns }),
      RangeError,
      `a chart needs a whole number of columns from 24 to 1000, got ${columns}`,
    );
  }
});

Deno.test("two pictures in one page do not share names", async () => {
  const clipped = (y: number[]) => linePlot({ a: y }, { yDomain: [0, 1] }).svg();
  const ids = (svg: string) =>
    elementsIn(parseXml(svg)).flatMap(({ attributes: { id } }) => id === undefined ? [] : [id]);
  const [one, other] = [ids(await clipped([0, 2])), ids(await clipped([0, 3]))];
  assert(one.length > 0);
  assertEquals(one.filter((id) => other.includes(id)), []);
});
