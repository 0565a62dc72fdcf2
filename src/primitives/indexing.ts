/**
 * Gathering along an axis and scattering, which contains its adjoint.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { type DType, DTypeError, dtypes } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Elements, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { noFlops } from "../tape/flops.ts";
import type { Draw } from "../tape/sample.ts";
import { maximum, minimum } from "./arithmetic.ts";
import { fill, repeatExample } from "./broadcast.ts";
import { zero } from "./compare.ts";
import { numeric } from "./elementwise.ts";
import { moveAxisRaw, moveToFront } from "./movement.ts";
import { requireDType } from "./operands.ts";
import { scatterVjp } from "./scatter_vjp.ts";

/** The element types of positions. */
export const integers: readonly DType[] = ["int32", "uint32"];

/** Which axis positions point along, and how many leading axes tensor and positions share. */
export interface Indexing {
  /** The axis of the tensor. */
  readonly axis: number;
  /** The first axes of both, which go together; `axis` is behind them. */
  readonly batch: number;
}

/** What becomes of an element and an update that meet. */
export type Combine = "add" | "mul" | "max" | "min" | "set";

/** The settings of a scatter. */
export interface Scattering extends Indexing {
  /** What becomes of an element and an update that meet. */
  readonly combine: Combine;
}

/** The shape of what positions name: their own axes take the place of the axis. */
function indexedShape(
  operation: string,
  x: Shape,
  positions: Shape,
  { axis, batch }: Indexing,
): Shape {
  if (!equalShapes(x.slice(0, batch), positions.slice(0, batch)) || axis < batch) {
    throw new ShapeError(
      `${operation}: ${showShape(x)} and positions ${
        showShape(positions)
      } do not share ${batch} axes before axis ${axis}`,
    );
  }
  return x.toSpliced(axis, 1, ...positions.slice(batch));
}

/** Shapes to check with: of a tensor, and of positions along one of its axes. */
function sampleIndexing(draw: Draw): { shape: number[]; positions: number[] } & Indexing {
  const shared = draw.shape(0, 1);
  const outer = draw.shape(0, 1);
  return {
    shape: [...shared, ...outer, ...draw.shape(1, 2, 1)],
    positions: [...shared, ...draw.shape(0, 2)],
    axis: shared.length + outer.length,
    batch: shared.length,
  };
}

/**
 * Whole slices along an axis, by position; the positions' shape takes the axis's place. A position
 * out of range is clamped to the nearest one.
 */
export const gatherPrimitive: Primitive<Indexing> = definePrimitive({
  name: "gather",
  family: "indexing",
  summary:
    "slices along `axis` at the positions given by the second operand (clamped into range), " +
    "example by example along the first `batch` axes",
  infer: ([x, positions], params) => {
    const { axis } = params;
    requireDType("gather", positions.dtype, integers);
    const shape = indexedShape("gather", x.shape, positions.shape, params);
    if (x.shape[axis] === 0 && sizeOf(positions.shape) > 0) {
      throw new ShapeError(`gather: nothing to take from axis ${axis} of ${showShape(x.shape)}`);
    }
    return [{ shape, dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x, positions], params, [out]) => {
      const last = x.shape[params.axis] - 1;
      forEachSlice(x, positions, params, (from, to, length, position) => {
        const at = from + Math.min(Math.max(position, 0), last) * length;
        out.data.set(x.data.subarray(at, at + length), to);
      });
    },
  },
  vjp: perOperand((ct, { inputs: [x, positions], params: { axis, batch } }) => {
    const clamped = minimum(maximum(positions, 0), Math.max(x.shape[axis] - 1, 0));
    return scatter("add", fill(zero(ct), x.shape), clamped, ct, axis, batch);
  }),
  batch: ([x, positions], { params: { axis, batch }, batched: [moved, chosen] }) => {
    if (moved && chosen) return [gather(x, positions, axis + 1, batch + 1)];
    return moved
      ? [moveToFront(gather(moveAxisRaw(x, 0, batch), positions, axis + 1, batch), batch)]
      : [moveToFront(gather(x, moveAxisRaw(positions, 0, batch), axis, batch), axis)];
  },
  sample: (draw, float) => {
    const { shape, positions, axis, batch } = sampleIndexing(draw);
    return {
      operands: [
        { shape, dtype: float },
        { shape: positions, dtype: "int32", range: [-1, shape[axis]] },
      ],
      params: { axis, batch },
    };
  },
});

/**
 * A tensor with slices along an axis combined with updates, by position: the converse of a gather.
 * Updates whose position is out of range are dropped; of several that are set, the last one stays.
 */
