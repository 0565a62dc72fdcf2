/** Batches lose no row and mix none. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { arange, mean, random, type Tensor, where, zeros } from "@katachi/katachi";
import { batches, orderedBatches, type Remainder } from "@katachi/katachi/data";

const table = (rows: number) => ({
  x: arange(rows * 2).reshape([rows, 2]),
  y: arange(0, rows, 1, "int32"),
});

Deno.test("every row comes once, with its label, in full batches", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      (seed, rows, size) => {
        const seen: number[] = [];
        for (const { x, y } of batches(random.key(seed), table(rows), size)) {
          assertEquals([...x.shape], [size, 2]);
          const labels = y.toArray() as number[];
          assertEquals(x.toArray() as number[][], labels.map((i) => [2 * i, 2 * i + 1]));
          seen.push(...labels);
        }
        assertEquals(seen.length, Math.floor(rows / size) * size);
        assertEquals(new Set(seen).size, seen.length);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("the same key gives the same order, another key another", () => {
  const order = (seed: number) =>
    [...batches(random.key(seed), table(20), 5)].flatMap(({ y }) => y.toArray());
  assertEquals(order(1), order(1));
  assertEquals(order(1).join() === order(2).join(), false);
});

Deno.test("types: a batch has its size, and other dims stay", () => {
  const data = { images: zeros([10, 3, 4]), labels: [zeros([10], "int32")] as const };
  const [first] = batches(random.key(0), data, 5);
  assertType<IsExact<typeof first.images, Tensor<[5, 3, 4], "float32">>>(true);
  assertType<IsExact<typeof first.labels[0], Tensor<[5], "int32">>>(true);
  assertEquals([...first.images.shape], [5, 3, 4]);
});

Deno.test("kept and padded batches give every row once", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (seed, rows, size, shuffled) => {
        const cut = <R extends Remainder>(remainder: R) => [
          ...shuffled
            ? batches(random.key(seed), table(rows), size, { remainder })
            : orderedBatches(table(rows), size, { remainder }),
        ];
        const kept = cut("keep").map(({ y }) => y.toArray());
        const all = kept.flat();
        assertEquals(shuffled ? all.toSorted((a, b) => a - b) : all, [...Array(rows).keys()]);
        assertEquals(kept.length, Math.ceil(rows / size));
        assertEquals(kept.slice(0, -1).every(({ length }) => length === size), true);

        const padded = cut("pad").map(([{ x, y }, mask]) => {
          assertEquals([[...x.shape], [...y.shape], [...mask.shape]], [[size, 2], [size], [size]]);
          const marks = mask.toArray();
          // What counts comes first, and what fills up are rows of the data.
          assertEquals(marks, marks.toSorted((a, b) => Number(b) - Number(a)));
          assertEquals(y.toArray().every((row) => all.includes(row)), true);
          return y.toArray().filter((_, i) => marks[i]);
        });
        assertEquals(padded, kept);
        assertEquals(
          cut("drop").map(({ y }) => y.toArray()),
          kept.filter((b) => b.length === size),
        );
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("skipping goes on where an epoch was left", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(12),
      fc.constantFrom("drop", "keep", "pad"),
      (rows, size, skip, remainder) => {
        const cut = (skip?: number) =>
          [...batches(random.key(3), table(rows), size, { remainder, skip })]
            .map((batch) => Array.isArray(batch) ? [batch[0].y.data, batch[1].data] : batch.y.data);
        assertEquals(cut(skip), cut().slice(skip));
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("a mean over padded batches, weighed by the mask, is the mean over all rows", () => {
  const data = { x: random.normal(random.key(0), [10, 3], { dtype: "float64" }) };
  let total = 0;
  for (const [{ x }, mask] of orderedBatches(data, 4, { remainder: "pad" })) {
    total += where(mask, mean(x, 1), 0).sum().item();
  }
  assertAlmostEquals(total / 10, mean(data.x).item(), 1e-14);
});

Deno.test("no rows, no batches", () => {
  const none = { x: zeros([0, 2]) };
  for (const remainder of ["drop", "keep", "pad"] as const) {
    assertEquals([...orderedBatches(none, 3, { remainder })], []);
  }
});

Deno.test("types: what the remainder makes of a batch", () => {
  const data = { x: zeros([10, 3]), y: zeros([10], "int32") };
  const [kept] = orderedBatches(data, 4, { remainder: "keep" });
  assertType<IsExact<typeof kept.x, Tensor<[number, 3], "float32">>>(true);
  const [[rows, mask]] = batches(random.key(0), data, 4, { remainder: "pad" });
  assertType<IsExact<typeof rows.x, Tensor<[4, 3], "float32">>>(true);
  assertType<IsExact<typeof mask, Tensor<[4], "bool">>>(true);
});

Deno.test("errors: rows that differ, settings that do not fit", () => {
  const odd = { x: zeros([3, 2]), y: zeros([4]) };
  const cut = (size: number, data: unknown = table(4), options = {}) =>
    batches(random.key(0), data, size, options);
  assertThrows(() => cut(2, odd), RangeError, "batches: tensors differ in rows: 3 and 4");
  assertThrows(
    () => cut(0),
    RangeError,
    "batches: the size must be a whole number from 1 on, got 0",
  );
  assertThrows(() => cut(1, {}), RangeError, "needs tensors with a first axis of rows");
  assertThrows(
    () => cut(1, table(4), { skip: 0.5 }),
    RangeError,
    "batches: the number of batches to skip must be a whole number from 0 on, got 0.5",
  );
  assertThrows(
    () => orderedBatches(table(4), 1, { remainder: "fill" as "pad" }),
    RangeError,
    'orderedBatches: the remainder is "drop", "keep" or "pad", got "fill"',
  );
});
