/** Tensors in a notebook. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  arange,
  DonationError,
  type DType,
  fromBuffer,
  grad,
  jit,
  makeTape,
  ones,
  type Tensor,
  tensor,
  zeros,
} from "@katachi/katachi";
import { elementsIn, parseXml, textIn } from "../viz/xml.ts";
import { shownInNotebook } from "./kernel.ts";

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const;

/** A tensor of any dtype whose dims and values are as bad as they get. */
const tensors: fc.Arbitrary<AnyTensor> = fc.record({
  dtype: fc.constantFrom<DType>("float32", "float64", "int32", "uint32", "bool"),
  shape: fc.array(fc.nat(5), { maxLength: 4 }),
  values: fc.array(
    fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 1), fc.double()),
    { minLength: 1 },
  ),
}).map(({ dtype, shape, values }) => {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Array.from({ length: size }, (_, i) => values[i % values.length]);
  const elements = dtype === "bool" ? data.map((value) => value > 0 ? 1 : 0) : data;
  return fromBuffer(arrays[dtype].from(elements) as never, shape) as AnyTensor;
});

/** The rows of the table in a notebook's HTML. */
function rows(html: string): readonly (readonly string[])[] {
  return elementsIn(parseXml(html)).filter(({ tag }) => tag === "tr").map((row) =>
    row.children.map((cell) => textIn(cell).trim())
  );
}

Deno.test("a tensor is shown as well-formed HTML with its type, and as its text", async () => {
  await fc.assert(fc.asyncProperty(tensors, async (x) => {
    const shown = await shownInNotebook(x);
    assertEquals(Object.keys(shown).sort(), ["text/html", "text/plain"]);
    assertEquals(shown["text/plain"], `${x}`);
    const text = textIn(parseXml(shown["text/html"]));
    assert(text.endsWith(`${x.dtype} [${x.shape.join(", ")}]`), text);
  }));
});

Deno.test("up to two dims the table has every value where it belongs", async () => {
  const small = tensors.filter(({ shape, size }) => shape.length <= 2 && size > 0);
  await fc.assert(fc.asyncProperty(small, async (x) => {
    const table = rows((await shownInNotebook(x))["text/html"]);
    const [height, width] = [x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1];
    assertEquals(table.length, height);
    for (const [i, row] of table.entries()) {
      assertEquals(row.length, width);
      for (const [j, text] of row.entries()) {
        const value = x.data[i * width + j];
        if (x.dtype === "bool") assertEquals(text, String(value !== 0));
        else if (Number.isNaN(value)) assertEquals(text, "NaN");
        else if (!Number.isFinite(value)) assertEquals(Number(text), value);
        else assert(Math.abs(Number(text) - value) <= 1e-6 * Math.max(1, Math.abs(value)), text);
      }
    }
  }));
});

Deno.test("a tensor of many values shows those at its edges", async () => {
  const shown = await shownInNotebook(arange(10000).reshape([100, 100]));
  assertEquals(rows(shown["text/html"]), [
    ["0", "1", "2", "…", "97", "98", "99"],
    ["100", "101", "102", "…", "197", "198", "199"],
    ["200", "201", "202", "…", "297", "298", "299"],
    Array(7).fill("⋮"),
    ["9700", "9701", "9702", "…", "9797", "9798", "9799"],
    ["9800", "9801", "9802", "…", "9897", "9898", "9899"],
    ["9900", "9901", "9902", "…", "9997", "9998", "9999"],
  ]);
  for (const shape of [[1_000_000], [1, 100_000], [100_000, 1], [50, 50, 50]] as const) {
    const html = (await shownInNotebook(zeros(shape)))["text/html"];
    assert(html.length < 20_000, `${shape}: ${html.length}`);
  }
});

Deno.test("scalars, vectors and tensors without elements have a form", async () => {
  const html = async (x: AnyTensor) => (await shownInNotebook(x))["text/html"];
  assertEquals(rows(await html(tensor(2.5))), [["2.5"]]);
  assertEquals(rows(await html(tensor([true, false]))), [["true", "false"]]);
  assertEquals(textIn(parseXml(await html(zeros([2, 0])))), "[[], []]float32 [2, 0]");
});

Deno.test("a traced tensor shows its value where it has one, and its type where not", async () => {
  const seen: AnyTensor[] = [];
  const f = (x: Tensor<[2]>) => (seen.push(x), x.sum());
  const shown = (run: () => unknown) => {
    seen.length = 0;
    run();
    return shownInNotebook(seen[0]);
  };
  assertEquals(await shown(() => jit(f)(ones([2]))), {
    "text/plain": "Tensor [2] float32, traced by jit",
  });
  assertEquals(await shown(() => makeTape(grad(f))(ones([2]))), {
    "text/plain": "Tensor [2] float32, traced by grad",
  });
  assertEquals(rows((await shown(() => grad(f)(ones([2]))))["text/html"]), [["1", "1"]]);
});

Deno.test("a donated tensor says that it is gone", async () => {
  const x = ones([2]);
  jit((x: Tensor<[2]>) => x.add(1), { donate: [0] })(x);
  await assertRejects(() => shownInNotebook(x), DonationError, "display: this float32[2] was");
});
