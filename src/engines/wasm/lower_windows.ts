/**
 * From equations with windows that slide to kernels.
 *
 * @module
 */
import type { Convolution } from "../../primitives/convolution.ts";
import type { Sliding } from "../../primitives/sliding.ts";
import type { Windows } from "../../primitives/window.ts";
import type { Shape } from "../../shape/dim.ts";
import { equalShapes } from "../../shape/same.ts";
import type { Equation } from "../../tape/tape.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { type Builder, write } from "./builder.ts";
import { convolutionKernel } from "./convolution_kernel.ts";
import { newBuffer } from "./memory.ts";
import { positionKernel } from "./position_kernel.ts";
import {
  type Count,
  type Load,
  load,
  rowMajor,
  type Symbolic,
  view,
  weightOf,
} from "./symbolic.ts";
import { weightOfApply } from "./weight.ts";
import { fold, foldArgmax, phasesOf, roomOf, slide } from "./windows.ts";

/** A window of so many places is written out place by place. */
const few = 32;

/** From so many elements on, an array is filled around what it holds, and not where it is stored. */
const much = 1024;

/** So many convolutions at most take the place of one. */
const mostPhases = 16;

/** A value's elements in a larger array, from some place on and some steps apart. */
export function placed(
  builder: Builder,
  value: Symbolic,
  filling: Symbolic,
  shape: Shape,
  before: readonly number[],
  steps: readonly number[],
): Load {
  const buffer = newBuffer(shape, value.dtype);
  const own = rowMajor(shape);
  const offsetOf = (start: readonly number[]) =>
    own.reduce((sum, step, axis) => sum + step * start[axis], 0);
  const fill = (offset: number, part: Shape, strides: readonly number[]) =>
    builder.store(view(filling, part, []), buffer, { offset, strides });
  const solid = steps.every((step) => step === 1) && !value.shape.includes(0);
  const start = offsetOf(before);
  if (!solid || sizeOf(shape) < much) fill(0, shape, own);
  else {
    // What lies in one piece between an element and the next one that is not its neighbour.
    let covered = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const part = [...value.shape.slice(0, axis), value.shape[axis] - 1, own[axis] - covered];
      fill(start + covered, part, [...own.slice(0, axis + 1), 1]);
      covered += (value.shape[axis] - 1) * own[axis];
    }
    fill(0, [start], [1]);
    fill(start + covered, [sizeOf(shape) - start - covered], [1]);
  }
  builder.store(value, buffer, {
    offset: start,
    strides: own.map((step, axis) => step * steps[axis]),
  });
  return load(buffer);
}

/** A value with the padding and the holes that windows over its last axes see. */
function surrounded(
  builder: Builder,
  value: Symbolic,
  sliding: Sliding,
  filling: number,
): Symbolic {
  const lead = value.shape.length - sliding.strides.length;
  const room = roomOf(value.shape.slice(lead), sliding);
  const whole = value.shape.slice(0, lead);
  const seen = [...whole, ...room.map(({ start, stop }) => stop - start)];
  const cut = view(
    value,
    seen,
    seen.map((_, axis) => ({ axis, start: axis < lead ? 0 : room[axis - lead].start, scale: 1 })),
  );
  const shape = [...whole, ...room.map(({ length }) => length)];
  if (equalShapes(seen, shape)) return cut;
  return placed(
    builder,
    cut,
    { kind: "constant", shape: [], dtype: value.dtype, value: filling },
    shape,
    [...whole.map(() => 0), ...room.map(({ before }) => before)],
    [...whole.map(() => 1), ...room.map(({ step }) => step)],
  );
}

