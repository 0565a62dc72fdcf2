/** Lines are where their points are. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { linspace, ShapeError, type Tensor, zeros } from "@katachi/katachi";
import { bandPlot, functionPlot, learningCurves, linePlot } from "@katachi/katachi/viz";
import { thinned } from "../../src/viz/thin.ts";
import { elementsIn, parseXml, textIn } from "./xml.ts";

/** The rows of the braille dots in each column inside of a chart's frame, from the top. */
function dotsByColumn(text: string): number[][] {
  const lines = text.split("\n").filter((line) => /[│┤]/.test(line))
    .map((line) => line.slice(line.search(/[│┤]/) + 1));
  const columns: number[][] = [];
  lines.forEach((line, row) => {
    Array.from(line).forEach((char, column) => {
      const bits = char.codePointAt(0)! - 0x2800;
      if (bits <= 0 || bits > 255) return;
      const order = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
      order.forEach((pair, down) =>
        pair.forEach((bit, right) => {
          if (bits & bit) (columns[2 * column + right] ??= []).push(4 * row + down);
        })
      );
    });
  });
  return columns;
}

Deno.test("a line that rises, rises in the text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 2, maxLength: 30 }),
      (steps) => {
        let sum = 0;
        const columns = dotsByColumn(linePlot({ a: steps.map((step) => sum += step) }).text());
        const tops = columns.map((rows) => Math.min(...rows));
        const bottoms = columns.map((rows) => Math.max(...rows));
        assert(columns.length > 100);
        for (let i = 1; i < tops.length; i++) {
          assert(tops[i] <= tops[i - 1] && bottoms[i] <= bottoms[i - 1]);
        }
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("a line is broken at NaN, and at what a logarithm has not", async () => {
  const parts = async (y: number[], yScale: "linear" | "log") => {
    const root = parseXml(await linePlot({ a: y }, { yScale }).svg());
    const paths = elementsIn(root).filter(({ attributes }) => attributes.stroke === "#0072b2");
    return paths.flatMap(({ attributes: { d } }) => d.match(/M/g) ?? []).length;
  };
  assertEquals(await parts([1, 2, 3, 4], "linear"), 1);
  assertEquals(await parts([1, 2, NaN, 3, 4], "linear"), 2);
  assertEquals(await parts([1, 2, Infinity, 3, 4], "linear"), 2);
  assertEquals(await parts([1, 2, 0, 3, 4], "log"), 2);
});

Deno.test("x is where it is said to be, tensors are as arrays", async () => {
  const x = linspace(0, 1, 5);
  const other = [0, 0.25, 0.5, 0.75, 1];
  assertEquals(
    await linePlot({ a: { x, y: x.square() } }).svg(),
    await linePlot({ a: { x: other, y: other.map((x) => x * x) } }).svg(),
  );
});

Deno.test("lines that cannot be drawn are refused", () => {
  const none = {};
  assertThrows(() => linePlot(none), RangeError, "linePlot: there is no line to draw");
  assertThrows(() => linePlot({ a: [] }), RangeError, "linePlot: a has no points");
  assertThrows(
    () => linePlot({ a: [NaN] }),
    RangeError,
    "linePlot: y has no finite number to draw",
  );
  assertThrows(
    () => linePlot({ a: [-1, 0] }, { yScale: "log" }),
    RangeError,
    "linePlot: y has no positive finite number to draw",
  );
  assertThrows(
    () => linePlot({ a: { x: [1, 2, 3], y: [1, 2] } }),
    ShapeError,
    "linePlot: a.x and a.y differ in length: 3 and 2",
  );
  assertThrows(
    () => linePlot({ a: zeros([2, 3]) as Tensor as unknown as Tensor<[number]> }),
    ShapeError,
    "linePlot: a must be [N], got [2, 3]",
  );
  assertThrows(
    () => linePlot({ a: [1, 2] }, { yDomain: [2, 1] }),
    RangeError,
    "linePlot: yDomain must be two numbers, the less first, got [2, 1]",
  );
  assertThrows(() => linePlot({ a: [1] }, { width: 3 }), RangeError, "width must be from 160");
});

Deno.test("thinning keeps ends, extremes and gaps", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.nat(), (length, seed) => {
      const y = Array.from({ length }, (_, i) => Math.sin(i * (1 + seed % 97)) * (1 + i % 31));
      if (length > 7) y[length >> 1] = NaN;
      const x = y.map((_, i) => i);
      const few = thinned(x, y);
      const finite = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value));
      assert(few.x.length <= 2600);
      assertEquals(Math.max(...finite(few.y)), Math.max(...finite(y)));
      assertEquals(Math.min(...finite(few.y)), Math.min(...finite(y)));
      assertEquals([few.x[0], few.x.at(-1)], [x[0], x.at(-1)]);
      assertEquals(few.y.some(Number.isNaN), y.some(Number.isNaN));
      for (const [i, at] of few.x.entries()) assertEquals(few.y[i], y[at]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("functions are asked once, at points of the domain", () => {
  const asked: number[][] = [];
  functionPlot(
    {
      f: (x) => {
        asked.push(x.toArray());
        return x.square();
      },
    },
    [-1, 3],
    { points: 5 },
  );
  assertEquals(asked, [[-1, 0, 1, 2, 3]]);
  assertThrows(
    () => functionPlot({ f: (x) => x.sum().reshape([1]) }, [0, 1]),
    ShapeError,
    "functionPlot: f must give [400] of [400], gave [1]",
  );
  assertThrows(() => functionPlot({ f: (x) => x }, [1, 1]), RangeError, "the domain must be two");
});

Deno.test("a band is where its numbers are, however they are given", async () => {
  const y = [1, 2, 4];
  assertEquals(
    await bandPlot({ a: { y, spread: [1, 1, 2] } }).svg(),
    await bandPlot({ a: { y, low: [0, 1, 2], high: [2, 3, 6] } }).svg(),
  );
  assertThrows(
    () => bandPlot({ a: { y, spread: [1] } }),
    ShapeError,
    "bandPlot: a.y and a.spread differ in length: 3 and 1",
  );
});

Deno.test("a history is drawn with a panel for the loss and one for each metric", async () => {
  const epoch = (loss: number) => ({ loss, metrics: { accuracy: 1 - loss, f1: loss } });
  const epochs = [0.9, 0.5, 0.2].map((loss, i) => ({
    epoch: i + 1,
    ...epoch(loss),
    ...(i === 1 ? {} : { validation: { loss, metrics: { accuracy: 0.5 } } }),
  }));
  const words = textIn(parseXml(await learningCurves({ epochs }, { title: "t" }).svg()));
  for (const name of ["loss", "accuracy", "f1", "epoch", "validation"]) {
    assert(words.includes(name));
  }
  assertThrows(() => learningCurves({ epochs: [] }), RangeError, "there is no epoch to draw");
});