export const scatterPrimitive: Primitive<Scattering> = definePrimitive({
  name: "scatter",
  family: "indexing",
  summary:
    "the first operand with the third's slices combined into it along `axis` at the second's " +
    "positions (dropped out of range), example by example along the first `batch` axes",
  infer: ([x, positions, updates], params) => {
    requireDType("scatter", positions.dtype, integers);
    requireDType("scatter", x.dtype, params.combine === "set" ? dtypes : numeric);
    if (updates.dtype !== x.dtype) {
      throw new DTypeError(`scatter: operand is ${x.dtype}, updates are ${updates.dtype}`);
    }
    const shape = indexedShape("scatter", x.shape, positions.shape, params);
    if (!equalShapes(updates.shape, shape)) {
      throw new ShapeError(
        `scatter: updates must be ${showShape(shape)}, got ${showShape(updates.shape)}`,
      );
    }
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  flops: ([, , updates], _, { combine }) => combine === "set" ? 0 : sizeOf(updates.shape),
  meaning: {
    kind: "kernel",
    run: ([x, positions, updates], params, [out]) => {
      const whole = x.dtype === "int32" || x.dtype === "uint32";
      const combine = (whole ? wholeCombinations : combinations)[params.combine];
      const size = x.shape[params.axis];
      const totals = Float64Array.from(x.data);
      forEachSlice(x, positions, params, (from, to, length, position) => {
        if (position < 0 || position >= size) return;
        const at = from + position * length;
        for (let i = 0; i < length; i++) {
          totals[at + i] = combine(totals[at + i], updates.data[to + i]);
        }
      });
      out.data.set(totals);
    },
  },
  vjp: scatterVjp,
  batch: ([x, positions, updates], { params, size, batched }) => {
    const { axis, batch, combine } = params;
    const into = batched[0] ? x : repeatExample(x, size);
    const from = batched[2] ? updates : repeatExample(updates, size);
    if (batched[1]) return [scatter(combine, into, positions, from, axis + 1, batch + 1)];
    const [inner, values] = [into, from].map((y) => moveAxisRaw(y, 0, batch));
    return [moveToFront(scatter(combine, inner, positions, values, axis + 1, batch), batch)];
  },
  sample: (draw, float) => {
    const { shape, positions, axis, batch } = sampleIndexing(draw);
    return {
      operands: [
        { shape, dtype: float, distinct: true },
        { shape: positions, dtype: "int32", range: [-1, shape[axis]] },
        // Offset, so that no update ties with an element.
        {
          shape: shape.toSpliced(axis, 1, ...positions.slice(batch)),
          dtype: float,
          distinct: true,
          range: [-1.9, 2],
        },
      ],
      params: { axis, batch, combine: draw.pick(["add", "mul", "max", "min", "set"] as const) },
    };
  },
});

type Combinations = Readonly<Record<Combine, (a: number, b: number) => number>>;

const combinations: Combinations = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
  set: (_, b) => b,
};

/** Integers wrap around. */
const wholeCombinations: Combinations = {
  ...combinations,
  add: (a, b) => (a + b) | 0,
  mul: Math.imul,
};

/**
 * Visits the slices that positions along an axis name: where they start in `indexed` for position 0
 * (`from`), where they start in the array with the positions in place of the axis (`to`), their
 * length, and the position.
 */
function forEachSlice(
  indexed: Elements,
  positions: Elements,
  { axis, batch }: Indexing,
  visit: (from: number, to: number, length: number, position: number) => void,
): void {
  const examples = sizeOf(indexed.shape.slice(0, batch));
  const outer = sizeOf(indexed.shape.slice(batch, axis));
  const length = sizeOf(indexed.shape.slice(axis + 1));
  const step = indexed.shape[axis] * length;
  const count = sizeOf(positions.shape.slice(batch));
  let to = 0;
  for (let example = 0; example < examples; example++) {
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < count; j++) {
        visit((example * outer + i) * step, to, length, positions.data[example * count + j]);
        to += length;
      }
    }
  }
}

/** The gather primitive. */
export function gather(x: AnyTensor, positions: AnyTensor, axis: number, batch = 0): AnyTensor {
  return bind(gatherPrimitive, [x, positions], { axis, batch })[0];
}

/** One element for each position, along an axis: all other axes go together. */
export function gatherAlong(x: AnyTensor, positions: AnyTensor, axis: number): AnyTensor {
  const last = x.shape.length - 1;
  const [from, at] = [x, positions].map((y) => moveAxisRaw(y, axis, last));
  return moveAxisRaw(gather(from, at, last, last), last, axis);
}

/** One update for each position, along an axis: all other axes go together. */
export function scatterAlong(
  combine: Combine,
  x: AnyTensor,
  positions: AnyTensor,
  updates: AnyTensor,
  axis: number,
): AnyTensor {
  const last = x.shape.length - 1;
  const [into, at, values] = [x, positions, updates].map((y) => moveAxisRaw(y, axis, last));
  return moveAxisRaw(scatter(combine, into, at, values, last, last), last, axis);
}

/** The scatter primitive. */
export function scatter(
  combine: Combine,
  x: AnyTensor,
  positions: AnyTensor,
  updates: AnyTensor,
  axis: number,
  batch = 0,
): AnyTensor {
  return bind(scatterPrimitive, [x, positions, updates], { axis, batch, combine })[0];
}
