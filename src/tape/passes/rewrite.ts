/**
 * One walk over a tape in which equations may be replaced.
 *
 * @module
 */
import {
  type Atom,
  type Constant,
  type Equation,
  isLiteral,
  Tape,
  type Variable,
} from "../tape.ts";

/** What a walk has seen so far. */
export interface Seen {
  /** The equation that defines an atom; `undefined` for inputs, constants and literals. */
  definition(atom: Atom): Equation | undefined;
  /** The captured tensor that an atom names. */
  constant(atom: Atom): Constant | undefined;
}

/**
 * What becomes of an equation: `undefined` leaves it, an equation replaces it (with the same
 * outputs), atoms or constants stand in for its outputs, one for one.
 */
export type Replacement = undefined | Equation | readonly (Atom | Constant)[];

/** Walks over the equations in order and applies `step` to each, its operands already replaced. */
export function rewrite(
  tape: Tape,
  step: (equation: Equation, seen: Seen) => Replacement,
): Tape {
  const instead = new Map<Variable, Atom>();
  const definitions = new Map<Atom, Equation>();
  const constants = new Map<Atom, Constant>(
    tape.constants.map((constant) => [constant.variable, constant]),
  );
  const current = (atom: Atom): Atom => isLiteral(atom) ? atom : instead.get(atom) ?? atom;
  const seen: Seen = {
    definition: (atom) => definitions.get(atom),
    constant: (atom) => constants.get(atom),
  };

  const equations: Equation[] = [];
  for (const original of tape.equations) {
    const equation = { ...original, inputs: original.inputs.map(current) };
    const replacement = step(equation, seen);
    if (isList(replacement)) {
      for (const [i, output] of equation.outputs.entries()) {
        const by = replacement[i];
        if ("value" in by) constants.set(by.variable, by);
        instead.set(output, "value" in by ? by.variable : by);
      }
    } else {
      const kept = replacement ?? equation;
      for (const output of kept.outputs) definitions.set(output, kept);
      equations.push(kept);
    }
  }
  return new Tape({
    inputs: tape.inputs,
    constants: [...constants.values()],
    equations,
    outputs: tape.outputs.map(current),
  });
}

function isList(replacement: Replacement): replacement is readonly (Atom | Constant)[] {
  return Array.isArray(replacement);
}
