/** Computed places, running results and positions, compiled, against the interpreter. */
import { assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { type AnyTensor, type DType, fromBuffer } from "@katachi/katachi";
import {
  cumlogsumexpPrimitive,
  cummaxPrimitive,
  cumminPrimitive,
  cumprodPrimitive,
  cumsumPrimitive,
} from "../../../src/primitives/cumulative.ts";
import {
  dynamicSlicePrimitive,
  dynamicUpdateSlicePrimitive,
} from "../../../src/primitives/dynamic.ts";
import { gatherPrimitive, scatterPrimitive } from "../../../src/primitives/indexing.ts";
import {
  argmaxPrimitive,
  argminPrimitive,
  maxPrimitive,
  minPrimitive,
} from "../../../src/primitives/reduce.ts";
import { bind } from "../../../src/tape/recorder.ts";
import { assertAgrees, drawn } from "./agreement.ts";

const dtypes = ["float32", "float64", "int32", "uint32"] as const;
const every = [...dtypes, "bool"] as const;
const dims = (axes: { minLength: number; maxLength: number }, max: number, min = 0) =>
  fc.array(fc.integer({ min, max }), axes);
const turned = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });

/** Positions in range, just outside, and as far outside as there are numbers. */
const position = (size: number, dtype: "int32" | "uint32") =>
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: Math.max(size - 1, 0) }) },
    dtype === "int32"
      ? fc.constantFrom(-1, -size, size, size + 1, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1)
      : fc.constantFrom(size, size + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
  );

const integers = fc.constantFrom("int32" as const, "uint32" as const);

function whole(values: readonly number[], shape: readonly number[], dtype: "int32" | "uint32") {
  const data = dtype === "int32" ? Int32Array.from(values) : Uint32Array.from(values);
  return fromBuffer(data as Int32Array, shape as number[]) as AnyTensor;
}

/** A tensor's shape, an axis, and positions along it. */
const indexing = fc.record({
  shared: dims({ minLength: 0, maxLength: 1 }, 3),
  outer: dims({ minLength: 0, maxLength: 1 }, 3),
  size: fc.integer({ min: 1, max: 9 }),
  inner: dims({ minLength: 0, maxLength: 2 }, 7),
  own: dims({ minLength: 0, maxLength: 2 }, 5),
  dtype: integers,
}).chain(({ shared, outer, size, inner, own, dtype }) => {
  const shape = [...shared, ...own];
  const count = shape.reduce((a, b) => a * b, 1);
  return fc.array(position(size, dtype), { minLength: count, maxLength: count }).map((values) => ({
    shape: [...shared, ...outer, size, ...inner],
    updates: [...shared, ...outer, ...own, ...inner],
    positions: whole(values, shape, dtype),
    axis: shared.length + outer.length,
    batch: shared.length,
  }));
});

/** The same tensors before and after: nothing else changes. */
const beside = (xs: readonly AnyTensor[], results: readonly AnyTensor[]) => [...results, ...xs];

Deno.test("gathering clamps positions, and reads nothing else", () => {
  fc.assert(
    fc.property(indexing, fc.constantFrom<DType>(...every), turned, (own, dtype, turned) => {
      const { axis, batch } = own;
      assertAgrees(
        (xs) => beside(xs, bind(gatherPrimitive, xs, { axis, batch })),
        [drawn(own.shape, dtype, 1), own.positions],
        { turned },
      );
    }),
    { numRuns: 80 },
  );
});

Deno.test("scattering drops what is out of range, and writes nothing else", () => {
  const combines = fc.constantFrom("add", "mul", "max", "min", "set" as const);
  fc.assert(
    fc.property(
      indexing,
      fc.constantFrom(...dtypes),
      combines,
      turned,
      (own, dtype, combine, t) => {
        const { axis, batch } = own;
        assertAgrees(
          (xs) => beside(xs, bind(scatterPrimitive, xs, { axis, batch, combine })),
          [drawn(own.shape, dtype, 1, [NaN]), own.positions, drawn(own.updates, dtype, 2)],
          { turned: t, tolerance: dtype === "float32" ? 2e-6 : 1e-13 },
        );
      },
    ),
    { numRuns: 120 },
  );
});

Deno.test("truth values are set at positions", () => {
  fc.assert(
    fc.property(indexing, ({ shape, updates, positions, axis, batch }) => {
      assertAgrees(
        (xs) => beside(xs, bind(scatterPrimitive, xs, { axis, batch, combine: "set" })),
        [drawn(shape, "bool", 1), positions, drawn(updates, "bool", 2)],
      );
    }),
    { numRuns: 20 },
  );
});

const window = fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { maxLength: 3 }).chain((pairs) => {
  const shape = pairs.map(([a, b]) => Math.max(a, b));
  return fc.record({
    shape: fc.constant(shape),
    sizes: fc.constant(pairs.map(([a, b]) => Math.min(a, b))),
    starts: integers.chain((dtype) =>
      fc.tuple(...shape.map((dim) => position(dim, dtype))).map((values) =>
        whole(values as number[], [shape.length], dtype)
      )
    ),
  });
});

