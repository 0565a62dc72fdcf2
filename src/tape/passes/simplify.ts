/**
 * Algebraic simplification: a list of small rules, each a law of the primitives it names.
 *
 * @module
 */
import { equalShapes } from "../../shape/same.ts";
import type { Shape } from "../../shape/dim.ts";
import { type Atom, type Equation, isLiteral, type Tape } from "../tape.ts";
import { rewrite, type Seen } from "./rewrite.ts";

/** Gives what an equation can be replaced by, or `undefined` where the law does not apply. */
export type Rule = (equation: Equation, seen: Seen) => Atom | Equation | undefined;

/** The rules by name; each law holds for every operand, NaN and infinities included. */
export const rules: Readonly<Record<string, Rule>> = {
  /** `x + 0 = x`, up to the sign of a zero. */
  "x + 0": on(
    "add",
    ({ inputs: [a, b], outputs: [y] }, seen) =>
      isScalar(b, 0, seen) ? sameShape(a, y) : isScalar(a, 0, seen) ? sameShape(b, y) : undefined,
  ),

  /** `x - 0 = x`. */
  "x - 0": on(
    "sub",
    ({ inputs: [a, b], outputs: [y] }, seen) => isScalar(b, 0, seen) ? sameShape(a, y) : undefined,
  ),

  /** `x 1 = x`. */
  "x * 1": on(
    "mul",
    ({ inputs: [a, b], outputs: [y] }, seen) =>
      isScalar(b, 1, seen) ? sameShape(a, y) : isScalar(a, 1, seen) ? sameShape(b, y) : undefined,
  ),

  /** `x / 1 = x`. */
  "x / 1": on(
    "div",
    ({ inputs: [a, b], outputs: [y] }, seen) => isScalar(b, 1, seen) ? sameShape(a, y) : undefined,
  ),

  /** `x^1 = x`. */
  "x ^ 1": on(
    "pow",
    ({ inputs: [a, b], outputs: [y] }, seen) => isScalar(b, 1, seen) ? sameShape(a, y) : undefined,
  ),

  /** `-(-x) = x`. */
  "-(-x)": on("neg", ({ inputs: [a] }, seen) => operandOf(a, "neg", seen)),

  /** `not not x = x`. */
  "not not x": on("not", ({ inputs: [a] }, seen) => operandOf(a, "not", seen)),

  /** Two transpositions are one. */
  "transpose of transpose": on("transpose", (equation, seen) => {
    const inner = definedBy(equation.inputs[0], "transpose", seen);
    if (inner === undefined) return undefined;
    const outer: readonly number[] = equation.params.permutation;
    const permutation = outer.map((axis) => inner.params.permutation[axis]);
    return { ...equation, inputs: inner.inputs, params: { permutation } };
  }),

  /** A transposition that leaves every axis where it is does nothing. */
  "transpose to the same": on(
    "transpose",
    ({ inputs: [a], params }) =>
      params.permutation.every((axis: number, i: number) => axis === i) ? a : undefined,
  ),

  /** Two reshapes are one. */
  "reshape of reshape": on("reshape", (equation, seen) => {
    const inner = definedBy(equation.inputs[0], "reshape", seen);
    return inner && { ...equation, inputs: inner.inputs };
  }),

  /** A reshape to the same shape does nothing. */
  "reshape to the same": on("reshape", ({ inputs: [a], outputs: [y] }) => sameShape(a, y)),

  /** Two broadcasts are one. */
  "broadcast of broadcast": on("broadcast", (equation, seen) => {
    const inner = definedBy(equation.inputs[0], "broadcast", seen);
    if (inner === undefined) return undefined;
    const { shape, axes } = equation.params;
    const composed = inner.params.axes.map((axis: number) => axes[axis]);
    return { ...equation, inputs: inner.inputs, params: { shape, axes: composed } };
  }),

  /** A broadcast to the same shape does nothing. */
  "broadcast to the same": on("broadcast", ({ inputs: [a], outputs: [y] }) => sameShape(a, y)),

  /** Turning around twice is nothing. */
  "reverse of reverse": on("reverse", (equation, seen) => {
    const inner = definedBy(equation.inputs[0], "reverse", seen);
    return inner && equalShapes(inner.params.axes, equation.params.axes)
      ? inner.inputs[0]
      : undefined;
  }),

  /** A conversion to the dtype that is there does nothing. */
  "convert to the same": on(
    "convert",
    ({ inputs: [a], params }) => a.dtype === params.dtype ? a : undefined,
  ),

  /** A sum over no axes is the operand. */
  "sum over nothing": on(
    "sum",
    ({ inputs: [a], params }) => params.axes.length === 0 ? a : undefined,
  ),

  /** A choice between a thing and itself is that thing. */
  "select of the same": on(
    "select",
    ({ inputs: [_, a, b], outputs: [y] }) => a === b ? sameShape(a, y) : undefined,
  ),

  /** A choice that is made already. */
  "select by a constant": on(
    "select",
    ({ inputs: [condition, a, b], outputs: [y] }, seen) =>
      isScalar(condition, 1, seen)
        ? sameShape(a, y)
        : isScalar(condition, 0, seen)
        ? sameShape(b, y)
        : undefined,
  ),
};

/** Applies every rule wherever it fits, once over the tape. */
export function simplify(tape: Tape): Tape {
  return applyRules(Object.values(rules), tape);
}

/** Applies some rules wherever they fit, once over the tape. */
export function applyRules(chosen: readonly Rule[], tape: Tape): Tape {
  return rewrite(tape, (original, seen) => {
    let equation = original;
    for (const rule of chosen) {
      const result = rule(equation, seen);
      if (result === undefined) continue;
      if (!("primitive" in result)) return [result];
      equation = result;
    }
    return equation;
  });
}

function on(primitive: string, rule: Rule): Rule {
  return (equation, seen) =>
    equation.primitive.name === primitive ? rule(equation, seen) : undefined;
}

function definedBy(atom: Atom, primitive: string, seen: Seen): Equation | undefined {
  const definition = seen.definition(atom);
  return definition?.primitive.name === primitive ? definition : undefined;
}

function operandOf(atom: Atom, primitive: string, seen: Seen): Atom | undefined {
  return definedBy(atom, primitive, seen)?.inputs[0];
}

/** Whether an atom is this number everywhere: a literal, or a literal broadcast. */
function isScalar(atom: Atom, value: number, seen: Seen): boolean {
  if (isLiteral(atom)) return atom.literal === value;
  const definition = definedBy(atom, "broadcast", seen) ?? definedBy(atom, "reshape", seen);
  return definition !== undefined && isScalar(definition.inputs[0], value, seen);
}

/** The atom, if it has the shape that is to be replaced. */
function sameShape(atom: Atom, { shape }: { readonly shape: Shape }): Atom | undefined {
  return equalShapes(atom.shape, shape) ? atom : undefined;
}
