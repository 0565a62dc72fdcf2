/**
 * Tapes as graphs.
 *
 * @module
 */
import { innerTapes } from "./effects.ts";
import { literalText, settingsText, typeText, valueText } from "./print.ts";
import { type Atom, type Equation, isLiteral, type Tape, type Variable } from "./tape.ts";

/**
 * A tape as a directed graph in Graphviz' language: inputs and results are ovals, captured tensors
 * notes, scalars plain, equations boxes; the types of values stand on the edges, and each tape that
 * is called is in a frame.
 *
 * @example
 * ```ts
 * import { makeTape, tapeToDot, type Tensor, zeros } from "@katachi/katachi";
 *
 * const tape = makeTape((x: Tensor<[3]>) => x.mul(2).sum())(zeros([3]));
 * console.log(tapeToDot(tape)); // give it to `dot -Tsvg`
 * ```
 */
export function tapeToDot(tape: Tape): string {
  const graph = new Graph();
  graph.alone(tape);
  return graph.toString();
}

/** Graphviz text under construction: nodes and frames are numbered, frames are nested. */
class Graph {
  readonly #nodes: string[] = [];
  /** Apart from the nodes, since naming a node inside a frame would put it there. */
  readonly #edges: string[] = [];
  #count = 0;
  #depth = 1;

  toString(): string {
    const head = ["digraph tape {", "  ordering=in;", '  node [fontname="monospace"];'];
    return [...head, ...this.#nodes, ...this.#edges, "}", ""].join("\n");
  }

  /** Draws a tape with its inputs and results. */
  alone(tape: Tape): void {
    const results = this.#body(tape, tape.inputs.map((_, i) => this.#node(`input ${i}`, "oval")));
    for (const [i, from] of results.entries()) {
      this.#edge(from, this.#node(`result ${i}`, "oval"), tape.outputs[i]);
    }
  }

  /** Draws the inside of a tape whose inputs come from these nodes; gives those of its outputs. */
  #body(tape: Tape, inputs: readonly string[]): readonly string[] {
    const sources = new Map<Variable, string>();
    const define = (variables: readonly Variable[], nodes: readonly string[]) => {
      for (const [i, variable] of variables.entries()) sources.set(variable, nodes[i]);
    };
    const read = (atom: Atom): string =>
      isLiteral(atom) ? this.#node(literalText(atom), "plaintext") : sources.get(atom)!;
    define(tape.inputs, inputs);
    for (const { variable, value } of tape.constants) {
      define([variable], [this.#node(`captured${valueText(value)}`, "note")]);
    }
    for (const equation of tape.equations) {
      define(equation.outputs, this.#equation(equation, equation.inputs.map(read)));
    }
    return tape.outputs.map(read);
  }

  /** Draws an equation; gives the nodes that its results come from. */
  #equation(
    { primitive, params, inputs, outputs }: Equation,
    operands: readonly string[],
  ): readonly string[] {
    const label = `${primitive.name}${settingsText(params).inline}`;
    const { meaning } = primitive;
    if (meaning.kind === "call") {
      return this.#frame(label, () => {
        const doors = inputs.map((_, i) => this.#node(`input ${i}`, "oval"));
        for (const [i, door] of doors.entries()) this.#edge(operands[i], door, inputs[i]);
        return this.#body(meaning.tape(params), doors);
      });
    }
    const box = this.#node(label, "box");
    for (const [i, operand] of operands.entries()) this.#edge(operand, box, inputs[i]);
    for (const tape of innerTapes(params)) this.#frame(label, () => this.alone(tape));
    return outputs.map(() => box);
  }

  #node(label: string, shape: string): string {
    const name = `n${this.#count++}`;
    this.#line(`${name} [label=${quoted(label)} shape=${shape}];`);
    return name;
  }

  #edge(from: string, to: string, type: Atom): void {
    this.#edges.push(`  ${from} -> ${to} [label=${quoted(typeText(type))}];`);
  }

  #frame<R>(label: string, draw: () => R): R {
    this.#line(`subgraph cluster_${this.#count++} {`);
    this.#depth++;
    this.#line(`label=${quoted(label)};`);
    const result = draw();
    this.#depth--;
    this.#line("}");
    return result;
  }

  #line(text: string): void {
    this.#nodes.push("  ".repeat(this.#depth) + text);
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
