/** Lines of equal height are where the function has that height. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { matmul, ShapeError, sigmoid, sum, type Tensor, tensor, zeros } from "@katachi/katachi";
import {
  contourPlot,
  decisionBoundary,
  type DecisionBoundaryOptions,
  optimizerPaths,
  scatterPlot,
} from "@katachi/katachi/viz";
import { contourLine, gridPoints, type Plane } from "../../src/viz/plane.ts";
import { classesOf } from "../../src/viz/points.ts";
import { elementsIn, parseXml } from "./xml.ts";

const plane: Plane = { x: [-2, 2], y: [-1, 3], columns: 60, rows: 50 };

/** A contour line without its gaps. */
function pointsOf(f: (x: number, y: number) => number, level: number): [number, number][] {
  const grid = gridPoints(plane).toArray() as [number, number][];
  const { x, y } = contourLine(grid.map(([x, y]) => f(x, y)), level, plane);
  return x.flatMap((u, i) => Number.isNaN(u) ? [] : [[u, y[i]] as [number, number]]);
}

Deno.test("the contour line of a plane is straight", () => {
  const slope = fc.double({ min: 0.2, max: 2, noNaN: true });
  fc.assert(
    fc.property(slope, slope, (a, b) => {
      const points = pointsOf((x, y) => a * x - b * y, 0);
      assert(points.length >= 2);
      for (const [x, y] of points) assertAlmostEquals(a * x, b * y, 1e-4);
      // What is on the way between two points is left out.
      assert(points.length < 12);
    }),
    { numRuns: 20 },
  );
});

Deno.test("the contour line of a cone is a circle", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.3, max: 1.9, noNaN: true }), (radius) => {
      const points = pointsOf((x, y) => Math.hypot(x, y - 1), radius);
      assert(points.length > 8);
      for (const [x, y] of points) assertAlmostEquals(Math.hypot(x, y - 1), radius, 0.01);
    }),
    { numRuns: 20 },
  );
});

Deno.test("what is higher or lower everywhere has no line", () => {
  assertEquals(pointsOf(() => 1, 2), []);
  assertEquals(pointsOf((x) => x, -5), []);
});

Deno.test("a grid goes row by row from the lowest y", () => {
  const points = gridPoints({ x: [0, 1], y: [5, 7], columns: 2, rows: 3 });
  assertEquals(points.toArray(), [[0, 5], [1, 5], [0, 6], [1, 6], [0, 7], [1, 7]]);
});

Deno.test("one score and one for each class give the same boundary", async () => {
  const domains = { xDomain: [-1, 1], yDomain: [-1, 1], resolution: 40 } as const;
  const boundary = async (options: DecisionBoundaryOptions<number, number>, kind: 1 | 2 | 3) => {
    const w = tensor([[2], [1]]);
    const svg = await decisionBoundary(
      (x) =>
        kind === 1
          ? sum(matmul(x, w), 1)
          : kind === 2
          ? sigmoid(matmul(x, w))
          : matmul(x, tensor([[0, 2], [0, 1]])),
      options,
    ).svg();
    return elementsIn(parseXml(svg)).filter(({ attributes }) => attributes.stroke === "#444444")
      .map(({ attributes: { d } }) => d.match(/[\d.]+/g)!.map(Number));
  };
  const [logits, probabilities, classes] = await Promise.all(
    ([1, 2, 3] as const).map((kind) => boundary(domains, kind)),
  );
  assertEquals(logits.length, 1);
  const ends = ([line]: number[][]) =>
    [...line.slice(0, 2), ...line.slice(-2)].sort((a, b) => a - b);
  ends(logits).forEach((place, i) => {
    assertAlmostEquals(ends(classes)[i], place, 0.5);
    assertAlmostEquals(ends(probabilities)[i], place, 0.5);
  });
});

Deno.test("labels of any numbers are classes in their order", () => {
  assertEquals(classesOf("f", 4, [1, -1, -1, 1], undefined), {
    of: [1, 0, 0, 1],
    names: ["-1", "1"],
  });
  // A class that no point is of keeps its colour and its name.
  assertEquals(classesOf("f", 2, [0, 2], ["a", "b", "c"]), { of: [0, 2], names: ["a", "b", "c"] });
  assertEquals(classesOf("f", 2, [3, 7], ["a", "b"]), { of: [0, 1], names: ["a", "b"] });
});

Deno.test("labels are as many as points, to the compiler too", () => {
  const [points, some] = [zeros([4, 2]), zeros([4, 2]) as Tensor<[number, 2]>];
  const unknown = zeros([4]) as Tensor<[number]>;
  scatterPlot(points, { labels: zeros([4]) });
  scatterPlot(points, { labels: unknown });
  scatterPlot(some, { labels: zeros([4], "int32") });
  scatterPlot(points, { labels: [0, 1, 0, 1] });
  const predict = (x: Tensor<[number, 2]>) => sum(x, 1);
  decisionBoundary(predict, { points: some, labels: unknown });
  decisionBoundary(predict, { points, labels: unknown });
  const message = "points and labels differ in length: 4 and 5";
  // @ts-expect-error "scatterPlot: 4 points need as many labels, got 5"
  assertThrows(() => scatterPlot(points, { labels: zeros([5]) }), ShapeError, message);
  assertThrows(
    // @ts-expect-error "decisionBoundary: 4 points need as many labels, got 5"
    () => decisionBoundary(predict, { points, labels: zeros([5]) }),
    ShapeError,
    message,
  );
});

Deno.test("pictures of the plane refuse what they cannot draw", () => {
  const points = tensor([[0, 0], [1, 1]]);
  assertThrows(
    () => scatterPlot(points, { labels: [1] }),
    ShapeError,
    "scatterPlot: points and labels differ in length: 2 and 1",
  );
  assertThrows(
    () => scatterPlot(points, { labels: [0, 1], names: ["a"] }),
    RangeError,
    "scatterPlot: 2 classes need as many names, got 1",
  );
  assertThrows(
    () => scatterPlot(tensor([[0, 0, 0]]) as unknown as Tensor<[1, 2]>),
    ShapeError,
    "scatterPlot: points must be [N, 2], got [1, 3]",
  );
  assertThrows(() => decisionBoundary((x) => x), RangeError, "needs points, or xDomain");
  assertThrows(
    () => decisionBoundary(() => tensor([1, 2, 3]), { points }),
    ShapeError,
    "the classifier must give [10000], [10000, 1] or [10000, C] of [10000, 2], gave [3]",
  );
  assertThrows(
    () => contourPlot((p) => p as never),
    ShapeError,
    "contourPlot: the function must give [10000] of [10000, 2], gave [10000, 2]",
  );
  assertThrows(() => contourPlot((p) => p.sum(), { levels: 0 }), RangeError, "levels must be");
  assertThrows(() => optimizerPaths((p) => p.sum(), {}), RangeError, "there is no path to draw");
});

Deno.test("a grid of values is drawn in its own units", async () => {
  const svg = await contourPlot(tensor([[0, 1, 2], [0, 1, 2]]), { levels: [1] }).svg();
  const lines = elementsIn(parseXml(svg)).filter(({ attributes }) =>
    attributes.stroke === "#7d8796"
  );
  assertEquals(lines.length, 1);
  const xs = lines[0].attributes.d.match(/[ML]([\d.]+)/g)!.map((x) => Number(x.slice(1)));
  assertEquals(new Set(xs).size, 1);
});
