/**
 * Gather and scatter are what a loop over all elements says they are, and windows whose place is
 * computed are slices.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { dynamicSlice, dynamicUpdateSlice, slice, tensor } from "@katachi/katachi";
import { applicationsOf } from "./applications.ts";
import {
  type Combine,
  gatherPrimitive,
  type Indexing,
  type Scattering,
  scatterPrimitive,
} from "../../src/primitives/indexing.ts";
import { dynamicSlicePrimitive } from "../../src/primitives/dynamic.ts";
import { sizeOf } from "../../src/tensor/storage.ts";
import type { AnyTensor, Shape } from "../../mod.ts";

/** All indices of a shape, in row-major order. */
function indices(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (all, dim) => all.flatMap((index) => [...Array(dim).keys()].map((i) => [...index, i])),
    [[]],
  );
}

const offset = (shape: Shape, index: readonly number[]) =>
  shape.reduce((at, dim, axis) => at * dim + index[axis], 0);

const element = (x: AnyTensor, index: readonly number[]) => x.data[offset(x.shape, index)];

/** The position that an index of the indexed shape names, and the index that it stands for. */
function resolve(index: number[], positions: AnyTensor, { axis, batch }: Indexing) {
  const own = positions.shape.length - batch;
  const shared = index.slice(0, batch);
  const position = element(positions, [...shared, ...index.slice(axis, axis + own)]);
  return { position, at: index.toSpliced(axis, own, position) };
}

Deno.test("gather: the elements at the positions, moved into range", () => {
  fc.assert(fc.property(applicationsOf(gatherPrimitive, "float64"), (application) => {
    const [x, positions] = application.operands;
    const params = application.params as Indexing;
    const last = x.shape[params.axis] - 1;
    const [y] = application.apply();
    const expected = indices(y.shape).map((index) => {
      const { position, at } = resolve(index, positions, params);
      return element(x, at.with(params.axis, Math.min(Math.max(position, 0), last)));
    });
    assertEquals([...y.data], expected);
  }));
});

const combinations: Record<Combine, (old: number, update: number) => number> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
  set: (_, b) => b,
};

Deno.test("scatter: each update in range combined with the element at its position, in order", () => {
  fc.assert(fc.property(applicationsOf(scatterPrimitive, "float64"), (application) => {
    const [x, positions, updates] = application.operands;
    const params = application.params as Scattering;
    const expected = [...x.data];
    for (const index of indices(updates.shape)) {
      const { position, at } = resolve(index, positions, params);
      if (position < 0 || position >= x.shape[params.axis]) continue;
      const to = offset(x.shape, at);
      expected[to] = combinations[params.combine](expected[to], element(updates, index));
    }
    assertEquals([...application.apply()[0].data], expected);
  }));
});

Deno.test("a window is the slice at its starts, moved inside; written back it changes nothing", () => {
  fc.assert(fc.property(applicationsOf(dynamicSlicePrimitive, "float32"), (application) => {
    const [x, starts] = application.operands;
    const { sizes } = application.params as { sizes: Shape };
    // A negative start counts from the end for users.
    const from = [...starts.data].map((start, axis) =>
      Math.min(Math.max(start < 0 ? start + x.shape[axis] : start, 0), x.shape[axis] - sizes[axis])
    );
    const window = dynamicSlice(x, [...starts.data], sizes);
    const sliced = slice(x, from.map((start, axis) => [start, start + sizes[axis]] as const));
    assertEquals(window.toArray(), sliced.toArray());
    assertEquals(dynamicUpdateSlice(x, window, [...starts.data]).toArray(), x.toArray());
    const zero = dynamicUpdateSlice(x, window.mul(0), tensor(from, "int32") as never);
    assertEquals(zero.data.filter((v) => v === 0).length >= sizeOf(sizes), true);
    assertEquals(dynamicSlice(zero, from, sizes).toArray(), window.mul(0).toArray());
  }));
});
