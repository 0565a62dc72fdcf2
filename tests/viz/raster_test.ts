/** Pictures of pixels. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import fc from "fast-check";
import { ShapeError, tensor, zeros } from "@katachi/katachi";
import { filterGrid, heatmap, imageGrid, type Images } from "@katachi/katachi/viz";
import { colorMap, tint } from "../../src/viz/palette.ts";
import { dithered, meanInk, pngUrl, rasterOf } from "../../src/viz/raster.ts";
import { elementsIn, parseXml, textIn } from "./xml.ts";

/** The pixels of the PNG in a data URL. */
function pixelsOf(url: string): number[] {
  const bytes = Uint8Array.from(atob(url.split(",")[1]), (char) => char.charCodeAt(0));
  return Array.from(decode(bytes).data);
}

/** The pixels of all images of an SVG. */
async function imagesOf(svg: Promise<string>): Promise<number[][]> {
  return elementsIn(parseXml(await svg)).filter(({ tag }) => tag === "image")
    .map(({ attributes }) => pixelsOf(attributes["xlink:href"]));
}

Deno.test("a PNG holds the colours", () => {
  const raster = rasterOf([0, 0.5, 1, NaN], 2, "grey", [0, 1]);
  assertEquals(pixelsOf(pngUrl(raster)), [0, 0, 0, 128, 128, 128, 255, 255, 255, 200, 200, 200]);
});

Deno.test("colour maps begin and end as they are called", () => {
  assertEquals(colorMap("blues")(0), [255, 255, 255]);
  const [low, high] = [colorMap("redblue")(0), colorMap("redblue")(1)];
  assert(low[2] > low[0] && high[0] > high[2]);
  assertEquals(tint([10, 20, 30], 0), [255, 255, 255]);
  assertEquals(tint([10, 20, 30], 1), [10, 20, 30]);
});

Deno.test("dithering keeps the mean, and what is black or white", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (ink) => {
    const dots = dithered(new Array<number>(64 * 64).fill(ink), 64);
    assertAlmostEquals(dots.filter(Boolean).length / dots.length, ink, 0.02);
  }));
  assertEquals(dithered([0, 1, 1, 0], 2), [false, true, true, false]);
});

Deno.test("the mean ink of all of a raster is that of its pixels", () => {
  const raster = rasterOf([0, 0.25, 0.5, 1], 2, "grey", [0, 1]);
  assertEquals(meanInk(raster, { left: 0, right: 1, top: 0, bottom: 1 }), 0.4375);
  assertEquals(meanInk(raster, { left: 0.6, right: 0.7, top: 0, bottom: 0.2 }), 0.25);
});

Deno.test("images are scaled each for itself, all alike, or as they are told", async () => {
  const images = tensor([[[0, 1]], [[0, 4]]]);
  const greys = async (range?: "each" | "all" | [number, number]) =>
    (await imagesOf(imageGrid(images, { range }).svg())).map((data) => [data[0], data[3]]);
  assertEquals(await greys(), [[0, 255], [0, 255]]);
  assertEquals(await greys("all"), [[0, 64], [0, 255]]);
  assertEquals(await greys([0, 2]), [[0, 128], [0, 255]]);
});

Deno.test("three planes are red, green and blue", async () => {
  const image = tensor([[[[1, 0]], [[0, 1]], [[0, 0]]]]);
  assertEquals(await imagesOf(imageGrid(image).svg()), [[255, 0, 0, 0, 255, 0]]);
});

Deno.test("filters are drawn a row each, white where they are 0", async () => {
  const kernel = tensor([[[[1, 0]], [[-1, 0]]], [[[0, 0]], [[0, 0]]]]);
  const images = await imagesOf(filterGrid(kernel).svg());
  assertEquals(images.length, 4);
  const [red, , blue] = images[0];
  assert(red > blue && images[1][0] < images[1][2]);
  assert(images[2].every((part) => part > 230));
});

Deno.test("a matrix has its first row on top", async () => {
  const matrix = tensor([[0, 0], [1, 1]]);
  const images = await imagesOf(heatmap(matrix, { map: "grey" }).svg());
  // Behind it is the one that says what the colours mean.
  assertEquals(images[0], [0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]);
  const text = heatmap(matrix, { values: true }).text();
  assert(text.indexOf("0        ") < text.indexOf("1        "));
});

Deno.test("a matrix says its range, its names and its values", async () => {
  const matrix = tensor([[0.125, 3], [2, 7.5]]);
  const words = textIn(parseXml(await heatmap(matrix, { xNames: ["p", "q"] }).svg()));
  for (const word of ["0.125", "7.5", "p", "q"]) assert(words.includes(word));
  const text = heatmap(matrix, { values: true }).text();
  for (const word of ["0.125", "3", "2", "7.5"]) assert(text.includes(word));
});

Deno.test("what is no image is refused", () => {
  const wrong = (shape: number[]) => zeros(shape) as unknown as Images;
  assertThrows(() => imageGrid(wrong([4])), ShapeError, "images must be [H, W], [N, H, W]");
  assertThrows(() => imageGrid(wrong([2, 4, 8, 8])), ShapeError, "got [2, 4, 8, 8]");
  assertThrows(() => imageGrid(wrong([0, 8, 8])), ShapeError, "there is no image in [0, 8, 8]");
  assertThrows(() => imageGrid(wrong([401, 1, 1])), ShapeError, "401 images are too many");
  assertThrows(
    () => imageGrid(zeros([2, 4, 4]), { labels: ["a"] }),
    RangeError,
    "imageGrid: labels must be 2 names, got 1",
  );
  assertThrows(
    () => heatmap(tensor([[NaN]])),
    RangeError,
    "heatmap: the matrix has no finite element to draw",
  );
});
