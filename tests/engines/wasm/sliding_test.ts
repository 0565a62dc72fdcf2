/** Windows that slide, compiled, against the interpreter: random sizes, settings and layouts. */
import fc from "fast-check";
import { type AnyTensor, grad } from "@katachi/katachi";
import { type Convolution, convolution } from "../../../src/primitives/convolution.ts";
import { positionsOf, type Sliding } from "../../../src/primitives/sliding.ts";
import {
  windowArgmaxPrimitive,
  windowMaxPrimitive,
  windowSumPrimitive,
} from "../../../src/primitives/window.ts";
import { bind } from "../../../src/tape/recorder.ts";
import { sizeOf } from "../../../src/tensor/storage.ts";
import { assertAgrees, type Compute, drawn } from "./agreement.ts";

const slidingOver = (rank: number): fc.Arbitrary<Sliding> => {
  const each = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: rank, maxLength: rank });
  return fc.record({
    strides: fc.oneof(fc.constant(Array(rank).fill(1)), each(fc.integer({ min: 1, max: 3 }))),
    padding: fc.oneof(
      fc.constant(Array(rank).fill([0, 0])),
      each(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))),
    ),
    inputDilation: fc.oneof(fc.constant(Array(rank).fill(1)), each(fc.integer({ min: 1, max: 3 }))),
    dilation: fc.oneof(fc.constant(Array(rank).fill(1)), each(fc.integer({ min: 1, max: 2 }))),
  });
};

const most = [0, 60, 24, 7];

const sized = fc.integer({ min: 0, max: 3 }).chain((rank) => {
  const sizes = (max: number) =>
    fc.array(fc.integer({ min: 0, max }), { minLength: rank, maxLength: rank });
  return fc.record({
    input: sizes(most[rank]),
    size: sizes(rank === 1 ? 40 : rank === 2 ? 7 : 4),
    sliding: slidingOver(rank),
  });
});

const turns = fc.tuple(fc.boolean(), fc.boolean());

/** The sum of a result, each element with a weight of its own. */
function weighed(y: AnyTensor): AnyTensor {
  const weights = drawn(y.shape, y.dtype, 7) as typeof y;
  return (y as never as { mul(y: AnyTensor): { sum(): AnyTensor } }).mul(weights).sum();
}

Deno.test("convolutions, and their gradients, are what the interpreter makes of them", () => {
  const setting = fc.record({
    sized,
    turned: turns,
    groups: fc.integer({ min: 1, max: 3 }),
    images: fc.integer({ min: 0, max: 5 }),
    channels: fc.integer({ min: 0, max: 9 }),
    features: fc.integer({ min: 1, max: 11 }),
    dtype: fc.constantFrom("float32" as const, "float64" as const),
  });
  fc.assert(
    fc.property(setting, ({ sized: { input, size, sliding }, turned, groups, dtype, ...own }) => {
      const params: Convolution = { ...sliding, groups };
      const x = drawn([own.images, own.channels * groups, ...input], dtype, 1);
      const w = drawn([own.features * groups, own.channels, ...size], dtype, 2);
      // A result is a sum of so many products, or fewer; each is rounded.
      const positions = own.images * sizeOf(positionsOf(input, size, sliding));
      const terms = own.features * positions + own.channels * sizeOf(size);
      const tolerance = (4 * terms + 16) * (dtype === "float32" ? 2 ** -24 : 2 ** -53);
      const loss = ([x, w]: readonly AnyTensor[]) => weighed(convolution(x, w, params));
      assertAgrees(([x, w]) => [convolution(x, w, params)], [x, w], { turned, tolerance });
      assertAgrees(grad(loss as never) as unknown as Compute, [x, w], { turned, tolerance });
    }),
    { numRuns: 60 },
  );
});

Deno.test("convolutions of integers wrap around", () => {
  const dtypes = fc.constantFrom("int32" as const, "uint32" as const);
  fc.assert(
    fc.property(sized, turns, dtypes, ({ input, size, sliding }, turned, dtype) => {
      const x = drawn([2, 6, ...input], dtype, 1);
      const w = drawn([4, 3, ...size], dtype, 2);
      assertAgrees(([x, w]) => [convolution(x, w, { ...sliding, groups: 2 })], [x, w], { turned });
    }),
    { numRuns: 30 },
  );
});

Deno.test("sums of windows are what the interpreter makes of them, of every dtype", () => {
  const dtypes = fc.constantFrom("float32", "float64", "int32", "uint32" as const);
  fc.assert(
    fc.property(sized, turns, dtypes, ({ input, size, sliding }, turned, dtype) => {
      const x = drawn([2, 3, ...input], dtype, 1);
      const exact = dtype === "int32" || dtype === "uint32";
      assertAgrees(
        ([x]) => bind(windowSumPrimitive, [x], { ...sliding, size }),
        [x],
        { turned, tolerance: exact ? 0 : dtype === "float32" ? 4e-6 : 1e-13 },
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("the largest of windows, where it is, and the gradient, whatever is in them", () => {
  const dtypes = fc.constantFrom("float32" as const, "float64" as const);
  fc.assert(
    fc.property(sized, turns, dtypes, ({ input, size, sliding }, turned, dtype) => {
      const params = { ...sliding, size };
      // Numbers alike, and such that compare with none.
      const special = [NaN, -Infinity, Infinity, 0, 0, 0.5, 0.5];
      const x = drawn([2, 3, ...input], dtype, 1, special);
      assertAgrees(
        ([x]) => [
          ...bind(windowMaxPrimitive, [x], params),
          ...bind(windowArgmaxPrimitive, [x], params),
        ],
        [x],
        { turned },
      );
      const loss = ([x]: readonly AnyTensor[]) => weighed(bind(windowMaxPrimitive, [x], params)[0]);
      assertAgrees(
        grad(loss as never) as unknown as Compute,
        [drawn([2, 3, ...input], dtype, 1, special.slice(3))],
        { turned, tolerance: dtype === "float32" ? 4e-6 : 1e-13 },
      );
    }),
    { numRuns: 60 },
  );
});
