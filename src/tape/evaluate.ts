/**
 * Running a tape by applying its primitives again: at once on concrete tensors, recorded on traced
 * ones. Transformations look into a tape this way.
 *
 * @module
 */
import { elementsOf, wrap } from "../tensor/storage.ts";
import { allocate } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { bind } from "./recorder.ts";
import { onBehalfOf } from "./source.ts";
import { type Atom, isLiteral, type Literal, type Tape, type Variable } from "./tape.ts";

/** Applies the primitives of a tape, in order, to these inputs. */
export function evaluateTape(tape: Tape, inputs: readonly AnyTensor[]): readonly AnyTensor[] {
  const values = new Map<Variable, AnyTensor>();
  for (const [i, variable] of tape.inputs.entries()) values.set(variable, inputs[i]);
  for (const { variable, value } of tape.constants) values.set(variable, value);
  const read = (atom: Atom) => isLiteral(atom) ? literalTensor(atom) : values.get(atom)!;
  for (const { primitive, params, inputs, outputs, source } of tape.equations) {
    const results = onBehalfOf(source, () => bind(primitive, inputs.map(read), params));
    for (const [i, variable] of outputs.entries()) values.set(variable, results[i]);
  }
  return tape.outputs.map(read);
}

/** A literal as a tensor. */
export function literalTensor({ dtype, literal }: Literal): AnyTensor {
  const data = allocate(dtype, 1);
  data[0] = literal;
  return wrap([], dtype, data);
}

/** A concrete scalar as a literal. */
export function tensorLiteral(tensor: AnyTensor): Literal {
  return { shape: [], dtype: tensor.dtype, literal: elementsOf(tensor, "literal")[0] };
}
