/**
 * The reverse pass: a recorded tape is walked backwards, and each equation's vjp rule is applied.
 *
 * @module
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import { isFloating } from "../tensor/dtype.ts";
import { type RecordedEquation, type Recorder, withRecorder } from "../tape/recorder.ts";
import { onBehalfOfGradient } from "../tape/source.ts";
import type { Variable } from "../tape/tape.ts";
import { add } from "../primitives/arithmetic.ts";
import { zeros } from "../primitives/create.ts";

/** Cotangents of the outputs in (`undefined` for zero), cotangents of the inputs out. */
export type Pullback = (
  cotangents: readonly (AnyTensor | undefined)[],
) => readonly AnyTensor[];

/** The outputs of a function at some inputs, and its pullback there. */
export interface Linearized {
  readonly outputs: readonly AnyTensor[];
  readonly pullback: Pullback;
}

/**
 * Calls a function from leaves to leaves while a recorder that carries values writes down what it
 * does. The pullback may be called any number of times, in any trace.
 */
export function linearizeReverse(
  operation: string,
  inputs: readonly AnyTensor[],
  f: (leaves: readonly AnyTensor[]) => readonly AnyTensor[],
): Linearized {
  return withRecorder(operation, { abstract: false }, (recorder) => {
    const traced = inputs.map((input) => recorder.input(input, input));
    const outputs = f(traced);
    const variables = outputs.map((tensor) => recorder.variableOf(tensor));
    return {
      outputs: outputs.map((tensor) => recorder.valueOf(tensor)),
      pullback: (cotangents) => reverse(recorder, variables, cotangents, inputs),
    };
  });
}

function reverse(
  recorder: Recorder,
  outputs: readonly (Variable | undefined)[],
  seeds: readonly (AnyTensor | undefined)[],
  inputs: readonly AnyTensor[],
): readonly AnyTensor[] {
  const cotangents = new Map<number, AnyTensor>();
  const accumulate = (variable: Variable | undefined, cotangent: AnyTensor | undefined) => {
    if (variable === undefined || cotangent === undefined || !isFloating(variable.dtype)) return;
    const before = cotangents.get(variable.id);
    cotangents.set(variable.id, before === undefined ? cotangent : add(before, cotangent));
  };
  for (const [i, variable] of outputs.entries()) accumulate(variable, seeds[i]);

  for (const equation of recorder.equations.toReversed()) {
    const flowing = equation.outputs.map(({ id }) => cotangents.get(id));
    if (flowing.every((cotangent) => cotangent === undefined)) continue;
    for (const { id } of equation.outputs) cotangents.delete(id);
    const back = applyRule(equation, flowing);
    for (const [i, atom] of equation.inputs.entries()) {
      if (equation.needs[i]) accumulate(atom as Variable, back[i]);
    }
  }
  return recorder.inputs.map(({ id }, i) =>
    cotangents.get(id) ?? zeros(inputs[i].shape, inputs[i].dtype)
  );
}

function applyRule(
  { primitive, params, inputValues, outputValues, needs, residuals, source }: RecordedEquation,
  cotangents: readonly (AnyTensor | undefined)[],
): readonly (AnyTensor | undefined)[] {
  const { vjp } = primitive;
  if (typeof vjp !== "function" || !needs.includes(true)) return [];
  const context = { inputs: inputValues, outputs: outputValues, params, needs, residuals };
  return onBehalfOfGradient(source, () => vjp(cotangents, context));
}
