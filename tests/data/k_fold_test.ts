/** Folds test every row once, and are scikit-learn's. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { arange, fromBuffer, random, ShapeError, type Tensor, zeros } from "@katachi/katachi";
import { type Fold, groupKFold, kFold, stratifiedKFold } from "@katachi/katachi/data";
import oracle from "../fixtures/oracle/folds.json" with { type: "json" };

const rows = (n: number) => arange(0, n, 1, "int32");
const ints = (values: readonly number[]) => fromBuffer(Int32Array.from(values), [values.length]);
const plain = (folds: Iterable<Fold<Tensor<[number], "int32">>>) =>
  [...folds].map(({ train, test }) => ({ train: train.toArray(), test: test.toArray() }));
const key = (seed: number | undefined) => seed === undefined ? undefined : random.key(seed);
const count = (values: readonly unknown[], value: unknown) =>
  values.filter((each) => each === value).length;
const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);

/** Each row is in one test, and in all other trainings; all in order. */
function assertPartition(folds: { train: number[]; test: number[] }[], n: number): void {
  const all = [...Array(n).keys()];
  assertEquals(folds.flatMap(({ test }) => test).toSorted((a, b) => a - b), all);
  for (const { train, test } of folds) {
    assertEquals(train, all.filter((row) => !test.includes(row)));
    assertEquals(test, test.toSorted((a, b) => a - b));
  }
}

const seeds = fc.option(fc.nat(), { nil: undefined });
const labelled = fc.record({
  seed: seeds,
  labels: fc.array(fc.integer({ min: -2, max: 3 }), { minLength: 8, maxLength: 40 }),
  folds: fc.integer({ min: 2, max: 6 }),
});

Deno.test("kFold tests every row once, in folds of one size up to one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), seeds, (n, fold, seed) => {
      const folds = 2 + fold % (n - 1);
      const made = plain(kFold(rows(n), folds, { key: key(seed) }));
      assertEquals(made.length, folds);
      assertPartition(made, n);
      assertEquals(spread(made.map(({ test }) => test.length)) <= 1, true);
      assertEquals(plain(kFold(rows(n), folds, { key: key(seed) })), made);
    }),
  );
});

Deno.test("a key mixes the rows of folds", () => {
  const [first] = kFold(rows(100), 2, { key: random.key(0) });
  const early = first.test.toArray().filter((row) => row < 50).length;
  assertEquals(early > 10 && early < 40, true, `${early} of the first half`);
});

Deno.test("stratifiedKFold has every class in each fold alike, up to one row", () => {
  fc.assert(fc.property(labelled, ({ seed, labels, folds }) => {
    const most = Math.max(...labels.map((label) => count(labels, label)));
    fc.pre(folds <= most);
    const made = plain(stratifiedKFold(rows(labels.length), ints(labels), folds, {
      key: key(seed),
    }));
    assertPartition(made, labels.length);
    assertEquals(spread(made.map(({ test }) => test.length)) <= 1, true);
    for (const label of new Set(labels)) {
      const counts = made.map(({ test }) => count(test.map((row) => labels[row]), label));
      assertEquals(spread(counts) <= 1, true, `class ${label}: ${counts}`);
    }
  }));
});

Deno.test("groupKFold cuts no group", () => {
  fc.assert(fc.property(labelled, ({ seed, labels: groups, folds }) => {
    const different = new Set(groups).size;
    fc.pre(folds <= different);
    const made = plain(groupKFold(rows(groups.length), ints(groups), folds, { key: key(seed) }));
    assertEquals(made.length, folds);
    assertPartition(made, groups.length);
    const perFold = made.map(({ test }) => new Set(test.map((row) => groups[row])).size);
    assertEquals(perFold.reduce((a, b) => a + b), different);
    if (seed !== undefined) assertEquals(spread(perFold) <= 1, true);
  }));
});

Deno.test("the folds are scikit-learn's", () => {
  for (const { rows: n, folds, splits } of oracle.kFold) {
    assertEquals(plain(kFold(rows(n), folds)), splits);
  }
  for (const { labels, folds, splits } of oracle.stratifiedKFold) {
    assertEquals(plain(stratifiedKFold(rows(labels.length), ints(labels), folds)), splits);
  }
  for (const { groups, folds, splits } of oracle.groupKFold) {
    assertEquals(plain(groupKFold(rows(groups.length), ints(groups), folds)), splits);
  }
});

Deno.test("trees are cut as a whole, and labels may be of any dtype", () => {
  const data = { x: arange(12).reshape([6, 2]), y: [arange(6)] as const };
  const check = ({ x, y }: { x: Tensor<[number, 2]>; y: readonly [Tensor<[number]>] }) =>
    assertEquals(x.toArray(), y[0].toArray().map((i) => [2 * i, 2 * i + 1]));
  for (const { train, test } of kFold(data, 3, { key: random.key(1) })) {
    check(train);
    check(test);
  }
  const odd = fromBuffer(Uint8Array.from([1, 0, 1, 0]), [4]);
  assertEquals(
    plain(stratifiedKFold(rows(4), odd, 2)).map(({ test }) => test),
    [[0, 1], [2, 3]],
  );
});

Deno.test("types: folds of one size are static", () => {
  const data = { x: zeros([10, 3]), y: zeros([10], "int32") };
  const [even] = kFold(data, 5);
  assertType<IsExact<typeof even.train.x, Tensor<[8, 3], "float32">>>(true);
  assertType<IsExact<typeof even.test.y, Tensor<[2], "int32">>>(true);
  const [odd] = stratifiedKFold(data, data.y, 3);
  assertType<IsExact<typeof odd.train.x, Tensor<[number, 3], "float32">>>(true);
  const [unknown] = kFold(data, Number("2"));
  assertType<IsExact<typeof unknown.test.x, Tensor<[number, 3], "float32">>>(true);
  const [grouped] = groupKFold(data, rows(10), 5);
  assertType<IsExact<typeof grouped.test.x, Tensor<[number, 3], "float32">>>(true);
});

Deno.test("errors: too few folds, or too many", () => {
  assertThrows(
    () => kFold(rows(4), 1),
    RangeError,
    "kFold: the number of folds must be a whole number from 2 on, got 1",
  );
  assertThrows(() => kFold(rows(4), 5), RangeError, "kFold: 5 folds of 4 rows");
  assertThrows(
    () => stratifiedKFold(rows(4), ints([0, 0, 1, 1]), 3),
    RangeError,
    "stratifiedKFold: 3 folds of 2 rows in the largest class",
  );
  assertThrows(
    () => groupKFold(rows(4), ints([0, 0, 1, 1]), 3),
    RangeError,
    "groupKFold: 3 folds of 2 groups",
  );
  assertThrows(
    () => groupKFold(rows(4), ints([0]), 2),
    ShapeError,
    "groupKFold: groups must be one for each of 4 rows, got [1]",
  );
});
