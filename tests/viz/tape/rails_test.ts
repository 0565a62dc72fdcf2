/** The graph of a computation in a terminal: the rails are followed again. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { jit, scan, type Tensor, tensor, zeros } from "@katachi/katachi";
import { type GraphOptions, tapeGraph } from "../../../src/viz/tape/graph.ts";
import type { TapeNode } from "../../../src/viz/tape/node.ts";
import { railsText } from "../../../src/viz/tape/rails.ts";
import { recordTapes } from "../../../src/viz/tape/recording.ts";
import { functions } from "./programs.ts";

function graphOf(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  options: GraphOptions = { fold: true, depth: Infinity },
): readonly TapeNode[] {
  return tapeGraph(recordTapes(f, args, { argnums: 0 }), options);
}

/** Which lines each line's rails lead back to; lines are told by their labels. */
function followed(text: string, known: readonly string[]): Map<string, Set<string>> {
  const reads = new Map<string, Set<string>>();
  let above: (string | undefined)[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("──")) continue;
    const label = known.find((label) =>
      line.includes(`  ${label}  `) || line.endsWith(`  ${label}`)
    );
    assert(label !== undefined, line);
    const rails = [...line.slice(0, line.indexOf(`  ${label}`))];
    const at = (column: number) => rails[2 * column] ?? " ";
    const own = rails.findIndex((character) => "●○".includes(character)) / 2;
    const sources = new Set<string>();
    const below: (string | undefined)[] = [];
    for (let column = 0; 2 * column < rails.length; column++) {
      // What comes down goes on, unless the line ends it.
      if ("│├┼┤".includes(at(column))) below[column] = above[column];
    }
    if (above[own] !== undefined) sources.add(above[own]);
    for (const side of [-1, 1]) {
      for (let column = own; rails[2 * column + side] === "─"; column += side) {
        const next = at(column + side);
        if (next === "│" || next === "─") continue;
        assert("├┼┴╰┤╯".includes(next), line);
        sources.add(above[column + side]!);
      }
    }
    below[own] = label;
    reads.set(label, sources);
    above = below;
  }
  return reads;
}

/** The same, but that a dot whose value is not read has no rail: it is not on the next line. */
function followedRails(nodes: readonly TapeNode[]): Map<string, Set<string>> {
  const read = new Set(nodes.flatMap(({ edges }) => edges.map(({ from }) => nodes[from].label)));
  const found = followed(railsText(nodes, { columns: 200 }), nodes.map(({ label }) => label));
  for (const sources of found.values()) {
    for (const source of sources) assert(read.has(source), `${source} is read by nothing`);
  }
  return found;
}

Deno.test("rails lead from every value to all that read it, and nowhere else", () => {
  fc.assert(fc.property(functions, (f) => {
    const nodes = graphOf(f, [tensor(0.3), tensor(-0.7)]);
    const found = followedRails(nodes);
    assertEquals(found.size, nodes.length);
    for (const { label, edges } of nodes) {
      assertEquals(found.get(label), new Set(edges.map(({ from }) => nodes[from].label)), label);
    }
  }));
});

// deno-lint-ignore no-control-regex
const escapes = /\x1b\[\d+m/g;

Deno.test("no line is longer than asked for, and each node has its line", () => {
  const lines = fc.integer({ min: 20, max: 120 });
  fc.assert(fc.property(functions, lines, fc.boolean(), (f, columns, colors) => {
    const nodes = graphOf(f, [tensor(0.3), tensor(-0.7)]);
    const text = railsText(nodes, { columns, colors, title: "a title ".repeat(9) })
      .replaceAll(escapes, "");
    const all = text.split("\n");
    assertEquals(all.length, nodes.length + 3);
    for (const line of all) assert([...line].length <= columns, line);
  }));
});

Deno.test("a computation in a terminal", () => {
  const f = (x: Tensor<[]>) => x.add(2).add(x.square().exp().add(1)).sin();
  assertEquals(
    railsText(graphOf(f, [tensor(1)]), { title: "lesson" }),
    `lesson
── forward ─────────────────────────────────────────────────────────────
○        x
├─●      a = x + 2
├─│─●    b = x × x
│ │ ●    c = exp(b)
│ │ ├─●  d = c + 1
│ ●─│─╯  e = a + d
│ ├─│─●  g = sin(e)
│ │ │ ○  f = g
── backward ────────────────────────────────────────────────────────────
│ ● │    h = cos(e)
│ ├─●    i = h × c
●─│─╯    j = i × x
● │      k = j + j
●─╯      l = k + h
○        ∂f/∂x = l`,
  );
});

Deno.test("shapes are at the end of the line, and what is called is set in below its name", () => {
  const layer = jit(function layer(w: Tensor<[3]>, x: Tensor<[2, 3]>) {
    return x.mul(w).tanh();
  });
  const result = (w: Tensor<[3]>, x: Tensor<[2, 3]>) =>
    scan((h: Tensor<[]>, row: Tensor<[3]>) => [h.add(row.sum()), h], tensor(0), layer(w, x));
  const nodes = graphOf(result, [zeros([3]), zeros([2, 3])]);
  assertEquals(
    railsText(nodes, { columns: 40 }),
    `○    x                            [2, 3]
│ ○  w                               [3]
│ │  layer:
●─╯    a = x × w                  [2, 3]
●      b = tanh(a)                [2, 3]
│    scan × 2:
│ ○    c = carry of 0
○ │    d = slice of b                [3]
● │    e = sum(d)
●─┤    f = c + e
●─╯    g, h = scan(f, c)         [], [2]
├─○  result[0] = g
○    result[1] = h`,
  );
});

Deno.test("the two ways have two colours where colours are asked for", () => {
  const lines = railsText(graphOf((x: Tensor<[]>) => x.sin(), [tensor(1)]), { colors: true })
    .split("\n");
  const colors = lines.map((line) => line.slice(0, 5));
  assertEquals(new Set(colors), new Set(["\x1b[34m", "\x1b[33m"]));
  assert(lines.every((line) => line.endsWith("\x1b[0m")));
});
