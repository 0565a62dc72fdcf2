/** Keys, bits and distributions against JAX's; `tools/oracle.py` made the figures. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { arange, jit, random, ShapeError, tensor } from "@katachi/katachi";
import { assertClose, type Figure, figures, numbers } from "../fixtures/figures.ts";

type Case = Record<string, Figure> & { readonly seed: number };
const { cases } = await figures<{ cases: Case[] }>("random");
const logits = tensor([[0.1, 2.0, -1.0], [3.0, 0.0, 0.5]]);

for (const figure of cases) {
  const key = random.key(figure.seed);

  Deno.test(`seed ${figure.seed}: keys, bits and whole numbers are JAX's, bit for bit`, () => {
    assertEquals(key.toArray(), figure.key);
    assertEquals(random.split(key).map((k) => k.toArray()), figure.split2);
    assertEquals(random.split(key, 5).map((k) => k.toArray()), figure.split5);
    assertEquals([0, 1, 12345].map((i) => random.foldIn(key, i).toArray()), figure.foldIn);
    assertEquals(random.bits(key, [2, 3]).toArray(), figure.bits);
    assertEquals(random.bits(key).toArray(), figure.bitsScalar);
    assertEquals(random.randint(key, [6], 0, 10).toArray(), figure.randint);
    assertEquals(random.randint(key, [6], -(2 ** 30), 2 ** 30).toArray(), figure.randintWide);
    assertEquals(random.permutation(key, 10).toArray(), figure.permutation);
    const rows = arange(8).reshape([4, 2]);
    assertEquals(random.permutation(key, rows).toArray(), figure.permutationRows);
    assertEquals(random.choice(key, 10, [6]).toArray(), figure.choice);
    assertEquals(random.choice(key, 10, [6], { replace: false }).toArray(), figure.choiceWithout);
  });

  Deno.test(`seed ${figure.seed}: distributions are JAX's to float32 rounding`, () => {
    const close = (actual: unknown, name: string) =>
      assertClose(actual, numbers(figure[name]), 1e-6, name, 0.1);
    close(random.uniform(key, [2, 3]).toArray(), "uniform");
    close(random.uniform(key, [4], { minval: -3, maxval: 5 }).toArray(), "uniformRange");
    close(random.normal(key, [2, 3]).toArray(), "normal");
    close(random.normal(key, [200]).toArray(), "normalMany");
    close(random.truncatedNormal(key, -2, 1.5, [6]).toArray(), "truncatedNormal");
    assertEquals(random.bernoulli(key, 0.3, [8]).toArray(), figure.bernoulli);
    assertEquals(random.bernoulli(key, tensor([0.1, 0.5, 0.9])).toArray(), figure.bernoulliEach);
    assertEquals(random.categorical(key, logits).toArray(), figure.categorical);
    assertEquals(random.categorical(key, logits, 0).toArray(), figure.categoricalFirst);
    const p = tensor([0.1, 0.2, 0.3, 0.4]);
    assertEquals(random.choice(key, 4, [8], { p }).toArray(), figure.choiceWeighted);
  });

  Deno.test(`seed ${figure.seed}: float64 is JAX's to float64 rounding`, () => {
    assertClose(random.uniform(key, [5], { dtype: "float64" }).toArray(), figure.uniform64, 1e-15);
    assertClose(random.normal(key, [5], { dtype: "float64" }).toArray(), figure.normal64, 1e-14);
  });
}

Deno.test("everything random is the same when compiled", () => {
  const draw = (key: random.Key) => {
    const [a, b] = random.split(random.foldIn(key, 3));
    return {
      normal: random.normal(a, [5]),
      uniform: random.uniform(b, [5]),
      order: random.permutation(a, 6),
      whole: random.randint(b, [4], -5, 5),
    };
  };
  const [plain, compiled] = [draw, jit(draw)].map((f) => f(random.key(9)));
  for (const name of ["normal", "uniform", "order", "whole"] as const) {
    assertEquals([...plain[name].data], [...compiled[name].data]);
  }
});

Deno.test("a permutation is one, and keeps rows together", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 0, max: 50 }), (seed, n) => {
    const order = random.permutation(random.key(seed), n).toArray();
    assertEquals(order.toSorted((a, b) => a - b), Array.from({ length: n }, (_, i) => i));
  }));
});

Deno.test("moments of the distributions", () => {
  const n = 20_000;
  const moments = (x: Float32Array) => {
    const mean = x.reduce((a, b) => a + b) / n;
    return [mean, x.reduce((a, b) => a + (b - mean) ** 2, 0) / n];
  };
  const [mean, variance] = moments(random.normal(random.key(1), [n]).data);
  assertAlmostEquals(mean, 0, 0.03);
  assertAlmostEquals(variance, 1, 0.03);
  const [middle, spread] = moments(random.uniform(random.key(2), [n]).data);
  assertAlmostEquals(middle, 0.5, 0.01);
  assertAlmostEquals(spread, 1 / 12, 0.003);
});

Deno.test("bounds hold", () => {
  const u = random.uniform(random.key(3), [10_000], { minval: 2, maxval: 3 }).data;
  assert(u.every((x) => x >= 2 && x < 3));
  const t = random.truncatedNormal(random.key(4), -0.5, 0.25, [10_000]).data;
  assert(t.every((x) => x > -0.5 && x < 0.25));
  const r = random.randint(random.key(5), [10_000], -3, 4).data;
  assertEquals([...new Set(r)].toSorted((a, b) => a - b), [-3, -2, -1, 0, 1, 2, 3]);
});

Deno.test("errors say what is wrong", () => {
  assertThrows(
    () => random.key(0.5),
    RangeError,
    "random.key: the seed must be a whole number, got 0.5",
  );
  assertThrows(() => random.randint(random.key(0), [2], 5, 5), RangeError, "minval below maxval");
  assertThrows(
    () => random.choice(random.key(0), 3, [4], { replace: false }),
    ShapeError,
    "cannot choose 4 of 3 without replacement",
  );
  assertThrows(
    () => random.truncatedNormal(random.key(0), 1, -1, [2]),
    RangeError,
    "1 is not below -1",
  );
  assertThrows(
    () => random.normal(tensor([1, 2, 3], "uint32") as unknown as random.Key, [2]),
    ShapeError,
    "random.normal: a key has the shape [2], got [3]",
  );
});
