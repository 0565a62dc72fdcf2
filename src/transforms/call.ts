/**
 * Calling a tape as one equation, and the derivative of such a call: two tapes, one that goes
 * forward and keeps what the way back needs, and one that goes back.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { isConcrete } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { evaluateTape } from "../tape/evaluate.ts";
import { removeDead } from "../tape/passes/dead.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { type Augmented, definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind, withRecorder } from "../tape/recorder.ts";
import { type Atom, isLiteral, Tape, type Variable } from "../tape/tape.ts";
import { mul } from "../primitives/arithmetic.ts";
import { zeros } from "../primitives/create.ts";
import { sin } from "../primitives/trigonometry.ts";
import { linearizeReverse } from "./pullback.ts";
import { traceFlat } from "./trace.ts";

interface CallParams {
  readonly tape: Tape;
  /** What the tape is called in listings. */
  readonly name?: string;
}

/** @internal */
interface Split {
  /** Inputs to the outputs, followed by the residuals. */
  readonly forward: Tape;
  /** Residuals and float outputs' cotangents to the wanted inputs' cotangents. */
  readonly backward: Tape;
}

/** Applies a tape. */
export const callPrimitive: Primitive<CallParams> = definePrimitive({
  name: "call",
  family: "call",
  summary: "applies the tape among its settings",
  infer: (_, { tape }) => tape.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  meaning: { kind: "call", tape: ({ tape }) => tape },
  augment: (inputs, { tape, name }, needs): Augmented => {
    const { forward, backward } = split(tape, needs);
    const results = bind(callPrimitive, inputs, { tape: forward, name });
    const count = tape.outputs.length;
    return {
      outputs: results.slice(0, count),
      residuals: { backward, kept: results.slice(count) },
    };
  },
  vjp: (cotangents, { outputs, params: { name }, needs, residuals }) => {
    const { backward, kept } = residuals as { backward: Tape; kept: readonly AnyTensor[] };
    const seeds = outputs.flatMap(({ shape, dtype }, i) =>
      isFloating(dtype) ? [cotangents[i] ?? zeros(shape, dtype)] : []
    );
    const params = { tape: backward, name: name && `${name}'` };
    const back = [...bind(callPrimitive, [...kept, ...seeds], params)];
    return needs.map((need) => need ? back.shift() : undefined);
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 2);
    const operands = [{ shape, dtype: float }, { shape, dtype: float }];
    const tape = traceFlat("call", operands, ([a, b]) => [mul(sin(a), b), mul(a, a)]);
    return { operands, params: { tape } };
  },
});

const splits = new WeakMap<Tape, Map<string, Split>>();

function split(tape: Tape, needs: readonly boolean[]): Split {
  let ways = splits.get(tape);
  if (ways === undefined) splits.set(tape, ways = new Map());
  const key = needs.join();
  let result = ways.get(key);
  if (result === undefined) ways.set(key, result = makeSplit(tape, needs));
  return result;
}

/** Differentiates on abstract tensors in one recording, then cuts the recording in two. */
function makeSplit(tape: Tape, needs: readonly boolean[]): Split {
  return withRecorder("call", { abstract: true }, (recorder) => {
    const inputs = tape.inputs.map((input) => recorder.input(input));
    const wanted = inputs.filter((_, i) => needs[i]);
    const { outputs, pullback } = linearizeReverse("call", wanted, (traced) => {
      const rest = [...traced];
      return evaluateTape(tape, inputs.map((input, i) => needs[i] ? rest.shift()! : input));
    });
    const cut = recorder.equations.length;
    const seeds = outputs.map((output) =>
      isFloating(output.dtype) ? recorder.input(output) : undefined
    );
    const cotangents = pullback(seeds);
    const whole = recorder.tape([...outputs, ...cotangents]);

    const known = new Set<Atom>(whole.inputs.slice(0, inputs.length));
    const forwardEquations = whole.equations.slice(0, cut);
    for (const { outputs } of forwardEquations) outputs.forEach((output) => known.add(output));
    const back = removeDead(
      new Tape({
        inputs: [],
        constants: whole.constants,
        equations: whole.equations.slice(cut),
        outputs: whole.outputs.slice(outputs.length),
      }),
    );
    const reads = [...back.equations.flatMap(({ inputs }) => inputs), ...back.outputs];
    const residuals = [...new Set(reads)].filter((atom): atom is Variable =>
      !isLiteral(atom) && known.has(atom)
    );
    return {
      forward: optimize(
        new Tape({
          inputs: whole.inputs.slice(0, inputs.length),
          constants: whole.constants,
          equations: forwardEquations,
          outputs: [...whole.outputs.slice(0, outputs.length), ...residuals],
        }),
      ),
      backward: optimize(
        new Tape({
          inputs: [...residuals, ...whole.inputs.slice(inputs.length)],
          constants: back.constants,
          equations: back.equations,
          outputs: back.outputs,
        }),
      ),
    };
  });
}

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
