/** What a compiled function keeps: programs, found by the form of the arguments. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  fromBuffer,
  jit,
  tensor,
  traceCount,
  treeLeaves,
  zeros,
} from "@katachi/katachi";
import { flattenTree, matcherOf } from "../../src/tensor/tree.ts";

type Tree = AnyTensor | null | undefined | Tree[] | { [name: string]: Tree };

/** Trees of few kinds of leaves and few names, so that two are often alike. */
const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Tree>(null, undefined, zeros([]), zeros([2]), zeros([2], "int32")),
    fc.array(tie("tree"), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "__proto__"), tie("tree"), { maxKeys: 2 }),
  ),
})).tree;

const formOf = (tree: Tree) => {
  const { leaves, structure } = flattenTree(tree, "test", "the tree");
  return `${structure.key} ${leaves.map(({ dtype, shape }) => `${dtype}[${shape}]`)}`;
};

Deno.test("two trees match where they are written the same, and the leaves come in order", () => {
  fc.assert(
    fc.property(trees, trees, (a, b) => {
      const leaves: AnyTensor[] = [];
      assertEquals(matcherOf(a)(b, leaves), formOf(a) === formOf(b));
      if (formOf(a) !== formOf(b)) return;
      assertEquals(treeLeaves(b).map((leaf, i) => leaf === leaves[i]), leaves.map(() => true));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a tree is put together with the names in the order that they had", () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const { leaves, structure } = flattenTree(tree, "test", "the tree");
      const again = structure.build(leaves) as Tree;
      assertEquals(JSON.stringify(again), JSON.stringify(tree));
      assertEquals(treeLeaves(again).every((leaf, i) => leaf === leaves[i]), true);
    }),
    { numRuns: 200 },
  );
});

Deno.test("arguments may take turns, and differ in the order of names", () => {
  const f = jit((p: { w: AnyTensor; b: AnyTensor }) => p.w.mul(p.b));
  for (let i = 0; i < 3; i++) {
    assertEquals(f({ w: tensor(3), b: tensor(i) }).item(), 3 * i);
    assertEquals(f({ b: tensor(i), w: tensor([1, 2]) }).toArray(), [i, 2 * i]);
    assertEquals(f({ b: tensor(i), w: tensor(5) }).item(), 5 * i);
  }
  assertEquals(traceCount(f), 2);
});

Deno.test("results of every dtype and size come out as they are, and go in again", () => {
  const f = jit((x: AnyTensor) => [x]);
  const check = (data: Float32Array | Float64Array | Int32Array | Uint32Array) => {
    const x = fromBuffer(data, [data.length]);
    const [once] = f(x);
    const [twice] = f(once);
    assertEquals([...twice.data], [...data]);
    assertEquals([...once.data], [...data]);
  };
  const options = { maxLength: 300 };
  const property = fc.property(
    fc.float32Array(options),
    fc.float64Array(options),
    fc.int32Array(options),
    fc.uint32Array(options),
    (...arrays) => arrays.forEach(check),
  );
  fc.assert(property, { numRuns: 50 });
});

Deno.test("so many programs are kept, the ones used last", () => {
  const f = jit((x: AnyTensor) => x.add(1), { maxPrograms: 2 });
  const call = (size: number) => f(zeros([size])).size;
  assertEquals([1, 2, 1, 3].map(call), [1, 2, 1, 3]);
  assertEquals(traceCount(f), 3);
  call(1);
  assertEquals(traceCount(f), 3);
  call(2);
  assertEquals(traceCount(f), 4);
  const once = jit((x: AnyTensor) => x, { maxPrograms: 1, maxTraces: 2 });
  once(zeros([1]));
  once(zeros([2]));
  assertThrows(() => once(zeros([1])), Error, "was let go: there were more than maxPrograms");
  assertThrows(() => jit((x: AnyTensor) => x, { maxPrograms: 0 }), RangeError, "maxPrograms");
});
