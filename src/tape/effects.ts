/**
 * Equations that do something beside giving results: they happen once each, in order, whatever
 * becomes of their results.
 *
 * @module
 */
import { type Equation, Tape } from "./tape.ts";

const known = new WeakMap<Tape, boolean>();

/** Whether an equation, or one of a tape that it calls, has an effect. */
export function hasEffect({ primitive, params }: Equation): boolean {
  return primitive.effect === true || innerTapes(params).some(tapeHasEffect);
}

function tapeHasEffect(tape: Tape): boolean {
  let effect = known.get(tape);
  if (effect === undefined) known.set(tape, effect = tape.equations.some(hasEffect));
  return effect;
}

/** The tapes among an equation's settings, also those in lists. */
export function innerTapes(params: Equation["params"]): readonly Tape[] {
  return Object.values(params ?? {}).flat().filter((value) => value instanceof Tape);
}
