/** The graph of a computation says what the computation is. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  checkpoint,
  cond,
  customVjp,
  jit,
  less,
  matmul,
  scan,
  softmax,
  type Tensor,
  tensor,
  valueAndGrad,
  whileLoop,
  zeros,
} from "@katachi/katachi";
import { tapeGraph } from "../../../src/viz/tape/graph.ts";
import { type TapeNode, typeLabel } from "../../../src/viz/tape/node.ts";
import { recordTapes } from "../../../src/viz/tape/recording.ts";
import { functions } from "./programs.ts";

const everything = { fold: false, depth: Infinity };

function graphOf(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  { backward, fold = true, depth = Infinity, names }: {
    backward?: boolean;
    fold?: boolean;
    depth?: number;
    names?: readonly string[];
  } = {},
): readonly TapeNode[] {
  return tapeGraph(recordTapes(f, args, { backward, argnums: 0, names }), { fold, depth });
}

const labels = (nodes: readonly TapeNode[]) => nodes.map(({ label }) => label);

/** A batch of a softmax layer's outputs, summed. */
const layers = (w: Tensor<[3, 4]>, x: Tensor<[2, 3]>) =>
  softmax(matmul(x, w).add(tensor([1, 2, 3, 4])), -1).square().mean();

Deno.test("every equation is a node once, and its edges carry its operands", () => {
  const check = (f: (...args: never[]) => unknown, args: readonly unknown[]) => {
    const recording = recordTapes(f, args, { argnums: 0 });
    const nodes = tapeGraph(recording, everything);
    for (const way of ["forward", "backward"] as const) {
      const equations = recording[way]!.equations;
      const drawn = nodes.filter((node) => node.kind === "equation" && node.way === way);
      assertEquals(drawn.length, equations.length);
      for (const [i, { inputs, outputs }] of equations.entries()) {
        assertEquals(drawn[i].outputs, outputs);
        const operands = inputs.filter((atom) => !("literal" in atom));
        assertEquals(drawn[i].edges.map(({ read }) => read), operands);
        for (const { from, read, made, label } of drawn[i].edges) {
          assert(nodes[from].outputs.includes(read as never));
          assertEquals(made, read);
          assertEquals(label, typeLabel(read));
        }
      }
    }
  };
  fc.assert(fc.property(functions, (f) => check(f, [tensor(0.3), tensor(-0.7)])));
  check(layers, [zeros([3, 4]), zeros([2, 3])]);
});

