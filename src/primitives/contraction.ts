/**
 * The contraction that matrix products, batched products and einsum are made of.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { DTypeError } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Elements, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { requireDType } from "./operands.ts";
import { numeric } from "./elementwise.ts";
import { moveToFront, transposeRaw } from "./movement.ts";
import { forEachIndex, strides } from "./strides.ts";

/** Which axes are summed over, and which go along: pairs of an axis of each operand. */
export interface Contraction {
  /** Axes of the left and of the right operand that are multiplied and summed over. */
  readonly contract: readonly [readonly number[], readonly number[]];
  /** Axes of the left and of the right operand that go along; they lead the result. */
  readonly batch: readonly [readonly number[], readonly number[]];
}

/** The axes of an operand that are neither contracted nor batched. */
function freeAxes(shape: Shape, contract: readonly number[], batch: readonly number[]): number[] {
  return shape.map((_, axis) => axis).filter((axis) =>
    !contract.includes(axis) && !batch.includes(axis)
  );
}

/**
 * XLA's `dot_general`: the result has the batch axes, then the left operand's free axes, then the
 * right operand's.
 */
export const contractPrimitive: Primitive<Contraction> = definePrimitive({
  name: "contract",
  family: "contraction",
  summary: "sums products over pairs of axes, along pairs of batch axes (XLA's dot_general)",
  infer: ([a, b], { contract, batch }) => {
    requireDType("contract", a.dtype, numeric);
    if (a.dtype !== b.dtype) throw new DTypeError(`contract: ${a.dtype} and ${b.dtype}`);
    for (const [left, right] of [contract, batch]) {
      if (
        left.length !== right.length || left.some((axis, i) => a.shape[axis] !== b.shape[right[i]])
      ) {
        throw new ShapeError(
          `contract: axes [${left}] of ${showShape(a.shape)} do not match axes [${right}] of ${
            showShape(b.shape)
          }`,
        );
      }
    }
    const pick = (shape: Shape, axes: readonly number[]) => axes.map((axis) => shape[axis]);
    const shape = [
      ...pick(a.shape, batch[0]),
      ...pick(a.shape, freeAxes(a.shape, contract[0], batch[0])),
      ...pick(b.shape, freeAxes(b.shape, contract[1], batch[1])),
    ];
    return [{ shape, dtype: a.dtype }];
  },
  flops: ([a], [y], { contract: [summed] }) =>
    2 * sizeOf(y.shape) * sizeOf(summed.map((axis) => a.shape[axis])),
  meaning: {
    kind: "kernel",
    run: ([a, b], { contract, batch }, [out]) => {
      const freeA = freeAxes(a.shape, contract[0], batch[0]);
      const freeB = freeAxes(b.shape, contract[1], batch[1]);
      const size = (x: Elements, axes: readonly number[]) =>
        sizeOf(axes.map((axis) => x.shape[axis]));
      multiply(
        packed(a, [...batch[0], ...freeA, ...contract[0]]),
        packed(b, [...batch[1], ...contract[1], ...freeB]),
        out,
        size(a, batch[0]),
        size(a, freeA),
        size(a, contract[0]),
        size(b, freeB),
      );
    },
  },
  vjp: ([ct], { inputs: [a, b], params: { contract, batch }, needs }) => {
    const freeA = freeAxes(a.shape, contract[0], batch[0]);
    const freeB = freeAxes(b.shape, contract[1], batch[1]);
    const batchAxes = batch[0].map((_, i) => i);
    const axesA = freeA.map((_, i) => batchAxes.length + i);
    const axesB = freeB.map((_, i) => batchAxes.length + freeA.length + i);
    return [
      needs[0]
        ? cotangentOf(
          contractRaw(ct!, b, { contract: [axesB, freeB], batch: [batchAxes, batch[1]] }),
          [...batch[0], ...freeA, ...pairedOrder(contract[0], contract[1])],
        )
        : undefined,
      needs[1]
        ? cotangentOf(
          contractRaw(ct!, a, { contract: [axesA, freeA], batch: [batchAxes, batch[0]] }),
          [...batch[1], ...freeB, ...pairedOrder(contract[1], contract[0])],
        )
        : undefined,
    ];
  },
  batch: ([a, b], { params: { contract, batch }, batched: [left, right] }) => {
    const lead = left && right ? [0] : [];
    const moved = (axes: readonly number[], by: boolean) =>
      by ? axes.map((axis) => axis + 1) : axes;
    const result = contractRaw(a, b, {
      contract: [moved(contract[0], left), moved(contract[1], right)],
      batch: [[...lead, ...moved(batch[0], left)], [...lead, ...moved(batch[1], right)]],
    });
    if (left && right) return [result];
    // The batch came out as the first free axis of the operand that has it.
    const before = left ? batch[0].length : a.shape.length - contract[0].length;
    return [moveToFront(result, before)];
  },
  sample: (draw, float) => {
    const [batch, free, other, summed] = [0, 1, 2, 3].map(() => draw.shape(0, 1));
    const order = draw.integer(0, 3);
    const left = order % 2 === 0 ? [batch, free, summed] : [summed, batch, free];
    const right = order < 2 ? [batch, summed, other] : [other, batch, summed];
    const axesOf = (groups: readonly (readonly number[])[], group: readonly number[]) => {
      const before = groups.slice(0, groups.indexOf(group)).flat().length;
      return group.map((_, i) => before + i);
    };
    return {
      operands: [{ shape: left.flat(), dtype: float }, { shape: right.flat(), dtype: float }],
      params: {
        contract: [axesOf(left, summed), axesOf(right, summed)],
        batch: [axesOf(left, batch), axesOf(right, batch)],
      },
    };
  },
});

