/**
 * From equations that go through an axis element by element, or compute places, to kernels.
 *
 * @module
 */
import type { Equation } from "../../tape/tape.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { type Builder, write } from "./builder.ts";
import { gatherKernel, scatterKernel, windowKernel } from "./indexing_kernel.ts";
import { newBuffer } from "./memory.ts";
import { type Choice, positionKernel } from "./position_kernel.ts";
import { type Running, runningKernel } from "./running_kernel.ts";
import { sortKernel } from "./sort_kernel.ts";
import { converted, type Count, load, rowMajor } from "./symbolic.ts";

/** Where the largest, or the smallest, along an axis is. */
export function lowerPosition(builder: Builder, equation: Equation, choice: Choice): void {
  const { params: { axis }, inputs: [input] } = equation;
  const operand = builder.read(input);
  const value = operand.dtype === "bool" ? converted(operand, "int32") : operand;
  const index: Count = {
    kind: "count",
    shape: input.shape,
    dtype: "int32",
    offset: 0,
    strides: input.shape.map((_, i) => i === axis ? 1 : 0),
  };
  write(builder, equation, (out) => positionKernel(choice, value, index, [axis], out));
}

/** A running sum, product, extremum or the like. */
export function lowerRunning(builder: Builder, equation: Equation, combine: Running): void {
  const x = builder.stored(builder.read(equation.inputs[0]));
  write(builder, equation, (out) => runningKernel(combine, x, equation.params, out));
}

/** The positions that sort along an axis. */
export function lowerSort(builder: Builder, equation: Equation): void {
  const x = builder.stored(builder.read(equation.inputs[0]));
  write(builder, equation, (out) => sortKernel(x, equation.params.axis, out));
}

/** Slices at positions. */
export function lowerGather(builder: Builder, equation: Equation): void {
  const [x, positions] = equation.inputs.map((input) => builder.stored(builder.read(input)));
  write(builder, equation, (out) => gatherKernel(x, positions, equation.params, out));
}

/** A window at computed starts. */
export function lowerDynamicSlice(builder: Builder, equation: Equation): void {
  const [x, starts] = equation.inputs.map((input) => builder.stored(builder.read(input)));
  write(builder, equation, (out) => windowKernel("read", x, starts, load(out)));
}

/** A tensor with something written into it, or combined with it, at computed places. */
export function lowerUpdate(builder: Builder, equation: Equation): void {
  const { primitive, params, inputs, outputs: [output] } = equation;
  const { shape, dtype } = output;
  const buffer = newBuffer(shape, dtype);
  const [x, ...others] = inputs.map(builder.read);
  const [first, second] = others.map(builder.stored);
  builder.store(x, buffer, { offset: 0, strides: rowMajor(shape) });
  builder.define(output, load(buffer));
  const updates = primitive.name === "scatter" ? second : first;
  if (sizeOf(shape) === 0 || sizeOf(updates.shape) === 0) return;
  builder.add(
    primitive.name === "scatter"
      ? scatterKernel(first, updates, params, buffer)
      : windowKernel("write", load(buffer), second, updates),
  );
}
