/**
 * Dead equations: those that no output depends on.
 *
 * @module
 */
import { type Atom, Tape } from "../tape.ts";

/** Drops equations, and captured constants, that do not lead to an output. */
export function removeDead(tape: Tape): Tape {
  const needed = new Set<Atom>(tape.outputs);
  const equations = tape.equations.toReversed().filter(({ inputs, outputs }) => {
    const live = outputs.some((output) => needed.has(output));
    if (live) inputs.forEach((input) => needed.add(input));
    return live;
  }).reverse();
  const constants = tape.constants.filter(({ variable }) => needed.has(variable));
  return new Tape({ inputs: tape.inputs, constants, equations, outputs: tape.outputs });
}
