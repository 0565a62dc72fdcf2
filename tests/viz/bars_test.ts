/** Bars are as long as their numbers. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { random, tensor } from "@katachi/katachi";
import { barPlot, confusionMatrixPlot, histograms } from "@katachi/katachi/viz";
import { elementsIn, parseXml, textIn } from "./xml.ts";

/** The widths and heights of the bars of an SVG. */
async function bars(svg: Promise<string>): Promise<{ width: number; height: number }[]> {
  return elementsIn(parseXml(await svg))
    .filter(({ tag, attributes }) => tag === "path" && attributes.fill === "#0072b2")
    .map(({ attributes: { d } }) => {
      const [, , width, height] = d.match(/-?[\d.]+/g)!.map(Number);
      return { width, height };
    });
}

Deno.test("lengths are in the numbers' proportion", async () => {
  const amounts = fc.double({ min: 1, max: 100, noNaN: true });
  await fc.assert(
    fc.asyncProperty(amounts, amounts, async (a, b) => {
      const [first, second] = await bars(barPlot({ a, b }).svg());
      assertAlmostEquals(first.width / second.width, a / b, 0.02 * a / b + 0.01);
    }),
    { numRuns: 15 },
  );
});

Deno.test("a longer bar has more characters", () => {
  const count = (text: string) =>
    text.split("\n").map((line) => line.match(/[█▉▊▋▌▍▎▏]/g)?.length ?? 0);
  const [small, large] = count(barPlot({ a: 1, b: 3 }).text()).filter((length) => length > 0);
  assert(Math.abs(large / small - 3) < 0.2);
});

Deno.test("what has no amount has no bar", async () => {
  assertEquals((await bars(barPlot({ a: 1, b: NaN, c: Infinity }).svg())).length, 1);
  assertEquals((await bars(barPlot({ a: 1, b: 0, c: -1 }, { xScale: "log" }).svg())).length, 1);
  assertThrows(() => barPlot({}), RangeError, "barPlot: there is no bar to draw");
});

Deno.test("a histogram's bars are as high as there are elements", async () => {
  const [low, high] = await bars(histograms({ a: tensor([0, 0, 0, 1]) }, { bins: 2 }).svg());
  assertAlmostEquals(low.height / high.height, 3, 0.05);
  const many = random.normal(random.key(0), [1000]);
  assertEquals((await bars(histograms({ many }, { bins: 7 }).svg())).length, 7);
});

Deno.test("a histogram says what it leaves out", async () => {
  const svg = await histograms({ a: tensor([1, 2, NaN, Infinity]) }).svg();
  assert(textIn(parseXml(svg)).includes("a (2 not finite)"));
  assertThrows(
    () => histograms({ a: tensor([NaN]) }),
    RangeError,
    "histograms: a has no finite element to draw",
  );
  assertThrows(() => histograms({}), RangeError, "there is no tensor to draw");
  assertThrows(() => histograms({ a: tensor([1]) }, { bins: 0 }), RangeError, "bins must be");
});

Deno.test("a confusion matrix shows every count, and colours by rows", async () => {
  const picture = confusionMatrixPlot(tensor([[90, 10], [1, 0]]), { classes: ["cat", "dog"] });
  const svg = await picture.svg();
  const words = textIn(parseXml(svg));
  for (const word of ["90", "10", "cat", "dog", "predicted", "target"]) {
    assert(words.includes(word) && picture.text().includes(word));
  }
  // All of the second row were taken for the first class: its darkest colour.
  assert(svg.includes("#0a4a90"));
  assertThrows(() => confusionMatrixPlot(tensor([[-1]])), RangeError, "counts cannot be -1");
});
