/**
 * Updates at an index against loops over JavaScript arrays, and slices against their definition.
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { checkGrads } from "@katachi/katachi/testing";

const wide = (values: number[]) => k.tensor(values, "float64") as k.Tensor<[number], "float64">;
const whole = (values: number[]) => k.tensor(values, "int32") as k.Tensor<[number], "int32">;

/** A length, positions from before its start to behind its end, and as many values. */
const updates = fc.record({
  x: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 }),
  pairs: fc.array(fc.tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -9, max: 9 })), {
    minLength: 1,
    maxLength: 8,
  }),
});

const operations = {
  setAt: (_: number, b: number) => b,
  addAt: (a: number, b: number) => a + b,
  mulAt: (a: number, b: number) => a * b,
  maxAt: Math.max,
  minAt: Math.min,
};

for (const [name, combine] of Object.entries(operations)) {
  Deno.test(`${name}: one update after the other; negative positions from the end, others dropped`, () => {
    const update = k[name as keyof typeof operations];
    fc.assert(fc.property(updates, ({ x, pairs }) => {
      const expected = [...x];
      for (const [position, value] of pairs) {
        const at = position < 0 ? position + x.length : position;
        if (at >= 0 && at < x.length) expected[at] = combine(expected[at], value);
      }
      const at = whole(pairs.map(([position]) => position));
      const values = wide(pairs.map(([, value]) => value));
      const run = (x: k.AnyTensor): k.AnyTensor => update(x, at, values);
      assertEquals([...run(wide(x)).data], expected);
      assertEquals([...k.jit(run)(wide(x)).data], expected);
    }));
  });
}

/** A bound or a step of a range, and the ranges that they make. */
const bound = fc.option(fc.integer({ min: -7, max: 7 }));
const entry = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -3, max: 3 }),
  fc.tuple(bound, bound),
  fc.tuple(bound, bound, fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0)),
);

/** The positions of an axis that an entry takes, by its definition; none where it is refused. */
function positionsOf(entry: k.AxisIndex, dim: number): number[] | undefined {
  const axis = [...Array(dim).keys()];
  if (typeof entry === "number") {
    const at = entry < 0 ? entry + dim : entry;
    return axis.includes(at) ? [at] : undefined;
  }
  const [from, to, by] = entry ?? [null, null];
  const step = by ?? 1;
  const fromStart = (bound: number) => bound < 0 ? bound + dim : bound;
  const order = step > 0 ? axis : axis.toReversed();
  const behind = (a: number, b: number) => step > 0 ? a >= b : a <= b;
  return order
    .filter((i) => from === null || behind(i, fromStart(from)))
    .filter((i) => to === null || !behind(i, fromStart(to)))
    .filter((_, count) => count % Math.abs(step) === 0);
}

const sliced = fc.tuple(
  fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 2 }),
  fc.tuple(entry, entry),
);

Deno.test("slice: the positions of its definition; updates of a part change no others", () => {
  fc.assert(
    fc.property(sliced, ([shape, index]) => {
      const x = k.arange(shape[0] * shape[1]).reshape(shape);
      const [rows, columns] = index.map((entry, axis) => positionsOf(entry, shape[axis]));
      if (rows === undefined || columns === undefined) {
        assertThrows(() => k.slice(x, index), k.ShapeError);
        return;
      }
      const taken = rows.flatMap((row) => columns.map((column) => row * shape[1] + column));
      const part = k.slice(x, index);
      assertEquals([...part.data], taken);
      const doubled = k.mulAt(x, index, -1);
      assertEquals([...doubled.data], [...x.data].map((v, i) => taken.includes(i) ? v * -1 : v));
      assertEquals([...k.setAt(doubled, index, part).data], [...x.data]);
      assertEquals([...k.getAt(k.addAt(x, index, part), index).data], taken.map((v) => 2 * v));
    }),
    { numRuns: 300 },
  );
});

Deno.test("gradients of updates are right at every order, with repeated positions and zeros", () => {
  const x = wide([0.5, -1, 2, 0]);
  const v = wide([3, 0, 1.5, -2, 0.25]);
  const at = whole([1, 1, 3, 1, 9]);
  for (const update of [k.setAt, k.addAt, k.mulAt, k.maxAt, k.minAt]) {
    const f = (x: k.AnyTensor, v: k.AnyTensor) => k.sin(update(x, at, v));
    for (const order of [1, 2] as const) checkGrads(f, [x, v], { order });
  }
  const rows = k.arange(12, undefined, 1, "float64").reshape([4, 3]);
  const f = (x: k.AnyTensor, v: k.AnyTensor) =>
    k.sin(k.setAt(k.mulAt(x, [[null, null, 2], [1, null]], v), [-1, 0], 3));
  checkGrads(f, [rows, wide([2, 0.5])], { order: 2 });
});

Deno.test("segments: rows combined one by one; ids out of range are left out", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: -2, max: 5 }), fc.integer({ min: -9, max: 9 })));
  fc.assert(fc.property(rows, (pairs) => {
    const x = whole(pairs.map(([, value]) => value));
    const ids = whole(pairs.map(([id]) => id));
    const folded = (start: number, combine: (a: number, b: number) => number) =>
      [0, 1, 2].map((segment) =>
        pairs.filter(([id]) => id === segment).reduce((a, [, b]) => combine(a, b), start)
      );
    assertEquals([...k.segmentSum(x, ids, 3).data], folded(0, (a, b) => a + b));
    assertEquals([...k.segmentProd(x, ids, 3).data], folded(1, Math.imul));
    assertEquals([...k.segmentMax(x, ids, 3).data], folded(-(2 ** 31), Math.max));
    assertEquals([...k.segmentMin(x, ids, 3).data], folded(2 ** 31 - 1, Math.min));
  }));
});

Deno.test("a value must go into the tensor's dtype, and positions must be whole", () => {
  assertThrows(() => k.setAt(k.zeros([2], "int32"), [0], 0.5), k.DTypeError);
  assertThrows(
    () => k.setAt(k.zeros([2]), [0], k.tensor(1, "float64")),
    k.DTypeError,
    "setAt: float64 does not go into float32; convert with astype",
  );
  assertThrows(() => k.getAt(k.zeros([2]), k.zeros([2]) as never), k.DTypeError);
  assertEquals(k.setAt(k.zeros([2], "bool"), [1], k.tensor(true)).toArray(), [false, true]);
});

Deno.test("reading out of range: an error where it can be read, clamped where it is compiled", () => {
  const x = k.tensor([1, 2, 3]);
  assertThrows(
    () => k.getAt(x, k.tensor([3], "int32")),
    k.ShapeError,
    "getAt: position 3 is out of range for an axis of 3 of [3]",
  );
  const read = k.jit((at: k.Tensor<[2], "int32">) => k.getAt(x, at));
  assertEquals(read(k.tensor([3, -4], "int32")).toArray(), [3, 1]);
});
