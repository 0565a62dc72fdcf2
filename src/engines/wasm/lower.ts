/**
 * From a tape to kernels. Elementwise equations and views become part of whatever reads them; what
 * is read more than once, or cannot be read that way, is stored.
 *
 * @module
 */
import type { Sliding } from "../../primitives/sliding.ts";
import type { Shape } from "../../shape/dim.ts";
import { equalShapes } from "../../shape/same.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Params, Primitive } from "../../tape/primitive.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { type Atom, type Equation, isLiteral, type Tape, type Variable } from "../../tape/tape.ts";
import { groupLoops } from "./group.ts";
import { inlineCalls } from "./inline.ts";
import { newBuffer } from "./memory.ts";
import type { Combine, Kernel, Program, Store } from "./program.ts";
import { fuseRows } from "./rows.ts";
import {
  type Apply,
  type Buffer,
  type Load,
  load,
  reshape,
  rowMajor,
  type Source,
  type Symbolic,
  view,
  weightOf,
} from "./symbolic.ts";
import { weightOfApply } from "./weight.ts";
import { convolutionKernel, roomOf } from "./windows.ts";

/** The kernels of a tape. */
export function lower(tape: Tape): Program {
  return new Lowering(inlineCalls(tape)).program();
}

/** Work that is cheaper to do again than to store and load. */
const cheap = 3;

/** Work that must not be done again for every place of a broadcast. */
const repeatable = 8;

/** So many primitives in one expression are enough. */
const large = 64;

class Lowering {
  readonly #tape: Tape;
  readonly #values = new Map<Variable, Symbolic>();
  readonly #uses = new Map<Atom, number>();
  readonly #kernels: Kernel[] = [];
  /** Values that are stored. */
  readonly #copies = new Map<Symbolic, Buffer>();
  readonly #constants: { buffer: Buffer; value: AnyTensor }[] = [];

  constructor(tape: Tape) {
    this.#tape = tape;
    const use = (atom: Atom) => this.#uses.set(atom, (this.#uses.get(atom) ?? 0) + 1);
    for (const { inputs } of tape.equations) new Set(inputs).forEach(use);
    tape.outputs.forEach(use);
  }

