/** Batches and splits lose no row and mix none. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { arange, random, type Tensor, zeros } from "@katachi/katachi";
import { batches, trainTestSplit } from "@katachi/katachi/data";

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

Deno.test("a split keeps the order", () => {
  const { train, test } = trainTestSplit(table(10), 3);
  assertType<IsExact<typeof test.x, Tensor<[3, 2], "float32">>>(true);
  assertEquals(train.y.toArray() as number[], [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(test.y.toArray(), [7, 8, 9]);
});

Deno.test("errors: rows that differ, sizes that do not fit", () => {
  const odd = { x: zeros([3, 2]), y: zeros([4]) };
  const take = (size: number, data: unknown = table(4)) => [...batches(random.key(0), data, size)];
  assertThrows(() => take(2, odd), RangeError, "batches: tensors differ in rows: 3 and 4");
  assertThrows(
    () => take(0),
    RangeError,
    "batches: the size must be a whole number from 1 on, got 0",
  );
  assertThrows(() => take(1, {}), RangeError, "needs tensors with a first axis of rows");
  assertThrows(
    () => trainTestSplit(table(4), 5 as number),
    RangeError,
    "trainTestSplit: cannot take 5 of 4 rows to test on",
  );
});
