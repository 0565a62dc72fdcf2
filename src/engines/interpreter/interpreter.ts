/**
 * The interpreter: the plainest engine, and the oracle that all others are held against.
 *
 * It walks over the tape and applies each primitive's declared meaning. float32 is computed in
 * float64 and rounded when it is stored.
 *
 * @module
 */
import { allocate } from "../../tensor/dtype.ts";
import { elementsOf, sizeOf, wrap } from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Engine, Program } from "../../tape/engine.ts";
import type { Elements, Params, Primitive } from "../../tape/primitive.ts";
import { type Abstract, type Atom, isLiteral, type Tape, type Variable } from "../../tape/tape.ts";
import { type Column, columns } from "./scalars.ts";

/** Plain TypeScript, one equation at a time. */
export const interpreter: Engine = {
  name: "interpreter",
  compile,
  evaluate: (primitive, params, inputs, outputs) =>
    run(primitive, params, inputs.map(toElements), outputs).map(toTensor),
};

const programs = new WeakMap<Tape, Program>();

function compile(tape: Tape): Program {
  let program = programs.get(tape);
  if (program === undefined) {
    program = (inputs) => runTape(tape, inputs.map(toElements)).map(toTensor);
    programs.set(tape, program);
  }
  return program;
}

/** Runs the equations in order; a value is let go after its last use. */
function runTape(tape: Tape, inputs: readonly Elements[]): readonly Elements[] {
  const values = new Map<Variable, Elements>();
  for (const [i, variable] of tape.inputs.entries()) values.set(variable, inputs[i]);
  for (const { variable, value } of tape.constants) values.set(variable, toElements(value));
  const read = (atom: Atom): Elements => isLiteral(atom) ? literal(atom) : values.get(atom)!;
  const lastUse = lastUses(tape);
  for (const [at, { primitive, params, inputs, outputs }] of tape.equations.entries()) {
    const results = run(primitive, params, inputs.map(read), outputs);
    for (const [i, variable] of outputs.entries()) values.set(variable, results[i]);
    for (const variable of lastUse[at]) values.delete(variable);
  }
  return tape.outputs.map(read);
}

const lastUseCache = new WeakMap<Tape, readonly (readonly Variable[])[]>();

/** For each equation, the variables that nothing reads after it. */
function lastUses(tape: Tape): readonly (readonly Variable[])[] {
  const cached = lastUseCache.get(tape);
  if (cached !== undefined) return cached;
  const needed = new Set<Atom>(tape.outputs);
  const result = tape.equations.toReversed().map(({ inputs, outputs }) => {
    const last = [...inputs, ...outputs].filter((atom): atom is Variable =>
      !isLiteral(atom) && !needed.has(atom)
    );
    for (const atom of inputs) needed.add(atom);
    return last;
  }).reverse();
  lastUseCache.set(tape, result);
  return result;
}

function run(
  primitive: Primitive,
  params: Params,
  inputs: readonly Elements[],
  outputs: readonly Abstract[],
): readonly Elements[] {
  const { meaning } = primitive;
  if (meaning.kind === "call") return runTape(meaning.tape(params), inputs);
  const results = outputs.map(({ shape, dtype }) => ({
    shape,
    dtype,
    data: allocate(dtype, sizeOf(shape)),
  }));
  if (meaning.kind === "kernel") meaning.run(inputs, params, results);
  else if (meaning.kind === "control") meaning.run(inputs, params, results, runTape);
  else runElementwise(meaning.scalar, params, inputs, results);
  return results;
}

type ScalarMeaning = Extract<Primitive["meaning"], { kind: "elementwise" }>["scalar"];

function runElementwise(
  scalar: ScalarMeaning,
  params: Params,
  inputs: readonly Elements[],
  outputs: readonly Elements[],
): void {
  // A select is computed in the dtype of its branches, so the last operand decides.
  const algebra = columns(inputs[inputs.length - 1].dtype, outputs[0].data.length);
  const operands = inputs.map(({ shape, data }) => shape.length === 0 ? data[0] : data);
  for (const [i, column] of scalar<Column>(algebra, operands, params).entries()) {
    const { data } = outputs[i];
    if (typeof column === "number") data.fill(column);
    else data.set(column);
  }
}

function literal({ dtype, literal }: Extract<Atom, { literal: number }>): Elements {
  const data = allocate(dtype, 1);
  data[0] = literal;
  return { shape: [], dtype, data };
}

function toElements(tensor: AnyTensor): Elements {
  const { shape, dtype } = tensor;
  return { shape, dtype, data: elementsOf(tensor, "execute") };
}

function toTensor({ shape, dtype, data }: Elements): AnyTensor {
  return wrap(shape, dtype, data);
}
