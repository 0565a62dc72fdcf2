/**
 * Finding the equation that makes the first NaN or infinity.
 *
 * @module
 */
import { KatachiError } from "../errors.ts";
import { showShape } from "../shape/fail.ts";
import { equalShapes } from "../shape/same.ts";
import { allocate, isFloating, type TypedArray } from "../tensor/dtype.ts";
import { shortestFloat32 } from "../tensor/format.ts";
import { elementsOf, sizeOf, wrap } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { type Engine, watchEngine } from "../tape/engine.ts";
import { literalTensor } from "../tape/evaluate.ts";
import type { Elements } from "../tape/primitive.ts";
import { onBehalfOf, recordSources, sourceHere, unknownSource } from "../tape/source.ts";
import { type Atom, isLiteral, type Tape, type Variable } from "../tape/tape.ts";
import { switchOf } from "./mode.ts";
import { indexAt } from "./position.ts";

/** A NaN or an infinity that came out of numbers that were none. */
export class NumericsError extends KatachiError {
  /** Always `"NumericsError"`. */
  override readonly name = "NumericsError";
}

let on = false;

/**
 * Looks, from now on, at every result: the first equation that makes a NaN out of operands without
 * one, or an infinity out of finite operands, throws a {@linkcode NumericsError} that says which
 * elements, from which operands, and which line of yours wrote it. Compiled programs run equation by
 * equation while it is on, and are traced once more for it, so that they know their lines. In a
 * gradient it names the line whose gradient it is.
 *
 * Values that are thrown away afterwards count as well: by a `where`, or under `vmap` those of a
 * branch that an example does not take and of a loop that has ended for it. What was recorded before
 * the checks were on and cannot be traced again, as the way back that {@linkcode vjp} gave, does not
 * know its lines.
 *
 * @example
 * ```ts
 * import { debug, log, tensor } from "@katachi/katachi";
 *
 * try {
 *   using _checks = debug.nans(true);
 *   log(tensor([1, 0, -1]));
 * } catch (error) {
 *   (error as Error).message.split("\n")[0]; // log: 1 NaN and 1 infinity among the 3 elements …
 * }
 * ```
 */
export function nans(on: boolean): Disposable {
  return setNans(on);
}

const setNans = switchOf((next) => {
  const before = on;
  on = next;
  watchEngine(next ? checked : undefined);
  recordSources(next);
  return before;
});

/** An engine that looks at every result of another. */
function checked(inner: Engine): Engine {
  const evaluate: Engine["evaluate"] = (primitive, params, inputs, outputs) => {
    const { meaning } = primitive;
    if (meaning.kind === "call") return run(evaluate, meaning.tape(params), inputs);
    if (meaning.kind === "control") {
      const results = outputs.map(({ shape, dtype }) =>
        wrap(shape, dtype, allocate(dtype, sizeOf(shape)))
      );
      meaning.run(
        inputs.map(toElements),
        params,
        results.map(toElements),
        (tape, inputs) => run(evaluate, tape, inputs.map(toTensor)).map(toElements),
      );
      return results;
    }
    const results = inner.evaluate(primitive, params, inputs, outputs);
    for (const result of results) check(primitive.name, inputs, result);
    return results;
  };
  return {
    ...inner,
    name: `${inner.name}, checked`,
    wantsLines: true,
    compile: (tape) => (inputs) => run(evaluate, tape, inputs),
    evaluate,
  };
}

function toElements(tensor: AnyTensor): Elements {
  const { shape, dtype } = tensor;
  return { shape, dtype, data: elementsOf(tensor, "debug.nans") };
}

function toTensor({ shape, dtype, data }: Elements): AnyTensor {
  return wrap(shape, dtype, data);
}

/** Runs a tape one equation at a time. */
function run(
  evaluate: Engine["evaluate"],
  tape: Tape,
  inputs: readonly AnyTensor[],
): readonly AnyTensor[] {
  const values = new Map<Variable, AnyTensor>();
  for (const [i, variable] of tape.inputs.entries()) values.set(variable, inputs[i]);
  for (const { variable, value } of tape.constants) values.set(variable, value);
  const read = (atom: Atom) => isLiteral(atom) ? literalTensor(atom) : values.get(atom)!;
  for (const { primitive, params, inputs, outputs, source = unknownSource } of tape.equations) {
    const results = onBehalfOf(
      source,
      () => evaluate(primitive, params, inputs.map(read), outputs),
    );
    for (const [i, variable] of outputs.entries()) values.set(variable, results[i]);
  }
  return tape.outputs.map(read);
}

function check(name: string, operands: readonly AnyTensor[], result: AnyTensor): void {
  if (!isFloating(result.dtype)) return;
  const found = count(elementsOf(result, "debug.nans"));
  if (found.nans + found.infinities === 0) return;
  const given = operands.map((operand) => count(elementsOf(operand, "debug.nans")));
  const newNans = found.nans > 0 && given.every(({ nans }) => nans === 0);
  const newInfinities = found.infinities > 0 &&
    given.every(({ nans, infinities }) => nans + infinities === 0);
  if (newNans || newInfinities) {
    throw new NumericsError(describe(name, operands, result, newNans, newInfinities));
  }
}

function count(data: TypedArray): { nans: number; infinities: number } {
  let nans = 0;
  let infinities = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== data[i]) nans++;
    else if (data[i] === Infinity || data[i] === -Infinity) infinities++;
  }
  return { nans, infinities };
}

function describe(
  name: string,
  operands: readonly AnyTensor[],
  result: AnyTensor,
  newNans: boolean,
  newInfinities: boolean,
): string {
  const { shape, size } = result;
  const data = elementsOf(result, "debug.nans");
  const { nans, infinities } = count(data);
  const what = [
    ...newNans ? [counted(nans, "NaN", "NaNs")] : [],
    ...newInfinities ? [counted(infinities, "infinity", "infinities")] : [],
  ].join(" and ");
  const first = data.findIndex((value) =>
    newNans && Number.isNaN(value) || newInfinities && Math.abs(value) === Infinity
  );
  const lines = operands.map((operand, i) => {
    const elements = elementsOf(operand, "debug.nans");
    const text = equalShapes(operand.shape, shape)
      ? `${numberText(operand, elements[first])}${at(shape, first)}`
      : rangeText(operand, elements);
    return `  operand ${i + 1} is ${typeOf(operand)}: ${text}`;
  });
  const head = shape.length === 0
    ? `${name}: the result, a ${typeOf(result)}, is ${numberText(result, data[0])}`
    : `${name}: ${what} among the ${counted(size, "element", "elements")} of ${
      typeOf(result)
    }, the first${at(shape, first)}`;
  return [head, ...lines, `  ${sourceHere()}`].join("\n");
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function typeOf({ shape, dtype }: AnyTensor): string {
  return `${dtype}${showShape(shape)}`;
}

function at(shape: readonly number[], position: number): string {
  return shape.length === 0 ? "" : ` at ${showShape(indexAt(shape, position))}`;
}

function numberText({ dtype }: AnyTensor, value: number): string {
  if (dtype === "bool") return String(value !== 0);
  return String(dtype === "float32" ? shortestFloat32(value) : value);
}

function rangeText(tensor: AnyTensor, data: TypedArray): string {
  if (data.length === 0) return "no elements";
  if (data.length === 1) return numberText(tensor, data[0]);
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (data[i] < low) low = data[i];
    if (data[i] > high) high = data[i];
  }
  return `from ${numberText(tensor, low)} to ${numberText(tensor, high)}`;
}
