/** Several pictures as one. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { barPlot, beside, linePlot, Picture } from "@katachi/katachi/viz";
import { compactSvg } from "../../src/viz/compact.ts";
import { elementsIn, parseXml } from "./xml.ts";

const svg = (width: number, height: number, inside = "") =>
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="${width}pt" ` +
  `height="${height}pt" viewBox="0 0 ${width} ${height}">${inside}</svg>`;
const drawn = (width: number, height: number, inside?: string) =>
  new Picture({ svg: () => Promise.resolve(svg(width, height, inside)), text: () => "ab\nc" });

Deno.test("pictures are side by side, and rows below each other", async () => {
  const picture = beside([drawn(30, 10), drawn(40, 20), drawn(50, 5)], { columns: 2 });
  const root = parseXml(await picture.svg());
  assertEquals([root.attributes.width, root.attributes.height], ["70", "25"]);
  const places = elementsIn(root).slice(1).filter(({ tag }) => tag === "svg")
    .map(({ attributes: { x, y, width, height } }) => [x, y, width, height].map(Number));
  assertEquals(places, [[0, 0, 30, 10], [30, 0, 40, 20], [0, 20, 50, 5]]);
});

Deno.test("texts are side by side in columns of one width", () => {
  const text = beside([drawn(1, 1), drawn(1, 1)]).text({ columns: 70 });
  assertEquals(text, `ab${" ".repeat(34)}ab\nc${" ".repeat(35)}c`);
  // Where there is no room for two.
  assertEquals(beside([drawn(1, 1), drawn(1, 1)]).text({ columns: 60 }), "ab\nc\n\nab\nc");
});

Deno.test("names of one picture are not those of another", async () => {
  const inside = `<clipPath id="a"/><g clip-path="url(#a)"/><use href="#a"/><text>url(#a)</text>`;
  const elements = elementsIn(
    parseXml(await beside([drawn(9, 9, inside), drawn(9, 9, inside)]).svg()),
  );
  const ids = elements.flatMap(({ attributes: { id } }) => id ?? []);
  assertEquals(new Set(ids).size, 2);
  assertEquals(
    elements.flatMap(({ attributes }) => attributes["clip-path"] ?? []),
    ids.map((id) => `url(#${id})`),
  );
  assertEquals(
    elements.flatMap(({ attributes }) => attributes.href ?? []),
    ids.map((id) => `#${id}`),
  );
  const texts = elements.filter(({ tag }) => tag === "text").map(({ children }) => children[0]);
  assertEquals(texts, ["url(#a)", "url(#a)"]);
});

Deno.test("charts can be beside each other, and those again", async () => {
  const pair = beside([linePlot({ a: [1, 2] }), barPlot({ b: 1 })]);
  parseXml(await beside([pair, linePlot({ c: [2, 1] })], { columns: 1 }).svg());
  assert(
    beside([pair, pair], { columns: 1 }).text().split("\n").every((line) => line.length <= 72),
  );
});

Deno.test("none, and columns that are none, are refused", () => {
  assertThrows(() => beside([]), RangeError, "beside: there is no picture");
  assertThrows(() => beside([drawn(1, 1)], { columns: 0 }), RangeError, "columns must be");
});

Deno.test("compacting rounds places and leaves words alone", () => {
  const text = `<svg><text x="1.23456">0.123456 id="clip0"</text><path d="M0.00001,2.5Z"/></svg>`;
  assertEquals(
    compactSvg(text),
    `<svg><text x="1.23">0.123456 id="clip0"</text><path d="M0,2.5Z"/></svg>`,
  );
});
