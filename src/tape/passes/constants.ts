/**
 * Constant folding: what depends on constants alone is computed once, ahead of time.
 *
 * @module
 */
import { isConcrete } from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { hasEffect } from "../effects.ts";
import { engine } from "../engine.ts";
import { literalTensor, tensorLiteral } from "../evaluate.ts";
import { onBehalfOf } from "../source.ts";
import { type Atom, freshVariable, isLiteral, type Tape } from "../tape.ts";
import { grows } from "./grows.ts";
import { rewrite, type Seen } from "./rewrite.ts";

/**
 * Computes equations whose operands are all constants, unless the result is larger than what it is
 * made from: a broadcast or a range is cheaper to make anew than to keep.
 */
export function foldConstants(tape: Tape): Tape {
  return rewrite(tape, (equation, seen) => {
    if (equation.inputs.length === 0 || grows(equation) || hasEffect(equation)) return undefined;
    const values = equation.inputs.map((atom) => valueOf(atom, seen));
    if (values.some((value) => value === undefined)) return undefined;
    const { primitive, params, outputs, source } = equation;
    const results = onBehalfOf(
      source,
      () => engine().evaluate(primitive, params, values as AnyTensor[], outputs),
    );
    return results.map((value) =>
      value.shape.length === 0 ? tensorLiteral(value) : { variable: freshVariable(value), value }
    );
  });
}

function valueOf(atom: Atom, seen: Seen): AnyTensor | undefined {
  if (isLiteral(atom)) return literalTensor(atom);
  const value = seen.constant(atom)?.value;
  return value !== undefined && isConcrete(value) ? value : undefined;
}
