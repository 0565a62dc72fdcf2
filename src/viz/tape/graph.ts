/**
 * A computation as a graph: what is computed from what, in an order in which it can be computed.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { literalText, valueText } from "../../tape/print.ts";
import {
  type Abstract,
  type Atom,
  type Constant,
  type Equation,
  isLiteral,
  type Tape,
  type Variable,
} from "../../tape/tape.ts";
import { innerInputs } from "./inner_inputs.ts";
import { calledName, notation } from "./notation.ts";
import {
  changeLabel,
  printable,
  type TapeEdge,
  type TapeFrame,
  type TapeNode,
  type Way,
} from "./node.ts";
import type { Recording } from "./recording.ts";

/** How much is shown. */
export interface GraphOptions {
  /** Whether broadcasts, reshapes and conversions are left to the edges. */
  readonly fold: boolean;
  /** How deep tapes that are called are opened. */
  readonly depth: number;
}

/** The nodes, each after those that it reads from. */
export function tapeGraph(recording: Recording, options: GraphOptions): readonly TapeNode[] {
  const graph = new Graph(recording, options);
  graph.draw();
  return graph.nodes;
}

/** What is known of a value while the graph is drawn. */
interface Value {
  /** Its name, or a scalar itself. */
  readonly text: string;
  /** Where it comes from; a scalar comes from nowhere. */
  readonly from?: number;
  /** As it was made. */
  readonly made: Abstract;
}

type Scope = Map<Variable, Value>;

/** A captured tensor of more elements is not written out. */
const shownElements = 6;

/** Equations that change a value's form only. */
const forms = new Set(["broadcast", "reshape", "convert"]);

class Graph {
  readonly nodes: TapeNode[] = [];
  readonly #recording: Recording;
  readonly #options: GraphOptions;
  readonly #constants = new Map<Variable, Constant>();
  readonly #captured = new Map<AnyTensor, Value>();
  readonly #taken: ReadonlySet<string>;
  #letters = 0;
  #way: Way = "forward";
  #frame: TapeFrame | undefined;

  constructor(recording: Recording, options: GraphOptions) {
    this.#recording = recording;
    this.#options = options;
    this.#taken = new Set([...recording.inputs.values(), ...recording.results]);
  }

  draw(): void {
    const { forward, backward, results, gradients } = this.#recording;
    const scope: Scope = new Map();
    this.#capture(forward);
    this.#equations(forward.equations, scope);
    this.#ends(forward, scope, results);
    // An argument that nothing reads is shown all the same.
    for (const input of forward.inputs) this.#read(input, scope);
    if (backward === undefined) return;
    this.#way = "backward";
    this.#capture(backward);
    this.#equations(backward.equations, scope);
    this.#ends(backward, scope, gradients);
  }

