/**
 * Dead equations: those that no output depends on. An equation that calls other tapes is pruned
 * with them, where only some of its results are read.
 *
 * @module
 */
import { hasEffect } from "../effects.ts";
import { perTape } from "../memo.ts";
import { type Atom, type Equation, Tape } from "../tape.ts";

/** Drops equations, and captured constants, that lead to no output and have no effect. */
export function removeDead(tape: Tape): Tape {
  const needed = new Set<Atom>(tape.outputs);
  const equations: Equation[] = [];
  for (const equation of tape.equations.toReversed()) {
    const used = equation.outputs.map((output) => needed.has(output));
    if (!used.includes(true) && !hasEffect(equation)) continue;
    const kept = used.includes(false) ? prune(equation, used) : equation;
    kept.inputs.forEach((input) => needed.add(input));
    equations.push(kept);
  }
  const constants = tape.constants.filter(({ variable }) => needed.has(variable));
  return new Tape({
    inputs: tape.inputs,
    constants,
    equations: equations.reverse(),
    outputs: tape.outputs,
  });
}

function prune(equation: Equation, used: readonly boolean[]): Equation {
  const { primitive, params, inputs, outputs } = equation;
  const pruned = primitive.prune?.(params, used);
  if (pruned === undefined) return equation;
  return {
    ...equation,
    params: pruned.params,
    inputs: inputs.filter((_, i) => pruned.inputs[i]),
    outputs: outputs.filter((_, i) => (pruned.outputs ?? used)[i]),
  };
}

/** A tape with some of its outputs, and which of its inputs it still has: those they depend on. */
export interface PrunedTape {
  readonly tape: Tape;
  readonly inputs: readonly boolean[];
}

/** Drops the outputs that are not `used`, and whatever only they depend on, inputs included. */
export const pruneTape: (tape: Tape, used: readonly boolean[]) => PrunedTape = perTape(
  (tape, used) => {
    const outputs = tape.outputs.filter((_, i) => used[i]);
    const live = removeDead(new Tape({ ...tape, outputs }));
    const read = new Set<Atom>([...outputs, ...live.equations.flatMap(({ inputs }) => inputs)]);
    const inputs = tape.inputs.map((input) => read.has(input));
    return {
      tape: new Tape({ ...live, inputs: tape.inputs.filter((_, i) => inputs[i]) }),
      inputs,
    };
  },
);
