/**
 * Gathering along an axis and its adjoint, scattering: each is the other's derivative.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import type { DType } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { noFlops } from "../tape/flops.ts";
import { definePrimitive, type Elements, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { add, maximum, minimum, mul } from "./arithmetic.ts";
import { broadcast, repeatExample } from "./broadcast.ts";
import { less, lessEqual, select, zero } from "./compare.ts";
import { iota } from "./create.ts";
import { numeric } from "./elementwise.ts";
import { logicalAnd } from "./logic.ts";
import { moveAxisRaw, moveToFront, transposeRaw } from "./movement.ts";
import { convert, requireDType, scalar } from "./operands.ts";
import { reshapeRaw } from "./reshape.ts";

const integers: readonly DType[] = ["int32", "uint32"];

function replaceAxis(shape: Shape, axis: number, by: Shape): Shape {
  return [...shape.slice(0, axis), ...by, ...shape.slice(axis + 1)];
}

/**
 * Whole slices along an axis, by position; the positions' shape takes the axis's place. A position
 * out of range is clamped to the nearest one.
 */
export const gatherPrimitive: Primitive<{ axis: number }> = definePrimitive({
  name: "gather",
  family: "indexing",
  summary: "slices along `axis` at the positions given by the second operand (clamped into range)",
  infer: ([x, positions], { axis }) => {
    requireDType("gather", positions.dtype, integers);
    if (x.shape[axis] === 0 && sizeOf(positions.shape) > 0) {
      throw new ShapeError(`gather: nothing to take from axis ${axis} of ${showShape(x.shape)}`);
    }
    return [{ shape: replaceAxis(x.shape, axis, positions.shape), dtype: x.dtype }];
  },
  flops: noFlops,
  meaning: {
    kind: "kernel",
    run: ([x, positions], { axis }, [out]) => {
      const last = x.shape[axis] - 1;
      forEachSlice(x, positions, axis, (from, to, length, position) => {
        const at = from + Math.min(Math.max(position, 0), last) * length;
        out.data.set(x.data.subarray(at, at + length), to);
      });
    },
  },
  vjp: perOperand((ct, { inputs: [x, positions], params: { axis } }) => {
    const size = x.shape[axis];
    const clamped = minimum(maximum(positions, 0), Math.max(size - 1, 0));
    return scatterAdd(clamped, ct, axis, size);
  }),
  batch: ([x, positions], { params: { axis }, size, batched: [moved, chosen] }) => {
    if (!chosen) return [gather(x, positions, axis + 1)];
    if (!moved) return [moveToFront(gather(x, positions, axis), axis)];
    // The examples end to end along one axis, and positions that count from its start.
    const count = x.shape[axis + 1];
    const joined = moveAxisRaw(x, axis + 1, 1);
    const within = minimum(maximum(positions, 0), Math.max(count - 1, 0));
    const taken = gather(
      reshapeRaw(joined, [size * count, ...joined.shape.slice(2)]),
      add(within, exampleStarts(positions, count)),
      0,
    );
    return [moveAxes(taken, 1, positions.shape.length - 1, axis)];
  },
  sample: (draw, float) => {
    const shape = draw.shape(1, 3, 1);
    const axis = draw.integer(0, shape.length - 1);
    return {
      operands: [
        { shape, dtype: float },
        { shape: draw.shape(0, 2), dtype: "int32", range: [0, shape[axis] - 1] },
      ],
      params: { axis },
    };
  },
});

/**
 * Slices added up at positions along a new axis of `size`, which takes the place of the axes that
 * the positions have. A slice whose position is out of range is dropped.
 */
