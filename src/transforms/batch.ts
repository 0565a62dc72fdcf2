/**
 * Tapes over batches: what a tape does to one example, done to many at once by the batching rules
 * of its primitives. A value that carries the batch has it as a further first axis.
 *
 * @module
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import { repeatExample } from "../primitives/broadcast.ts";
import { literalTensor } from "../tape/evaluate.ts";
import type { Params, PartlyBatched, Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { onBehalfOf } from "../tape/source.ts";
import { type Atom, isLiteral, type Tape, type Variable } from "../tape/tape.ts";
import { traceFlat } from "./trace.ts";

/** Applies a primitive to operands of which some carry a batch. */
export function bindBatch(
  primitive: Primitive,
  inputs: readonly AnyTensor[],
  params: Params,
  batched: readonly boolean[],
  size: number,
): PartlyBatched {
  if (!batched.includes(true)) return noneBatched(bind(primitive, inputs, params));
  const { batch } = primitive;
  if (typeof batch !== "function") {
    const all = inputs.map((input, i) => batched[i] ? input : repeatExample(input, size));
    return allBatched(bind(primitive, all, batch.params(params, size)));
  }
  const result = batch(inputs, { primitive, params, size, batched });
  return "outputs" in result ? result : allBatched(result);
}

/** Applies the primitives of a tape, in order, to inputs of which some carry a batch. */
export function evaluateBatch(
  tape: Tape,
  inputs: readonly AnyTensor[],
  batched: readonly boolean[],
  size: number,
): PartlyBatched {
  const values = new Map<Variable, AnyTensor>();
  const carriers = new Set<Atom>();
  const define = (variables: readonly Variable[], { outputs, batched }: PartlyBatched) => {
    for (const [i, variable] of variables.entries()) {
      values.set(variable, outputs[i]);
      if (batched[i]) carriers.add(variable);
    }
  };
  define(tape.inputs, { outputs: inputs, batched });
  for (const { variable, value } of tape.constants) values.set(variable, value);
  const read = (atom: Atom) => isLiteral(atom) ? literalTensor(atom) : values.get(atom)!;
  const carries = (atom: Atom) => carriers.has(atom);
  for (const { primitive, params, inputs, outputs, source } of tape.equations) {
    const results = onBehalfOf(
      source,
      () => bindBatch(primitive, inputs.map(read), params, inputs.map(carries), size),
    );
    define(outputs, results);
  }
  return { outputs: tape.outputs.map(read), batched: tape.outputs.map(carries) };
}

/** A tape over batches, and which of its outputs carry one. */
export interface BatchedTape {
  readonly tape: Tape;
  readonly batched: readonly boolean[];
}

/**
 * The tape that does to a batch what `tape` does to one example. `carried` names outputs that must
 * carry the batch even if they are the same for every example.
 */
export function batchTape(
  tape: Tape,
  batched: readonly boolean[],
  size: number,
  carried: readonly boolean[] = [],
): BatchedTape {
  const inputs = tape.inputs.map(({ shape, dtype }, i) => ({
    shape: batched[i] ? [size, ...shape] : shape,
    dtype,
  }));
  let flags: readonly boolean[] = [];
  const result = traceFlat("vmap", inputs, (leaves) => {
    const result = evaluateBatch(tape, leaves, batched, size);
    flags = result.batched.map((flag, i) => flag || carried[i] === true);
    return result.outputs.map((output, i) =>
      flags[i] && !result.batched[i] ? repeatExample(output, size) : output
    );
  });
  return { tape: result, batched: flags };
}

function allBatched(outputs: readonly AnyTensor[]): PartlyBatched {
  return { outputs, batched: outputs.map(() => true) };
}

function noneBatched(outputs: readonly AnyTensor[]): PartlyBatched {
  return { outputs, batched: outputs.map(() => false) };
}