/** A convolution. */
export function lowerConvolution(builder: Builder, equation: Equation): void {
  const { params, inputs, outputs: [output] } = equation;
  const { shape, dtype } = output;
  if ([output, ...inputs].some(({ shape }) => sizeOf(shape) === 0)) {
    return builder.define(output, { kind: "constant", shape, dtype, value: 0 });
  }
  const [x, w] = inputs.map(builder.read);
  const phases = phasesOf(x.shape, w.shape, shape, params);
  if (phases.length === 1 || phases.length > mostPhases) {
    return builder.define(output, convolved(builder, x, w, params));
  }
  const input = builder.loaded(x);
  const buffer = newBuffer(shape, dtype);
  const own = rowMajor(shape);
  for (const { places, positions, sliding } of phases) {
    const part = [...shape.slice(0, 2), ...positions.map(({ count }) => count)];
    const seen = [...w.shape.slice(0, 2), ...places.map(({ count }) => count)];
    const sources = seen.map((_, axis) =>
      axis < 2
        ? { axis, start: 0, scale: 1 }
        : { axis, start: places[axis - 2].start, scale: places[axis - 2].step }
    );
    const value: Symbolic = seen.includes(0)
      ? { kind: "constant", shape: part, dtype, value: 0 }
      : convolved(builder, input, view(w, seen, sources), { ...sliding, groups: params.groups });
    builder.store(value, buffer, {
      offset: positions.reduce((sum, { start }, i) => sum + start * own[i + 2], 0),
      strides: own.map((step, axis) => axis < 2 ? step : step * positions[axis - 2].step),
    });
  }
  builder.define(output, load(buffer));
}

function convolved(builder: Builder, x: Symbolic, w: Symbolic, params: Convolution): Load {
  const { kernel, result } = convolutionKernel(
    builder.loaded(surrounded(builder, x, params, 0)),
    builder.loaded(w),
    params,
    (shape) => newBuffer(shape, x.dtype),
  );
  builder.add(kernel);
  return result;
}

/** The sum of each window, or the largest. */
export function lowerWindow(builder: Builder, equation: Equation, combine: "sum" | "max"): void {
  const none = combine === "sum" ? 0 : -Infinity;
  const { params, outputs: [output] } = equation;
  const { shape, dtype } = output;
  eachWindow(builder, equation, none, (x, axes) => {
    if (axes === undefined) {
      builder.define(output, builder.stored(fold(x, params, combine)));
    } else {
      const buffer = newBuffer(shape, dtype);
      builder.add({ kind: "reduce", combine, value: slide(x, params), axes, buffer });
      builder.define(output, load(buffer));
    }
  });
}

/** Where the largest of each window is. */
export function lowerWindowArgmax(builder: Builder, equation: Equation): void {
  const { params, inputs: [{ shape }], outputs: [output] } = equation;
  const plane = shape.slice(shape.length - params.size.length);
  eachWindow(builder, equation, -Infinity, (x, axes) => {
    const own: Count = {
      kind: "count",
      shape: plane,
      dtype: "int32",
      offset: 0,
      strides: rowMajor(plane),
    };
    const lead = shape.length - plane.length;
    const sources = plane.map((_, i) => ({ axis: lead + i, start: 0, scale: 1 }));
    const index = view(surrounded(builder, own, params, -1), x.shape, sources);
    if (axes === undefined) {
      builder.define(output, builder.stored(foldArgmax(x, index, params)));
    } else {
      const [values, indices] = [slide(x, params), slide(index, params)];
      write(builder, equation, (out) => positionKernel("pooled", values, indices, axes, out));
    }
  });
}

/**
 * Defines the result where there is none, or nothing in a window: then it is `none`, or -1. Otherwise
 * `body` gets what windows slide over, and their axes if there are too many places to write out.
 */
function eachWindow(
  builder: Builder,
  { params, inputs: [input], outputs: [output] }: Equation,
  none: number,
  body: (x: Symbolic, axes: readonly number[] | undefined) => void,
): void {
  const { shape, dtype } = output;
  const { size } = params as Windows;
  const places = sizeOf(size);
  if (sizeOf(shape) === 0 || places === 0) {
    const value = dtype === input.dtype ? none : -1;
    return builder.define(output, { kind: "constant", shape, dtype, value });
  }
  const value = surrounded(builder, builder.read(input), params, none);
  // What several windows see is not computed again for each.
  const overlap = sizeOf(shape) * places > sizeOf(value.shape);
  const x = overlap && weightOf(value, weightOfApply) > 0 ? builder.stored(value) : value;
  const lead = shape.length - size.length;
  body(x, places <= few ? undefined : size.map((_, i) => lead + i));
}
