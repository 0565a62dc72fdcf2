/** Attention: decoding token by token, masks, and what there is nothing to look at. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  any,
  type AnyTensor,
  concat,
  type Dim,
  DTypeError,
  grad,
  jit,
  mean,
  ones,
  random,
  ShapeError,
  stack,
  take,
  type Tensor,
  tensor,
  traceCount,
  treeLeaves,
  treeMap,
  tril,
  vmap,
  zeros,
} from "@katachi/katachi";
import {
  type AttentionCache,
  linear,
  multiHeadAttention,
  scaledDotProductAttention,
  sequential,
} from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose } from "../fixtures/figures.ts";

const wide = { dtype: "float64" } as const;

/** Parameters whose biases are no zeros. */
function paramsOf(seed: number) {
  const params = multiHeadAttention.init(random.key(seed), 8, 2, wide);
  const key = random.key(seed + 1);
  return treeMap(
    (x: AnyTensor) => x.add(random.normal(key, x.shape, wide).mul(0.1)),
    params as never,
  ) as unknown as typeof params;
}

Deno.test("decoding by parts gives what one causal pass over everything gives", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(undefined, {}, { interleaved: true, base: 100, features: 2 }),
      (seed, parts, room, rotary) => {
        const params = paramsOf(seed);
        const length = parts.reduce((a, b) => a + b);
        const x: Tensor<[2, number, 8], "float64"> = random.normal(
          random.key(seed + 2),
          [2, length, 8],
          wide,
        );
        const whole = multiHeadAttention(params, x, x, x, { causal: true, rotary });
        let cache = multiHeadAttention.initCache(params, [2], length + room as Dim);
        const outputs: AnyTensor[] = [];
        for (const [i, count] of parts.entries()) {
          const start = parts.slice(0, i).reduce((a, b) => a + b, 0);
          const part = x.slice([null, [start, start + count]]);
          const [y, next] = multiHeadAttention.decode(params, part, cache, { rotary });
          outputs.push(y);
          cache = next;
        }
        assertEquals(cache.length.item(), length);
        assertClose(concat(outputs, 1).toArray(), whole.toArray(), 1e-12, "", 1);
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("decoding compiles once, and says so where the cache is full", () => {
  const params = paramsOf(0);
  type Cache = AttentionCache<[2, 2, 4, 4], "float64">;
  const step = jit((x: Tensor<[2, 1, 8], "float64">, cache: Cache) =>
    multiHeadAttention.decode(params, x, cache)
  );
  const x = random.normal(random.key(3), [2, 5, 8], wide);
  const whole = multiHeadAttention(params, x, x, x, { causal: true });
  let cache: Cache = multiHeadAttention.initCache(params, [2], 4);
  for (let t = 0; t < 5; t++) {
    const [y, next] = step(x.slice([null, [t, t + 1]]) as Tensor<[2, 1, 8], "float64">, cache);
    assertType<IsExact<typeof y, Tensor<[2, 1, 8], "float64">>>(true);
    if (t < 4) assertClose(y.toArray(), whole.slice([null, [t, t + 1]]).toArray(), 1e-12, "", 1);
    else assertEquals([...y.data].every(Number.isNaN), true);
    cache = next;
  }
  assertEquals(traceCount(step), 1);
  assertThrows(
    () => multiHeadAttention.decode(params, x, cache),
    ShapeError,
    "multiHeadAttention: cache: no room for 5 positions in 4",
  );
});

Deno.test("under vmap each sequence has a cache of its own length", () => {
  const params = paramsOf(0);
  const [a, b] = [1, 2].map((i) => random.normal(random.key(i), [4, 8], wide));
  const empty = multiHeadAttention.initCache(params, [], 6);
  const [, first] = multiHeadAttention.decode(params, a, empty);
  const [, second] = multiHeadAttention.decode(params, b.slice([[0, 2]]), empty);
  const caches = {
    keys: stack([first.keys, second.keys]),
    values: stack([first.values, second.values]),
    length: stack([first.length, second.length]),
  };
  const x = random.normal(random.key(3), [2, 1, 8], wide);
  const decode = (x: Tensor<[1, 8], "float64">, cache: typeof empty) =>
    multiHeadAttention.decode(params, x, cache);
  const [y, next] = vmap(decode)(x, caches);
  assertEquals(next.length.toArray(), [5, 3]);
  for (const [i, cache] of [first, second].entries()) {
    assertClose(y.slice([i]).toArray(), decode(x.slice([i]), cache)[0].toArray(), 1e-12, "", 1);
  }
});

Deno.test("scaledDotProductAttention: means of values, in whatever order the keys come", () => {
  fc.assert(fc.property(fc.nat(), fc.boolean(), (seed, masked) => {
    const [k1, k2, k3, k4, k5] = random.split(random.key(seed), 5);
    const q = random.normal(k1, [2, 3, 4], wide);
    const k = random.normal(k2, [2, 5, 4], wide);
    const v = random.normal(k3, [2, 5, 4], wide);
    const mask = masked ? random.bernoulli(k4, 0.7, [2, 3, 5]) : undefined;
    const found = scaledDotProductAttention(q, k, v, { mask });
    const order = random.permutation(k5, 5);
    const shuffled = (x: Tensor<[2, 5, 4], "float64">) => take(x, order, 1);
    const again = scaledDotProductAttention(q, shuffled(k), shuffled(v), {
      mask: mask && take(mask, order, -1),
    });
    assertClose(again.toArray(), found.toArray(), 1e-12, "", 1);
    const weights = scaledDotProductAttention(q, k, ones([2, 5, 1], "float64"), { mask });
    const some = mask && any(mask, -1, { keepDims: true }).astype("float64");
    assertClose(weights.toArray(), (some ?? ones([2, 3, 1])).toArray(), 1e-12);
  }));
});

Deno.test("where nothing may be seen: zeros, and no NaN in any gradient", () => {
  const x = random.normal(random.key(0), [3, 4]);
  const hide = zeros([3, 3], "bool");
  const attend = (q: Tensor<[3, 4]>, k: Tensor<[3, 4]>, v: Tensor<[3, 4]>) =>
    scaledDotProductAttention(q, k, v, { mask: hide, causal: true });
  assertEquals(attend(x, x, x).toArray(), zeros([3, 4]).toArray());
  const gradients = grad(
    (q: Tensor<[3, 4]>, k: Tensor<[3, 4]>, v: Tensor<[3, 4]>) => attend(q, k, v).sum(),
    { argnums: [0, 1, 2] },
  )(x, x, x);
  for (const g of gradients) assertEquals(g.toArray(), zeros([3, 4]).toArray());
  const params = paramsOf(0);
  const y = random.normal(random.key(0), [3, 8], wide);
  const hidden = multiHeadAttention(params, y, y, y, { mask: hide });
  assertEquals(hidden.slice([0]).toArray(), params.output.bias.toArray());

  const none = scaledDotProductAttention(x, zeros([0, 4]), zeros([0, 2]));
  assertEquals(none.toArray(), zeros([3, 2]).toArray());
  const causal = scaledDotProductAttention(x, zeros([0, 4]), zeros([0, 2]), { causal: true });
  assertEquals(causal.toArray(), zeros([3, 2]).toArray());
  const empty = zeros([0, 3, 4]);
  assertEquals(scaledDotProductAttention(empty, empty, empty, { causal: true }).shape, [0, 3, 4]);
  assertEquals(scaledDotProductAttention(zeros([0, 4]), x, x).shape, [0, 4]);
});

Deno.test("NaN is not hidden by a mask", () => {
  const q = tensor([[NaN, 0], [1, 0]]);
  const found = scaledDotProductAttention(q, ones([2, 2]), ones([2, 2]), { causal: true });
  assertEquals(found.toArray(), [[NaN, NaN], [1, 1]]);
});

Deno.test("attention: gradients of gradients, vmap and jit", () => {
  type Wide = Tensor<[3, 2], "float64">;
  const [q, k, v] = [0, 1, 2].map((i) => random.normal(random.key(i), [3, 2], wide));
  const mask = tensor([[true, false, true], [false, false, false], [true, true, true]]);
  const f = (q: Wide, k: Wide, v: Wide) => scaledDotProductAttention(q, k, v, { mask });
  checkGrads(f, [q, k, v], { order: 2 });
  const bias = tril(ones([3, 3])).mul(-2);
  checkGrads(
    (q: Wide, k: Wide, v: Wide) => scaledDotProductAttention(q, k, v, { mask: bias, causal: true }),
    [q, k, v],
    { order: 2 },
  );
  const params = paramsOf(0);
  const x = random.normal(random.key(0), [4, 3, 8], wide);
  const options = { causal: true, rotary: {} };
  const self = (x: Tensor<[3, 8], "float64">) => multiHeadAttention(params, x, x, x, options);
  const whole = multiHeadAttention(params, x, x, x, options);
  assertClose(vmap(self)(x).toArray(), whole.toArray(), 1e-12, "", 1);
  assertClose(jit(vmap(self))(x).toArray(), whole.toArray(), 1e-12, "", 1);
  checkGrads(self, [x.slice([0])]);
});

Deno.test("multiHeadAttention: types, parameters, layers", () => {
  const key = random.key(0);
  const params = multiHeadAttention.init(key, 12, 3);
  assertType<IsExact<typeof params.query.weight, Tensor<[12, 3, 4], "float32">>>(true);
  assertType<IsExact<typeof params.output.bias, Tensor<[12], "float32">>>(true);
  const bound = Math.sqrt(6 / 24);
  assert(params.key.weight.data.every((w) => Math.abs(w) <= bound));
  assert(params.key.weight.data.some((w) => Math.abs(w) > 0.9 * bound));
  assertEquals(treeLeaves(multiHeadAttention.init(key, 12, 3, { bias: false })).length, 4);
  const generic = <B extends Dim, T extends Dim, S extends Dim>(
    x: Tensor<[B, T, 12]>,
    context: Tensor<[B, S, 12]>,
  ): Tensor<[B, T, 12]> => multiHeadAttention(params, x, context, context);
  assertEquals(generic(zeros([2, 3, 12]), zeros([2, 5, 12])).shape, [2, 3, 12]);
  const heads = <B extends Dim, T extends Dim, S extends Dim>(
    q: Tensor<[B, 4, T, 8]>,
    k: Tensor<[B, 4, S, 8]>,
    v: Tensor<[B, 4, S, 6]>,
  ): Tensor<[B, 4, T, 6]> => scaledDotProductAttention(q, k, v, { causal: true });
  assertEquals(heads(zeros([2, 4, 3, 8]), zeros([2, 4, 5, 8]), zeros([2, 4, 5, 6])).shape, [
    2,
    4,
    3,
    6,
  ]);

  const layer = multiHeadAttention.of(12, 3, { causal: true, rotary: { base: 100 } });
  const x = random.normal(random.key(1), [2, 5, 12]);
  const expected = multiHeadAttention(params, x, x, x, { causal: true, rotary: { base: 100 } });
  assertEquals(layer.apply(params, x).toArray(), expected.toArray());
  const model = sequential(linear.of(3, 12), layer, linear.of(12, 2));
  const f = <B extends Dim, T extends Dim>(x: Tensor<[B, T, 3]>): Tensor<[B, T, 2]> =>
    model.apply(model.init(key), x);
  assertEquals(f(zeros([2, 5, 3])).shape, [2, 5, 2]);
});

Deno.test("dropout of weights: in training alone, with the mean that there is without", () => {
  const layer = multiHeadAttention.of(8, 2, { dropout: 0.5, ...wide });
  const params = paramsOf(0);
  const x = random.normal(random.key(1), [4, 8], wide);
  const plain = multiHeadAttention(params, x, x, x);
  assertEquals(layer.apply(params, x).toArray(), plain.toArray());
  const trained = (seed: number) => layer.train(params, x, { key: random.key(seed) })[0];
  assertEquals(trained(1).toArray(), trained(1).toArray());
  const many = vmap((key: random.Key) => layer.train(params, x, { key })[0])(
    stack(random.split(random.key(2), 4000)),
  );
  assertClose(mean(many, 0).toArray(), plain.toArray(), 0.05, "", 1);
  const dropout = { key: random.key(0), rate: 1 };
  assertEquals(
    scaledDotProductAttention(x, x, x, { dropout }).toArray(),
    zeros([4, 8]).toArray(),
  );
});

Deno.test("attention: masks are of bool or floats", () => {
  const x = zeros([3, 4]);
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => scaledDotProductAttention(x, x, x, { mask: zeros([3, 3], "int32") }),
    DTypeError,
    "scaledDotProductAttention: mask: needs bool, float32, float64, got int32",
  );
});
