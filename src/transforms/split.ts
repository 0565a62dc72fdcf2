/**
 * The derivative of a tape as two tapes: one that goes forward and keeps what the way back needs,
 * and one that goes back.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { withoutEffects } from "../tape/effects.ts";
import { evaluateTape } from "../tape/evaluate.ts";
import { perTape } from "../tape/memo.ts";
import { removeDead } from "../tape/passes/dead.ts";
import { laysOut } from "../tape/passes/grows.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { withRecorder } from "../tape/recorder.ts";
import { type Atom, type Equation, isLiteral, Tape, type Variable } from "../tape/tape.ts";
import { zeros } from "../primitives/create.ts";
import { type Linearized, linearizeReverse } from "./pullback.ts";

/**
 * Where the way back reads a value: an input of the tape, an output of it (the last of several that
 * are the same), or a further output of the way forward.
 */
export type Residual =
  | { readonly input: number }
  | { readonly output: number }
  | { readonly kept: number };

/** A tape's derivative. */
export interface Split {
  /** From the inputs to the outputs, followed by what is kept. */
  readonly forward: Tape;
  /** From the residuals and the float outputs' cotangents to the wanted inputs' cotangents. */
  readonly backward: Tape;
  /** What the first inputs of `backward` are. */
  readonly residuals: readonly Residual[];
}

/** Splits the derivative of a tape by the inputs that `needs` names. */
export const split: (tape: Tape, needs: readonly boolean[]) => Split = perTape(makeSplit);

/** Both ways in one recording, on abstract tensors. */
interface Recording {
  /** From inputs and the float outputs' cotangents to outputs and the wanted inputs' cotangents. */
  readonly whole: Tape;
  /** How many of its equations are the way forward. */
  readonly cut: number;
}

function record(tape: Tape, needs: readonly boolean[]): Recording {
  return withRecorder("grad", { abstract: true }, (recorder) => {
    const inputs = tape.inputs.map((input) => recorder.input(input));
    const { outputs, pullback } = linearizeWanted(tape, inputs, needs);
    const cut = recorder.equations.length;
    const seeds = outputs.map((output) =>
      isFloating(output.dtype) ? recorder.input(output) : undefined
    );
    return { whole: recorder.tape([...outputs, ...pullback(seeds)]), cut };
  });
}

/** Cuts the recording of both ways in two. */
function makeSplit(tape: Tape, needs: readonly boolean[]): Split {
  const { whole, cut } = record(tape, needs);
  const count = tape.outputs.length;
  const sources = whole.inputs.slice(0, tape.inputs.length);
  const ahead = whole.equations.slice(0, cut);
  const back = removeDead(
    new Tape({
      inputs: [],
      constants: whole.constants,
      equations: whole.equations.slice(cut),
      outputs: whole.outputs.slice(count),
    }),
  );
  const { equations, reads } = remake(ahead, back, sources);

  const forward = optimize(
    new Tape({
      inputs: sources,
      constants: whole.constants,
      equations: ahead,
      outputs: [...whole.outputs.slice(0, count), ...reads],
    }),
  );
  const { kept, residuals } = distinct(forward, count);
  return {
    forward: removeDead(
      new Tape({ ...forward, outputs: [...forward.outputs.slice(0, count), ...kept] }),
    ),
    backward: optimize(
      new Tape({
        inputs: [...reads, ...whole.inputs.slice(sources.length)],
        constants: whole.constants,
        equations,
        outputs: back.outputs,
      }),
    ),
    residuals,
  };
}

/** The way forward and back in one: from inputs and the float outputs' cotangents to the inputs'. */
export const reverseTape: (tape: Tape, needs: readonly boolean[]) => Tape = perTape(
  (tape, needs) => {
    const { whole, cut } = record(tape, needs);
    // What has an effect has had it on the way forward.
    const again = withoutEffects(new Tape({ ...whole, equations: whole.equations.slice(0, cut) }));
    return optimize(
      new Tape({
        ...whole,
        equations: [...again.equations, ...whole.equations.slice(cut)],
        outputs: whole.outputs.slice(tape.outputs.length),
      }),
    );
  },
);

/** A tape's outputs, and its pullback to the inputs that are wanted. */
function linearizeWanted(
  tape: Tape,
  inputs: readonly AnyTensor[],
  needs: readonly boolean[],
): Linearized {
  return linearizeReverse("grad", inputs.filter((_, i) => needs[i]), (traced) => {
    const rest = [...traced];
    return evaluateTape(tape, inputs.map((input, i) => needs[i] ? rest.shift()! : input));
  });
}

/**
 * The way back with, in front of it, the equations of the way forward that only lay out anew what
 * they are made from: a broadcast is made again rather than kept. And what the way back then reads
 * from the way forward.
 */
function remake(
  ahead: readonly Equation[],
  back: Tape,
  inputs: readonly Variable[],
): { readonly equations: readonly Equation[]; readonly reads: readonly Variable[] } {
  const definitions = new Map<Atom, Equation>(
    ahead.flatMap((equation) => equation.outputs.map((output) => [output, equation] as const)),
  );
  const sources = new Set<Atom>(inputs);
  const again = new Set<Equation>();
  const reads = new Set<Variable>();
  const read = (atom: Atom): void => {
    if (isLiteral(atom)) return;
    const definition = definitions.get(atom);
    if (definition !== undefined && laysOut(definition)) {
      if (again.has(definition)) return;
      definition.inputs.forEach(read);
      again.add(definition);
    } else if (definition !== undefined || sources.has(atom)) reads.add(atom);
  };
  for (const { inputs } of back.equations) inputs.forEach(read);
  back.outputs.forEach(read);
  return { equations: [...again, ...back.equations], reads: [...reads] };
}

/** What to keep of the outputs after the first `count`: equal ones only once. */
function distinct(
  { inputs, outputs }: Tape,
  count: number,
): { readonly kept: readonly Atom[]; readonly residuals: readonly Residual[] } {
  const kept: Atom[] = [];
  const residuals = outputs.slice(count).map((atom): Residual => {
    const input = inputs.indexOf(atom as Variable);
    if (input >= 0) return { input };
    const output = outputs.lastIndexOf(atom, count - 1);
    if (output >= 0) return { output };
    if (!kept.includes(atom)) kept.push(atom);
    return { kept: kept.indexOf(atom) };
  });
  return { kept, residuals };
}

/** The values of the residuals. */
export function readResiduals(
  { residuals }: Split,
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  kept: readonly AnyTensor[],
): readonly AnyTensor[] {
  return residuals.map((residual) =>
    "input" in residual
      ? inputs[residual.input]
      : "output" in residual
      ? outputs[residual.output]
      : kept[residual.kept]
  );
}

/** The cotangents of float outputs, zeros where none flows: what the way back takes in. */
export function seedsOf(
  outputs: readonly AnyTensor[],
  cotangents: readonly (AnyTensor | undefined)[],
): readonly AnyTensor[] {
  return outputs.flatMap(({ shape, dtype }, i) =>
    isFloating(dtype) ? [cotangents[i] ?? zeros(shape, dtype)] : []
  );
}

/** Values for the places that `needs` names. */
export function inPlaces(
  needs: readonly boolean[],
  values: readonly AnyTensor[],
): readonly (AnyTensor | undefined)[] {
  const rest = [...values];
  return needs.map((need) => need ? rest.shift() : undefined);
}
