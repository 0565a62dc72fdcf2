/**
 * Order against JavaScript's own sorting and counting.
 */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { checkGrads } from "@katachi/katachi/testing";

type Vector = k.Tensor<[number], "float64">;
const wide = (values: number[]) => k.tensor(values, "float64") as Vector;

/** Few different numbers, so that many are equal. */
const number = fc.constantFrom(-Infinity, -1, -0, 0, 0.5, 2, Infinity, NaN);
const numbers = fc.array(number, { maxLength: 12 });

/** Ascending with NaN last, -0 and 0 equal. */
const compare = (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b)
    ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    : Number(a > b) - Number(a < b);

Deno.test("sort and argsort: in order, equal elements as they were, both ways", () => {
  fc.assert(fc.property(numbers, fc.boolean(), (values, descending) => {
    const order = [...values.keys()].sort((i, j) =>
      (descending ? -1 : 1) * compare(values[i], values[j]) || i - j
    );
    const x = wide(values);
    assertEquals([...k.argsort(x, 0, { descending }).data], order);
    const sorted = [...k.sort(x, 0, { descending }).data];
    assertEquals(sorted.map((v) => v + 0), order.map((i) => values[i] + 0));
  }));
});

Deno.test("topK: the first of the descending order, along any axis", () => {
  const matrix = fc.array(fc.array(number, { minLength: 4, maxLength: 4 }), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(fc.property(matrix, fc.nat(4), fc.integer({ min: -2, max: 1 }), (rows, count, axis) => {
    const x = wide(rows.flat()).reshape([4, 4]);
    const { values, indices } = k.topK(x, count, axis);
    const first = [[0, count], [0, 4]] as const;
    const part = axis === 0 || axis === -2 ? first : [first[1], first[0]] as const;
    assertEquals(
      indices.toArray(),
      k.slice(k.argsort(x, axis, { descending: true }), part).toArray(),
    );
    assertEquals(values.toArray(), k.takeAlong(x, indices, axis).toArray());
  }));
});

Deno.test("searchsorted: how many elements lie before a value", () => {
  fc.assert(fc.property(numbers, numbers, (list, values) => {
    const sorted = list.toSorted(compare);
    for (const side of ["left", "right"] as const) {
      const found = k.searchsorted(wide(sorted), wide(values), { side });
      const before = (v: number) => (e: number) => compare(e, v) < (side === "left" ? 0 : 1);
      assertEquals([...found.data], values.map((v) => sorted.filter(before(v)).length));
    }
  }));
});

Deno.test("histogram, digitize and bincount count the same", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 7 })), (values) => {
    const x = wide(values);
    const counts = Array.from({ length: 8 }, (_, n) => values.filter((v) => v === n).length);
    assertEquals([...k.bincount(x.astype("int32"), 8).data], counts);
    const edges = k.arange(0, 9, 1, "float64");
    assertEquals([...k.histogram(x, edges).counts.data], counts);
    const bins = k.digitize(x, edges).sub(1);
    assertEquals([...k.bincount(bins, 8).data], counts);
  }));
});

Deno.test("quantile: between the ends, the median in the middle, affine in the elements", () => {
  const finite = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 9 });
  fc.assert(fc.property(finite, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
    const x = wide(values);
    assertEquals(k.quantile(x, [0, 1]).toArray(), [Math.min(...values), Math.max(...values)]);
    const [low, high] = (["lower", "higher"] as const).map((method) =>
      k.quantile(x, q, undefined, { method }).item()
    );
    const between = k.quantile(x, q).item();
    const place = q * (values.length - 1);
    assertAlmostEquals(between, low + (high - low) * (place % 1), 1e-9);
    assertAlmostEquals(k.quantile(x.mul(3).add(1), q).item(), 3 * between + 1, 1e-9);
    assertEquals(k.median(x).item(), k.percentile(x, 50).item());
  }));
});

Deno.test("gradients of order statistics are right at every order", () => {
  const x = wide([3, 1, 2, 5, 4.5, -1]).reshape([2, 3]);
  const functions: ((x: k.AnyTensor) => k.AnyTensor)[] = [
    (x) => k.sin(k.sort(x, 0)),
    (x) => k.sin(k.sort(x, 1, { descending: true })),
    (x) => k.sin(k.topK(x, 2).values),
    (x) => k.sin(k.quantile(x, [0.3, 0.9], 1)),
    (x) => k.sin(k.median(x)),
  ];
  for (const f of functions) {
    for (const order of [1, 2] as const) checkGrads(f, [x], { order });
  }
});

Deno.test("wrong weights, shares outside of 0 to 1 and empty rows are refused", () => {
  assertThrows(
    () => k.bincount(k.zeros([3], "int32"), 2, { weights: k.zeros([4]) as never }),
    k.ShapeError,
    "bincount: shapes differ: [3] and [4]",
  );
  assertThrows(() => k.quantile(k.zeros([3]), 1.5), RangeError, "quantile: 1.5 is not from 0 to 1");
  assertThrows(
    () => k.percentile(k.zeros([3]), [50, 101]),
    RangeError,
    "percentile: 101 is not from 0 to 100",
  );
  assertThrows(() => k.median(k.zeros([0])), k.ShapeError, "median: no elements to choose from");
});