Deno.test("folded or not, edges say which shape a value has, and how that changes", () => {
  const recording = recordTapes(layers, [zeros([3, 4]), zeros([2, 3])], { argnums: 0 });
  const all = tapeGraph(recording, everything);
  const folded = tapeGraph(recording, { ...everything, fold: true });
  const forms = /= (broadcast|reshape|float32)\(/;
  assert(labels(all).some((label) => forms.test(label)));
  assert(!labels(folded).some((label) => forms.test(label)));
  for (const { edges } of folded) {
    for (const { from, made, read, label } of edges) {
      assert(folded[from].outputs.some(({ shape }) => `${shape}` === `${made.shape}`));
      const [before, after] = [made, read].map(({ shape }) => `[${shape.join(", ")}]`);
      const same = before === "[]" ? "" : before;
      assertEquals(label, before === after ? same : `${before} → ${after}`);
    }
  }
  const captured = folded.findIndex(({ kind }) => kind === "captured");
  const reader = folded.find(({ edges }) => edges.some(({ from }) => from === captured))!;
  assertEquals(reader.edges.map(({ label }) => label), ["[2, 4]", "[4] → [2, 4]"]);
});

Deno.test("the way back reads from the way forward, and never the other way round", () => {
  fc.assert(fc.property(functions, fc.boolean(), (f, backward) => {
    const nodes = graphOf(f, [tensor(0.3), tensor(-0.7)], { backward });
    assertEquals(nodes.some(({ way }) => way === "backward"), backward);
    for (const [i, { way, edges }] of nodes.entries()) {
      for (const { from } of edges) {
        assert(from < i);
        assert(way === "backward" || nodes[from].way === "forward");
      }
    }
    const results = nodes.filter(({ kind }) => kind === "result").map(({ label }) =>
      label.split(" = ")[0]
    );
    assertEquals(results, backward ? ["f", "∂f/∂x"] : ["f"]);
  }));
});

/** What the labels of a graph of scalars come to, computed by JavaScript. */
function computed(nodes: readonly TapeNode[], inputs: Record<string, number>) {
  const functions = {
    ...{ sin: Math.sin, cos: Math.cos, tanh: Math.tanh, exp: Math.exp, maximum: Math.max },
    ...{ log: Math.log, sqrt: Math.sqrt, sign: Math.sign, minimum: Math.min },
    where: (c: number | boolean, a: number, b: number) => c ? a : b,
    float32: Number,
  };
  const values: Record<string, number> = { ...inputs };
  for (const { kind, label } of nodes) {
    if (kind === "input") continue;
    const [name, text] = label.split(" = ");
    const program = text.replaceAll("−", "-").replaceAll("×", "*").replaceAll("^", "**")
      .replaceAll("²", "**2").replaceAll("³", "**3").replaceAll("≤", "<=")
      .replaceAll("not ", "!").replaceAll(" and ", " && ").replaceAll(" or ", " || ")
      .replace(/√(\w+)/, "sqrt($1)").replace(/\|(\w+)\|/, "Math.abs($1)")
      .replace(/^-(\w+)/, "0 - $1");
    const scope = { ...functions, ...Object.fromEntries(Object.entries(values)) };
    const names = Object.keys(scope).filter((name) => /^\w+$/.test(name));
    values[name] = Number(
      new Function(...names, `return ${program}`)(...names.map((name) => scope[name as "sin"])),
    );
  }
  return values;
}

Deno.test("the labels, computed as they stand, give the function's value and gradient", () => {
  // Not near 0, where a sine is its operand but for the last bit, and a maximum goes either way.
  const number = fc.integer({ min: -16, max: 15 }).map((eighths) => (eighths + 0.5) / 8);
  const numbers = fc.tuple(number, number);
  fc.assert(fc.property(functions, numbers, fc.boolean(), (f, [x, y], fold) => {
    const nodes = graphOf(f, [tensor(x), tensor(y)], { backward: true, fold });
    const values = computed(nodes, { x, y });
    const [value, gradient] = valueAndGrad(f)(tensor(x), tensor(y));
    const near = (found: number, right: number) =>
      assertAlmostEquals(found, right, 1e-4 * Math.max(1, Math.abs(right)));
    near(values.f, value.item());
    near(values["∂f/∂x"], gradient.item());
  }));
});

Deno.test("the way back has no multiplication by one and nothing in vain", () => {
  const f = (x: Tensor<[]>) => x.add(2).add(x.square().exp().add(1)).sin();
  assertEquals(labels(graphOf(f, [tensor(1)])), [
    "x",
    "a = x + 2",
    "b = x × x",
    "c = exp(b)",
    "d = c + 1",
    "e = a + d",
    "g = sin(e)",
    "f = g",
    "h = cos(e)",
    "i = h × c",
    "j = i × x",
    "k = j + j",
    "l = k + h",
    "∂f/∂x = l",
  ]);
});

Deno.test("leaves are named by argument and path, and values by no name that is taken", () => {
  const f = (p: { a: Tensor<[]>; list: [Tensor<[]>] }, [b]: [Tensor<[]>], a: Tensor<[]>) =>
    p.a.add(p.list[0]).add(b).add(a);
  const inputs = (names?: readonly string[]) =>
    graphOf(f, [{ a: tensor(1), list: [tensor(2)] }, [tensor(3)], tensor(4)], {
      backward: false,
      names,
    }).filter(({ kind }) => kind === "input").map(({ label }) => label);
  assertEquals(inputs().sort(), ["a", "argument1[0]", "list[0]", "p.a"]);
  assertEquals(inputs(["b", "c", "d"]).sort(), ["a", "c[0]", "d", "list[0]"]);
  const nodes = graphOf((a: Tensor<[]>, c: Tensor<[]>) => a.add(c).sin(), [tensor(1), tensor(2)]);
  assertEquals(labels(nodes).slice(2, 4), ["b = a + c", "d = sin(b)"]);
});

Deno.test("a result that is no scalar has a cotangent", () => {
  const double = (x: Tensor<[3]>) => x.mul(tensor([1, 2, 3]));
  assertEquals(graphOf(double, [zeros([3])]).every(({ way }) => way === "forward"), true);
  assertEquals(labels(graphOf(double, [zeros([3])], { backward: true })), [
    "x",
    "a = [1,2,3]",
    "b = x × a",
    "double = b",
    "∂/∂double",
    "c = ∂/∂double × a",
    "∂/∂x = c",
  ]);
});

Deno.test("an argument that nothing reads, and a result that nothing makes, are there", () => {
  const nodes = graphOf((x: Tensor<[]>, _y: Tensor<[]>) => [x, tensor(3)], [tensor(1), tensor(2)]);
  assertEquals(labels(nodes), ["x", "result[0] = x", "result[1] = 3", "_y"]);
});

const frames = ({ frame }: TapeNode): string =>
  frame === undefined ? "" : `${frames({ frame: frame.parent } as TapeNode)}${frame.label}/`;

Deno.test("calls are frames, or one node each where they are not opened", () => {
  const layer = jit(function layer(x: Tensor<[]>) {
    return x.sin();
  });
  const kept = checkpoint(function block(x: Tensor<[]>) {
    return layer(x).cos();
  });
  const custom = customVjp((x: Tensor<[]>) => x.exp(), {
    forward: (x) => [x.exp(), x],
    backward: (x, ct) => [ct.mul(x)],
  });
  const f = (x: Tensor<[]>) => custom(kept(x));
  const at = (depth: number) =>
    graphOf(f, [tensor(1)], { backward: false, depth }).map((node) => frames(node) + node.label);
  assertEquals(at(0), ["x", "a = checkpoint block(x)", "b = customVjp(a)", "f = b"]);
  assertEquals(at(1), [
    "x",
    "checkpoint block/a = layer(x)",
    "checkpoint block/b = cos(a)",
    "customVjp/c = exp(b)",
    "f = c",
  ]);
  assertEquals(at(Infinity)[1], "checkpoint block/layer/a = sin(x)");
  const whole = graphOf(f, [tensor(1)], { backward: true });
  assert(whole.some((node) => node.way === "backward" && frames(node).startsWith("checkpoint")));
});

Deno.test("loops and branches show their bodies, and where the values come from", () => {
  const looped = (w: Tensor<[3]>, xs: Tensor<[5, 3]>) =>
    scan((h: Tensor<[3]>, x: Tensor<[3]>) => [h.mul(w).add(x), h.sum()], zeros([3]), xs);
  assertEquals(
    graphOf(looped, [zeros([3]), zeros([5, 3])]).map((node) => frames(node) + node.label),
    [
      "w",
      "xs",
      "scan × 5/a = carry of 0",
      "scan × 5/b = slice of xs",
      "scan × 5/c = a × w",
      "scan × 5/d = c + b",
      "scan × 5/e = sum(a)",
      "scan × 5/f, g = scan(d, e)",
      "looped[0] = f",
      "looped[1] = g",
    ],
  );
  const chosen = (x: Tensor<[]>) => cond(less(x, 0), (x) => x.neg(), (x) => x.exp(), x);
  const branches = graphOf(chosen, [tensor(1)], { backward: false });
  assertEquals(
    new Set(branches.map(frames)),
    new Set(["", "cond/branches[0]/", "cond/branches[1]/", "cond/"]),
  );
  const counted = (x: Tensor<[]>) => whileLoop((x) => less(x, 3), (x) => x.mul(2), x);
  const loop = graphOf(counted, [tensor(1)], { backward: false });
  assertEquals(
    new Set(loop.map(frames)),
    new Set(["", "while/condition/", "while/body/", "while/"]),
  );
});
