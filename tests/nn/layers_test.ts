/** Layers of a network: dropout, embedding, residual, flatten, bilinear. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  add,
  type AnyTensor,
  type Dim,
  DTypeError,
  grad,
  jit,
  matmul,
  mean,
  mul,
  random,
  ShapeError,
  sum,
  take,
  tanh,
  type Tensor,
  tensor,
  variance,
  vmap,
  zeros,
} from "@katachi/katachi";
import {
  batchNorm,
  bilinear,
  dropout,
  embedding,
  flatten,
  linear,
  relu,
  residual,
  sequential,
} from "@katachi/katachi/nn";
import { assertClose } from "../fixtures/figures.ts";

const key = random.key(0);
const wide = { dtype: "float64" } as const;

Deno.test("linear: an initializer of one's own, in any dtype, without a bias", () => {
  const ten = linear.init(key, 2, 3, {
    bias: false,
    dtype: "float64",
    init: (key, shape, dtype) => random.normal(key, shape, { dtype }).mul(0).add(10),
  });
  assertType<IsExact<typeof ten.weight, Tensor<[2, 3], "float64">>>(true);
  assertEquals(ten.weight.toArray(), [[10, 10, 10], [10, 10, 10]]);
  assertEquals(Object.keys(ten), ["weight"]);
  const layer = linear.of(2, 3, wide);
  assertEquals(layer.init(key).bias.dtype, "float64");
});

Deno.test("dropout: what stays is scaled, and as much is missing as asked for", () => {
  fc.assert(fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, rate) => {
    const x = random.uniform(random.key(seed), [2000], { minval: 1, maxval: 2 });
    const y = dropout(random.key(seed + 1), x, rate);
    const missing = y.data.filter((value) => value === 0).length / 2000;
    assertAlmostEquals(missing, rate, 5 * Math.sqrt(0.25 / 2000));
    for (const [i, value] of y.data.entries()) {
      if (value !== 0) assertAlmostEquals(value / x.data[i], 1 / (1 - rate), 1e-5 / (1 - rate));
    }
  }));
});

Deno.test("dropout: in training a value is on average what it is in prediction", () => {
  const x = tensor([[1, -2, 0.5], [3, 0, 10]], "float64");
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 0.9, noNaN: true }), (seed, rate) => {
      for (const inverted of [true, false]) {
        const layer = dropout.of(rate, { inverted });
        const draws = 4000;
        const keys = random.bits(random.key(seed), [draws, 2]);
        const each = (key: random.Key) => layer.train({}, x, { key })[0];
        const y: AnyTensor = vmap(each)(keys);
        // Five standard deviations of the mean of as many draws.
        const deviation = Math.sqrt(rate * (1 - rate) / draws) * (inverted ? 1 / (1 - rate) : 1);
        const predicted = layer.apply({}, x);
        for (const [i, value] of mean(y, 0).data.entries()) {
          const bound = 5 * deviation * Math.abs(Number(x.data[i])) + 1e-12;
          assertAlmostEquals(Number(value), Number(predicted.data[i]), bound);
        }
      }
    }),
    { numRuns: 10 },
  );
});

Deno.test("dropout: both variants drop the same values, and differ by a factor", () => {
  const x = random.normal(key, [100], wide);
  const [inverted] = dropout.of(0.3).train({}, x, { key });
  const [plain] = dropout.of(0.3, { inverted: false }).train({}, x, { key });
  assertClose(plain.toArray(), inverted.mul(0.7).toArray(), 1e-14);
});

Deno.test("dropout: compiled it drops the same values, and their gradients are 0", () => {
  const x = random.uniform(key, [50], { minval: 1, maxval: 2 });
  const y = dropout(key, x, 0.4);
  const f = jit((key: random.Key, x: Tensor<[50]>) => dropout(key, x, 0.4));
  assertClose(f(key, x).toArray(), y.toArray(), 1e-6);
  const slope = grad((x: Tensor<[50]>) => sum(dropout(key, x, 0.4)))(x);
  assertClose(slope.toArray(), y.div(x).toArray(), 1e-6);
});

Deno.test("dropout: the rate is a probability, and ends are exact", () => {
  const x = tensor([1, 2, 3]);
  assertEquals(dropout(key, x, 0).toArray(), [1, 2, 3]);
  assertEquals(dropout(key, x, 1).toArray(), [0, 0, 0]);
  assertEquals(grad((x: Tensor<[3]>) => sum(dropout(key, x, 1)))(x).toArray(), [0, 0, 0]);
  for (const rate of [-0.1, 1.1, NaN]) {
    const message = `dropout: the rate is a probability, from 0 to 1, got ${rate}`;
    assertThrows(() => dropout(key, x, rate), RangeError, message);
    assertThrows(() => dropout.of(rate), RangeError, message);
  }
  // @ts-expect-error floats only
  assertThrows(() => dropout(key, tensor([1], "int32"), 0.5), DTypeError, "dropout: needs float32");
});

Deno.test("dropout: each layer of a model has random numbers of its own", () => {
  const model = sequential(dropout.of(0.5), residual(dropout.of(0.5), dropout.of(0.5)));
  const x = random.uniform(key, [1000], { minval: 1, maxval: 2 });
  const params = model.init(key);
  const train = (seed: number) => model.train(params, x, { key: random.key(seed) })[0];
  assertEquals(train(1).toArray(), train(1).toArray());
  assert(train(1).toArray().join() !== train(2).toArray().join());
  // After the first, a quarter is doubled twice in both ways, and a quarter in neither.
  const ratio = train(1).div(x).toArray().map(Math.round);
  for (const [value, share] of [[8, 1 / 8], [4, 1 / 4], [0, 5 / 8]]) {
    const count = ratio.filter((r) => r === value).length;
    assertAlmostEquals(count / 1000, share, 0.08);
  }
  assertEquals(model.apply(params, x).toArray(), x.mul(2).toArray());
});

Deno.test("embedding: rows, whose gradients add up", () => {
  const params = embedding.init(key, 5, 3, wide);
  const ids = tensor([[1, 4, 1], [0, 1, 4]], "int32");
  const y = embedding(params, ids);
  assertType<IsExact<typeof y, Tensor<[2, 3, 3], "float64">>>(true);
  assertEquals(y.toArray()[0][1], params.weight.toArray()[4]);
  const counts = grad((p: typeof params) => sum(embedding(p, ids)))(params).weight.toArray();
  assertEquals(counts, [1, 3, 0, 0, 2].map((n) => [n, n, n]));
  assertEquals(embedding(params, tensor(-1, "int32")).toArray(), params.weight.toArray()[4]);
  const { weight } = embedding.init(key, 200, 50);
  assertAlmostEquals(Number(variance(weight).item()), 1, 0.05);
  assertEquals([...embedding(params, zeros([0], "int32")).shape], [0, 3]);
  // One row after the other, by vmap.
  const rows = vmap((ids: Tensor<[3], "int32">) => embedding(params, ids))(ids);
  assertEquals(rows.toArray(), y.toArray());
});

Deno.test("embedding: ids out of range", () => {
  const params = embedding.init(key, 5, 3);
  const ids = tensor([0, 7], "int32");
  assertThrows(() => embedding(params, ids), ShapeError, "embedding: position 7 is out of range");
  const compiled = jit((ids: Tensor<[2], "int32">) => embedding(params, ids));
  assertEquals(compiled(ids).toArray()[1], params.weight.toArray()[4]);
  const model = sequential(embedding.of(5, 3), linear.of(3, 2));
  const all = model.init(key);
  assertEquals([...model.apply(all, ids.mul(0)).shape], [2, 2]);
  assertThrows(
    () => model.apply(all, tensor([0.5])),
    DTypeError,
    "sequential: layer 0: embedding: needs int32, uint32, got float32",
  );
});

Deno.test("residual: the way around is added", () => {
  const inner = linear.of(3, 3, wide), block = residual(inner);
  const params = block.init(key);
  const x = random.normal(key, [4, 3], wide);
  const y = block.apply(params, x);
  assertType<IsExact<typeof y, Tensor<[4, 3], "float64">>>(true);
  assertEquals(y.toArray(), add(inner.apply(params.inner, x), x).toArray());
  const any = <B extends Dim>(x: Tensor<[B, 3], "float64">): Tensor<[B, 3], "float64"> =>
    block.apply(params, x);
  assertEquals(any(x).toArray(), y.toArray());
  // Of a function, and with a second layer in the way around.
  assertEquals(
    residual(tanh).apply(residual(tanh).init(key), x).toArray(),
    tanh(x).add(x).toArray(),
  );
  const wider = residual(linear.of(3, 5, wide), linear.of(3, 5, { ...wide, bias: false }));
  const z = wider.apply(wider.init(key), x);
  assertType<IsExact<typeof z, Tensor<[4, 5], "float64">>>(true);
  assertEquals([...z.shape], [4, 5]);
});

Deno.test("residual: the states of both ways", () => {
  const block = residual(sequential(linear.of(3, 2), batchNorm.of(2)), linear.of(3, 2));
  const state = block.initState();
  assertType<IsExact<typeof state.shortcut, null>>(true);
  const x = random.normal(key, [4, 3]);
  const [y, next] = block.train(block.init(key), x, { key, state });
  assertEquals([...y.shape], [4, 2]);
  assert(next.inner[1].mean.toArray().join() !== "0,0");
  assertEquals(next.shortcut, null);
  assertEquals(residual(relu).initState(), null);
});

Deno.test("flatten.of: all axes but the batch's, or those asked for", () => {
  const x = zeros([2, 3, 4, 5]);
  const y = flatten.of().apply({}, x);
  assertType<IsExact<typeof y, Tensor<[2, 60], "float32">>>(true);
  assertEquals([...y.shape], [2, 60]);
  const z = flatten.of(0, 1).apply({}, x);
  assertType<IsExact<typeof z, Tensor<[6, 4, 5], "float32">>>(true);
  assertEquals([...z.shape], [6, 4, 5]);
  const any = <B extends Dim>(x: Tensor<[B, 4, 5]>): Tensor<[B, 20]> => flatten.of().apply({}, x);
  assertEquals([...any(zeros([7, 4, 5])).shape], [7, 20]);
});

Deno.test("bilinear: linear in each input, a matrix for each output", () => {
  const params = bilinear.init(key, 3, 4, 2, wide);
  const x = random.normal(key, [5, 3], wide), y = random.normal(random.key(1), [5, 4], wide);
  const z = bilinear(params, x, y);
  assertType<IsExact<typeof z, Tensor<[5, 2], "float64">>>(true);
  const matrix = take(params.weight, tensor(1, "int32"), 2);
  const second = sum(mul(matmul(x, matrix), y), 1);
  assertClose(take(z, tensor(1, "int32"), 1).toArray(), second.toArray(), 1e-13);
  assertClose(bilinear(params, x.mul(3), y).toArray(), z.mul(3).toArray(), 1e-13);
  assertClose(bilinear(params, x, y.mul(-2)).toArray(), z.mul(-2).toArray(), 1e-13);
  const each = vmap((x: Tensor<[3], "float64">, y: Tensor<[4], "float64">) =>
    bilinear(params, x, y)
  )(x, y);
  assertClose(each.toArray(), z.toArray(), 1e-13);
  const any = <B extends Dim>(
    x: Tensor<[B, 3], "float64">,
    y: Tensor<[B, 4], "float64">,
  ): Tensor<[B, 2], "float64"> => bilinear(params, x, y);
  assertEquals(any(x, y).toArray(), z.toArray());
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => bilinear(params, x, zeros([6, 4], "float64")),
    ShapeError,
    "bilinear: axes in front differ: [5, 3] and [6, 4]",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => bilinear(params, x, zeros([5, 3], "float64")),
    ShapeError,
    "bilinear: inner dimensions differ: [5, 3] x [4, 2] (3 != 4)",
  );
});
