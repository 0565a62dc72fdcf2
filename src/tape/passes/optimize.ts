/**
 * All passes, over and over until nothing changes.
 *
 * @module
 */
import { type Atom, isLiteral, type Tape } from "../tape.ts";
import { foldConstants } from "./constants.ts";
import { removeDead } from "./dead.ts";
import { simplify } from "./simplify.ts";
import { shareSubexpressions } from "./subexpressions.ts";

/** The passes in the order in which they are applied. */
export const passes: readonly ((tape: Tape) => Tape)[] = [
  simplify,
  foldConstants,
  shareSubexpressions,
  removeDead,
];

/** A tape that computes the same with fewer equations. */
export function optimize(tape: Tape): Tape {
  let current = tape;
  while (true) {
    const next = passes.reduce((result, pass) => pass(result), current);
    if (fingerprint(next) === fingerprint(current)) return next;
    current = next;
  }
}

/** Changes whenever a pass changes something: which equations there are, and what they read. */
function fingerprint({ equations, outputs }: Tape): string {
  const atom = (a: Atom) => isLiteral(a) ? `=${a.literal}` : a.id;
  return JSON.stringify([
    equations.map(({ inputs, outputs }) => [inputs.map(atom), outputs.map(atom)]),
    outputs.map(atom),
  ]);
}
