/** Tapes, and whatever else prints itself, in a notebook. */
import { assert, assertEquals } from "@std/assert";
import {
  cost,
  debug,
  grad,
  jit,
  makeTape,
  matmul,
  ones,
  profile,
  tanh,
  tapeCost,
  type Tensor,
  tensor,
  zeros,
} from "@katachi/katachi";
import { linear, summary } from "@katachi/katachi/nn";
import { shownInNotebook } from "../tensor/kernel.ts";
import { elementsIn, parseXml, textIn } from "../viz/xml.ts";

const layer = jit(function layer(w: Tensor<[3, 4]>, x: Tensor<[2, 3]>) {
  return tanh(matmul(x, w).add(tensor([1, 2, 3, 4])));
});
const loss = (w: Tensor<[3, 4]>, x: Tensor<[2, 3]>) => {
  const y = layer(w, x);
  debug.print(y, '<b>"bold"</b> & float32[9]');
  return y.square().mean();
};
const tapes = {
  forward: makeTape(loss)(zeros([3, 4]), zeros([2, 3])),
  gradient: makeTape(grad(loss))(zeros([3, 4]), zeros([2, 3])),
};

for (const [name, tape] of Object.entries(tapes)) {
  Deno.test(`a tape is shown as its listing, line by line, but for room (${name})`, async () => {
    const shown = await shownInNotebook(tape);
    assertEquals(shown["text/plain"], `${tape}`);
    const lines = textIn(parseXml(shown["text/html"])).split("\n");
    // Only the room before the equals signs is more.
    const closed = (line: string) => line.replace(/ +/g, " ");
    assertEquals(lines.map(closed), `${tape}`.split("\n").map(closed));
  });

  Deno.test(`equals signs stand below each other, for each depth (${name})`, async () => {
    const lines = textIn(parseXml((await shownInNotebook(tape))["text/html"])).split("\n");
    const places = new Map<number, Set<number>>();
    for (const line of lines) {
      if (!/^ *\w+: /.test(line) || line.includes("tape (")) continue;
      const depth = line.search(/\S/);
      places.set(depth, (places.get(depth) ?? new Set()).add(line.indexOf(" = ")));
    }
    assert(places.size > 1);
    for (const found of places.values()) assertEquals(found.size, 1);
  });
}

Deno.test("types have a colour of their own", async () => {
  const { "text/html": html } = await shownInNotebook(makeTape(tanh)(zeros([2])));
  const spans = elementsIn(parseXml(html)).filter(({ tag }) => tag === "span").map(textIn);
  assertEquals(spans, ["float32[2]", "float32[2]", "tanh"]);
});

Deno.test("what prints itself is shown as it prints", async () => {
  const f = jit((x: Tensor<[2]>) => x.add(1));
  const lowered = f.lower(ones([2]));
  const things = [
    summary(linear.of(2, 3), [4, 2]),
    tapeCost(tapes.forward),
    cost(f, ones([2])),
    profile(() => f(ones([2]))),
    lowered,
    lowered.kernels[0],
  ];
  for (const thing of things) {
    assertEquals(await shownInNotebook(thing), { "text/plain": `${thing}` });
  }
});
