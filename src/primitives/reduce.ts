/**
 * Reductions beside the sum: product, extrema and their positions.
 *
 * @module
 */
import { reduceShape } from "../shape/reduce.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import type { Shape } from "../shape/dim.ts";
import { type DType, dtypes } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { flopPerElement } from "../tape/flops.ts";
import {
  type Batching,
  definePrimitive,
  type Elements,
  perOperand,
  type Primitive,
} from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import type { Sampler } from "../tape/sample.ts";
import { div, mul } from "./arithmetic.ts";
import { broadcastPrimitive, reducedStrides, sumAxes } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { numeric } from "./elementwise.ts";
import { convert, requireDType, scalar } from "./operands.ts";
import { padRaw, sliceRaw } from "./slice.ts";
import { forEachIndex } from "./strides.ts";

type Axes = { readonly axes: readonly number[] };

type Axis = { readonly axis: number };

/** A batch in front moves the axes on by one. */
const nextAxes: Batching<Axes> = {
  params: ({ axes }) => ({ axes: axes.map((axis) => axis + 1) }),
};

const nextAxis: Batching<Axis> = { params: ({ axis }) => ({ axis: axis + 1 }) };

/** Operands for a reduction along one axis. */
const sampleAxis: Sampler<Axis> = (draw, float) => {
  const shape = draw.shape(1, 3, 1);
  return {
    operands: [{ shape, dtype: float }],
    params: { axis: draw.integer(0, shape.length - 1) },
  };
};

/** Operands for a reduction with no identity: its axes are not empty. */
const sampleAxes: Sampler<Axes> = (draw, float) => {
  const shape = draw.shape(1, 3, 1);
  const chosen = shape.map((_, axis) => axis).filter(() => draw.integer(0, 1) === 1);
  return {
    operands: [{ shape, dtype: float, distinct: true }],
    params: { axes: chosen.length === 0 ? [0] : chosen },
  };
};

/** Reduces into results that start as `initial`. */
function fold(
  x: Elements,
  axes: readonly number[],
  out: Elements,
  initial: number,
  combine: (total: number, value: number) => number,
): void {
  const totals = new Float64Array(out.data.length).fill(initial);
  forEachIndex(x.shape, reducedStrides(x.shape, axes), (at, to) => {
    totals[to] = combine(totals[to], x.data[at]);
  });
  out.data.set(totals);
}

function inferExtremum(name: string): Primitive<Axes>["infer"] {
  return ([x], { axes }) => {
    requireDType(name, x.dtype, dtypes);
    if (x.dtype !== "bool" && axes.some((axis) => x.shape[axis] === 0)) {
      throw new ShapeError(
        `${name}: no elements to choose from: ${showShape(x.shape)} over axes [${axes}]`,
      );
    }
    return [{ shape: reduceShape(name, x.shape, axes, false), dtype: x.dtype }];
  };
}

/** Repeats a reduced tensor along the axes that went. */
export function unreduce(y: AnyTensor, shape: Shape, axes: readonly number[]): AnyTensor {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return axes.length === 0 ? y : bind(broadcastPrimitive, [y], { shape, axes: kept })[0];
}

/** Each of several equal extrema gets the same share of the cotangent. */
const shareAmongTies = perOperand<Axes>((ct, { inputs: [x], outputs: [y], params: { axes } }) => {
  const chosen = convert(equal(x, unreduce(y, x.shape, axes)), x.dtype);
  return mul(chosen, unreduce(div(ct, sumAxes(chosen, axes)), x.shape, axes));
});

/** The largest along axes. */
export const maxPrimitive: Primitive<Axes> = definePrimitive({
  name: "max",
  family: "reduce",
  summary: "the largest along `axes`; NaN if any is",
  infer: inferExtremum("max"),
  flops: flopPerElement,
  meaning: {
    kind: "kernel",
    run: ([x], { axes }, [out]) =>
      fold(x, axes, out, x.dtype === "bool" ? 0 : -Infinity, (a, b) => Math.max(a, b)),
  },
  vjp: shareAmongTies,
  batch: nextAxes,
  sample: sampleAxes,
});

