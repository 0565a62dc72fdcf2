/** Splits lose no row and mix none, and share classes out. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { arange, fromBuffer, random, ShapeError, type Tensor, zeros } from "@katachi/katachi";
import { shuffle, trainTestSplit } from "@katachi/katachi/data";
import oracle from "../fixtures/oracle/folds.json" with { type: "json" };

const table = (rows: number) => ({
  x: arange(rows * 2).reshape([rows, 2]),
  y: arange(0, rows, 1, "int32"),
});
const rowsOf = ({ x, y }: { x: Tensor<[number, 2]>; y: Tensor<[number], "int32"> }) => {
  assertEquals(x.toArray(), y.toArray().map((i) => [2 * i, 2 * i + 1]));
  return y.toArray();
};
const sorted = (rows: readonly number[]) => rows.toSorted((a, b) => a - b);

Deno.test("a shuffled table has the same rows, in an order of its key", () => {
  fc.assert(fc.property(fc.nat(), fc.nat(30), (seed, rows) => {
    const shuffled = rowsOf(shuffle(random.key(seed), table(rows)));
    assertEquals(sorted(shuffled), [...Array(rows).keys()]);
    assertEquals(rowsOf(shuffle(random.key(seed), table(rows))), shuffled);
  }));
  assertEquals(
    rowsOf(shuffle(random.key(1), table(30))).join() === rowsOf(table(30)).join(),
    false,
  );
});

Deno.test("a split keeps the order, and cuts off the last rows", () => {
  const { train, test } = trainTestSplit(table(10), 3);
  assertEquals(rowsOf(train), [0, 1, 2, 3, 4, 5, 6]);
  assertEquals(rowsOf(test), [7, 8, 9]);
  const { validation } = trainTestSplit(table(10), 3, { validation: 2 });
  assertEquals(rowsOf(validation), [5, 6]);
  assertEquals(rowsOf(trainTestSplit(table(4), 0).train), [0, 1, 2, 3]);
  assertEquals(rowsOf(trainTestSplit(table(4), 4).train), []);
});

/** Labels of up to four classes, and how many rows to test and to validate on. */
const splits = fc.record({
  seed: fc.option(fc.nat(), { nil: undefined }),
  labels: fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
  test: fc.nat(100),
  validation: fc.nat(100),
}).map(({ seed, labels, test, validation }) => {
  const tested = test % (labels.length + 1);
  return { seed, labels, test: tested, validation: validation % (labels.length - tested + 1) };
});

Deno.test("three parts have every row once, and every class its share", () => {
  fc.assert(fc.property(splits, fc.boolean(), ({ seed, labels, test, validation }, stratified) => {
    const stratify = stratified ? fromBuffer(Int32Array.from(labels), [labels.length]) : undefined;
    const key = seed === undefined ? undefined : random.key(seed);
    const parts = trainTestSplit(table(labels.length), test, { key, stratify, validation });
    const rows = [parts.train, parts.validation, parts.test].map(rowsOf);
    assertEquals(rows.map(({ length }) => length), [
      labels.length - test - validation,
      validation,
      test,
    ]);
    assertEquals(sorted(rows.flat()), [...labels.keys()]);
    if (key === undefined) assertEquals(rows, rows.map(sorted));
    if (!stratified) return;
    for (const label of new Set(labels)) {
      const all = labels.filter((each) => each === label).length;
      for (const part of rows) {
        const has = part.filter((row) => labels[row] === label).length;
        const share = all * part.length / labels.length;
        assertEquals(Math.abs(has - share) < 2, true, `${has} of class ${label}, not ${share}`);
      }
      const tested = rows[2].filter((row) => labels[row] === label).length;
      assertEquals(Math.abs(tested - all * test / labels.length) < 1, true);
    }
  }));
});

Deno.test("classes have the shares that scikit-learn gives them", () => {
  const clear = oracle.stratifiedSplit.filter(({ lots }) => !lots);
  assertEquals(clear.length >= 4, true);
  for (const { labels, test: size, counts } of clear) {
    const stratify = fromBuffer(Int32Array.from(labels), [labels.length]);
    const { test } = trainTestSplit(stratify, size, { key: random.key(0), stratify });
    const tested = test.toArray();
    assertEquals(counts.map((_, label) => tested.filter((each) => each === label).length), counts);
  }
});

Deno.test("fractions are of all rows, rounded up", () => {
  const { train, validation, test } = trainTestSplit(table(11), 0.25, { validation: 0.5 });
  assertEquals([rowsOf(train).length, rowsOf(validation).length, rowsOf(test).length], [2, 6, 3]);
});

Deno.test("types: rows that the compiler can count", () => {
  const data = { x: zeros([10, 2]), y: [zeros([10], "int32")] as const };
  const { train, test } = trainTestSplit(data, 3);
  assertType<IsExact<typeof train.x, Tensor<[7, 2], "float32">>>(true);
  assertType<IsExact<typeof test.y[0], Tensor<[3], "int32">>>(true);
  const parts = trainTestSplit(data, 3, { key: random.key(0), validation: 2 });
  assertType<IsExact<typeof parts.train.x, Tensor<[5, 2], "float32">>>(true);
  assertType<IsExact<typeof parts.validation.x, Tensor<[2, 2], "float32">>>(true);
  const fraction = trainTestSplit(data, 0.2);
  assertType<IsExact<typeof fraction.train.x, Tensor<[number, 2], "float32">>>(true);
  assertType<IsExact<typeof fraction.test.x, Tensor<[number, 2], "float32">>>(true);
  const unknown = trainTestSplit(data, Number("3"));
  assertType<IsExact<typeof unknown.test.x, Tensor<[number, 2], "float32">>>(true);
  // @ts-expect-error: no third part was asked for
  assertEquals(fraction.validation, undefined);
  assertType<IsExact<ReturnType<typeof shuffle<typeof data>>, typeof data>>(true);
});

Deno.test("errors: more rows than there are, labels that do not fit", () => {
  assertThrows(
    () => trainTestSplit(table(4), 5),
    RangeError,
    "trainTestSplit: cannot take 5 of 4 rows to test on",
  );
  assertThrows(() => trainTestSplit(table(4), 1.5), RangeError, "cannot take 1.5 of 4 rows");
  assertThrows(
    () => trainTestSplit(table(4), 2, { validation: 3 }),
    RangeError,
    "trainTestSplit: cannot take 3 of 2 rows to validate on",
  );
  assertThrows(
    () => trainTestSplit(table(4), 2, { stratify: zeros([3]) }),
    ShapeError,
    "trainTestSplit: stratify must be one for each of 4 rows, got [3]",
  );
});
