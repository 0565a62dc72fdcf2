/**
 * Broadcasting and its adjoint, the sum: each is the other's derivative.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { broadcastToShape } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { reduceShape } from "../shape/reduce.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Elements, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { reshapeRaw } from "./reshape.ts";
import { forEachIndex, strides } from "./strides.ts";

/** Repeats an operand along new axes: `axes[i]` is where its axis `i` goes in `shape`. */
export const broadcastPrimitive: Primitive<{ shape: Shape; axes: readonly number[] }> =
  definePrimitive({
    name: "broadcast",
    family: "movement",
    summary: "repeats the operand along new axes; `axes` says where its own go",
    infer: ([x], { shape, axes }) => {
      if (axes.length !== x.shape.length || axes.some((axis, i) => shape[axis] !== x.shape[i])) {
        throw new ShapeError(
          `broadcast: ${showShape(x.shape)} does not fit ${showShape(shape)} at axes [${axes}]`,
        );
      }
      return [{ shape, dtype: x.dtype }];
    },
    meaning: {
      kind: "kernel",
      run: ([x], { axes }, [out]) => {
        const own = strides(x.shape);
        const step = out.shape.map(() => 0);
        for (const [i, axis] of axes.entries()) step[axis] = own[i];
        forEachIndex(out.shape, step, (at, from) => {
          out.data[at] = x.data[from];
        });
      },
    },
    vjp: perOperand((ct, { params: { shape, axes } }) =>
      sumAxes(ct, shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)))
    ),
    sample: (draw, float) => {
      const shape = draw.shape(0, 3);
      const axes = shape.map((_, axis) => axis).filter(() => draw.integer(0, 1) === 1);
      return {
        operands: [{ shape: axes.map((axis) => shape[axis]), dtype: float }],
        params: { shape, axes },
      };
    },
  });

/** Adds up along axes, which go. */
export const sumPrimitive: Primitive<{ axes: readonly number[] }> = definePrimitive({
  name: "sum",
  family: "reduce",
  summary: "adds up along `axes`",
  infer: ([x], { axes }) => [{ shape: reduceShape("sum", x.shape, axes, false), dtype: x.dtype }],
  meaning: { kind: "kernel", run: ([x], { axes }, [out]) => sumKernel(x, axes, out) },
  vjp: perOperand((ct, { inputs: [x], params: { axes } }) => {
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    return bind(broadcastPrimitive, [ct], { shape: x.shape, axes: kept })[0];
  }),
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    return {
      operands: [{ shape, dtype: float }],
      params: { axes: shape.map((_, axis) => axis).filter(() => draw.integer(0, 1) === 1) },
    };
  },
});

/** Sums in float64; integers wrap around. */
function sumKernel(x: Elements, axes: readonly number[], out: Elements): void {
  const totals = new Float64Array(out.data.length);
  const step = reducedStrides(x.shape, axes);
  const wrap = x.dtype === "int32" || x.dtype === "uint32";
  forEachIndex(x.shape, step, (at, to) => {
    totals[to] += x.data[at];
    if (wrap) totals[to] |= 0;
  });
  out.data.set(totals);
}

/** For each axis of the operand, how far its result moves: 0 along reduced axes. */
export function reducedStrides(shape: Shape, axes: readonly number[]): readonly number[] {
  const kept = shape.map((dim, axis) => axes.includes(axis) ? 1 : dim);
  return strides(kept).map((step, axis) => axes.includes(axis) ? 0 : step);
}

/** Sums along axes. */
export function sumAxes(x: AnyTensor, axes: readonly number[]): AnyTensor {
  return axes.length === 0 ? x : bind(sumPrimitive, [x], { axes })[0];
}

/** NumPy's broadcasting to a shape: axes are added in front, dims of 1 are repeated. */
export function broadcast(x: AnyTensor, shape: Shape, operation = "broadcastTo"): AnyTensor {
  if (equalShapes(x.shape, shape)) return x;
  const target = broadcastToShape(operation, x.shape, shape);
  const lead = target.length - x.shape.length;
  const own = x.shape.map((_, i) => i).filter((i) => x.shape[i] === target[i + lead]);
  const squeezed = reshapeRaw(x, own.map((i) => x.shape[i]));
  return bind(broadcastPrimitive, [squeezed], { shape: target, axes: own.map((i) => i + lead) })[0];
}

/** The adjoint of {@linkcode broadcast}: sums to a shape that broadcasts to the operand's. */
export function sumTo(x: AnyTensor, shape: Shape): AnyTensor {
  if (equalShapes(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.map((_, axis) => axis).filter((axis) =>
    axis < lead || shape[axis - lead] !== x.shape[axis]
  );
  return reshapeRaw(sumAxes(x, axes), shape);
}

/** A tensor of one repeated scalar. */
export function fill(value: AnyTensor, shape: Shape): AnyTensor {
  return sizeOf(shape) === 1 && shape.length === 0
    ? value
    : bind(broadcastPrimitive, [value], { shape, axes: [] })[0];
}

/** One example, repeated for a whole batch: a new first axis. */
export function repeatExample(x: AnyTensor, size: number): AnyTensor {
  const axes = x.shape.map((_, axis) => axis + 1);
  return bind(broadcastPrimitive, [x], { shape: [size, ...x.shape], axes })[0];
}
