/**
 * Windows whose place is computed: reading one and writing one, each the other's derivative.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { DTypeError } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Elements, perOperand, type Primitive } from "../tape/primitive.ts";
import { noFlops } from "../tape/flops.ts";
import { bind } from "../tape/recorder.ts";
import type { Abstract } from "../tape/tape.ts";
import { add, maximum, minimum, mul } from "./arithmetic.ts";
import { broadcast, fill, repeatExample } from "./broadcast.ts";
import { zero } from "./compare.ts";
import { iota } from "./create.ts";
import { gather, integers, scatter } from "./indexing.ts";
import { concatPrimitive, moveToFront } from "./movement.ts";
import { requireDType, scalar } from "./operands.ts";
import { reshapeRaw } from "./reshape.ts";
import { sliceRaw } from "./slice.ts";
import { forEachIndex, strides } from "./strides.ts";

/** Checks that a window fits into a tensor and that there is a start for each axis. */
function requireWindow(operation: string, x: Shape, sizes: Shape, starts: Abstract): void {
  requireDType(operation, starts.dtype, integers);
  if (sizes.length !== x.length || sizes.some((size, axis) => !(0 <= size && size <= x[axis]))) {
    throw new ShapeError(`${operation}: window ${showShape(sizes)} is not inside ${showShape(x)}`);
  }
  if (starts.shape.length !== 1 || starts.shape[0] !== x.length) {
    throw new ShapeError(
      `${operation}: starts ${showShape(starts.shape)} are not one for each axis of ${
        showShape(x)
      }`,
    );
  }
}

/** Where a window starts in the elements of an array; it is moved so that it lies inside. */
function offsetOf(shape: Shape, sizes: Shape, starts: Elements): number {
  return strides(shape).reduce(
    (sum, step, axis) =>
      sum + step * Math.min(Math.max(starts.data[axis], 0), shape[axis] - sizes[axis]),
    0,
  );
}

/** A window of static size whose starts, one for each axis, are computed. */
export const dynamicSlicePrimitive: Primitive<{ sizes: Shape }> = definePrimitive({
  name: "dynamicSlice",
  family: "dynamic",
  summary: "the window of `sizes` that starts at the second operand, moved to lie inside",
  infer: ([x, starts], { sizes }) => {
    requireWindow("dynamicSlice", x.shape, sizes, starts);
    return [{ shape: sizes, dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x, starts], { sizes }, [out]) =>
      forEachIndex(sizes, strides(x.shape), (at, from) => {
        out.data[at] = x.data[from];
      }, offsetOf(x.shape, sizes, starts)),
  },
  vjp: perOperand((ct, { inputs: [x, starts] }) =>
    dynamicUpdateSliceRaw(fill(zero(ct), x.shape), ct, starts)
  ),
  batch: ([x, starts], { params: { sizes }, size, batched: [moved, placed] }) => {
    if (!placed) return [dynamicSliceRaw(x, withAxis(starts), [size, ...sizes])];
    const shape = moved ? x.shape.slice(1) : x.shape;
    const { axis, count, positions } = windows(shape, sizes, starts);
    if (moved) {
      const flat = reshapeRaw(x, [size, ...joined(shape, axis, count)]);
      return [gather(flat, positions, axis + 1, 1)];
    }
    const flat = reshapeRaw(x, joined(shape, axis, count));
    return [moveToFront(gather(flat, positions, axis), axis)];
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    return {
      operands: [
        { shape, dtype: float },
        { shape: [shape.length], dtype: "int32", range: [-1, 3] },
      ],
      params: { sizes: shape.map((dim) => draw.integer(0, dim)) },
    };
  },
});

