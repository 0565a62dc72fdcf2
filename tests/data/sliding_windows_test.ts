/** Windows hold neighbouring steps, and what they are to tell comes right after them. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { arange, ShapeError, type Tensor, zeros } from "@katachi/katachi";
import { slidingWindows } from "@katachi/katachi/data";

Deno.test("windows are runs of the series, a stride apart, as many as there is room for", () => {
  const cases = fc.record({
    steps: fc.integer({ min: 1, max: 40 }),
    size: fc.integer({ min: 1, max: 12 }),
    stride: fc.integer({ min: 1, max: 9 }),
    horizon: fc.nat(5),
  });
  fc.assert(fc.property(cases, ({ steps, size, stride, horizon }) => {
    fc.pre(size + horizon <= steps);
    const series: Tensor<[number]> = arange(steps);
    const { x, y } = slidingWindows(series, size as number, { stride, horizon });
    const starts = x.toArray().map(([start]) => start);
    const run = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);
    assertEquals(x.toArray(), starts.map((start) => run(start, size)));
    assertEquals(y.toArray(), starts.map((start) => run(start + size, horizon)));
    assertEquals(starts, starts.map((_, i) => i * stride));
    assertEquals(starts.at(-1)! + size + horizon <= steps, true);
    assertEquals(starts.at(-1)! + stride + size + horizon > steps, true);
  }));
});

Deno.test("types: windows of many channels", () => {
  const series = zeros([100, 3], "int32");
  const { x, y } = slidingWindows(series, 24, { stride: 2, horizon: 6 });
  assertType<IsExact<typeof x, Tensor<[36, 24, 3], "int32">>>(true);
  assertType<IsExact<typeof y, Tensor<[36, 6, 3], "int32">>>(true);
  assertEquals([[...x.shape], [...y.shape]], [[36, 24, 3], [36, 6, 3]]);
  const next = slidingWindows(zeros([10]), 4);
  assertType<IsExact<typeof next.x, Tensor<[6, 4], "float32">>>(true);
  assertType<IsExact<typeof next.y, Tensor<[6, 1], "float32">>>(true);
  const unknown = slidingWindows(zeros([10]) as Tensor<[number]>, 4, { horizon: 0 });
  assertType<IsExact<typeof unknown.y, Tensor<[number, 0], "float32">>>(true);
  assertEquals([...unknown.y.shape], [7, 0]);
});

Deno.test("errors: no room, settings out of range, in the compiler's words", () => {
  assertThrows(
    // @ts-expect-error: "slidingWindows: 5 steps have no window of 5 and 1 more"
    () => slidingWindows(zeros([5]), 5),
    ShapeError,
    "slidingWindows: 5 steps have no window of 5 and 1 more",
  );
  assertThrows(
    // @ts-expect-error: "slidingWindows: the size must be a whole number from 1 on, got 0"
    () => slidingWindows(zeros([5]), 0),
    RangeError,
    "slidingWindows: the size must be a whole number from 1 on, got 0",
  );
  assertThrows(
    // @ts-expect-error: "slidingWindows: the stride must be a whole number from 1 on, got 0.5"
    () => slidingWindows(zeros([5]), 2, { stride: 0.5 }),
    RangeError,
    "slidingWindows: the stride must be a whole number from 1 on, got 0.5",
  );
  assertThrows(
    // @ts-expect-error: "slidingWindows: the horizon must be a whole number from 0 on, got -1"
    () => slidingWindows(zeros([5]), 2, { horizon: -1 }),
    RangeError,
    "slidingWindows: the horizon must be a whole number from 0 on, got -1",
  );
});