  program(): Program {
    const inputs = this.#tape.inputs.map((variable) => {
      const buffer = newBuffer(variable.shape, variable.dtype);
      this.#values.set(variable, load(buffer));
      return buffer;
    });
    for (const { variable, value } of this.#tape.constants) {
      const buffer = newBuffer(variable.shape, variable.dtype);
      this.#constants.push({ buffer, value });
      this.#values.set(variable, load(buffer));
    }
    for (const equation of this.#tape.equations) {
      const before = this.#kernels.length;
      this.#equation(equation);
      this.#mark(before, equation);
    }
    const outputs = this.#tape.outputs.map((atom) => {
      const before = this.#kernels.length;
      const output = this.#result(this.#read(atom), inputs);
      this.#mark(
        before,
        this.#tape.equations.find(({ outputs }) => outputs.some((x) => x === atom)),
      );
      return output;
    });
    const kernels = fuseRows(groupLoops(this.#kernels, outputs), outputs);
    return { inputs, constants: this.#constants, kernels, outputs };
  }

  /** Says where the kernels of an equation come from. */
  #mark(from: number, equation: Equation | undefined): void {
    if (equation?.source === undefined) return;
    const { source } = equation;
    for (let i = from; i < this.#kernels.length; i++) {
      const kernel = this.#kernels[i];
      this.#kernels[i] = kernel.kind === "loop"
        ? { ...kernel, stores: kernel.stores.map((store) => ({ ...store, source })) }
        : kernel.kind === "rows"
        ? kernel
        : { ...kernel, source };
    }
  }

  #read(atom: Atom): Symbolic {
    if (isLiteral(atom)) {
      return { kind: "constant", shape: [], dtype: atom.dtype, value: atom.literal };
    }
    return this.#values.get(atom)!;
  }

  #define(variable: Variable, value: Symbolic): void {
    this.#values.set(variable, value);
  }

  /** A buffer with a value's elements in row-major order. */
  #stored(value: Symbolic): Buffer {
    return wholeBuffer(value) ?? this.#copied(value);
  }

  #copied(value: Symbolic): Buffer {
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const buffer = newBuffer(value.shape, value.dtype);
    this.#store(value, buffer, { offset: 0, strides: rowMajor(value.shape) });
    this.#copies.set(value, buffer);
    return buffer;
  }

  /** A buffer for a result: no input's own, which the next round of a loop may overwrite. */
  #result(value: Symbolic, inputs: readonly Buffer[]): Buffer {
    const whole = wholeBuffer(value);
    return whole !== undefined && !inputs.includes(whole) ? whole : this.#copied(value);
  }

  #store(
    value: Symbolic,
    buffer: Buffer,
    to: { offset: number; strides: readonly number[] },
  ): void {
    if (sizeOf(value.shape) === 0) return;
    this.#kernels.push({ kind: "loop", shape: value.shape, stores: [{ buffer, to, value }] });
  }

  /** A value that is a buffer's, read at evenly spaced places. */
  #loaded(value: Symbolic): Load {
    return value.kind === "load" ? value : load(this.#stored(value));
  }

  #equation(equation: Equation): void {
    const { primitive, params, inputs, outputs } = equation;
    const [output] = outputs;
    switch (primitive.name) {
      case "broadcast": {
        const sources = inputs[0].shape.map((_, i): Source => ({
          axis: params.axes[i],
          start: 0,
          scale: 1,
        }));
        const value = this.#spreadable(this.#read(inputs[0]), output.shape);
        return this.#define(output, view(value, output.shape, sources));
      }
      case "transpose": {
        const sources = inputs[0].shape.map((_, i): Source => ({
          axis: params.permutation.indexOf(i),
          start: 0,
          scale: 1,
        }));
        return this.#define(output, view(this.#shared(equation), output.shape, sources));
      }
      case "reverse": {
        const sources = output.shape.map((dim, axis): Source =>
          params.axes.includes(axis)
            ? { axis, start: dim - 1, scale: -1 }
            : { axis, start: 0, scale: 1 }
        );
        return this.#define(output, view(this.#shared(equation), output.shape, sources));
      }
      case "slice": {
        const sources = output.shape.map((_, axis): Source => ({
          axis,
          start: params.start[axis],
          scale: params.step[axis],
        }));
        return this.#define(output, view(this.#shared(equation), output.shape, sources));
      }
      case "reshape": {
        const value = this.#shared(equation);
        const direct = value.shape.length === 0
          ? view(value, output.shape, [])
          : reshape(value, output.shape);
        return this.#define(output, direct ?? contiguous(this.#stored(value), output.shape));
      }
      case "iota":
        return this.#define(output, {
          kind: "count",
          shape: output.shape,
          dtype: output.dtype,
          offset: 0,
          strides: output.shape.map((_, axis) => axis === params.axis ? 1 : 0),
        });
      case "pad":
        return this.#pad(equation);
      case "concat":
        return this.#concat(equation);
      case "sum":
      case "max":
      case "min":
        if (output.dtype !== "bool") return this.#reduce(equation, primitive.name, params.axes);
        break;
      case "prod":
        return this.#reduce(equation, "prod", [params.axis]);
      case "contract": {
        const buffer = newBuffer(output.shape, output.dtype);
        const [left, right] = inputs.map((input) => this.#loaded(this.#read(input)));
        this.#define(output, load(buffer));
        if (sizeOf(output.shape) === 0) return;
        this.#kernels.push({ kind: "contract", left, right, ...params, buffer });
        return;
      }
      case "convolution":
        return this.#convolution(equation);
      case "scan":
        return this.#scan(equation);
      case "while":
        return this.#while(equation);
      case "cond":
        return this.#cond(equation);
    }
    if (primitive.meaning.kind === "elementwise" || primitive.name === "convert") {
      return this.#apply(equation);
    }
    this.#host(equation);
  }

  /** The operand of a view: stored first, if what is read through the view is read again. */
  #shared({ inputs: [input], outputs: [output] }: Equation): Symbolic {
    const value = this.#read(input);
    const again = (this.#uses.get(output) ?? 0) > 1 && weightOf(value, weightOfApply) > cheap;
    return again ? load(this.#stored(value)) : value;
  }

  #apply({ primitive, params, inputs, outputs }: Equation): void {
    const [{ shape: whole }] = outputs;
    const operands = inputs.map((input) => this.#spreadable(this.#read(input), whole));
    if (outputs.length > 1) return this.#applyAll(primitive, params, operands, outputs);
    for (const [i, output] of outputs.entries()) {
      const { shape, dtype } = output;
      const value: Apply = { kind: "apply", primitive, params, operands, output: i, shape, dtype };
      const uses = this.#uses.get(output) ?? 0;
      const again = uses > 1 && weightOf(value, weightOfApply) > cheap;
      const stored = again || weightOf(value, () => 1) > large;
      this.#define(output, stored ? load(this.#stored(value)) : value);
    }
  }

  /** Several results of one application, computed together. */
  #applyAll(
    primitive: Primitive,
    params: Params,
    operands: readonly Symbolic[],
    outputs: readonly Variable[],
  ): void {
    const stores = outputs.map(({ shape, dtype }, i): Store => {
      const buffer = newBuffer(shape, dtype);
      const to = { offset: 0, strides: rowMajor(shape) };
      const value: Apply = { kind: "apply", primitive, params, operands, output: i, shape, dtype };
      return { buffer, to, value };
    });
    outputs.forEach((output, i) => this.#define(output, load(stores[i].buffer)));
    const [{ shape }] = outputs;
    if (sizeOf(shape) > 0) this.#kernels.push({ kind: "loop", shape, stores });
  }

  /** A value that may be computed again in many places; a scalar need not be. */
  #spreadable(value: Symbolic, shape: Shape): Symbolic {
    if (value.kind !== "apply" || sizeOf(shape) <= sizeOf(value.shape)) return value;
    const again = value.shape.length > 0 && weightOf(value, weightOfApply) <= repeatable;
    return again ? value : load(this.#stored(value));
  }

  #reduce(
    { inputs, outputs: [output] }: Equation,
    combine: Combine,
    axes: readonly number[],
  ): void {
    const value = this.#read(inputs[0]);
    if (axes.length === 0) return this.#define(output, value);
    const buffer = newBuffer(output.shape, output.dtype);
    this.#define(output, load(buffer));
    if (sizeOf(output.shape) > 0) {
      this.#kernels.push({ kind: "reduce", combine, value, axes, buffer });
    }
  }

  #pad({ params, inputs, outputs: [output] }: Equation): void {
    const [value, filling] = inputs.map((input) => this.#read(input));
    const steps = params.between.map((between: number) => between + 1);
    this.#define(output, this.#placed(value, filling, output.shape, params.before, steps));
  }

  /** A value's elements in a larger array, from some place on and some steps apart. */
  #placed(
    value: Symbolic,
    filling: Symbolic,
    shape: Shape,
    before: readonly number[],
    steps: readonly number[],
  ): Load {
    const buffer = newBuffer(shape, value.dtype);
    const own = rowMajor(shape);
    this.#store(view(filling, shape, []), buffer, { offset: 0, strides: own });
    this.#store(value, buffer, {
      offset: own.reduce((sum, step, axis) => sum + step * before[axis], 0),
      strides: own.map((step, axis) => step * steps[axis]),
    });
    return load(buffer);
  }

  /** A value with the padding and the holes that windows over its last axes see. */
  #surrounded(value: Symbolic, sliding: Sliding, filling: number): Symbolic {
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
    return this.#placed(
      cut,
      { kind: "constant", shape: [], dtype: value.dtype, value: filling },
      shape,
      [...whole.map(() => 0), ...room.map(({ before }) => before)],
      [...whole.map(() => 1), ...room.map(({ step }) => step)],
    );
  }

  #convolution({ params, inputs, outputs: [output] }: Equation): void {
    if (sizeOf(output.shape) === 0) {
      return this.#define(output, load(newBuffer(output.shape, output.dtype)));
    }
    const [x, w] = inputs.map((input) => this.#read(input));
    const { kernel, result } = convolutionKernel(
      this.#loaded(this.#surrounded(x, params, 0)),
      this.#loaded(w),
      params,
      (shape) => newBuffer(shape, output.dtype),
    );
    this.#kernels.push(kernel);
    this.#define(output, result);
  }

  #concat({ params: { axis }, inputs, outputs: [output] }: Equation): void {
    const buffer = newBuffer(output.shape, output.dtype);
    const strides = rowMajor(output.shape);
    let start = 0;
    for (const input of inputs) {
      this.#store(this.#read(input), buffer, { offset: start * strides[axis], strides });
      start += input.shape[axis];
    }
    this.#define(output, load(buffer));
  }

  #host({ primitive, params, inputs, outputs }: Equation): void {
    const results = outputs.map((output) => {
      const buffer = newBuffer(output.shape, output.dtype);
      this.#define(output, load(buffer));
      return buffer;
    });
    this.#kernels.push({
      kind: "host",
      primitive,
      params,
      inputs: inputs.map((input) => ({
        buffer: this.#stored(this.#read(input)),
        shape: input.shape,
      })),
      outputs: results,
    });
  }

  #scan({ params, inputs, outputs }: Equation): void {
    const operands = inputs.map((input) => this.#stored(this.#read(input)));
    const { body, constants, carry, length, reverse } = params;
    const results = outputs.map(({ shape, dtype }) => newBuffer(shape, dtype));
    this.#kernels.push({
      kind: "scan",
      body: lower(body),
      length,
      reverse,
      constants: operands.slice(0, constants),
      first: operands.slice(constants, constants + carry),
      slices: operands.slice(constants + carry),
      last: results.slice(0, carry),
      laid: results.slice(carry),
    });
    outputs.forEach((output, i) => this.#define(output, load(results[i])));
  }

  #while({ params, inputs, outputs }: Equation): void {
    const operands = inputs.map((input) => this.#stored(this.#read(input)));
    const { condition, body, conditionConstants, bodyConstants } = params;
    const split = conditionConstants + bodyConstants;
    const last = outputs.map(({ shape, dtype }) => newBuffer(shape, dtype));
    this.#kernels.push({
      kind: "while",
      condition: lower(condition),
      body: lower(body),
      forCondition: operands.slice(0, conditionConstants),
      forBody: operands.slice(conditionConstants, split),
      first: operands.slice(split),
      last,
    });
    outputs.forEach((output, i) => this.#define(output, load(last[i])));
  }

  #cond({ params, inputs, outputs }: Equation): void {
    const [index, ...operands] = inputs.map((input) => this.#stored(this.#read(input)));
    const results = outputs.map(({ shape, dtype }) => newBuffer(shape, dtype));
    this.#kernels.push({
      kind: "choose",
      index,
      branches: (params.branches as readonly Tape[]).map(lower),
      inputs: operands,
      outputs: results,
    });
    outputs.forEach((output, i) => this.#define(output, load(results[i])));
  }
}

/** A buffer's elements under another shape. */
function contiguous(buffer: Buffer, shape: Shape): Load {
  return { ...load(buffer), shape, strides: rowMajor(shape) };
}

/** The buffer that a value is, from its first element to its last. */
function wholeBuffer(value: Symbolic): Buffer | undefined {
  if (value.kind !== "load" || value.offset !== 0) return undefined;
  const own = rowMajor(value.shape);
  const inOrder = value.shape.every((dim, axis) => dim === 1 || value.strides[axis] === own[axis]);
  return inOrder && sizeOf(value.shape) === sizeOf(value.buffer.shape) ? value.buffer : undefined;
}
