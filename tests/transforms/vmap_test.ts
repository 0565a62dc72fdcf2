/** Batches: `vmap` against the loop over examples, wherever the batch is, and its errors. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  type Dim,
  equal,
  grad,
  jit,
  KatachiError,
  matmul,
  maximum,
  ones,
  random,
  ShapeError,
  sin,
  stack,
  type Tensor,
  tensor,
  TraceError,
  TreeError,
  vmap,
  type VmapOptions,
  where,
  zeros,
} from "@katachi/katachi";
import { close, example, numbered, type Vector, type Wide } from "./tensors.ts";

/** A function of any tensors that mixes its arguments, differently at each place. */
const mix = (a: AnyTensor, b: AnyTensor): AnyTensor =>
  sin(a).mul(b.sum() as never).add(a.mul(a)) as AnyTensor;

Deno.test("vmap is the stack over examples, for every axis of the arguments and of the result", () => {
  const rank = fc.integer({ min: 0, max: 2 });
  const dims = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 2 });
  const axis = fc.integer({ min: -3, max: 2 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 }),
      fc.tuple(rank, dims, fc.option(axis)),
      fc.tuple(rank, dims, axis),
      axis,
      (size, [rankA, dimsA, axisA], [rankB, dimsB, axisB], out) => {
        const fits = (axis: number | null, rank: number) =>
          axis === null ? null : Math.min(Math.max(axis, -rank - 1), rank);
        const shaped = (dims: readonly number[], axis: number | null) => {
          if (axis === null) return dims;
          const at = axis < 0 ? axis + dims.length + 1 : axis;
          return dims.toSpliced(at, 0, size);
        };
        const [inA, inB] = [fits(axisA, rankA), fits(axisB, rankB)!];
        const outAxes = fits(out, rankA)!;
        const a = numbered(shaped(dimsA.slice(0, rankA), inA));
        const b = numbered(shaped(dimsB.slice(0, rankB), inB), 40);
        const batched = vmap(mix, { inAxes: [inA, inB], outAxes }) as typeof mix;
        const found = batched(a, b);
        const results = Array.from(
          { length: size },
          (_, i) => mix(example(a, i, inA), example(b, i, inB)),
        );
        const shape = shaped(dimsA.slice(0, rankA), outAxes);
        assertEquals([...found.shape], shape);
        if (size > 0) close(found, stack(results, outAxes) as AnyTensor);
        close(jit(batched)(a, b), found);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("axes for trees: one for a branch, one for each leaf, null, nested", () => {
  const params = { w: numbered([2, 3]), layers: [numbered([3, 2]), numbered([4, 2])] } as const;
  const f = (p: typeof params, x: AnyTensor) => ({
    sum: p.w.sum().mul(x.sum()),
    pair: [p.layers[0].mul(2), p.layers[1].sum().add(x)] as const,
  });
  const x = numbered([2, 5], 9);
  const inAxes = [{ w: 0, layers: [1, null] }, 0] as const;
  const outAxes = { sum: 0, pair: [-1, 0] } as const;
  const found = vmap(f as never, { inAxes, outAxes } as VmapOptions)(params, x) as never as {
    sum: AnyTensor;
    pair: [AnyTensor, AnyTensor];
  };
  const each = [0, 1].map((i) =>
    f({
      w: example(params.w, i),
      layers: [example(params.layers[0], i, 1), params.layers[1]],
    } as never, example(x, i))
  );
  close(found.sum, stack(each.map(({ sum }) => sum)));
  close(found.pair[0], stack(each.map(({ pair }) => pair[0]), -1) as AnyTensor);
  close(found.pair[1], stack(each.map(({ pair }) => pair[1])));
});

Deno.test("a result that is the same for all examples is repeated, or given once for null", () => {
  const shared = numbered([3]);
  const f = (x: Vector) => [x.sum(), shared.mul(2), shared] as const;
  const xs = numbered([4, 2]);
  const [sums, doubled, same] = vmap(f)(xs);
  assertEquals([...sums.shape], [4]);
  close(doubled, stack(Array(4).fill(shared.mul(2))) as AnyTensor);
  close(same, stack(Array(4).fill(shared)) as AnyTensor);
  const [, once, all] = vmap(f, { outAxes: [0, null, 1] })(xs);
  close(once, shared.mul(2));
  assertEquals([...all.shape], [3, 4]);
});

Deno.test("nothing but trees without leaves: null and empty results", () => {
  const f = (x: Vector) => ({ nothing: null, none: [], x });
  const { nothing, none, x } = vmap(f)(numbered([2, 3]));
  assertEquals([nothing, none, [...x.shape]], [null, [], [2, 3]]);
});

Deno.test("vmap of vmap: a table of all pairs", () => {
  const dot = (a: Vector, b: Vector) => matmul(a, b);
  const [a, b] = [numbered([3, 4]), numbered([2, 4], 7)] as const;
  const table = vmap(vmap(dot, { inAxes: [null, 0] }), { inAxes: [0, null] })(a, b);
  close(table, matmul(a, b.transpose()));
  const turned = vmap(vmap(dot, { inAxes: [null, 0] }), { inAxes: [0, null], outAxes: 1 })(a, b);
  close(turned, table.transpose());
});

Deno.test("per-example gradients, and the gradient of a batch", () => {
  const w = numbered([3]);
  const xs = numbered([5, 3], 4);
  const loss = (w: Wide<[3]>, x: Wide<[3]>) => sin(matmul(w, x)).square().add(w.sum());
  const perExample = vmap(grad(loss), { inAxes: [null, 0] });
  const each = [0, 1, 2, 3, 4].map((i) => grad(loss)(w, example(xs, i) as never));
  for (const f of [perExample, jit(perExample), vmap(jit(grad(loss)), { inAxes: [null, 0] })]) {
    close(f(w, xs) as AnyTensor, stack(each));
  }
  const total = (w: Wide<[3]>) => vmap(loss, { inAxes: [null, 0] })(w, xs).sum();
  close(grad(total)(w), stack(each).sum(0) as AnyTensor);
  close(jit(grad(total))(w), stack(each).sum(0) as AnyTensor);
});

Deno.test("jit of vmap, vmap of jit, and both give the same; jit is traced once", () => {
  let traces = 0;
  const f = (x: Vector) => (traces++, sin(x).mul(x.sum()));
  const xs = numbered([4, 3]);
  const expected = stack([0, 1, 2, 3].map((i) => f(example(xs, i) as Vector)));
  traces = 0;
  const compiled = jit(vmap(f));
  close(compiled(xs) as AnyTensor, expected);
  close(compiled(xs) as AnyTensor, expected);
  assertEquals(traces, 1);
  const inner = vmap(jit(f));
  close(inner(xs), expected);
  close(inner(xs), expected);
  assertEquals(traces, 2);
  close(jit(inner)(xs) as AnyTensor, expected);
});

Deno.test("a function may close over tensors, traced by grad, jit and vmap around it", () => {
  const xs = numbered([4, 3]);
  const f = (w: Wide<[3]>) => vmap((x: Wide<[3]>) => sin(x.mul(w)))(xs);
  const w = numbered([3], 11);
  const expected = sin(xs.mul(w));
  close(f(w), expected);
  close(jit(f)(w), expected);
  const loss = (w: Wide<[3]>) => f(w).square().sum();
  const plain = (w: Wide<[3]>) => sin(xs.mul(w)).square().sum();
  close(grad(loss)(w), grad(plain)(w));
  close(jit(grad(loss))(w), grad(plain)(w));
  const ws = numbered([2, 3], 20);
  close(vmap(f)(ws), stack([0, 1].map((i) => f(example(ws, i) as never))));
});

Deno.test("whole numbers and booleans: as arguments, as results, chosen by", () => {
  const f = (i: Tensor<[3], "int32">, on: Tensor<[], "bool">) =>
    [where(on, i.add(1), i.mul(2)), equal(i.sum(), 6), i.argmax()] as const;
  const [chosen, six, at] = vmap(f)(
    tensor([[1, 2, 3], [5, 4, 3]], "int32"),
    tensor([true, false]),
  );
  assertEquals([chosen.toArray(), chosen.dtype], [[[2, 3, 4], [10, 8, 6]], "int32"]);
  assertEquals([six.toArray(), six.dtype], [[true, false], "bool"]);
  assertEquals([at.toArray(), at.dtype], [[2, 0], "int32"]);
});

Deno.test("batches of none and of one", () => {
  const f = (x: Vector) => [matmul(x, x), sin(x), maximum(x, 0)] as const;
  for (const size of [0, 1]) {
    const [a, b, c] = vmap(f)(numbered([size, 3]));
    assertEquals([[...a.shape], [...b.shape], [...c.shape]], [[size], [size, 3], [size, 3]]);
  }
  const gradient = vmap(grad((x: Vector) => sin(x).sum()))(zeros([0, 3], "float64"));
  assertEquals([...gradient.shape], [0, 3]);
});

Deno.test("random keys: over a batch of keys, the numbers are the loop's", () => {
  const keys = random.split(random.key(3), 4);
  const all = stack(keys);
  const draws = {
    uniform: (key) => random.uniform(key, [3]),
    normal: (key) => random.normal(key, [2, 2]),
    bits: (key) => random.bits(key, [3]),
    randint: (key) => random.randint(key, [4], 0, 100),
    permutation: (key) => random.permutation(key, 6),
    split: (key) => stack(random.split(key, 3)),
    folded: (key) => random.foldIn(key, 5),
    categorical: (key) => random.categorical(key, tensor([[0.1, 0.5], [2, 1]])),
  } satisfies Record<string, (key: random.Key) => AnyTensor>;
  for (const [name, draw] of Object.entries(draws)) {
    const batched = vmap(draw as (key: random.Key) => Tensor<[number]>);
    const expected = stack(keys.map((key) => draw(key))).toArray();
    assertEquals(batched(all).toArray() as unknown, expected, name);
    assertEquals(jit(batched)(all).toArray() as unknown, expected, name);
  }
});

Deno.test("one key for all examples: each gets the same numbers", () => {
  const key = random.key(0);
  const f = (x: Tensor<[2]>) => x.add(random.normal(key, [2]));
  const noise = random.normal(key, [2]);
  assertEquals(vmap(f)(zeros([3, 2])).toArray(), Array(3).fill(noise.toArray()));
});

/** Wrong uses, each with its message. */
const wrong: Record<string, () => unknown> = {
  "vmap: batch sizes differ: argument 0 [2, 3] has 2 along axis 0, argument 1 [4, 3] has 4 along axis 0":
    () => vmap((a: AnyTensor, b: AnyTensor) => a.add(b))(ones([2, 3]), ones([4, 3])),
  "vmap: batch sizes differ: argument 0.w [2, 3] has 3 along axis 1, argument 1 [4] has 4 along axis 0":
    () =>
      vmap((p: { w: AnyTensor }, b: AnyTensor) => p.w.add(b), { inAxes: [1, 0] })(
        { w: ones([2, 3]) },
        ones([4]),
      ),
  "vmap: no argument carries a batch; give at least one an axis with inAxes": () =>
    vmap((a: AnyTensor) => a, { inAxes: null })(ones([2])),
  "vmap: argument 0: axis 2 is out of range for [2, 3]": () =>
    vmap((a: AnyTensor) => a, { inAxes: 2 })(ones([2, 3])),
  "vmap: argument 0.x: axis 0 is out of range for []": () =>
    vmap((a: { x: AnyTensor }) => a.x)({ x: tensor(1) }),
  "vmap: the result.y: axis 3 is out of range for [2, 3]": () =>
    vmap((a: AnyTensor) => ({ y: a }), { outAxes: 3 })(ones([2, 3])),
  "vmap: outAxes is null for the result, which differs between examples": () =>
    vmap((a: AnyTensor) => a.mul(2), { outAxes: null })(ones([2, 3])),
  "vmap: outAxes is null for the result.y[1], which differs between examples": () =>
    vmap((a: AnyTensor) => ({ y: [a, a] }), { outAxes: { y: [0, null] } })(ones([2, 3])),
  "vmap: inAxes has 2 axes for the arguments, a list of 1": () =>
    vmap((a: AnyTensor) => a, { inAxes: [0, 0] })(ones([2, 3])),
  "vmap: inAxes has 1 axis for argument 0.w, a list of 2": () =>
    vmap((a: { w: AnyTensor[] }) => a.w[0], { inAxes: [{ w: [0] }] })({
      w: [ones([2]), ones([2])],
    }),
  "vmap: inAxes has no axis for argument 0.b": () =>
    vmap((a: { w: AnyTensor; b: AnyTensor }) => a.w, { inAxes: [{ w: 0 }] })({
      w: ones([2]),
      b: ones([2]),
    }),
  "vmap: inAxes has a tree of axes for argument 0, a tensor": () =>
    vmap((a: AnyTensor) => a, { inAxes: [{ w: 0 }] })(ones([2])),
  "vmap: outAxes has 1 axis for the result, a tensor": () =>
    vmap((a: AnyTensor) => a, { outAxes: [0] })(ones([2])),
  "vmap: argument 0 is the number 3, not a tensor; write tensor(3)": () =>
    vmap((a: number) => a)(3),
  "vmap: the result is the number 2, not a tensor; write tensor(2)": () =>
    vmap((_: AnyTensor) => 2)(ones([2])),
};

for (const [message, use] of Object.entries(wrong)) {
  Deno.test(message, () => assertEquals(assertThrows(use, KatachiError).message, message));
}

Deno.test("the kinds of these errors, and reading a value inside", () => {
  assertThrows(() => vmap((a: AnyTensor) => a)(tensor(1)), ShapeError);
  assertThrows(() => vmap((a: AnyTensor) => a, { inAxes: [0, 0] })(ones([2])), TreeError);
  assertThrows(
    () => vmap((x: Tensor<[]>) => x.item() > 0 ? x : x.neg())(ones([2])),
    TraceError,
    "the value of a traced float32[] is not known while vmap records",
  );
});

Deno.test("types: batch dims are literal, number or a parameter; axes move them", () => {
  const f = (x: Tensor<[3, 4]>, n: Tensor<[], "int32">) => [x.sum(0), { n }, x] as const;
  const a = vmap(f)(zeros([5, 3, 4]), zeros([5], "int32"));
  assertType<
    IsExact<
      typeof a,
      readonly [Tensor<[5, 4]>, { readonly n: Tensor<[5], "int32"> }, Tensor<[5, 3, 4]>]
    >
  >(true);

  const many: Tensor<[number, 3, 4]> = zeros([6, 3, 4]);
  const b = vmap((x: Tensor<[3, 4]>) => x.sum(1))(many);
  assertType<IsExact<typeof b, Tensor<[number, 3]>>>(true);

  const generic = <B extends Dim>(xs: Tensor<[B, 3]>): Tensor<[B, 2]> =>
    vmap((x: Tensor<[3]>) => matmul(x, ones([3, 2])))(xs);
  const c = generic(zeros([7, 3]));
  assertType<IsExact<typeof c, Tensor<[7, 2]>>>(true);
  assertEquals([...c.shape], [7, 2]);

  const d = vmap((x: Tensor<[3, 4]>) => x, { inAxes: 1, outAxes: -1 })(zeros([3, 5, 4]));
  assertType<IsExact<typeof d, Tensor<[3, 4, 5]>>>(true);
  assertEquals([...d.shape], [3, 4, 5]);

  const e = vmap((w: Tensor<[2]>, x: Tensor<[3]>) => ({ w, y: x }), {
    inAxes: [null, 1],
    outAxes: { w: null, y: 0 },
  })(zeros([2]), zeros([3, 8]));
  assertType<IsExact<typeof e, { w: Tensor<[2]>; y: Tensor<[8, 3]> }>>(true);
  assertEquals([[...e.w.shape], [...e.y.shape]], [[2], [8, 3]]);

  const g = vmap((p: { w: Tensor<[2]>; b: Tensor<[]> }, x: Tensor<[2]>) => p.w.mul(x).add(p.b), {
    inAxes: [{ w: null, b: 0 }, -1],
  })({ w: zeros([2]), b: zeros([9]) }, zeros([2, 9]));
  assertType<IsExact<typeof g, Tensor<[9, 2]>>>(true);

  const table = vmap(
    vmap((a: Tensor<[4]>, b: Tensor<[4]>) => matmul(a, b), { inAxes: [null, 0] }),
    {
      inAxes: [0, null],
    },
  )(zeros([3, 4]), zeros([2, 4]));
  // The compiler forgets the inner batch dim where a generic function is an argument.
  assertType<IsExact<typeof table, Tensor<[3, number]>>>(true);
  const pairs = vmap(
    (a: Tensor<[4]>, bs: Tensor<[2, 4]>) => vmap((b: Tensor<[4]>) => matmul(a, b))(bs),
    { inAxes: [0, null] },
  )(zeros([3, 4]), zeros([2, 4]));
  assertType<IsExact<typeof pairs, Tensor<[3, 2]>>>(true);

  const perExample = vmap(grad((w: Tensor<[4]>, x: Tensor<[4]>) => matmul(w, x)), {
    inAxes: [null, 0],
  })(zeros([4]), zeros([6, 4]));
  assertType<IsExact<typeof perExample, Tensor<[6, 4]>>>(true);

  const unknown: Tensor = zeros([2, 3]);
  const h = vmap((x: Tensor) => x)(unknown);
  assertType<IsExact<typeof h, Tensor>>(true);

  const axis: number = 1;
  const i = vmap((x: Tensor<[3]>) => x, { inAxes: axis })(zeros([3, 5]));
  assertType<IsExact<typeof i, Tensor<[Dim, 3]>>>(true);
});
