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
import { fuseEpilogues } from "./epilogue.ts";
import { groupLoops } from "./group.ts";
import { inlineCalls } from "./inline.ts";
import { lowerEigh } from "./linear_algebra/eigh.ts";
import { lowerDet, lowerLu } from "./linear_algebra/lu.ts";
import { lowerQr } from "./linear_algebra/qr.ts";
import { lowerPinv, lowerSvd } from "./linear_algebra/svd.ts";
import { lowerCholesky, lowerTriangularSolve } from "./linear_algebra/triangular.ts";
import {
  lowerDynamicSlice,
  lowerGather,
  lowerPosition,
  lowerRunning,
  lowerSort,
  lowerUpdate,
} from "./lower_indexing.ts";
import { controlFlow } from "./lower_control.ts";
import { lowerContraction } from "./lower_contraction.ts";
import { lowerReduce } from "./lower_reduce.ts";
import { views } from "./lower_views.ts";
import { lowerConvolution, lowerWindow, lowerWindowArgmax } from "./lower_windows.ts";
import { newBuffer } from "./memory.ts";
import type { Kernel, Program, Store } from "./program.ts";
import { fuseRows } from "./rows.ts";
import { splitReductions } from "./split_sums.ts";
import {
  type Apply,
  type Buffer,
  type Load,
  load,
  rowMajor,
  type Symbolic,
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
  ...views,
  ...controlFlow,
  argmax: (builder, equation) => lowerPosition(builder, equation, "largest"),
  argmin: (builder, equation) => lowerPosition(builder, equation, "smallest"),
  contract: lowerContraction,
  argsort: lowerSort,
  cholesky: lowerCholesky,
  convolution: lowerConvolution,
  cumlogsumexp: (builder, equation) => lowerRunning(builder, equation, "logsumexp"),
  cummax: (builder, equation) => lowerRunning(builder, equation, "max"),
  cummin: (builder, equation) => lowerRunning(builder, equation, "min"),
  cumprod: (builder, equation) => lowerRunning(builder, equation, "prod"),
  cumsum: (builder, equation) => lowerRunning(builder, equation, "sum"),
  det: lowerDet,
  dynamicSlice: lowerDynamicSlice,
  dynamicUpdateSlice: lowerUpdate,
  eigh: lowerEigh,
  gather: lowerGather,
  max: (builder, equation) => lowerReduce(builder, equation, "max", equation.params.axes),
  min: (builder, equation) => lowerReduce(builder, equation, "min", equation.params.axes),
  prod: (builder, equation) => lowerReduce(builder, equation, "prod", [equation.params.axis]),
  sum: (builder, equation) => lowerReduce(builder, equation, "sum", equation.params.axes),
  lu: lowerLu,
  pinv: lowerPinv,
  qr: lowerQr,
  scatter: lowerUpdate,
  svd: lowerSvd,
  triangularSolve: lowerTriangularSolve,
  windowArgmax: lowerWindowArgmax,
  windowMax: (builder, equation) => lowerWindow(builder, equation, "max"),
  windowSum: (builder, equation) => lowerWindow(builder, equation, "sum"),
};

class Lowering {
  readonly #builder: Builder = {
    read: (atom) => this.#read(atom),
    define: (variable, value) => this.#define(variable, value),
    readers: (atom) => this.#readers.get(atom) ?? [],
    stored: (value) => contiguous(this.#stored(value), value.shape),
    loaded: (value) => this.#loaded(value),
    store: (value, buffer, to) => this.#store(value, buffer, to),
    spreadable: (value, shape) => this.#spreadable(value, shape),
    shared: (equation) => this.#shared(equation),
    add: (kernel) => this.#kernels.push(kernel),
    lower,
  };
  readonly #tape: Tape;
  readonly #values = new Map<Variable, Symbolic>();
  readonly #readers = new Map<Atom, (Equation | undefined)[]>();
  readonly #kernels: Kernel[] = [];
  /** Values that are stored. */
  readonly #copies = new Map<Symbolic, Buffer>();
  readonly #constants: { buffer: Buffer; value: AnyTensor }[] = [];

  constructor(tape: Tape) {
    this.#tape = tape;
    const use = (atom: Atom, reader: Equation | undefined) => {
      const own = this.#readers.get(atom);
      if (own === undefined) this.#readers.set(atom, [reader]);
      else own.push(reader);
    };
    for (const equation of tape.equations) {
      for (const input of new Set(equation.inputs)) use(input, equation);
    }
    for (const output of tape.outputs) use(output, undefined);
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
    const grouped = groupLoops(fuseEpilogues(splitReductions(this.#kernels)), outputs);
    const kernels = fuseRows(grouped, outputs);
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
    const { primitive } = equation;
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
    const again = (this.#readers.get(output)?.length ?? 0) > 1 &&
      weightOf(value, weightOfApply) > cheap;
    return again ? load(this.#stored(value)) : value;
  }

  #apply({ primitive, params, inputs, outputs }: Equation): void {
    const [{ shape: whole }] = outputs;
    const operands = inputs.map((input) => this.#spreadable(this.#read(input), whole));
    if (outputs.length > 1) return this.#applyAll(primitive, params, operands, outputs);
    for (const [i, output] of outputs.entries()) {
      const { shape, dtype } = output;
      const value: Apply = { kind: "apply", primitive, params, operands, output: i, shape, dtype };
      const uses = this.#readers.get(output)?.length ?? 0;
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