  #capture({ constants }: Tape): void {
    for (const constant of constants) this.#constants.set(constant.variable, constant);
  }

  #ends({ outputs }: Tape, scope: Scope, names: readonly string[]): void {
    for (const [i, atom] of outputs.entries()) {
      const value = this.#read(atom, scope);
      this.#node("result", `${names[i]} = ${value.text}`, [], [[value, atom]]);
    }
  }

  #equations(equations: readonly Equation[], scope: Scope): void {
    for (const equation of equations) {
      for (const [i, value] of this.#equation(equation, scope).entries()) {
        scope.set(equation.outputs[i], value);
      }
    }
  }

  /** Draws an equation and gives what comes out. */
  #equation(equation: Equation, scope: Scope): readonly Value[] {
    const { primitive: { name, meaning }, params, inputs, outputs } = equation;
    const operands = inputs.map((atom) => this.#read(atom, scope));
    if (this.#options.fold && forms.has(name)) return [operands[0]];
    if (this.#depth() < this.#options.depth) {
      if (meaning.kind === "call") {
        const tape = meaning.tape(params);
        return this.#inFrame(calledName(equation), () => {
          const inner: Scope = new Map(tape.inputs.map((input, i) => [input, operands[i]]));
          return this.#inside(tape, inner);
        });
      }
      if (meaning.kind === "control") return this.#control(equation, operands);
    }
    const made = this.#named(outputs);
    const read = operands.map((operand, i): [Value, Abstract] => [operand, inputs[i]]);
    const text = notation(equation, operands.map(({ text }) => text));
    return this.#values("equation", made, text, outputs, read);
  }

  /** Draws the tapes that an equation runs, and the equation after them, which takes their results. */
  #control(equation: Equation, operands: readonly Value[]): readonly Value[] {
    const { primitive: { name, meaning }, params, inputs, outputs } = equation;
    if (meaning.kind !== "control") throw new Error(`${name} runs no tapes`);
    const ran = meaning.tapes(params);
    const times = ran.length === 1 && ran[0].times !== undefined ? ` × ${ran[0].times}` : "";
    return this.#inFrame(`${name}${times}`, () => {
      const passed = new Set<Value>();
      const results = ran.flatMap(({ tape }, branch) => {
        const draw = () => {
          const inner: Scope = new Map();
          for (const [i, { role, operand }] of innerInputs(equation, branch).entries()) {
            const input = tape.inputs[i];
            const value = operands[operand];
            passed.add(value);
            inner.set(
              input,
              role === "same" ? value : this.#values(
                "input",
                this.#named([input]),
                `${role} of ${value.text}`,
                [input],
                [[value, inputs[operand]]],
              )[0],
            );
          }
          return this.#inside(tape, inner).map((value, i): [Value, Abstract] => [
            value,
            tape.outputs[i],
          ]);
        };
        return ran.length === 1 ? draw() : this.#inFrame(tapeName(params, tape), draw);
      });
      const others = operands.flatMap((value, i): [Value, Abstract][] =>
        passed.has(value) ? [] : [[value, inputs[i]]]
      );
      const read = [...others, ...results];
      const text = `${name}(${read.map(([{ text }]) => text).join(", ")})`;
      return this.#values("equation", this.#named(outputs), text, outputs, read);
    });
  }

  /** Draws a tape whose inputs are known, and gives what comes out. */
  #inside(tape: Tape, scope: Scope): readonly Value[] {
    this.#capture(tape);
    this.#equations(tape.equations, scope);
    return tape.outputs.map((atom) => this.#read(atom, scope));
  }

  #inFrame<R>(label: string, draw: () => R): R {
    const parent = this.#frame;
    this.#frame = { label: printable(label), way: this.#way, parent };
    const result = draw();
    this.#frame = parent;
    return result;
  }

  #depth(): number {
    let depth = 0;
    for (let frame = this.#frame; frame !== undefined; frame = frame.parent) depth++;
    return depth;
  }

  /** What an atom stands for. Inputs and captured tensors are drawn when they are first read. */
  #read(atom: Atom, scope: Scope): Value {
    if (isLiteral(atom)) return { text: literalText(atom), made: atom };
    const known = scope.get(atom);
    if (known !== undefined) return known;
    const name = this.#recording.inputs.get(atom);
    const value = name === undefined
      ? this.#capturedValue(this.#constants.get(atom)!)
      : this.#values("input", [name], "", [atom], [])[0];
    scope.set(atom, value);
    return value;
  }

  #capturedValue({ variable, value: tensor }: Constant): Value {
    const known = this.#captured.get(tensor);
    if (known !== undefined) return known;
    const text = sizeOf(tensor.shape) > shownElements ? "" : valueText(tensor).trim();
    const names = this.#named([variable]);
    const [value] = this.#values("captured", names, text || "captured", [variable], []);
    this.#captured.set(tensor, value);
    return value;
  }

  #values(
    kind: TapeNode["kind"],
    names: readonly string[],
    text: string,
    outputs: readonly Abstract[],
    read: readonly (readonly [Value, Abstract])[],
  ): readonly Value[] {
    const label = [names.join(", "), text].filter((part) => part !== "").join(" = ");
    const from = this.#node(kind, label, outputs, read);
    return outputs.map((made, i) => ({ text: names[i], from, made }));
  }

  #node(
    kind: TapeNode["kind"],
    label: string,
    outputs: readonly Abstract[],
    read: readonly (readonly [Value, Abstract])[],
  ): number {
    const edges = read.flatMap(([{ text, from, made }, abstract]): TapeEdge[] => {
      if (from === undefined) return [];
      const several = this.nodes[from].outputs.length > 1 ? `${text} ` : "";
      return [{
        from,
        made,
        read: abstract,
        label: `${several}${changeLabel(made, abstract)}`.trim(),
      }];
    });
    // What is given is in no frame: it may be read in several.
    const given = read.length === 0 && (kind === "input" || kind === "captured");
    const frame = given ? undefined : this.#frame;
    return this.nodes.push({
      kind,
      way: this.#way,
      label: printable(label),
      outputs,
      frame,
      edges,
    }) - 1;
  }

  /** Letters for values, none of which is the name of an argument or a result. */
  #named(outputs: readonly unknown[]): readonly string[] {
    return outputs.map(() => {
      while (true) {
        const name = letters(this.#letters++);
        if (!this.#taken.has(name)) return name;
      }
    });
  }
}

/** a, b, …, z, aa, ab, … */
function letters(index: number): string {
  const letter = String.fromCharCode(97 + index % 26);
  return index < 26 ? letter : letters(Math.floor(index / 26) - 1) + letter;
}

/** What a tape is called among the settings of its equation. */
function tapeName(params: Equation["params"], tape: Tape): string {
  for (const [name, value] of Object.entries(params)) {
    if (value === tape) return name;
    if (Array.isArray(value) && value.includes(tape)) return `${name}[${value.indexOf(tape)}]`;
  }
  return "tape";
}
