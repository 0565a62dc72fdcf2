/** The picture of a computation, as a user gets it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { DTypeError, matmul, type Tensor, tensor, TreeError, zeros } from "@katachi/katachi";
import { drawTape, type Picture } from "@katachi/katachi/viz";
import { tapeGraph } from "../../../src/viz/tape/graph.ts";
import { recordTapes } from "../../../src/viz/tape/recording.ts";
import { shownInNotebook } from "../../tensor/kernel.ts";
import { elementsIn, parseXml, textIn, type XmlElement } from "../xml.ts";
import { functions } from "./programs.ts";

const loss = (p: { w: Tensor<[4, 8]>; b: Tensor<[8]> }, x: Tensor<[5, 4]>) =>
  matmul(x, p.w).add(p.b).tanh().square().mean();
const params = { w: zeros([4, 8]), b: zeros([8]) };

const ofClass = (svg: XmlElement, name: string) =>
  elementsIn(svg).filter(({ attributes }) => attributes.class?.split(" ").includes(name));

/** The text of a node without what keeps it off the border. */
const labels = (elements: readonly XmlElement[]) =>
  elements.map((element) => textIn(element).replaceAll("\u00a0", " ").trim());

Deno.test("the SVG has every node and edge, and no more", async () => {
  await fc.assert(
    fc.asyncProperty(functions, async (f) => {
      const args: [Tensor<[]>, Tensor<[]>] = [tensor(0.3), tensor(-0.7)];
      const nodes = tapeGraph(recordTapes(f, args, { argnums: 0 }), {
        fold: true,
        depth: Infinity,
      });
      const svg = parseXml(await drawTape(f, ...args).svg());
      assertEquals(labels(ofClass(svg, "node")).sort(), nodes.map(({ label }) => label).sort());
      // A value that a node reads twice has one line.
      const edges = nodes.map(({ edges }) => new Set(edges.map(({ from }) => from)).size);
      assertEquals(ofClass(svg, "edge").length, edges.reduce((a, b) => a + b, 0));
      for (const way of ["forward", "backward"] as const) {
        const drawn = ofClass(svg, way).filter(({ attributes }) =>
          attributes.class.includes("node")
        );
        assertEquals(drawn.length, nodes.filter((node) => node.way === way).length);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("edges have shapes, and the two ways and what is kept are told apart", async () => {
  const svg = parseXml(await drawTape(loss, params, zeros([5, 4])).svg());
  const edges = (name: string) =>
    labels(ofClass(svg, name).filter(({ attributes }) => attributes.class.includes("edge"))).sort();
  assertEquals(edges("forward"), [
    ...["", "", "[4, 8]", "[5, 4]", "[5, 8]", "[5, 8]", "[5, 8]", "[5, 8]", "[8] → [5, 8]"],
  ]);
  assert(edges("kept").includes("[5, 4]"));
  assert(edges("backward").includes("[4, 8]"));
});

Deno.test("the SVG is one element with a title, and what is written in it is escaped", async () => {
  const title = `<b> & "1 < 2" \\N &lt; ]]>`;
  const names = [`<w>"\\n&amp;`];
  const picture = drawTape((x: Tensor<[]>) => x.sin(), tensor(1), { title, names });
  const text = await picture.svg();
  assert(text.startsWith("<svg "));
  const svg = parseXml(text);
  const titles = elementsIn(svg).filter(({ tag }) => tag === "title");
  assertEquals(titles.map(textIn), [title]);
  assert(labels(elementsIn(svg).filter(({ tag }) => tag === "text")).includes(title));
  assertEquals(labels(ofClass(svg, "input")), names);
});

Deno.test("options: no gradient, other arguments, to the right, not opened", async () => {
  const labelsOf = async (picture: Picture) =>
    labels(ofClass(parseXml(await picture.svg()), "result"));
  const x = zeros([5, 4]);
  assertEquals((await labelsOf(drawTape(loss, params, x))).map((text) => text.split(" = ")[0]), [
    "loss",
    "∂loss/∂b",
    "∂loss/∂w",
  ]);
  assertEquals(await labelsOf(drawTape(loss, params, x, { backward: false })), ["loss = g"]);
  const byBoth = recordTapes(loss, [params, x], { argnums: [1, 0] });
  assertEquals(byBoth.gradients, ["∂loss/∂x", "∂loss/∂b", "∂loss/∂w"]);
  assertEquals(byBoth.backward!.outputs.map(({ shape }) => shape), [[5, 4], [8], [4, 8]]);
  const size = async (picture: Picture) => {
    const { width, height } = parseXml(await picture.svg()).attributes;
    return [parseFloat(width), parseFloat(height)];
  };
  const [down, right] = await Promise.all(
    (["down", "right"] as const).map((direction) =>
      size(drawTape(loss, params, x, { direction, backward: false }))
    ),
  );
  assert(down[0] < down[1] && right[0] > right[1]);
});

Deno.test("an empty tree behind the arguments is an argument", () => {
  const f = (x: Tensor<[]>, state: Record<never, Tensor>) => {
    assertEquals(state, {});
    return x.sin();
  };
  assert(drawTape(f, tensor(1), {}).text().includes("a = sin(x)"));
  const g = (x: Tensor<[]>, { title }: { title: Tensor<[]> }) => x.mul(title);
  assert(drawTape(g, tensor(1), { title: tensor(2) }).text().includes("a = x × title"));
});

Deno.test("a notebook shows the SVG", async () => {
  const picture = drawTape((x: Tensor<[]>) => x.sin(), tensor(1));
  assertEquals(await shownInNotebook(picture), {
    "image/svg+xml": await picture.svg(),
    "text/plain": picture.text(),
  });
});

Deno.test("mistakes", () => {
  const deep = (x: Tensor<[]>) => Array.from({ length: 200 }).reduce<Tensor<[]>>((y) => y.sin(), x);
  assertThrows(
    () => drawTape(deep, tensor(1), { maxNodes: 100 }),
    RangeError,
    "drawTape: the graph has 602 nodes, and maxNodes is 100; leave out",
  );
  assertThrows(
    () => drawTape((y: Tensor<[], "int32">) => y.add(1), tensor(1, "int32"), { backward: true }),
    DTypeError,
    "drawTape: argument 0 is int32",
  );
  assertThrows(() => drawTape(() => 3, {}), TreeError, "drawTape: the result is the number 3");
});

Deno.test("Graphviz refuses nothing that a name can be", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 8 }), async (name) => {
      const picture = drawTape((x: Tensor<[]>) => x.sin(), tensor(1), {
        names: [name],
        title: name,
      });
      parseXml(await picture.svg());
      assertEquals(picture.text().split("\n").length, 8);
    }),
  );
});

Deno.test("types: arguments are the function's, options come last", () => {
  const x = zeros([5, 4]);
  const picture = drawTape(loss, params, x, { title: "a" });
  assertType<IsExact<typeof picture, Picture>>(true);
  const never = () => {
    // @ts-expect-error: an argument is missing
    drawTape(loss, params);
    // @ts-expect-error: another shape
    drawTape(loss, params, zeros([5, 3]));
    // @ts-expect-error: no such option
    drawTape(loss, params, x, { titel: "a" });
  };
  assertEquals(typeof never, "function");
});
