/**
 * Equations that are cheaper to compute again than to keep.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Atom, Equation } from "../tape.ts";

/** Whether an equation makes more than it is made from. */
export function grows({ inputs, outputs }: Equation): boolean {
  const total = (atoms: readonly Atom[]) =>
    atoms.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return total(outputs) > total(inputs);
}

/** Whether an equation only spreads out or reshapes what it is made from. */
export function laysOut(equation: Equation): boolean {
  return equation.primitive.name === "reshape" || spreads(equation);
}

/** Whether an equation only spreads out what it is made from: a broadcast, a range. */
export function spreads(equation: Equation): boolean {
  const { family } = equation.primitive;
  return (family === "movement" || family === "create") && grows(equation);
}