/** A tensor with a window of it replaced, whose starts, one for each axis, are computed. */
export const dynamicUpdateSlicePrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "dynamicUpdateSlice",
  family: "dynamic",
  summary:
    "the first operand with the second written over it from the third on, moved to lie inside",
  infer: ([x, update, starts]) => {
    requireWindow("dynamicUpdateSlice", x.shape, update.shape, starts);
    if (update.dtype !== x.dtype) {
      throw new DTypeError(`dynamicUpdateSlice: operand is ${x.dtype}, update is ${update.dtype}`);
    }
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x, update, starts], _, [out]) => {
      out.data.set(x.data);
      forEachIndex(update.shape, strides(x.shape), (at, to) => {
        out.data[to] = update.data[at];
      }, offsetOf(x.shape, update.shape, starts));
    },
  },
  vjp: perOperand(
    (ct, { inputs: [, update, starts] }) =>
      dynamicUpdateSliceRaw(ct, fill(zero(ct), update.shape), starts),
    (ct, { inputs: [, update, starts] }) => dynamicSliceRaw(ct, starts, update.shape),
  ),
  batch: ([x, update, starts], { size, batched }) => {
    const into = batched[0] ? x : repeatExample(x, size);
    const from = batched[1] ? update : repeatExample(update, size);
    if (!batched[2]) return [dynamicUpdateSliceRaw(into, from, withAxis(starts))];
    const shape = into.shape.slice(1);
    const { axis, count, positions } = windows(shape, from.shape.slice(1), starts);
    const flat = reshapeRaw(into, [size, ...joined(shape, axis, count)]);
    return [reshapeRaw(scatter("set", flat, positions, from, axis + 1, 1), into.shape)];
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    return {
      operands: [
        { shape, dtype: float },
        { shape: shape.map((dim) => draw.integer(0, dim)), dtype: float },
        { shape: [shape.length], dtype: "int32", range: [-1, 3] },
      ],
      params: undefined,
    };
  },
});

/** Starts with one more in front, for an axis that is taken whole. */
function withAxis(starts: AnyTensor): AnyTensor {
  return bind(concatPrimitive, [fill(scalar(0, starts.dtype), [1]), starts], { axis: 0 })[0];
}

/** A shape with `count` of its axes from `axis` on as one. */
function joined(shape: Shape, axis: number, count: number): Shape {
  return shape.toSpliced(axis, count, sizeOf(shape.slice(axis, axis + count)));
}

/**
 * Windows, one for each row of starts, as positions along one axis: that of the `count` axes from
 * `axis` on as one. Axes before and behind are taken whole.
 */
function windows(
  shape: Shape,
  sizes: Shape,
  starts: AnyTensor,
): { axis: number; count: number; positions: AnyTensor } {
  const cut = shape.map((dim, axis) => sizes[axis] === dim ? -1 : axis).filter((axis) => axis >= 0);
  const [axis, end] = cut.length === 0 ? [0, 0] : [cut[0], cut[cut.length - 1] + 1];
  const [examples] = starts.shape;
  const own = [examples, ...sizes.slice(axis, end)];
  const positions = strides(shape.slice(axis, end)).map((step, i) => {
    const start = sliceRaw(starts, [0, axis + i], [examples, axis + i + 1], [1, 1]);
    const inside = minimum(maximum(start, 0), shape[axis + i] - sizes[axis + i]);
    const column = reshapeRaw(inside, own.map((dim, a) => a === 0 ? dim : 1));
    return mul(add(broadcast(column, own), iota(own, i + 1, starts.dtype)), step);
  });
  const origin = fill(scalar(0, starts.dtype), own);
  return { axis, count: end - axis, positions: positions.reduce((a, b) => add(a, b), origin) };
}

/** The dynamicSlice primitive. */
export function dynamicSliceRaw(x: AnyTensor, starts: AnyTensor, sizes: Shape): AnyTensor {
  return bind(dynamicSlicePrimitive, [x, starts], { sizes })[0];
}

/** The dynamicUpdateSlice primitive. */
export function dynamicUpdateSliceRaw(
  x: AnyTensor,
  update: AnyTensor,
  starts: AnyTensor,
): AnyTensor {
  return bind(dynamicUpdateSlicePrimitive, [x, update, starts], undefined)[0];
}
