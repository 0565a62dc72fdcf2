/**
 * Slicing and its adjoint, padding: each is the other's derivative.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { DTypeError } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { noFlops } from "../tape/flops.ts";
import { definePrimitive, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { broadcastPrimitive, fill, repeatExample, sumAxes } from "./broadcast.ts";
import { sub } from "./arithmetic.ts";
import { select } from "./compare.ts";
import { scalar } from "./operands.ts";
import { forEachIndex, strides } from "./strides.ts";

interface SliceParams {
  readonly start: readonly number[];
  readonly stop: readonly number[];
  readonly step: readonly number[];
}

/** Every `step`-th element from `start` to before `stop`, along each axis. */
export const slicePrimitive: Primitive<SliceParams> = definePrimitive({
  name: "slice",
  family: "movement",
  summary: "every `step`-th element from `start` to before `stop`, along each axis",
  infer: ([x], { start, stop, step }) => {
    const fits = x.shape.every((dim, axis) =>
      0 <= start[axis] && start[axis] <= stop[axis] && stop[axis] <= dim && step[axis] >= 1
    );
    if (!fits || start.length !== x.shape.length) {
      throw new ShapeError(`slice: [${start}] to [${stop}] is not inside ${showShape(x.shape)}`);
    }
    const shape = start.map((from, axis) => Math.ceil((stop[axis] - from) / step[axis]));
    return [{ shape, dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x], { start, step }, [out]) => {
      const own = strides(x.shape);
      const offset = own.reduce((sum, stride, axis) => sum + stride * start[axis], 0);
      forEachIndex(
        out.shape,
        own.map((stride, axis) => stride * step[axis]),
        (at, from) => {
          out.data[at] = x.data[from];
        },
        offset,
      );
    },
  },
  vjp: perOperand((ct, { inputs: [x], params: { start, step } }) => {
    const span = ct.shape.map((dim, axis) => dim === 0 ? 0 : (dim - 1) * step[axis] + 1);
    const after = x.shape.map((dim, axis) => dim - start[axis] - span[axis]);
    return padRaw(ct, scalar(0, ct.dtype), start, after, step.map((by) => by - 1));
  }),
  batch: {
    params: ({ start, stop, step }, size) => ({
      start: [0, ...start],
      stop: [size, ...stop],
      step: [1, ...step],
    }),
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    const start = shape.map((dim) => draw.integer(0, dim));
    const stop = shape.map((dim, axis) => draw.integer(start[axis], dim));
    return {
      operands: [{ shape, dtype: float }],
      params: { start, stop, step: shape.map(() => draw.integer(1, 3)) },
    };
  },
});

interface PadParams {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly between: readonly number[];
}

/** A value put before, after and between the elements, along each axis. */
export const padPrimitive: Primitive<PadParams> = definePrimitive({
  name: "pad",
  family: "movement",
  summary: "the second operand, a scalar, put `before`, `after` and `between` the first's elements",
  infer: ([x, value], { before, after, between }) => {
    if (value.shape.length !== 0) {
      throw new ShapeError(`pad: the value must be a scalar, got ${showShape(value.shape)}`);
    }
    if (value.dtype !== x.dtype) {
      throw new DTypeError(`pad: operand is ${x.dtype}, value is ${value.dtype}`);
    }
    if ([...before, ...after, ...between].some((width) => width < 0)) {
      throw new ShapeError(`pad: widths must not be negative: [${before}], [${after}]`);
    }
    return [{ shape: padded(x.shape, before, after, between), dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x, value], { before, between }, [out]) => {
      out.data.fill(value.data[0]);
      const own = strides(out.shape);
      const offset = own.reduce((sum, stride, axis) => sum + stride * before[axis], 0);
      forEachIndex(
        x.shape,
        own.map((stride, axis) => stride * (between[axis] + 1)),
        (at, to) => {
          out.data[to] = x.data[at];
        },
        offset,
      );
    },
  },
  vjp: ([ct], { inputs: [x], params: { before, between }, needs }) => {
    const step = between.map((width) => width + 1);
    const stop = x.shape.map((dim, axis) =>
      dim === 0 ? before[axis] : before[axis] + (dim - 1) * step[axis] + 1
    );
    const inside = sliceRaw(ct!, before, stop, step);
    const all = (y: AnyTensor) => sumAxes(y, y.shape.map((_, axis) => axis));
    return [inside, needs[1] ? sub(all(ct!), all(inside)) : undefined];
  },
  batch: ([x, value], { params, size, batched }) => {
    const before = [0, ...params.before];
    const after = [0, ...params.after];
    const between = [0, ...params.between];
    const all = batched[0] ? x : repeatExample(x, size);
    if (!batched[1]) return [padRaw(all, value, before, after, between)];
    // Each example has its own value: it shows wherever no element lies.
    const padded = padRaw(all, scalar(0, x.dtype), before, after, between);
    const inside = fill(scalar(false, "bool"), all.shape);
    const outside = padRaw(inside, scalar(true, "bool"), before, after, between);
    const values = { shape: padded.shape, axes: [0] };
    return [select(outside, bind(broadcastPrimitive, [value], values)[0], padded)];
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    const widths = () => shape.map(() => draw.integer(0, 2));
    return {
      operands: [{ shape, dtype: float }, { shape: [], dtype: float }],
      params: { before: widths(), after: widths(), between: widths() },
    };
  },
});

function padded(
  shape: Shape,
  before: readonly number[],
  after: readonly number[],
  between: readonly number[],
): Shape {
  return shape.map((dim, axis) =>
    before[axis] + dim + Math.max(dim - 1, 0) * between[axis] + after[axis]
  );
}

/** The slice primitive; the same tensor where nothing is cut. */
export function sliceRaw(
  x: AnyTensor,
  start: readonly number[],
  stop: readonly number[],
  step: readonly number[],
): AnyTensor {
  const whole = x.shape.every((dim, axis) =>
    start[axis] === 0 && stop[axis] === dim && step[axis] === 1
  );
  return whole ? x : bind(slicePrimitive, [x], { start, stop, step })[0];
}

/** The pad primitive; the same tensor where nothing is added. */
export function padRaw(
  x: AnyTensor,
  value: AnyTensor,
  before: readonly number[],
  after: readonly number[],
  between: readonly number[],
): AnyTensor {
  return [...before, ...after, ...between].every((width) => width === 0)
    ? x
    : bind(padPrimitive, [x, value], { before, after, between })[0];
}
