/**
 * Tapes as text.
 *
 * @module
 */
import { shortestFloat32 } from "../tensor/format.ts";
import { elementsOf, isConcrete } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Params } from "./primitive.ts";
import type { Abstract, Atom, Literal, Tape, Variable } from "./tape.ts";

/** Settings longer than this are cut. */
const settingWidth = 60;

/** Captured tensors of more elements show the first three only. */
const shownElements = 8;

/**
 * A tape as a listing: one equation a line, variables named `a`, `b`, … in the order in which they
 * are defined, settings in brackets, captured tensors with their first values, tapes among the
 * settings listed below their equation.
 *
 * ```text
 * tape (a: float32[4,2], b: float32[2,8]) {
 *   c: float32[4,8] = contract[contract=[[1],[0]]] a b
 *   d: float32[4,8] = call[name=activation] c
 *     tape (a: float32[4,8]) {
 *       b: float32[4,8] = tanh a
 *       return b
 *     }
 *   return d
 * }
 * ```
 */
export function printTape(tape: Tape): string {
  return tapeLines(tape).map(({ depth, results, text }) => "  ".repeat(depth) + results + text)
    .join("\n");
}

/** A line of a tape's listing. */
export interface TapeLine {
  /** How far it is indented. */
  readonly depth: number;
  /** The values that an equation defines, with their types, up to and with ` = `; or nothing. */
  readonly results: string;
  /** The rest. */
  readonly text: string;
}

/** A tape's listing, line by line. */
export function tapeLines(tape: Tape): readonly TapeLine[] {
  const names = new Map<Variable, string>();
  const define = (variable: Variable): string => {
    const name = nameAt(names.size);
    names.set(variable, name);
    return `${name}: ${typeText(variable)}`;
  };
  const read = (atom: Atom): string => "literal" in atom ? literalText(atom) : names.get(atom)!;

  const inputs = tape.inputs.map(define).join(", ");
  const lines = tape.constants.map(({ variable, value }) =>
    line(`captured${valueText(value)}`, `${define(variable)} = `)
  );
  for (const { primitive, params, inputs, outputs } of tape.equations) {
    const operands = inputs.map((atom) => ` ${read(atom)}`).join("");
    const results = outputs.map(define).join(", ");
    const { inline, below } = settingsText(params);
    lines.push(line(`${primitive.name}${inline}${operands}`, `${results}${results && " = "}`));
    lines.push(...below);
  }
  lines.push(line(["return", ...tape.outputs.map(read)].join(" ")));
  return [line(`tape (${inputs}) {`), ...indented(lines), line("}")];
}

function line(text: string, results = ""): TapeLine {
  return { depth: 0, results, text };
}

function indented(lines: readonly TapeLine[]): readonly TapeLine[] {
  return lines.map((line) => ({ ...line, depth: line.depth + 1 }));
}

/** Settings: plain ones behind the primitive's name, tapes below; the only tape needs no name. */
export function settingsText(
  params: Params,
): { readonly inline: string; readonly below: readonly TapeLine[] } {
  const inline: string[] = [];
  const tapes: [name: string, tape: Tape][] = [];
  for (const [name, value] of Object.entries(params ?? {})) {
    if (isTape(value)) tapes.push([name, value]);
    else if (isList(value) && value.length > 0 && value.every(isTape)) {
      tapes.push(...value.map((tape, i) => [`${name}[${i}]`, tape] as [string, Tape]));
    } else if (value !== undefined && value !== false && !isEmptyLists(value)) {
      inline.push(`${name}=${settingText(value)}`);
    }
  }
  return {
    inline: inline.length === 0 ? "" : `[${inline.join(" ")}]`,
    below: tapes.flatMap(([name, tape]) => {
      const [head, ...rest] = tapeLines(tape);
      return indented([tapes.length === 1 ? head : line(`${name}: ${head.text}`), ...rest]);
    }),
  };
}

function settingText(value: unknown): string {
  const text = write(value);
  return text.length <= settingWidth ? text : `${text.slice(0, settingWidth - 1)}…`;
}

function write(value: unknown): string {
  if (isList(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value === "function") return value.name || "a function";
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([name, part]) => `${name}:${write(part)}`).join(",")}}`;
  }
  return numberText(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** No pairs of axes, one list for each operand. */
function isEmptyLists(value: unknown): boolean {
  return isList(value) && value.length > 0 &&
    value.every((part) => isList(part) && part.length === 0);
}

function isTape(value: unknown): value is Tape {
  return typeof value === "object" && value !== null && "equations" in value;
}

/** The values of a captured tensor, or the first of many; nothing for a traced one. */
export function valueText(tensor: AnyTensor): string {
  if (!isConcrete(tensor)) return "";
  const { shape, dtype, size } = tensor;
  const data = elementsOf(tensor, "toString()");
  const element = (value: number) => literalText({ shape: [], dtype, literal: value });
  if (size > shownElements) return ` [${[...data.slice(0, 3)].map(element).join(",")},…]`;
  let at = 0;
  const nested = (axis: number): string =>
    axis === shape.length
      ? element(data[at++])
      : `[${Array.from({ length: shape[axis] }, () => nested(axis + 1)).join(",")}]`;
  return ` ${nested(0)}`;
}

/** a, b, …, z, aa, ab, … */
function nameAt(index: number): string {
  const letter = String.fromCharCode(97 + index % 26);
  return index < 26 ? letter : nameAt(Math.floor(index / 26) - 1) + letter;
}

/** Dtype and dims: `float32[2,3]`. */
export function typeText({ shape, dtype }: Abstract): string {
  return `${dtype}[${shape.join(",")}]`;
}

/** A scalar written into an equation. */
export function literalText({ dtype, literal }: Literal): string {
  if (dtype === "bool") return String(literal !== 0);
  return numberText(dtype === "float32" ? shortestFloat32(literal) : literal);
}

function numberText(value: unknown): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
