/**
 * Equations that do something beside giving results: they happen once each, in order, whatever
 * becomes of their results.
 *
 * @module
 */
import { perTape } from "./memo.ts";
import { type Equation, Tape } from "./tape.ts";

const known = new WeakMap<Tape, boolean>();

/** Whether an equation, or one of a tape that it runs, has an effect. */
export function hasEffect(equation: Equation): boolean {
  return equation.primitive.effect === true || tapesRun(equation).some(tapeHasEffect);
}

function tapeHasEffect(tape: Tape): boolean {
  let effect = known.get(tape);
  if (effect === undefined) known.set(tape, effect = tape.equations.some(hasEffect));
  return effect;
}

/** A tape that gives the same and does nothing beside it. */
export const withoutEffects: (tape: Tape) => Tape = perTape((tape) =>
  tapeHasEffect(tape)
    ? new Tape({
      ...tape,
      equations: tape.equations.filter(({ primitive }) => !primitive.effect).map(silenced),
    })
    : tape
);

function silenced(equation: Equation): Equation {
  if (!hasEffect(equation)) return equation;
  const run = new Set<unknown>(tapesRun(equation));
  const silence = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(silence)
      : run.has(value)
      ? withoutEffects(value as Tape)
      : value;
  const params = Object.entries(equation.params).map(([name, value]) => [name, silence(value)]);
  return { ...equation, params: Object.fromEntries(params) };
}

/** The tapes that an equation runs. */
export function tapesRun({ primitive: { meaning }, params }: Equation): readonly Tape[] {
  if (meaning.kind === "call") return [meaning.tape(params)];
  return meaning.kind === "control" ? meaning.tapes(params).map(({ tape }) => tape) : [];
}

/** The tapes among an equation's settings, also those in lists: those that it runs, and others. */
export function innerTapes(params: Equation["params"]): readonly Tape[] {
  return Object.values(params ?? {}).flat().filter((value) => value instanceof Tape);
}
