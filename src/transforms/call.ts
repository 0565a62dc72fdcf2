/**
 * Calling a tape as one equation.
 *
 * @module
 */
import { isConcrete } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { perTape } from "../tape/memo.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { pruneTape } from "../tape/passes/dead.ts";
import { definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import { Tape } from "../tape/tape.ts";
import { mul } from "../primitives/arithmetic.ts";
import { sin } from "../primitives/trigonometry.ts";
import { type BatchedTape, batchTape } from "./batch.ts";
import { inPlaces, readResiduals, seedsOf, type Split, split } from "./split.ts";
import { traceFlat } from "./trace.ts";

interface CallParams {
  readonly tape: Tape;
  /** What the tape is called in listings. */
  readonly name?: string;
}

/** @internal */
interface Kept {
  readonly way: Split;
  readonly kept: readonly AnyTensor[];
}

/** Applies a tape. */
export const callPrimitive: Primitive<CallParams> = definePrimitive({
  name: "call",
  family: "call",
  summary: "applies the tape among its settings",
  infer: (_, { tape }) => tape.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  meaning: { kind: "call", tape: ({ tape }) => tape },
  augment: (inputs, { tape, name }, needs) => {
    const way = split(tape, needs);
    const results = call(way.forward, inputs, name);
    const count = tape.outputs.length;
    return { outputs: results.slice(0, count), residuals: { way, kept: results.slice(count) } };
  },
  vjp: (cotangents, { inputs, outputs, params: { name }, needs, residuals }) => {
    const { way, kept } = residuals as Kept;
    const reads = [...readResiduals(way, inputs, kept), ...seedsOf(outputs, cotangents)];
    return inPlaces(needs, call(way.backward, reads, name && `${name}'`));
  },
  batch: (inputs, { params: { tape, name }, size, batched }) => {
    const program = batchedCall(tape, batched, size);
    return { outputs: call(program.tape, inputs, name), batched: program.batched };
  },
  prune: ({ tape, name }, used) => {
    const pruned = pruneTape(tape, used);
    return { params: { tape: pruned.tape, name }, inputs: pruned.inputs };
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 2);
    const operands = [{ shape, dtype: float }, { shape, dtype: float }];
    const tape = traceFlat("call", operands, ([a, b]) => [mul(sin(a), b), mul(a, a)]);
    return { operands, params: { tape } };
  },
});

/** Applies a tape whose constants are concrete as one equation. */
export function call(
  tape: Tape,
  inputs: readonly AnyTensor[],
  name?: string,
): readonly AnyTensor[] {
  return bind(callPrimitive, inputs, { tape, name });
}

const batchedCall = perTape((tape, batched: readonly boolean[], size: number): BatchedTape => {
  const program = batchTape(tape, batched, size);
  return { tape: optimize(program.tape), batched: program.batched };
});

/**
 * A tape that captures nothing traced: tensors captured from an enclosing trace become further
 * inputs, whose values come back beside it.
 */
export function closeOver(tape: Tape): { tape: Tape; captured: readonly AnyTensor[] } {
  const open = tape.constants.filter(({ value }) => !isConcrete(value));
  if (open.length === 0) return { tape, captured: [] };
  return {
    tape: new Tape({
      inputs: [...tape.inputs, ...open.map(({ variable }) => variable)],
      constants: tape.constants.filter(({ value }) => isConcrete(value)),
      equations: tape.equations,
      outputs: tape.outputs,
    }),
    captured: open.map(({ value }) => value),
  };
}
