/**
 * Recording: the user's function is called once with traced tensors, and each primitive that it
 * applies becomes an equation.
 *
 * There are two kinds of recorder. One carries concrete values along beside its equations, so that
 * JavaScript control flow on values works while a function is differentiated. The other is abstract:
 * its tensors have a shape and a dtype only, and it records every primitive applied while it is the
 * innermost one, even to concrete tensors, so that a compiled program makes its own zeros.
 *
 * @module
 */
import { KatachiError, trimStack } from "../errors.ts";
import { showShape } from "../shape/fail.ts";
import type { TypedArray } from "../tensor/dtype.ts";
import { tensorBundle } from "../tensor/html.ts";
import { elements, elementsOf, isConcrete, TensorBase } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { engine } from "./engine.ts";
import type { Params, Primitive } from "./primitive.ts";
import { sourceToRecord } from "./source.ts";
import {
  type Abstract,
  type Atom,
  type Constant,
  type Equation,
  freshVariable,
  Tape,
  type Variable,
} from "./tape.ts";

/** A traced tensor where a value is needed, or one used outside its trace. */
export class TraceError extends KatachiError {
  /** Always `"TraceError"`. */
  override readonly name = "TraceError";
}

/** A tensor that stands for a variable of a tape under construction. */
class Tracer extends TensorBase {
  constructor(
    readonly recorder: Recorder,
    readonly variable: Variable,
    /** The value beside the variable; an abstract recorder has none. */
    readonly value: AnyTensor | undefined,
  ) {
    super(variable.shape, variable.dtype);
  }

  override [elements](operation: string): TypedArray {
    if (this.value !== undefined) return elementsOf(this.value, operation);
    requireAlive(this as unknown as AnyTensor);
    throw new TraceError(
      `${operation}: the value of a traced ${this.dtype}[${this.shape}] is not known while ${this.recorder.operation} records; ` +
        `choose between tensors with where or cond, loop with scan or foriLoop, ` +
        `or move the decision out of ${this.recorder.operation}`,
    );
  }

  /** A notebook shows what is known: the value, or the type alone. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const { shape, dtype, recorder: { operation } } = this;
    return isReadable(this as unknown as AnyTensor)
      ? tensorBundle(shape, dtype, this[elements]("display"))
      : { "text/plain": `Tensor ${showShape(shape)} ${dtype}, traced by ${operation}` };
  }
}

/** What one equation of a recorder was computed from, for the reverse pass. */
export interface RecordedEquation extends Equation {
  /** Values of the operands, one level down. */
  readonly inputValues: readonly AnyTensor[];
  /** Values of the results, one level down. */
  readonly outputValues: readonly AnyTensor[];
  /** Which operands belong to the recorder and are floats. */
  readonly needs: readonly boolean[];
  /** What the primitive kept for its vjp rule. */
  readonly residuals: unknown;
}

/** A tape under construction. */
export class Recorder {
  readonly equations: RecordedEquation[] = [];
  readonly inputs: Variable[] = [];
  readonly #constants = new Map<AnyTensor, Constant>();
  closed = false;

  constructor(
    /** What the user called, for messages: `grad`, `jit`. */
    readonly operation: string,
    readonly abstract: boolean,
    readonly level: number,
  ) {}

  /** A new input of the tape. */
  input(like: Abstract, value?: AnyTensor): AnyTensor {
    const variable = freshVariable(like);
    this.inputs.push(variable);
    return this.#tracer(variable, value);
  }

