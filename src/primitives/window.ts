/**
 * Reductions of windows that slide over the last axes; the axes before them go along.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import type { DType } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Elements, perOperand, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import type { Sampler } from "../tape/sample.ts";
import type { Abstract } from "../tape/tape.ts";
import { fill } from "./broadcast.ts";
import { zero } from "./compare.ts";
import { floats, numeric } from "./elementwise.ts";
import { scatter } from "./indexing.ts";
import { requireDType } from "./operands.ts";
import { reshapeRaw } from "./reshape.ts";
import {
  adjointByInput,
  drawSizes,
  drawSliding,
  positionsOf,
  type Sliding,
  sources,
} from "./sliding.ts";

/** One operation for each element of each window. */
function perWindow(_: readonly Abstract[], [y]: readonly Abstract[], { size }: Windows): number {
  return sizeOf(y.shape) * sizeOf(size);
}

/** Windows over the last axes. */
export interface Windows extends Sliding {
  /** The size of a window on each of these axes. */
  readonly size: readonly number[];
}

/** The axes that go along, and those that windows slide over. */
function parts(shape: Shape, { size }: Windows): readonly [lead: Shape, input: Shape] {
  const lead = shape.length - size.length;
  return [shape.slice(0, lead), shape.slice(lead)];
}

function infer(
  name: string,
  x: Abstract,
  params: Windows,
  accepted: readonly DType[],
  dtype = x.dtype,
): readonly Abstract[] {
  requireDType(name, x.dtype, accepted);
  if (x.shape.length < params.size.length) {
    throw new ShapeError(`${name}: window [${params.size}] over ${showShape(x.shape)}`);
  }
  const [lead, input] = parts(x.shape, params);
  return [{ shape: [...lead, ...positionsOf(input, params.size, params)], dtype }];
}

const sample: Sampler<Windows> = (draw, float) => {
  const rank = draw.integer(0, 2);
  const shape = [...draw.shape(0, 2), ...drawSizes(draw, rank, 4)];
  return {
    operands: [{ shape, dtype: float }],
    params: { size: drawSizes(draw, rank, 3), ...drawSliding(draw, rank) },
  };
};

/** Windows that all have a largest element, and a single one. */
const sampleDistinct: Sampler<Windows> = (draw, float) => {
  const { operands: [{ shape, dtype }], params } = sample(draw, float);
  const size = params.size.map((dim) => Math.max(dim, 1));
  const [, input] = parts(shape, params);
  const windows = { ...params, size };
  const table = sources(input, size, windows);
  const positions = sizeOf(positionsOf(input, size, windows));
  const seen = new Set([...table.keys()].filter((i) => table[i] >= 0).map((i) => i % positions));
  const bare = { padding: size.map(() => [0, 0] as const), inputDilation: size.map(() => 1) };
  return {
    operands: [{ shape, dtype, distinct: true }],
    params: seen.size === positions ? windows : { ...windows, ...bare },
  };
};

/** The sum of each window; padding counts as 0. */
export const windowSumPrimitive: Primitive<Windows> = definePrimitive({
  name: "windowSum",
  family: "window",
  summary: "adds up each window over the last axes (XLA's reduce_window of add)",
  infer: ([x], params) => infer("windowSum", x, params, numeric),
  flops: perWindow,
  meaning: {
    kind: "kernel",
    run: ([x], params, [out]) =>
      x.dtype === "int32" || x.dtype === "uint32"
        ? fold(x, params, out, 0, (a, b) => (a + b) | 0)
        : fold(x, params, out, 0, (a, b) => a + b),
  },
  vjp: perOperand((ct, { inputs: [x], params }) => {
    const [, input] = parts(x.shape, params);
    const { size } = params;
    return windowSum(ct, { size, ...adjointByInput(input, size, params) });
  }),
  batch: { params: (params) => params },
  sample,
});

/**
 * The largest of each window. Its gradient goes to one element of each, as that of XLA's
 * `select_and_scatter`; see {@linkcode windowArgmaxPrimitive}.
 */
