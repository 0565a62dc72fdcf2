/**
 * From a tape to kernels. Elementwise equations and views become part of whatever reads them; what
 * is read more than once, or cannot be read that way, is stored.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { flopsOf } from "../../tape/flops.ts";
import type { Params, Primitive } from "../../tape/primitive.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { type Atom, type Equation, isLiteral, type Tape, type Variable } from "../../tape/tape.ts";
import type { Builder } from "./builder.ts";
import { groupLoops } from "./group.ts";
import { inlineCalls } from "./inline.ts";
import {
  lowerDynamicSlice,
  lowerGather,
  lowerPosition,
  lowerRunning,
  lowerUpdate,
} from "./lower_indexing.ts";
import { lowerConvolution, lowerWindow, lowerWindowArgmax, placed } from "./lower_windows.ts";
import { newBuffer } from "./memory.ts";
import type { Combine, Kernel, Program, Store } from "./program.ts";
import { fuseRows } from "./rows.ts";
import { splitReductions } from "./split_sums.ts";
import {
  type Apply,
  type Buffer,
  converted,
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

/** Primitives with a lowering of their own. */
const lowerings: Readonly<Record<string, (builder: Builder, equation: Equation) => void>> = {
  argmax: (builder, equation) => lowerPosition(builder, equation, "largest"),
  argmin: (builder, equation) => lowerPosition(builder, equation, "smallest"),
  convolution: lowerConvolution,
  cummax: (builder, equation) => lowerRunning(builder, equation, "max"),
  cummin: (builder, equation) => lowerRunning(builder, equation, "min"),
  cumprod: (builder, equation) => lowerRunning(builder, equation, "prod"),
  cumsum: (builder, equation) => lowerRunning(builder, equation, "sum"),
  dynamicSlice: lowerDynamicSlice,
  dynamicUpdateSlice: lowerUpdate,
  gather: lowerGather,
  scatter: lowerUpdate,
  windowArgmax: lowerWindowArgmax,
  windowMax: (builder, equation) => lowerWindow(builder, equation, "max"),
  windowSum: (builder, equation) => lowerWindow(builder, equation, "sum"),
};

class Lowering {
  readonly #builder: Builder = {
    read: (atom) => this.#read(atom),
    define: (variable, value) => this.#define(variable, value),
    stored: (value) => contiguous(this.#stored(value), value.shape),
    loaded: (value) => this.#loaded(value),
    store: (value, buffer, to) => this.#store(value, buffer, to),
    add: (kernel) => this.#kernels.push(kernel),
  };
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
    const kernels = fuseRows(groupLoops(splitReductions(this.#kernels), outputs), outputs);
    return { inputs, constants: this.#constants, kernels, outputs };
  }

  /** Says where the kernels of an equation come from, and what code of its own costs. */
  #mark(from: number, equation: Equation | undefined): void {
    if (equation === undefined) return;
    const { primitive, params, inputs, outputs, source } = equation;
    for (let i = from; i < this.#kernels.length; i++) {
      let kernel = this.#kernels[i];
      if (kernel.kind === "code") {
        kernel = { ...kernel, flops: flopsOf(primitive, inputs, outputs, params) };
      }
      if (source !== undefined && kernel.kind !== "rows") {
        kernel = kernel.kind === "loop"
          ? { ...kernel, stores: kernel.stores.map((store) => ({ ...store, source })) }
          : { ...kernel, source };
      }
      this.#kernels[i] = kernel;
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

  #fill(variable: Variable, value: number): void {
    const { shape, dtype } = variable;
    this.#define(variable, { kind: "constant", shape, dtype, value });
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
        return this.#reduce(equation, primitive.name, params.axes);
      case "prod":
        return this.#reduce(equation, "prod", [params.axis]);
      case "contract": {
        if (inputs.some(({ shape }) => sizeOf(shape) === 0)) return this.#fill(output, 0);
        const buffer = newBuffer(output.shape, output.dtype);
        const [left, right] = inputs.map((input) => this.#loaded(this.#read(input)));
        this.#define(output, load(buffer));
        this.#kernels.push({ kind: "contract", left, right, ...params, buffer });
        return;
      }
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
    const special = lowerings[primitive.name];
    if (special !== undefined) special(this.#builder, equation);
    else this.#host(equation);
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
    if (sizeOf(value.shape) === 0) {
      return this.#fill(output, combine === "prod" || combine === "min" ? 1 : 0);
    }
    // Truth values are numbers meanwhile, of which 0 is the smallest.
    const whole = value.dtype === "bool" ? converted(value, "uint32") : value;
    const buffer = newBuffer(output.shape, whole.dtype);
    const result = load(buffer);
    this.#define(output, value.dtype === "bool" ? converted(result, "bool") : result);
    if (sizeOf(output.shape) > 0) {
      this.#kernels.push({ kind: "reduce", combine, value: whole, axes, buffer });
    }
  }

  #pad({ params, inputs, outputs: [output] }: Equation): void {
    const [value, filling] = inputs.map((input) => this.#read(input));
    const steps = params.between.map((between: number) => between + 1);
    this.#define(
      output,
      placed(this.#builder, value, filling, output.shape, params.before, steps),
    );
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
