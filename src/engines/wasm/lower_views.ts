/**
 * What changes places only: read in place, as a function of the index, wherever that can be.
 *
 * @module
 */
import type { Equation } from "../../tape/tape.ts";
import type { Builder } from "./builder.ts";
import { placed } from "./lower_windows.ts";
import { newBuffer } from "./memory.ts";
import { load, reshape, rowMajor, type Source, view } from "./symbolic.ts";

/** How views, values that follow from the index, and putting together are lowered. */
export const views: Readonly<Record<string, (builder: Builder, equation: Equation) => void>> = {
  broadcast(builder, { params, inputs, outputs: [output] }) {
    const sources = inputs[0].shape.map((_, i): Source => from(params.axes[i]));
    const value = builder.spreadable(builder.read(inputs[0]), output.shape);
    builder.define(output, view(value, output.shape, sources));
  },
  transpose(builder, equation) {
    const { permutation } = equation.params;
    through(
      builder,
      equation,
      equation.inputs[0].shape.map((_, i) => from(permutation.indexOf(i))),
    );
  },
  reverse(builder, equation) {
    const { params, outputs: [{ shape }] } = equation;
    const sources = shape.map((dim, axis): Source =>
      params.axes.includes(axis) ? { axis, start: dim - 1, scale: -1 } : from(axis)
    );
    through(builder, equation, sources);
  },
  slice(builder, equation) {
    const { params, outputs: [{ shape }] } = equation;
    const sources = shape.map((_, axis): Source => ({
      axis,
      start: params.start[axis],
      scale: params.step[axis],
    }));
    through(builder, equation, sources);
  },
  reshape(builder, equation) {
    const [output] = equation.outputs;
    const { shape } = output;
    const value = builder.shared(equation);
    const direct = value.shape.length === 0 ? view(value, shape, []) : reshape(value, shape);
    const copy = () => ({ ...builder.stored(value), shape, strides: rowMajor(shape) });
    builder.define(output, direct ?? copy());
  },
  iota(builder, { params, outputs: [output] }) {
    const strides = output.shape.map((_, axis) => axis === params.axis ? 1 : 0);
    const { shape, dtype } = output;
    builder.define(output, { kind: "count", shape, dtype, offset: 0, strides });
  },
  pad(builder, { params, inputs, outputs: [output] }) {
    const [value, filling] = inputs.map((input) => builder.read(input));
    const steps = params.between.map((between: number) => between + 1);
    builder.define(output, placed(builder, value, filling, output.shape, params.before, steps));
  },
  concat(builder, { params: { axis }, inputs, outputs: [output] }) {
    const buffer = newBuffer(output.shape, output.dtype);
    const strides = rowMajor(output.shape);
    let start = 0;
    for (const input of inputs) {
      builder.store(builder.read(input), buffer, { offset: start * strides[axis], strides });
      start += input.shape[axis];
    }
    builder.define(output, load(buffer));
  },
};

/** The index of an axis as it is. */
function from(axis: number): Source {
  return { axis, start: 0, scale: 1 };
}

/** Defines a result as a view of the operand. */
function through(builder: Builder, equation: Equation, sources: readonly Source[]): void {
  const [output] = equation.outputs;
  builder.define(output, view(builder.shared(equation), output.shape, sources));
}
