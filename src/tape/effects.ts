/**
 * Equations that do something beside giving results: they happen once each, in order, whatever
 * becomes of their results.
 *
 * @module
 */
import { perTape } from "./memo.ts";
import { type Equation, Tape } from "./tape.ts";

/** Whether an equation, or one of a tape that it calls, has an effect. */
export function hasEffect({ primitive, params }: Equation): boolean {
  return primitive.effect === true || innerTapes(params).some(tapeHasEffect);
}

const tapeHasEffect: (tape: Tape) => boolean = perTape((tape) => tape.equations.some(hasEffect));

/** A tape that gives the same results and has no effects: for doing again what was done before. */
export const withoutEffects: (tape: Tape) => Tape = perTape((tape) =>
  tapeHasEffect(tape)
    ? new Tape({
      ...tape,
      equations: tape.equations.filter(({ primitive }) => primitive.effect !== true)
        .map((equation) => ({ ...equation, params: paramsWithoutEffects(equation.params) })),
    })
    : tape
);

function paramsWithoutEffects(params: Equation["params"]): Equation["params"] {
  if (innerTapes(params).length === 0) return params;
  const drop = (value: unknown): unknown =>
    value instanceof Tape ? withoutEffects(value) : Array.isArray(value) ? value.map(drop) : value;
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, drop(value)]));
}

/** The tapes among an equation's settings, also those in lists. */
export function innerTapes(params: Equation["params"]): readonly Tape[] {
  return Object.values(params ?? {}).flat().filter((value) => value instanceof Tape);
}
