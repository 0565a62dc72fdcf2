/** What a model is made of, as data and as a table. */
import { assertEquals, assertThrows } from "@std/assert";
import { cost, random, ShapeError, treeLeaves, zeros } from "@katachi/katachi";
import {
  batchNorm,
  embedding,
  linear,
  makeLayer,
  relu,
  residual,
  sequential,
  summary,
} from "@katachi/katachi/nn";

Deno.test("summary: a table of layers, indented where they are inside others", () => {
  const model = sequential(
    linear.of(12, 8),
    residual(sequential(batchNorm.of(8), relu, linear.of(8, 8, { bias: false }))),
    (x) => x,
  );
  assertEquals(
    String(summary(model, [2, 12])),
    `
layer                   output  parameters  FLOPs
─────────────────────────────────────────────────
layer 0: linear         [2, 8]         104    400
layer 1: residual       [2, 8]          80    392
  inner: sequential     [2, 8]          80    376
    layer 0: batchNorm  [2, 8]          16     88
    layer 1: relu       [2, 8]           0     32
    layer 2: linear     [2, 8]          64    256
  shortcut: identity    [2, 8]           0      0
layer 2: function       [2, 8]           0      0
─────────────────────────────────────────────────
total                   [2, 8]         184    792
parameters 184 (736 B), state 16 (64 B) for an input [2, 12]`.slice(1),
  );
});

Deno.test("summary: counts are those of the parameters, and of cost", () => {
  const model = sequential(
    linear.of(5, 7),
    relu,
    sequential(linear.of(7, 3, { dtype: "float64" })),
  );
  const found = summary(model, [4, 5]);
  const params = model.init(random.key(0));
  const leaves = treeLeaves(params);
  assertEquals(found.parameters, leaves.reduce((sum, { size }) => sum + size, 0));
  assertEquals(found.parameterBytes, leaves.reduce((sum, { data }) => sum + data.byteLength, 0));
  assertEquals(
    found.flops,
    cost((p: typeof params) => model.apply(p, zeros([4, 5])), params).flops,
  );
  assertEquals(found.rows.map(({ name, depth }) => [name, depth]), [
    ["sequential", 0],
    ["linear", 1],
    ["relu", 1],
    ["sequential", 1],
    ["linear", 2],
  ]);
  assertEquals(found.rows[4].part, "layer 0");
  assertEquals([...found.rows[4].input], [4, 7]);
});

Deno.test("summary: nothing is made, however large the model", () => {
  const { parameters, rows } = summary(embedding.of(2 ** 24, 2 ** 14), [1], { dtype: "int32" });
  assertEquals(parameters, 2 ** 38);
  assertEquals([...rows[0].output], [1, 2 ** 14]);
});

Deno.test("summary: a layer that is called twice has two rows, and one set of parameters", () => {
  const inner = linear.of(3, 3);
  const twice = makeLayer({
    name: "twice",
    init: (key) => inner.init(key),
    run: (p, x) => [inner.apply(p as never, inner.apply(p as never, x as never)), null],
  });
  const { rows, parameters } = summary(twice, [2, 3]);
  assertEquals(rows.map(({ name, part }) => [name, part]), [
    ["twice", ""],
    ["linear", ""],
    ["linear", ""],
  ]);
  assertEquals(parameters, 12);
});

Deno.test("summary: a shape that does not fit", () => {
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => summary(sequential(linear.of(3, 2)), [4, 5]),
    ShapeError,
    "sequential: layer 0: linear: inner dimensions differ: [4, 5] x [3, 2] (5 != 3)",
  );
});
