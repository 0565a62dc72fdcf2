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
import { freshVariable, Tape } from "../tape/tape.ts";
import { mul } from "../primitives/arithmetic.ts";
import { sin } from "../primitives/trigonometry.ts";
import { type BatchedTape, batchTape } from "./batch.ts";
import { inPlaces, readResiduals, reverseTape, seedsOf, type Split, split } from "./split.ts";
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

/** The declaration of a primitive that applies a tape. */
function applies(
  { name, summary, augment, vjp }: Pick<
    Primitive<CallParams>,
    "name" | "summary" | "augment" | "vjp"
  >,
): Primitive<CallParams> {
  return definePrimitive<CallParams>({
    name,
    family: "call",
    summary,
    infer: (_, { tape }) => tape.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    meaning: { kind: "call", tape: ({ tape }) => tape },
    augment,
    vjp,
    batch: (inputs, { primitive, params: { tape, name }, size, batched }) => {
      const program = batchedTape(tape, batched, size);
      return {
        outputs: bind(primitive, inputs, { tape: program.tape, name }),
        batched: program.batched,
      };
    },
    prune: ({ tape, name }, used) => {
      const pruned = pruneTape(tape, used);
      return { params: { tape: pruned.tape, name }, inputs: pruned.inputs };
    },
    sample: (draw, float) => {
      const shape = draw.shape(0, 2);
      const operands = [{ shape, dtype: float }, { shape, dtype: float }];
      const tape = traceFlat(name, operands, ([a, b]) => [mul(sin(a), b), mul(a, a)]);
      return { operands, params: { tape } };
    },
  });
}

/** Applies a tape. */
export const callPrimitive: Primitive<CallParams> = applies({
  name: "call",
  summary: "applies the tape among its settings",
  augment: (inputs, { tape, name }, needs) => {
    const way = split(tape, needs);
    const results = call(way.forward, inputs, name);
    const count = tape.outputs.length;
    return { outputs: results.slice(0, count), residuals: { way, kept: results.slice(count) } };
  },
  vjp: (cotangents, { inputs, outputs, params: { name }, needs, residuals }) => {
    const { way, kept } = residuals as Kept;
    const reads = [...readResiduals(way, inputs, outputs, kept), ...seedsOf(outputs, cotangents)];
    return inPlaces(needs, call(way.backward, reads, gradientName(name)));
  },
});

/** Applies a tape, and does so again on the way back instead of keeping what happened in it. */
export const checkpointPrimitive: Primitive<CallParams> = applies({
  name: "checkpoint",
  summary: "applies the tape among its settings; the way back applies it again, keeping nothing",
  vjp: (cotangents, { inputs, outputs, params: { tape, name }, needs }) => {
    const reads = [...inputs, ...seedsOf(outputs, cotangents)];
    const back = reverseTape(tape, needs);
    return inPlaces(
      needs,
      bind(checkpointPrimitive, reads, { tape: back, name: gradientName(name) }),
    );
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

function gradientName(name: string | undefined): string | undefined {
  return name && `${name}'`;
}

const batchedTape = perTape((tape, batched: readonly boolean[], size: number): BatchedTape => {
  const program = batchTape(tape, batched, size);
  return { tape: optimize(program.tape), batched: program.batched };
});

/**
 * A tape that captures nothing traced: tensors captured from an enclosing trace become further
 * inputs, whose values come back beside it.
 */
export function closeOver(tape: Tape): { tape: Tape; captured: readonly AnyTensor[] } {
  const { tapes, captured } = closeOverAll([tape]);
  return { tape: tapes[0], captured };
}

/** As {@linkcode closeOver}, for several tapes that then share their further inputs. */
export function closeOverAll(
  tapes: readonly Tape[],
): { tapes: readonly Tape[]; captured: readonly AnyTensor[] } {
  const open = tapes.flatMap(({ constants }) =>
    constants.map(({ value }) => value).filter((value) => !isConcrete(value))
  );
  if (open.length === 0) return { tapes, captured: [] };
  const captured = [...new Set(open)];
  return {
    tapes: tapes.map((tape) => {
      const own = new Map(tape.constants.map(({ variable, value }) => [value, variable]));
      return new Tape({
        inputs: [
          ...tape.inputs,
          ...captured.map((value) => own.get(value) ?? freshVariable(value)),
        ],
        constants: tape.constants.filter(({ value }) => isConcrete(value)),
        equations: tape.equations,
        outputs: tape.outputs,
      });
    }),
    captured,
  };
}
