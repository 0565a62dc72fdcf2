/**
 * The types of order, indexing and updates: literal shapes, generic dims and dims that are not known
 * go through them without an annotation.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import * as k from "@katachi/katachi";

type T<S extends k.Shape, D extends k.DType = "float32"> = k.Tensor<S, D>;

const x = k.zeros([4, 3, 2]);
const i = k.tensor([0, 2], "int32");
const j = k.tensor([[0], [2], [1]], "int32");
const step = k.tensor(1, "int32");

Deno.test("positions and static indices give literal shapes", () => {
  const single = k.getAt(x, i);
  assertType<IsExact<typeof single, T<[2, 3, 2]>>>(true);
  const pair = k.getAt(x, [i, j]);
  assertType<IsExact<typeof pair, T<[3, 2, 2]>>>(true);
  const mixed = k.getAt(x, [i, -1]);
  assertType<IsExact<typeof mixed, T<[2, 2]>>>(true);
  const part = k.getAt(x, [[0, 3], "newaxis", "...", 1]);
  assertType<IsExact<typeof part, T<[3, 1, 3]>>>(true);
  const sliced = x.slice(["newaxis", 0, "newaxis"]);
  assertType<IsExact<typeof sliced, T<[1, 1, 3, 2]>>>(true);
  const set = k.setAt(x, [i, j], k.zeros([2, 1]));
  assertType<IsExact<typeof set, T<[4, 3, 2]>>>(true);
  const put = k.putAlong(x, k.zeros([4, 1, 2], "int32"), 5, 1);
  assertType<IsExact<typeof put, T<[4, 3, 2]>>>(true);
  const sums = k.segmentSum(x.astype("bool"), k.zeros([4], "int32"), 7);
  assertType<IsExact<typeof sums, T<[7, 3, 2], "int32">>>(true);
  assertEquals([single, pair, mixed, part, sliced, set, put, sums].map(({ shape }) => [...shape]), [
    [2, 3, 2],
    [3, 2, 2],
    [2, 2],
    [3, 1, 3],
    [1, 1, 3, 2],
    [4, 3, 2],
    [4, 3, 2],
    [7, 3, 2],
  ]);
});

Deno.test("windows whose place is computed have literal shapes", () => {
  const window = k.dynamicSlice(x, [step, 0, 1], [2, 3, 1]);
  assertType<IsExact<typeof window, T<[2, 3, 1]>>>(true);
  const row = k.dynamicIndex(x, step);
  assertType<IsExact<typeof row, T<[3, 2]>>>(true);
  const last = k.dynamicIndex(x, step, -1);
  assertType<IsExact<typeof last, T<[4, 3]>>>(true);
  const written = k.dynamicUpdateSlice(x, window, k.tensor([0, 0, 0], "int32"));
  assertType<IsExact<typeof written, T<[4, 3, 2]>>>(true);
  assertEquals([...last.shape, ...row.shape], [4, 3, 3, 2]);
});

Deno.test("order statistics have literal shapes", () => {
  const sorted = k.sort(x, 1, { descending: true });
  assertType<IsExact<typeof sorted, T<[4, 3, 2]>>>(true);
  const order = k.argsort(x);
  assertType<IsExact<typeof order, T<[4, 3, 2], "int32">>>(true);
  const { values, indices } = k.topK(x, 2, 0);
  assertType<IsExact<typeof values, T<[2, 3, 2]>>>(true);
  assertType<IsExact<typeof indices, T<[2, 3, 2], "int32">>>(true);
  const found = k.searchsorted(k.zeros([5]), x);
  assertType<IsExact<typeof found, T<[4, 3, 2], "int32">>>(true);
  const one = k.quantile(x, 0.5, 1);
  assertType<IsExact<typeof one, T<[4, 2]>>>(true);
  const several = k.quantile(x, [0.25, 0.5, 0.75], [0, -1], { keepDims: true });
  assertType<IsExact<typeof several, T<[3, 1, 3, 1]>>>(true);
  const middle = k.median(x.astype("int32"));
  assertType<IsExact<typeof middle, T<[]>>>(true);
  const { counts, edges } = k.histogram(x, 5);
  assertType<IsExact<typeof counts, T<[5]>>>(true);
  assertType<IsExact<typeof edges, T<[6]>>>(true);
  const between = k.histogram(x, k.arange(4));
  assertType<IsExact<typeof between.counts, T<[3]>>>(true);
  const occurrences = k.bincount(i, 3);
  assertType<IsExact<typeof occurrences, T<[3], "int32">>>(true);
  const weighted = k.bincount(i, 3, { weights: k.ones([2]) });
  assertType<IsExact<typeof weighted, T<[3]>>>(true);
  const defaults = k.histogram(x);
  assertType<IsExact<typeof defaults.edges, T<[11]>>>(true);
  assertEquals([...several.shape, ...weighted.shape, ...between.counts.shape], [3, 1, 3, 1, 3, 3]);
});

Deno.test("generic dims stay, and unknown ones are let through", () => {
  const generic = <B extends k.Dim>(x: T<[B, 3]>, at: T<[B], "int32">) => {
    const read: T<[B, 3]> = k.getAt(x, at);
    const set: T<[B, 3]> = k.setAt(k.setAt(x, [null, 0], 1), at, read);
    const top: T<[B, 2]> = k.topK(set, 2).values;
    const sums: T<[7, 3]> = k.segmentSum(x, at, 7);
    const middle: T<[B]> = k.median(x, 1);
    const pair: T<[2, B]> = k.quantile(x, [0, 1], 1);
    const row: T<[1, 3]> = k.dynamicSlice(x, [step, 0], [1, 3]);
    const back: T<[B, 3]> = k.dynamicUpdateSlice(k.sort(x), row, [step, 0]);
    return [read, set, top, sums, middle, pair, row, back] as const;
  };
  assertEquals(
    generic(k.zeros([5, 3]), k.zeros([5], "int32")).map(({ shape }) => [...shape]),
    [[5, 3], [5, 3], [5, 2], [7, 3], [5], [2, 5], [1, 3], [5, 3]],
  );
  const dynamic = (x: k.AnyTensor, y: T<[number, 3]>, at: T<k.Shape, "int32">) => {
    const some: k.AnyTensor = k.getAt(x, at);
    const rows: T<[2, 3]> = k.getAt(y, i);
    const top: T<[number, 2]> = k.topK(y, 2).values;
    const set: T<[number, 3]> = k.setAt(y, [0], k.sort(k.setAt(x, at, 1)).astype("float32"));
    return [some, rows, top, set] as const;
  };
  assertEquals(
    dynamic(k.zeros([3]), k.zeros([4, 3]), i).map(({ shape }) => [...shape]),
    [[2], [2, 3], [4, 2], [4, 3]],
  );
});