Deno.test("windows at computed starts are moved inside, read or written", () => {
  fc.assert(
    fc.property(window, fc.constantFrom<DType>(...every), turned, (own, dtype, turned) => {
      const { shape, sizes, starts } = own;
      const [x, update] = [drawn(shape, dtype, 1), drawn(sizes, dtype, 2)];
      assertAgrees(
        (xs) => beside(xs, bind(dynamicSlicePrimitive, xs, { sizes })),
        [x, starts],
        { turned: [turned[0]] },
      );
      assertAgrees(
        (xs) => beside(xs, bind(dynamicUpdateSlicePrimitive, xs, undefined)),
        [x, update, starts],
        { turned: turned.slice(0, 2) },
      );
    }),
    { numRuns: 80 },
  );
});

/** A shape with elements, and one of its axes. */
/** Short axes, and long ones, along which vectors may lie. */
const along = fc.oneof(
  { weight: 2, arbitrary: dims({ minLength: 1, maxLength: 3 }, 11, 1) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      dims({ minLength: 0, maxLength: 2 }, 3, 1),
      fc.integer({ min: 60, max: 150 }),
    )
      .chain(([outer, length]) =>
        fc.shuffledSubarray([...outer, length], { minLength: outer.length + 1 })
      ),
  },
).chain((shape) => fc.record({ shape: fc.constant(shape), axis: fc.nat(shape.length - 1) }));

Deno.test("running results are what the interpreter makes of them, from both ends", () => {
  const primitives = fc.constantFrom(
    cumsumPrimitive,
    cumprodPrimitive,
    cummaxPrimitive,
    cumminPrimitive,
  );
  fc.assert(
    fc.property(
      along,
      primitives,
      fc.boolean(),
      fc.constantFrom(...dtypes),
      turned,
      ({ shape, axis }, primitive, reverse, dtype, turned) => {
        const float = dtype === "float32" || dtype === "float64";
        assertAgrees(
          (xs) => bind(primitive, xs, { axis, reverse }),
          [drawn(shape, dtype, 1, float ? [-0, NaN] : [])],
          { turned },
        );
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("running logarithms of sums are what the interpreter makes of them", () => {
  fc.assert(
    fc.property(
      along,
      fc.boolean(),
      fc.constantFrom("float32" as const, "float64" as const),
      fc.subarray([-Infinity, NaN, Infinity, 800]),
      turned,
      ({ shape, axis }, reverse, dtype, special, turned) => {
        assertAgrees(
          (xs) => bind(cumlogsumexpPrimitive, xs, { axis, reverse }),
          [drawn(shape, dtype, 1, special)],
          { turned, tolerance: dtype === "float32" ? 2e-7 : 1e-15 },
        );
      },
    ),
    { numRuns: 80 },
  );
});

Deno.test("regression: the running logarithm of a sum is not rounded at each step", () => {
  const x = drawn([150], "float64", 1);
  const exact = 5.256538357684502172; // by decimal arithmetic with 40 digits
  for (const reverse of [false, true]) {
    assertAgrees((xs) => bind(cumlogsumexpPrimitive, xs, { axis: 0, reverse }), [x], {
      tolerance: 1e-15,
    });
    const [sums] = bind(cumlogsumexpPrimitive, [x], { axis: 0, reverse });
    assertAlmostEquals(Number(sums.data[reverse ? 0 : 149]), exact, 2e-15);
  }
});

Deno.test("positions of extrema: the first of several, or the first NaN, of every dtype", () => {
  fc.assert(
    fc.property(
      along,
      fc.constantFrom<DType>(...every),
      turned,
      ({ shape, axis }, dtype, turned) => {
        const float = dtype === "float32" || dtype === "float64";
        for (const special of float ? [[], [0.9, 0.9, -0.9, -Infinity], [NaN, Infinity]] : [[]]) {
          assertAgrees(
            (xs) => [
              ...bind(argmaxPrimitive, xs, { axis }),
              ...bind(argminPrimitive, xs, { axis }),
            ],
            [drawn(shape, dtype, 1, special)],
            { turned },
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("any and all, along any axes", () => {
  const shapes = dims({ minLength: 1, maxLength: 3 }, 9).chain((shape) =>
    fc.record({ shape: fc.constant(shape), axes: fc.subarray(shape.map((_, axis) => axis)) })
  );
  fc.assert(
    fc.property(shapes, turned, ({ shape, axes }, turned) => {
      assertAgrees(
        (xs) => [...bind(maxPrimitive, xs, { axes }), ...bind(minPrimitive, xs, { axes })],
        [drawn(shape, "bool", 1)],
        { turned },
      );
    }),
    { numRuns: 40 },
  );
});
