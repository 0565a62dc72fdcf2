/**
 * Equations as they are written on paper.
 *
 * @module
 */
import type { Params, Primitive } from "../../tape/primitive.ts";
import { settingsText } from "../../tape/print.ts";
import type { Abstract, Equation } from "../../tape/tape.ts";

/** Settings longer than this are left out. */
const longestSettings = 40;

/** What an equation computes, from the names of its operands: `x + 2`, `sum(a) over axis 0`. */
export function notation(equation: Equation, operands: readonly string[]): string {
  const { primitive, params, inputs } = equation;
  const written = writers[primitive.name]?.(operands, params, inputs);
  return written ?? `${calledName(equation)}(${operands.join(", ")})${settings(primitive, params)}`;
}

/** What an equation is called: a call by the function's name. */
export function calledName({ primitive: { name, meaning }, params }: Equation): string {
  if (meaning.kind !== "call" || params.name === undefined) return name;
  return name === "call" ? params.name : `${name} ${params.name}`;
}

type Writer = (
  operands: readonly string[],
  params: Params,
  inputs: readonly Abstract[],
) => string | undefined;

/** The primitives that have a notation; the others are written as calls with their settings. */
const writers: Readonly<Record<string, Writer>> = {
  add: infix("+"),
  sub: infix("−"),
  mul: infix("×"),
  div: infix("/"),
  rem: infix("mod"),
  pow: ([a, b]) => superscripts[b] === undefined ? `${a} ^ ${b}` : `${a}${superscripts[b]}`,
  neg: ([a]) => `−${a}`,
  equal: infix("=="),
  less: infix("<"),
  lessEqual: infix("≤"),
  and: infix("and"),
  or: infix("or"),
  xor: infix("xor"),
  not: ([a]) => `not ${a}`,
  shiftLeft: infix("<<"),
  shiftRight: infix(">>"),
  sqrt: ([a]) => `√${a}`,
  abs: ([a]) => `|${a}|`,
  select: call("where"),
  convert: ([a], { dtype }) => `${dtype}(${a})`,
  reshape: ([a], { shape }) => `reshape(${a}, [${shape.join(", ")}])`,
  broadcast: ([a], { shape }) => `broadcast(${a}, [${shape.join(", ")}])`,
  transpose: ([a], { permutation }) => `transpose(${a}, [${permutation.join(", ")}])`,
  sum: reduction("sum"),
  prod: reduction("prod"),
  max: reduction("max"),
  min: reduction("min"),
  contract: product,
  iota: (_, { shape, axis }) =>
    shape?.length === 1 ? `0, 1, …, ${shape[0] - 1}` : `index along axis ${axis}`,
};

const superscripts: Readonly<Record<string, string>> = { "2": "²", "3": "³" };

function infix(sign: string): Writer {
  return ([a, b]) => `${a} ${sign} ${b}`;
}

function call(name: string): Writer {
  return (operands) => `${name}(${operands.join(", ")})`;
}

/** Over which axes, unless it is over all of them. */
function reduction(name: string): Writer {
  return ([a], { axes, axis }, [{ shape }]) => {
    const over: readonly number[] = axes ?? [axis];
    if (over.length === shape.length) return `${name}(${a})`;
    return `${name}(${a}) over ${over.length === 1 ? "axis" : "axes"} ${over.join(", ")}`;
  };
}

/** A contraction that is a product of two matrices or vectors, one of them perhaps transposed. */
function product(
  [a, b]: readonly string[],
  { contract, batch }: Params,
  [left, right]: readonly Abstract[],
): string | undefined {
  const [ranks, axes] = [[left.shape.length, right.shape.length], contract.flat()];
  if (batch[0].length > 0 || axes.length !== 2 || ranks.some((rank) => rank < 1 || rank > 2)) {
    return undefined;
  }
  const turnedLeft = ranks[0] === 2 && axes[0] === 0;
  const turnedRight = ranks[1] === 2 && axes[1] === 1;
  return `${a}${turnedLeft ? "ᵀ" : ""} @ ${b}${turnedRight ? "ᵀ" : ""}`;
}

/** The settings in brackets, as far as they are short; those of a call or a loop are its tapes. */
function settings({ meaning }: Primitive, params: Params): string {
  if (meaning.kind === "call" || meaning.kind === "control") return "";
  const { inline } = settingsText(params);
  return inline === "" || inline.length > longestSettings ? "" : ` ${inline}`;
}
