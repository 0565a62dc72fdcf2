/**
 * What the loops have in common.
 *
 * @module
 */
import { isFloating } from "../../tensor/dtype.ts";
import type { Atom, Tape } from "../../tape/tape.ts";

/** The outputs of a tape that are floats and depend on the inputs named, through floats. */
export function depending(tape: Tape, inputs: readonly boolean[]): readonly boolean[] {
  const reached = new Set<Atom>(tape.inputs.filter((_, i) => inputs[i]));
  for (const { inputs, outputs } of tape.equations) {
    if (!inputs.some((input) => reached.has(input))) continue;
    for (const output of outputs) if (isFloating(output.dtype)) reached.add(output);
  }
  return tape.outputs.map((output) => reached.has(output));
}

/**
 * What holds of the values that go round a loop, if it holds of some at first, and `step` says of
 * which it holds after a step: the smallest set that a step does not enlarge.
 */
export function fixpoint(
  first: readonly boolean[],
  step: (flags: readonly boolean[]) => readonly boolean[],
): readonly boolean[] {
  let flags = first;
  while (true) {
    const after = step(flags);
    const next = flags.map((flag, i) => flag || after[i]);
    if (next.every((flag, i) => flag === flags[i])) return flags;
    flags = next;
  }
}

/** The items that flags name. */
export function where<T>(items: readonly T[], flags: readonly boolean[]): readonly T[] {
  return items.filter((_, i) => flags[i]);
}
