/**
 * What every step of a loop would compute anew, computed once before it.
 *
 * @module
 */
import type { AnyTensor } from "../../tensor/tensor.ts";
import { hasEffect } from "../../tape/effects.ts";
import { evaluateTape } from "../../tape/evaluate.ts";
import { spreads } from "../../tape/passes/grows.ts";
import { type Atom, type Equation, isLiteral, Tape, type Variable } from "../../tape/tape.ts";

/** A body, and the constants it now takes. */
export interface Hoisted {
  readonly body: Tape;
  readonly constants: readonly AnyTensor[];
}

/**
 * Takes the equations that depend on constants alone, the first inputs of a body, out of it. Those
 * that only spread out what they are made from stay: they are cheaper to make than to keep.
 */
export function hoist(body: Tape, constants: readonly AnyTensor[]): Hoisted {
  const fixed = new Set<Atom>(body.inputs.slice(0, constants.length));
  const known = new Set<Atom>(body.constants.map(({ variable }) => variable));
  const outside: Equation[] = [];
  const inside: Equation[] = [];
  for (const equation of body.equations) {
    const still = equation.inputs.every((atom) =>
      isLiteral(atom) || fixed.has(atom) || known.has(atom)
    );
    if (
      still && equation.inputs.some((atom) => fixed.has(atom)) && !spreads(equation) &&
      !hasEffect(equation)
    ) {
      equation.outputs.forEach((output) => fixed.add(output));
      outside.push(equation);
    } else inside.push(equation);
  }
  const read = new Set<Atom>([...inside.flatMap(({ inputs }) => inputs), ...body.outputs]);
  const kept = [...fixed].filter((atom): atom is Variable => !isLiteral(atom) && read.has(atom));
  const before = new Tape({
    inputs: body.inputs.slice(0, constants.length),
    constants: body.constants,
    equations: outside,
    outputs: kept,
  });
  return {
    body: new Tape({
      inputs: [...kept, ...body.inputs.slice(constants.length)],
      constants: body.constants,
      equations: inside,
      outputs: body.outputs,
    }),
    constants: evaluateTape(before, constants),
  };
}