export const scatterAddPrimitive: Primitive<{ axis: number; size: number }> = definePrimitive({
  name: "scatterAdd",
  family: "indexing",
  summary:
    "slices of the second operand added up at the first's positions along a new `axis` of `size`",
  infer: ([positions, updates], { axis, size }) => {
    requireDType("scatterAdd", positions.dtype, integers);
    requireDType("scatterAdd", updates.dtype, numeric);
    const rank = positions.shape.length;
    if (!equalShapes(updates.shape.slice(axis, axis + rank), positions.shape)) {
      throw new ShapeError(
        `scatterAdd: positions ${showShape(positions.shape)} do not match axes ${axis} on of ${
          showShape(updates.shape)
        }`,
      );
    }
    const shape = [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + rank)];
    return [{ shape, dtype: updates.dtype }];
  },
  flops: ([, updates]) => sizeOf(updates.shape),
  meaning: {
    kind: "kernel",
    run: ([positions, updates], { axis, size }, [out]) => {
      forEachSlice(out, positions, axis, (from, to, length, position) => {
        if (position < 0 || position >= size) return;
        const at = from + position * length;
        for (let i = 0; i < length; i++) out.data[at + i] += updates.data[to + i];
      });
    },
  },
  vjp: perOperand(undefined, (ct, { inputs: [positions, updates], params: { axis, size } }) => {
    if (size === 0) return broadcast(zero(ct), updates.shape);
    const inside = logicalAnd(lessEqual(0, positions), less(positions, size));
    const trailing = updates.shape.length - axis - positions.shape.length;
    const mask = reshapeRaw(inside, [...positions.shape, ...new Array(trailing).fill(1)]);
    return select(
      broadcast(mask, updates.shape),
      bind(gatherPrimitive, [ct, positions], { axis })[0],
      zero(ct),
    );
  }),
  batch: ([positions, updates], { params: { axis, size: count }, size, batched }) => {
    if (!batched[0]) return [scatterAdd(positions, updates, axis + 1, count)];
    const all = batched[1] ? updates : repeatExample(updates, size);
    const outer = all.shape.slice(1, axis + 1).length;
    const own = positions.shape.length - 1;
    // The examples end to end along one axis, and positions that count from its start.
    const inside = logicalAnd(lessEqual(0, positions), less(positions, count));
    const counted = convert(add(positions, exampleStarts(positions, count)), "int32");
    const total = scatterAdd(
      select(inside, counted, scalar(-1, "int32")),
      moveAxes(all, 1, outer, own),
      0,
      size * count,
    );
    return [moveAxisRaw(reshapeRaw(total, [size, count, ...total.shape.slice(1)]), 1, 1 + outer)];
  },
  sample: (draw, float) => {
    const positions = draw.shape(0, 2);
    const outer = draw.shape(0, 1);
    const size = draw.integer(1, 4);
    return {
      operands: [
        { shape: positions, dtype: "int32", range: [0, size - 1] },
        { shape: [...outer, ...positions, ...draw.shape(0, 1)], dtype: float },
      ],
      params: { axis: outer.length, size },
    };
  },
});

/**
 * Visits the slices that positions along an axis name: where they start in `indexed` for position 0
 * (`from`), where they start in the array with the positions in place of the axis (`to`), their
 * length, and the position.
 */
function forEachSlice(
  indexed: Elements,
  positions: Elements,
  axis: number,
  visit: (from: number, to: number, length: number, position: number) => void,
): void {
  const outer = sizeOf(indexed.shape.slice(0, axis));
  const length = sizeOf(indexed.shape.slice(axis + 1));
  const step = indexed.shape[axis] * length;
  let to = 0;
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < positions.data.length; j++) {
      visit(i * step, to, length, positions.data[j]);
      to += length;
    }
  }
}

/** Where each example's positions start counting, if all lie end to end: of the positions' shape. */
function exampleStarts({ shape, dtype }: AnyTensor, count: number): AnyTensor {
  return mul(iota(shape, 0, dtype), count);
}

/** Exchanges `first` axes that start at `from` with the `second` ones that follow them. */
function moveAxes(x: AnyTensor, from: number, first: number, second: number): AnyTensor {
  const axes = x.shape.map((_, axis) => axis);
  const [middle, end] = [from + first, from + first + second];
  return transposeRaw(x, [
    ...axes.slice(0, from),
    ...axes.slice(middle, end),
    ...axes.slice(from, middle),
    ...axes.slice(end),
  ]);
}

/** The scatterAdd primitive. */
function scatterAdd(
  positions: AnyTensor,
  updates: AnyTensor,
  axis: number,
  size: number,
): AnyTensor {
  return bind(scatterAddPrimitive, [positions, updates], { axis, size })[0];
}

/** The gather primitive. */
export function gather(x: AnyTensor, positions: AnyTensor, axis: number): AnyTensor {
  return bind(gatherPrimitive, [x, positions], { axis })[0];
}
