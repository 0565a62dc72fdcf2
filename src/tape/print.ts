/**
 * Tapes as text.
 *
 * @module
 */
import { shortestFloat32 } from "../tensor/format.ts";
import type { Params } from "./primitive.ts";
import type { Abstract, Atom, Literal, Tape, Variable } from "./tape.ts";

/**
 * A tape as a listing: one equation a line, variables named `a`, `b`, … in the order in which they
 * are defined, settings in brackets, tapes among the settings listed below their equation.
 *
 * ```text
 * tape (a: float32[4,2], b: float32[2,8]) {
 *   c: float32[4,8] = dotGeneral[contract=[[1],[0]]] a b
 *   d: float32[4,8] = tanh c
 *   return d
 * }
 * ```
 */
export function printTape(tape: Tape): string {
  return listing(tape, "");
}

function listing(tape: Tape, indent: string): string {
  const names = new Map<Variable, string>();
  const define = (variable: Variable): string => {
    const name = nameAt(names.size);
    names.set(variable, name);
    return `${name}: ${typeText(variable)}`;
  };
  const read = (atom: Atom): string => "literal" in atom ? literalText(atom) : names.get(atom)!;

  const inputs = tape.inputs.map(define).join(", ");
  const lines = tape.constants.map(({ variable }) => `${define(variable)} = captured`);
  for (const { primitive, params, inputs, outputs } of tape.equations) {
    const operands = inputs.map((atom) => ` ${read(atom)}`).join("");
    const results = outputs.map(define).join(", ");
    const settings = paramsText(params, `${indent}  `);
    lines.push(`${results} = ${primitive.name}${settings.inline}${operands}${settings.below}`);
  }
  lines.push(["return", ...tape.outputs.map(read)].join(" "));
  return `tape (${inputs}) {\n${lines.map((line) => `${indent}  ${line}\n`).join("")}${indent}}`;
}

function paramsText(params: Params, indent: string): { inline: string; below: string } {
  const entries = Object.entries(params ?? {}).filter(([, value]) => value !== undefined);
  const inline = entries.filter(([, value]) => !isTape(value)).map(([name, value]) =>
    `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  const below = entries.filter(([, value]) => isTape(value)).map(([name, value]) =>
    ` ${name}=${listing(value as Tape, indent)}`
  );
  return {
    inline: inline.length === 0 ? "" : `[${inline.join(" ")}]`,
    below: below.join(""),
  };
}

function isTape(value: unknown): value is Tape {
  return typeof value === "object" && value !== null && "equations" in value;
}

/** a, b, …, z, aa, ab, … */
function nameAt(index: number): string {
  const letter = String.fromCharCode(97 + index % 26);
  return index < 26 ? letter : nameAt(Math.floor(index / 26) - 1) + letter;
}

function typeText({ shape, dtype }: Abstract): string {
  return `${dtype}[${shape.join(",")}]`;
}

function literalText({ dtype, literal }: Literal): string {
  if (dtype === "bool") return String(literal !== 0);
  const value = dtype === "float32" ? shortestFloat32(literal) : literal;
  return Object.is(value, -0) ? "-0" : String(value);
}
