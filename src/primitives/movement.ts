/**
 * Moving elements without changing them: transposition, reversal, joining.
 *
 * @module
 */
import { concatShape } from "../shape/concat.ts";
import { ShapeError } from "../shape/fail.ts";
import { transposeShape } from "../shape/transpose.ts";
import { DTypeError } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { sliceRaw } from "./slice.ts";
import { forEachIndex, strides } from "./strides.ts";

/** Reorders axes: axis `i` of the result is axis `permutation[i]` of the operand. */
export const transposePrimitive: Primitive<{ permutation: readonly number[] }> = definePrimitive({
  name: "transpose",
  family: "movement",
  summary: "reorders axes: the result's axis i is the operand's axis `permutation[i]`",
  infer: ([x], { permutation }) => [{
    shape: transposeShape(x.shape, permutation),
    dtype: x.dtype,
  }],
  meaning: {
    kind: "kernel",
    run: ([x], { permutation }, [out]) => {
      const own = strides(x.shape);
      forEachIndex(out.shape, permutation.map((axis) => own[axis]), (at, from) => {
        out.data[at] = x.data[from];
      });
    },
  },
  vjp: perOperand((ct, { params: { permutation } }) =>
    transposeRaw(ct, permutation.map((_, axis) => permutation.indexOf(axis)))
  ),
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    const left = shape.map((_, axis) => axis);
    const permutation = shape.map(() => left.splice(draw.integer(0, left.length - 1), 1)[0]);
    return { operands: [{ shape, dtype: float }], params: { permutation } };
  },
});

/** Reorders axes; the same tensor where they stay. */
export function transposeRaw(x: AnyTensor, permutation: readonly number[]): AnyTensor {
  return permutation.every((axis, i) => axis === i)
    ? x
    : bind(transposePrimitive, [x], { permutation })[0];
}

/** Makes an axis the first one. */
export function moveToFront(x: AnyTensor, axis: number): AnyTensor {
  return moveAxisRaw(x, axis, 0);
}

/** Takes an axis out and puts it in again as axis `to`. */
export function moveAxisRaw(x: AnyTensor, from: number, to: number): AnyTensor {
  const order = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  return transposeRaw(x, order.toSpliced(to, 0, from));
}

/** Turns the order along axes around. */
export const reversePrimitive: Primitive<{ axes: readonly number[] }> = definePrimitive({
  name: "reverse",
  family: "movement",
  summary: "turns the order along `axes` around",
  infer: ([x], { axes }) => {
    if (axes.some((axis) => !(axis in x.shape))) {
      throw new ShapeError(`reverse: axes [${axes}] are out of range for rank ${x.shape.length}`);
    }
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  meaning: {
    kind: "kernel",
    run: ([x], { axes }, [out]) => {
      const own = strides(x.shape);
      const offset = axes.reduce((sum, axis) => sum + own[axis] * (x.shape[axis] - 1), 0);
      const steps = own.map((stride, axis) => axes.includes(axis) ? -stride : stride);
      forEachIndex(out.shape, steps, (at, from) => {
        out.data[at] = x.data[from];
      }, offset);
    },
  },
  vjp: perOperand((ct, { params }) => bind(reversePrimitive, [ct], params)[0]),
  sample: (draw, float) => {
    const shape = draw.shape(0, 3);
    return {
      operands: [{ shape, dtype: float }],
      params: { axes: shape.map((_, axis) => axis).filter(() => draw.integer(0, 1) === 1) },
    };
  },
});

/** Joins operands end to end along an axis. */
export const concatPrimitive: Primitive<{ axis: number }> = definePrimitive({
  name: "concat",
  family: "movement",
  summary: "joins any number of operands end to end along `axis`",
  infer: (operands, { axis }) => {
    const [{ dtype }] = operands;
    const odd = operands.find((operand) => operand.dtype !== dtype);
    if (odd) throw new DTypeError(`concat: operands are ${dtype} and ${odd.dtype}`);
    return [{ shape: concatShape(operands.map(({ shape }) => shape), axis), dtype }];
  },
  meaning: {
    kind: "kernel",
    run: (operands, { axis }, [out]) => {
      const inner = sizeOf(out.shape.slice(axis + 1));
      const outer = sizeOf(out.shape.slice(0, axis));
      let at = 0;
      for (let i = 0; i < outer; i++) {
        for (const { data, shape } of operands) {
          const run = shape[axis] * inner;
          out.data.set(data.subarray(i * run, (i + 1) * run), at);
          at += run;
        }
      }
    },
  },
  vjp: ([ct], { inputs, params: { axis }, needs }) => {
    let from = 0;
    return inputs.map((input, i) => {
      const start = ct!.shape.map((_, a) => a === axis ? from : 0);
      from += input.shape[axis];
      const stop = ct!.shape.map((dim, a) => a === axis ? from : dim);
      return needs[i] ? sliceRaw(ct!, start, stop, start.map(() => 1)) : undefined;
    });
  },
  sample: (draw, float) => {
    const shape = draw.shape(1, 3);
    const axis = draw.integer(0, shape.length - 1);
    const operands = Array.from({ length: draw.integer(1, 3) }, () => ({
      shape: shape.map((dim, a) => a === axis ? draw.integer(0, 3) : dim),
      dtype: float,
    }));
    return { operands, params: { axis } };
  },
});
