/**
 * Common subexpressions: the same primitive on the same operands is computed once.
 *
 * @module
 */
import { hasEffect } from "../effects.ts";
import { type Atom, type Equation, isLiteral, type Tape, type Variable } from "../tape.ts";
import { rewrite } from "./rewrite.ts";

/** Lets every repeated equation's results stand for those of its first occurrence. */
export function shareSubexpressions(tape: Tape): Tape {
  const first = new Map<string, readonly Variable[]>();
  const identities = new Map<object, number>();
  return rewrite(tape, (equation) => {
    if (hasEffect(equation)) return undefined;
    const key = keyOf(equation, identities);
    const outputs = first.get(key);
    if (outputs === undefined) first.set(key, equation.outputs);
    return outputs;
  });
}

function keyOf({ primitive, params, inputs }: Equation, identities: Map<object, number>): string {
  const atomKey = (atom: Atom) =>
    isLiteral(atom)
      ? `${atom.dtype} ${Object.is(atom.literal, -0) ? "-0" : atom.literal}`
      : atom.id;
  // Tapes among the settings are told apart by identity, plain settings by content.
  const settings = JSON.stringify(params ?? null, (_, value) => {
    if (typeof value !== "object" || value === null || !("equations" in value)) return value;
    if (!identities.has(value)) identities.set(value, identities.size);
    return `tape ${identities.get(value)}`;
  });
  return [primitive.name, settings, ...inputs.map(atomKey)].join("|");
}