/** The smallest along axes. */
export const minPrimitive: Primitive<Axes> = definePrimitive({
  name: "min",
  family: "reduce",
  summary: "the smallest along `axes`; NaN if any is",
  infer: inferExtremum("min"),
  flops: flopPerElement,
  meaning: {
    kind: "kernel",
    run: ([x], { axes }, [out]) =>
      fold(x, axes, out, x.dtype === "bool" ? 1 : Infinity, (a, b) => Math.min(a, b)),
  },
  vjp: shareAmongTies,
  batch: nextAxes,
  sample: sampleAxes,
});

/** The product along an axis. */
export const prodPrimitive: Primitive<Axis> = definePrimitive({
  name: "prod",
  family: "reduce",
  summary: "multiplies along `axis`",
  infer: ([x], { axis }) => {
    requireDType("prod", x.dtype, numeric);
    return [{ shape: reduceShape("prod", x.shape, axis, false), dtype: x.dtype }];
  },
  flops: flopPerElement,
  meaning: {
    kind: "kernel",
    run: ([x], { axis }, [out]) =>
      x.dtype === "int32" || x.dtype === "uint32"
        ? fold(x, [axis], out, 1, Math.imul)
        : fold(x, [axis], out, 1, (a, b) => a * b),
  },
  vjp: perOperand((ct, { inputs: [x], params: { axis } }) =>
    mul(unreduce(ct, x.shape, [axis]), productOfOthers(x, axis))
  ),
  batch: nextAxis,
  sample: sampleAxis,
});

/**
 * For each element the product of all others along an axis, without dividing, so that zeros do no
 * harm: the product of those before it times the product of those after it, each by doubling.
 */
function productOfOthers(x: AnyTensor, axis: number): AnyTensor {
  const n = x.shape[axis];
  const running = (side: "before" | "after"): AnyTensor => {
    let products = shift(x, axis, 1, side);
    for (let reach = 1; reach < n - 1; reach *= 2) {
      products = mul(products, shift(products, axis, reach, side));
    }
    return products;
  };
  return mul(running("before"), running("after"));
}

/** Moves elements along an axis; ones come in. */
export function shift(
  x: AnyTensor,
  axis: number,
  by: number,
  from: "before" | "after",
): AnyTensor {
  const n = x.shape[axis];
  const keep = Math.max(n - by, 0);
  const low = x.shape.map((_, i) => i === axis && from === "after" ? n - keep : 0);
  const high = x.shape.map((dim, i) => i === axis && from === "before" ? keep : dim);
  const padLow = x.shape.map((_, i) => i === axis && from === "before" ? n - keep : 0);
  const padHigh = x.shape.map((_, i) => i === axis && from === "after" ? n - keep : 0);
  return padRaw(
    sliceRaw(x, low, high, x.shape.map(() => 1)),
    scalar(1, x.dtype),
    padLow,
    padHigh,
    x.shape.map(() => 0),
  );
}

function positionOf(
  name: string,
  better: (value: number, best: number) => boolean,
): Primitive<Axis> {
  return definePrimitive<Axis>({
    name,
    family: "reduce",
    summary: `where the ${
      name === "argmax" ? "largest" : "smallest"
    } along \`axis\` is: the first of several, or the first NaN`,
    infer: ([x], { axis }) => {
      if (x.shape[axis] === 0) {
        throw new ShapeError(
          `${name}: no elements to choose from: ${showShape(x.shape)} over axis ${axis}`,
        );
      }
      return [{ shape: reduceShape(name, x.shape, axis, false), dtype: "int32" as DType }];
    },
    flops: flopPerElement,
    meaning: {
      kind: "kernel",
      run: ([x], { axis }, [out]) => {
        const seen = new Int32Array(out.data.length);
        const best = new Float64Array(out.data.length);
        forEachIndex(x.shape, reducedStrides(x.shape, [axis]), (at, to) => {
          const value = x.data[at];
          const first = seen[to] === 0;
          if (first || better(value, best[to]) || (value !== value && best[to] === best[to])) {
            best[to] = value;
            out.data[to] = seen[to];
          }
          seen[to]++;
        });
      },
    },
    vjp: { notDifferentiable: "integer result" },
    batch: nextAxis,
    sample: sampleAxis,
  });
}

/** The position of the largest along an axis. */
export const argmaxPrimitive: Primitive<Axis> = positionOf("argmax", (value, best) => value > best);

/** The position of the smallest along an axis. */
export const argminPrimitive: Primitive<Axis> = positionOf("argmin", (value, best) => value < best);