export const windowMaxPrimitive: Primitive<Windows> = definePrimitive({
  name: "windowMax",
  family: "window",
  summary:
    "the largest of each window over the last axes; NaN if any is, -Infinity of padding only",
  infer: ([x], params) => infer("windowMax", x, params, floats),
  flops: perWindow,
  meaning: {
    kind: "kernel",
    run: ([x], params, [out]) => fold(x, params, out, -Infinity, (a, b) => Math.max(a, b)),
  },
  vjp: perOperand((ct, { inputs: [x], params }) => {
    const planes = sizeOf(parts(x.shape, params)[0]);
    const positions = sizeOf(parts(ct.shape, params)[1]);
    const chosen = reshapeRaw(bind(windowArgmaxPrimitive, [x], params)[0], [planes, positions]);
    const empty = fill(zero(ct), [planes, planes === 0 ? 0 : x.size / planes]);
    // Padding has no place among the elements: what falls on it is dropped.
    const total = scatter("add", empty, chosen, reshapeRaw(ct, [planes, positions]), 1, 1);
    return reshapeRaw(total, x.shape);
  }),
  batch: { params: (params) => params },
  sample: sampleDistinct,
});

/**
 * Where the largest of each window is: an index into the flattened axes that windows slide over, or
 * -1 for padding, which counts as -Infinity. Going through a window, an element is left for a later
 * one unless it is greater or equal, as in the `select_and_scatter` that XLA makes of the gradient of
 * pooling: the first of several largest, and no NaN that has anything after it.
 */
export const windowArgmaxPrimitive: Primitive<Windows> = definePrimitive({
  name: "windowArgmax",
  family: "window",
  summary: "where the largest of each window is in the flattened last axes; -1 for padding",
  infer: ([x], params) => infer("windowArgmax", x, params, floats, "int32"),
  flops: perWindow,
  meaning: {
    kind: "kernel",
    run: ([x], params, [out]) =>
      forEachPlane(x, params, out, (from, to, table, positions) => {
        for (let p = 0; p < positions; p++) {
          let chosen = -1;
          let largest = NaN;
          for (let i = p; i < table.length; i += positions) {
            const at = table[i];
            const value = at < 0 ? -Infinity : x.data[from + at];
            if (largest >= value) continue;
            largest = value;
            chosen = at;
          }
          out.data[to + p] = chosen;
        }
      }),
  },
  vjp: { notDifferentiable: "integer result" },
  batch: { params: (params) => params },
  sample,
});

/**
 * Visits the planes that windows slide over: where one starts in the input and in the output, what
 * each offset of the window sees at each position, and how many positions there are.
 */
function forEachPlane(
  x: Elements,
  params: Windows,
  out: Elements,
  visit: (from: number, to: number, table: Int32Array, positions: number) => void,
): void {
  const [lead, input] = parts(x.shape, params);
  const plane = sizeOf(input);
  const positions = sizeOf(parts(out.shape, params)[1]);
  const table = sources(input, params.size, params);
  for (let i = 0; i < sizeOf(lead); i++) visit(i * plane, i * positions, table, positions);
}

/** Reduces each window into a result that starts as `initial`. */
function fold(
  x: Elements,
  params: Windows,
  out: Elements,
  initial: number,
  combine: (total: number, value: number) => number,
): void {
  forEachPlane(x, params, out, (from, to, table, positions) => {
    for (let p = 0; p < positions; p++) {
      let total = initial;
      for (let i = p; i < table.length; i += positions) {
        const at = table[i];
        if (at >= 0) total = combine(total, x.data[from + at]);
      }
      out.data[to + p] = total;
    }
  });
}

/** The sum of each window. */
export function windowSum(x: AnyTensor, params: Windows): AnyTensor {
  return bind(windowSumPrimitive, [x], params)[0];
}

/** The largest of each window. */
export function windowMax(x: AnyTensor, params: Windows): AnyTensor {
  return bind(windowMaxPrimitive, [x], params)[0];
}
