/**
 * A tape without calls: the equations of called tapes take the places of the calls.
 *
 * @module
 */
import {
  type Atom,
  type Constant,
  type Equation,
  freshVariable,
  isLiteral,
  Tape,
  type Variable,
} from "../../tape/tape.ts";

/** Puts the equations of called tapes, and of those that they call, in the places of the calls. */
export function inlineCalls(tape: Tape): Tape {
  const constants: Constant[] = [...tape.constants];
  const equations: Equation[] = [];
  const outputs = append(tape, new Map(), equations, constants);
  return new Tape({ inputs: tape.inputs, constants, equations, outputs });
}

/** Adds a tape's equations with its variables replaced; new names for all but those given. */
function append(
  tape: Tape,
  names: Map<Variable, Atom>,
  equations: Equation[],
  constants: Constant[],
): readonly Atom[] {
  const current = (atom: Atom): Atom => isLiteral(atom) ? atom : names.get(atom) ?? atom;
  for (const equation of tape.equations) {
    const { primitive: { meaning }, params } = equation;
    const inputs = equation.inputs.map(current);
    if (meaning.kind !== "call") {
      const outputs = equation.outputs.map((output) => {
        const name = freshVariable(output);
        names.set(output, name);
        return name;
      });
      equations.push({ ...equation, inputs, outputs });
      continue;
    }
    const inner = meaning.tape(params);
    const inside = new Map<Variable, Atom>();
    for (const [i, input] of inner.inputs.entries()) inside.set(input, inputs[i]);
    // A tape that is called twice captures the same tensors twice, under one name.
    for (const constant of inner.constants) {
      if (!constants.some(({ variable }) => variable === constant.variable)) {
        constants.push(constant);
      }
    }
    const results = append(inner, inside, equations, constants);
    for (const [i, output] of equation.outputs.entries()) names.set(output, results[i]);
  }
  return tape.outputs.map(current);
}