  /** Applies a primitive and writes it down. */
  record(primitive: Primitive, inputs: readonly AnyTensor[], params: Params): readonly AnyTensor[] {
    const inputAtoms = inputs.map((tensor) => this.atom(tensor));
    if (this.abstract) {
      const outputs = primitive.infer(inputs, params).map(freshVariable);
      this.equations.push({
        primitive,
        params,
        inputs: inputAtoms,
        outputs,
        source: sourceToRecord(),
        inputValues: [],
        outputValues: [],
        needs: [],
        residuals: undefined,
      });
      return outputs.map((variable) => this.#tracer(variable));
    }
    const source = sourceToRecord();
    const inputValues = inputs.map((tensor) => this.#owns(tensor) ? tensor.value! : tensor);
    const needs = inputs.map((tensor) => this.#owns(tensor) && isFloat(tensor));
    const { outputs: outputValues, residuals } = primitive.augment !== undefined
      ? primitive.augment(inputValues, params, needs)
      : { outputs: bind(primitive, inputValues, params), residuals: undefined };
    const outputs = outputValues.map(freshVariable);
    this.equations.push({
      primitive,
      params,
      inputs: inputAtoms,
      outputs,
      source,
      inputValues,
      outputValues,
      needs,
      residuals,
    });
    return outputs.map((variable, i) => this.#tracer(variable, outputValues[i]));
  }

  /** How an equation of this tape refers to a tensor: its variable, a literal, or a constant. */
  atom(tensor: AnyTensor): Atom {
    if (this.#owns(tensor)) return tensor.variable;
    requireAlive(tensor);
    if (tensor.shape.length === 0 && isConcrete(tensor)) {
      return { shape: [], dtype: tensor.dtype, literal: elementsOf(tensor, "literal")[0] };
    }
    let constant = this.#constants.get(tensor);
    if (constant === undefined) {
      constant = { variable: freshVariable(tensor), value: tensor };
      this.#constants.set(tensor, constant);
    }
    return constant.variable;
  }

  /** The variable of a tensor of this recorder, `undefined` for any other tensor. */
  variableOf(tensor: AnyTensor): Variable | undefined {
    return this.#owns(tensor) ? tensor.variable : undefined;
  }

  /** The value behind a tensor of this recorder; any other tensor as it is. */
  valueOf(tensor: AnyTensor): AnyTensor {
    return this.#owns(tensor) ? tensor.value! : tensor;
  }

  /** The tape so far, ending in these outputs. */
  tape(outputs: readonly AnyTensor[]): Tape {
    const outputAtoms = outputs.map((tensor) => this.atom(tensor));
    return new Tape({
      inputs: [...this.inputs],
      constants: [...this.#constants.values()],
      equations: this.equations.map(({ primitive, params, inputs, outputs, source }) => ({
        primitive,
        params,
        inputs,
        outputs,
        source,
      })),
      outputs: outputAtoms,
    });
  }

  #owns(tensor: AnyTensor): tensor is AnyTensor & Tracer {
    return (tensor as unknown) instanceof Tracer &&
      (tensor as unknown as Tracer).recorder === this;
  }

  #tracer(variable: Variable, value?: AnyTensor): AnyTensor {
    return new Tracer(this, variable, value) as unknown as AnyTensor;
  }
}

function isFloat(tensor: AnyTensor): boolean {
  return tensor.dtype === "float32" || tensor.dtype === "float64";
}

const stack: Recorder[] = [];

/** Runs a function while a new recorder is the innermost one. */
export function withRecorder<R>(
  operation: string,
  options: { readonly abstract: boolean },
  body: (recorder: Recorder) => R,
): R {
  const recorder = new Recorder(operation, options.abstract, stack.length + 1);
  stack.push(recorder);
  try {
    return body(recorder);
  } catch (error) {
    if (error instanceof Error) trimStack(error);
    throw error;
  } finally {
    stack.pop();
    recorder.closed = true;
  }
}

/** Whether any trace is open; if none is, everything is executed at once. */
export function isRecording(): boolean {
  return stack.length > 0;
}

/**
 * Applies a primitive: to concrete tensors at once, to traced ones by recording it in the innermost
 * trace that has a say.
 */
export function bind(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  params: Params,
): readonly AnyTensor[] {
  const recorder = recorderFor(inputs);
  if (recorder !== undefined) return recorder.record(primitive, inputs, params);
  return engine().evaluate(primitive, params, inputs, primitive.infer(inputs, params));
}

function recorderFor(inputs: readonly AnyTensor[]): Recorder | undefined {
  let chosen = stack.findLast(isAbstract);
  for (const tensor of inputs) {
    const owner = recorderOf(tensor);
    if (owner === undefined) continue;
    requireAlive(tensor);
    if (chosen === undefined || owner.level > chosen.level) chosen = owner;
  }
  return chosen;
}

function isAbstract({ abstract }: Recorder): boolean {
  return abstract;
}

function recorderOf(tensor: AnyTensor): Recorder | undefined {
  return (tensor as unknown) instanceof Tracer ? (tensor as unknown as Tracer).recorder : undefined;
}

function requireAlive(tensor: AnyTensor): void {
  const recorder = recorderOf(tensor);
  if (recorder?.closed) {
    throw new TraceError(
      `a traced ${tensor.dtype}[${tensor.shape}] leaked out of ${recorder.operation}: ` +
        `it was kept in a variable outside the traced function, which has ended; return it instead`,
    );
  }
}

/** Whether a tensor can be used: it is concrete, or its trace has not ended. */
export function isAlive(tensor: AnyTensor): boolean {
  return !recorderOf(tensor)?.closed;
}

/** Whether the elements of a tensor can be read now: it is concrete, or traced with values. */
export function isReadable(tensor: AnyTensor): boolean {
  if (!((tensor as unknown) instanceof Tracer)) return true;
  const { value } = tensor as unknown as Tracer;
  return value !== undefined && isReadable(value);
}
