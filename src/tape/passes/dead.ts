/**
 * Dead equations: those that no output depends on.
 *
 * @module
 */
import { hasEffect } from "../effects.ts";
import { type Atom, Tape } from "../tape.ts";

/** Drops equations, and captured constants, that lead to no output and have no effect. */
export function removeDead(tape: Tape): Tape {
  const needed = new Set<Atom>(tape.outputs);
  const equations = tape.equations.toReversed().filter((equation) => {
    const live = equation.outputs.some((output) => needed.has(output)) || hasEffect(equation);
    if (live) equation.inputs.forEach((input) => needed.add(input));
    return live;
  }).reverse();
  const constants = tape.constants.filter(({ variable }) => needed.has(variable));
  return new Tape({ inputs: tape.inputs, constants, equations, outputs: tape.outputs });
}
