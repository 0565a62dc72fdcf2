/**
 * The tape: a list of equations in static single assignment form. Everything a transformation
 * does, it does to a tape.
 *
 * @module
 */
import type { Shape } from "../shape/dim.ts";
import type { DType } from "../tensor/dtype.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Params, Primitive } from "./primitive.ts";
import { tapeHtml } from "./html.ts";
import { printTape } from "./print.ts";
import type { Source } from "./source.ts";

/** What is known of a value before it is computed. */
export interface Abstract {
  /** Its dims. */
  readonly shape: Shape;
  /** Its element type. */
  readonly dtype: DType;
}

/** A value of a tape: an input, a constant or the result of one equation. */
export interface Variable extends Abstract {
  /** Distinguishes it from all others of any tape. */
  readonly id: number;
}

/** A scalar written into an equation. */
export interface Literal extends Abstract {
  /** The scalar itself; booleans are 0 and 1. */
  readonly literal: number;
}

/** An operand of an equation. */
export type Atom = Variable | Literal;

/** One application of a primitive. */
export interface Equation {
  /** What is applied. */
  readonly primitive: Primitive;
  /** Its static settings: axes, permutations, a tape to call. */
  readonly params: Params;
  /** Its operands. */
  readonly inputs: readonly Atom[];
  /** The variables it defines. */
  readonly outputs: readonly Variable[];
  /** The line it comes from; kept in debug modes only. */
  readonly source?: Source;
}

/** A tensor captured from outside the traced function. */
export interface Constant {
  /** Its name inside the tape. */
  readonly variable: Variable;
  /** The captured tensor. */
  readonly value: AnyTensor;
}

/** The parts of a {@linkcode Tape}. */
export interface TapeParts {
  /** The variables that stand for the arguments' leaves. */
  readonly inputs: readonly Variable[];
  /** Captured tensors. */
  readonly constants: readonly Constant[];
  /** The equations, each after those it reads from. */
  readonly equations: readonly Equation[];
  /** What the program returns. */
  readonly outputs: readonly Atom[];
}

/** A recorded program; as text it is a listing of its equations. */
export class Tape implements TapeParts {
  readonly inputs: readonly Variable[];
  readonly constants: readonly Constant[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Atom[];

  /** A tape of these parts. */
  constructor({ inputs, constants, equations, outputs }: TapeParts) {
    this.inputs = inputs;
    this.constants = constants;
    this.equations = equations;
    this.outputs = outputs;
  }

  /** The listing: the same program gives the same text. */
  toString(): string {
    return printTape(this);
  }

  /** `console.log` shows the listing. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** `console.log` shows the listing in Node, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A Jupyter notebook shows the listing with its columns aligned. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/html": tapeHtml(this), "text/plain": this.toString() };
  }
}

/** Whether an atom is a scalar literal. */
export function isLiteral(atom: Atom): atom is Literal {
  return "literal" in atom;
}

let count = 0;

/** A variable that no tape has yet. */
export function freshVariable({ shape, dtype }: Abstract): Variable {
  return { id: count++, shape, dtype };
}