/** One operand's contracted axes in the order in which the other operand's come out as free ones. */
function pairedOrder(own: readonly number[], other: readonly number[]): readonly number[] {
  return own.map((_, i) => i).sort((i, j) => other[i] - other[j]).map((i) => own[i]);
}

/** A cotangent whose axis `i` belongs at `axes[i]`, put in order. */
function cotangentOf(ct: AnyTensor, axes: readonly number[]): AnyTensor {
  return transposeRaw(ct, axes.map((_, axis) => axes.indexOf(axis)));
}

/** The elements with axes in another order. */
function packed(x: Elements, order: readonly number[]): ArrayLike<number> {
  if (order.every((axis, i) => axis === i)) return x.data;
  const own = strides(x.shape);
  const data = x.data.slice();
  forEachIndex(order.map((axis) => x.shape[axis]), order.map((axis) => own[axis]), (at, from) => {
    data[at] = x.data[from];
  });
  return data;
}

/** `[batch, m, k] x [batch, k, n]`, summed in float64 a row at a time; integers wrap around. */
export function multiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { data, dtype }: Elements,
  batch: number,
  m: number,
  k: number,
  n: number,
): void {
  const addProducts = dtype === "int32" || dtype === "uint32" ? addIntegers : addFloats;
  const row = new Float64Array(n);
  for (let i = 0; i < batch * m; i++) {
    row.fill(0);
    addProducts(row, a, i * k, k, b, Math.floor(i / m) * k * n);
    data.set(row, i * n);
  }
}

/** Adds `k` elements of `a` times as many rows of `b`, four at a time but one after the other. */
function addFloats(
  row: Float64Array,
  a: ArrayLike<number>,
  fromA: number,
  k: number,
  b: ArrayLike<number>,
  fromB: number,
): void {
  const n = row.length;
  let l = 0;
  for (; l + 4 <= k; l += 4) {
    const [p, q, r, s] = [a[fromA + l], a[fromA + l + 1], a[fromA + l + 2], a[fromA + l + 3]];
    const first = fromB + l * n;
    const [second, third, fourth] = [first + n, first + 2 * n, first + 3 * n];
    for (let j = 0; j < n; j++) {
      row[j] = row[j] + p * b[first + j] + q * b[second + j] + r * b[third + j] + s * b[fourth + j];
    }
  }
  for (; l < k; l++) {
    const factor = a[fromA + l];
    const from = fromB + l * n;
    for (let j = 0; j < n; j++) row[j] += factor * b[from + j];
  }
}

/** As {@linkcode addFloats}, modulo 2^32. */
function addIntegers(
  row: Float64Array,
  a: ArrayLike<number>,
  fromA: number,
  k: number,
  b: ArrayLike<number>,
  fromB: number,
): void {
  for (let l = 0; l < k; l++) {
    const from = fromB + l * row.length;
    for (let j = 0; j < row.length; j++) {
      row[j] = (row[j] + Math.imul(a[fromA + l], b[from + j])) | 0;
    }
  }
}

/** The contraction primitive. */
export function contractRaw(a: AnyTensor, b: AnyTensor, params: Contraction): AnyTensor {
  return bind(contractPrimitive, [a, b], params)[0];
}
