/** A tape as a graph says the same as the tape: the text is parsed again and compared. */
import { assert, assertEquals } from "@std/assert";
import {
  countEquations,
  debug,
  grad,
  jit,
  makeTape,
  matmul,
  tanh,
  Tape,
  tapeToDot,
  type Tensor,
  tensor,
  zeros,
} from "@katachi/katachi";

interface Node {
  readonly label: string;
  readonly shape: string;
  /** The frames around it, outermost first. */
  readonly frames: readonly string[];
}

interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label: string }[];
}

const text = '"((?:[^"\\\\]|\\\\.)*)"';
const statements = {
  frame: /^subgraph cluster_\d+ \{$/,
  title: new RegExp(`^label=${text};$`),
  node: new RegExp(`^(n\\d+) \\[label=${text} shape=(\\w+)\\];$`),
  edge: new RegExp(`^(n\\d+) -> (n\\d+) \\[label=${text}\\];$`),
};

/** Reads the part of Graphviz' language that is written here; refuses anything else. */
function parse(dot: string): Graph {
  const [first, ordering, style, ...lines] = dot.split("\n").map((line) => line.trim());
  assertEquals(first, "digraph tape {");
  assertEquals(ordering, "ordering=in;");
  assertEquals(style, 'node [fontname="monospace"];');
  assertEquals(lines.splice(-2), ["}", ""]);
  const unquoted = (label: string) => label.replace(/\\(.)/g, "$1");
  const nodes = new Map<string, Node>();
  const edges: { from: string; to: string; label: string }[] = [];
  const frames: string[] = [];
  for (const line of lines) {
    if (statements.frame.test(line)) {
      frames.push("");
      continue;
    }
    if (line === "}") {
      assert(frames.pop() !== undefined);
      continue;
    }
    const title = line.match(statements.title);
    const node = line.match(statements.node);
    const edge = line.match(statements.edge);
    if (title) frames[frames.length - 1] = unquoted(title[1]);
    else if (node) {
      assert(!nodes.has(node[1]), line);
      nodes.set(node[1], { label: unquoted(node[2]), shape: node[3], frames: [...frames] });
    } else if (edge) {
      assertEquals(frames, [], "an edge inside a frame would pull its nodes in");
      edges.push({ from: edge[1], to: edge[2], label: unquoted(edge[3]) });
    } else throw new Error(`what is ${line}?`);
  }
  assertEquals(frames, []);
  for (const { from, to } of edges) assert(nodes.has(from) && nodes.has(to));
  return { nodes, edges };
}

const label = ({ nodes }: Graph, name: string) => nodes.get(name)!.label;

Deno.test("inputs, captured tensors, scalars and equations are told apart; edges carry types", () => {
  const graph = parse(
    tapeToDot(
      makeTape((x: Tensor<[2]>) => [x.mul(2).add(tensor([1, 3])).sum(), x])(zeros([2])),
    ),
  );
  assertEquals([...graph.nodes.values()].map(({ label, shape }) => `${shape} ${label}`), [
    "oval input 0",
    "note captured [1,3]",
    "plaintext 2",
    "box mul",
    "box add",
    "box sum[axes=[0]]",
    "oval result 0",
    "oval result 1",
  ]);
  assertEquals(
    graph.edges.map(({ from, to, label: type }) =>
      `${label(graph, from)} -> ${label(graph, to)}: ${type}`
    ),
    [
      "input 0 -> mul: float32[2]",
      "2 -> mul: float32[]",
      "mul -> add: float32[2]",
      "captured [1,3] -> add: float32[2]",
      "add -> sum[axes=[0]]: float32[2]",
      "sum[axes=[0]] -> result 0: float32[]",
      "input 0 -> result 1: float32[2]",
    ],
  );
});

const layer = jit(function layer(w: Tensor<[3, 4]>, x: Tensor<[2, 3]>) {
  return tanh(matmul(x, w));
});
const loss = (w: Tensor<[3, 4]>, x: Tensor<[2, 3]>) => {
  const y = layer(w, x);
  debug.print(y, 'a "quoted" \\ label');
  return y.square().mean();
};
const programs: Record<string, Tape> = {
  forward: makeTape(loss)(zeros([3, 4]), zeros([2, 3])),
  gradient: makeTape(grad(loss))(zeros([3, 4]), zeros([2, 3])),
  nested: makeTape(jit(grad(jit(loss))))(zeros([3, 4]), zeros([2, 3])),
};

Deno.test("called tapes are frames, as deep as the calls are", () => {
  const { nodes } = parse(tapeToDot(programs.nested));
  const inside = [...nodes.values()].filter(({ label }) => label.startsWith("tanh"));
  assertEquals(inside.map(({ frames }) => frames), [
    ["call", "call[name=loss]", "call[name=layer]"],
  ]);
  assert([...nodes.values()].some(({ label }) => label === 'print[label=a "quoted" \\ label]'));
});

for (const [name, tape] of Object.entries(programs)) {
  Deno.test(`the graph has every equation of the tape with all its operands (${name})`, () => {
    const graph = parse(tapeToDot(tape));
    const boxes = [...graph.nodes].filter(([, { shape }]) => shape === "box");
    const { call: _, ...counts } = countEquations(tape);
    const found: Record<string, number> = {};
    for (const [, { label }] of boxes) {
      const primitive = label.split("[")[0];
      found[primitive] = (found[primitive] ?? 0) + 1;
    }
    assertEquals(found, counts);
    const operands = (tape: Tape): number =>
      tape.equations.reduce(
        (sum, { inputs, params }) =>
          sum + inputs.length + (params?.tape instanceof Tape ? operands(params.tape) : 0),
        0,
      );
    assertEquals(graph.edges.length, operands(tape) + tape.outputs.length);
  });
}

Deno.test("a tape that is no call but a setting stands in a frame beside its equation", () => {
  const body = makeTape((x: Tensor<[]>) => x.neg())(tensor(1));
  const equations = [{ ...body.equations[0], params: { body } }];
  const { nodes, edges } = parse(tapeToDot(new Tape({ ...body, equations })));
  assertEquals([...nodes.values()].map(({ label, frames }) => [...frames, label].join(" / ")), [
    "input 0",
    "neg",
    "neg / input 0",
    "neg / neg",
    "neg / result 0",
    "result 0",
  ]);
  assertEquals(edges.length, 4);
});

Deno.test("the same program gives the same graph", () => {
  assertEquals(
    tapeToDot(makeTape(grad(loss))(zeros([3, 4]), zeros([2, 3]))),
    tapeToDot(programs.gradient),
  );
});
