/**
 * The graph of a computation in a terminal.
 *
 * @module
 */
import type { TextOptions } from "../picture.ts";
import { type TapeFrame, type TapeNode, typeLabel, type Way } from "./node.ts";

/** How a graph is written. */
export interface RailsOptions extends TextOptions {
  /** A line above it. */
  readonly title?: string;
}

/** ANSI colours of the two ways. */
const ansi: Readonly<Record<Way, number>> = { forward: 34, backward: 33 };

/** No more rails than this share of the line. */
const railsShare = 0.5;

/**
 * A line for each node, in the order of computation, with rails from where a value is made down to
 * where it is read: `●` ends the rails that lead into it, and starts one if its value is read.
 *
 * ```text
 * ○    x
 * ├─●  a = x + 2
 * ●─╯  c = a × x
 * ```
 */
export function railsText(
  nodes: readonly TapeNode[],
  { title, columns = 72, colors = false }: RailsOptions = {},
): string {
  const order = whenRead(nodes);
  const rails = new Rails(nodes, order);
  const rows = order.map((i) => ({ i, above: rails.between(), rails: rails.row(i) }));
  const most = Math.max(1, Math.floor(columns * railsShare));
  const width = Math.min(most, Math.max(0, ...rows.map(({ rails }) => rails.length)));

  const lines: string[] = title === undefined ? [] : [cut(title, columns)];
  const write = (text: string, way: Way) =>
    lines.push(colors ? `\x1b[${ansi[way]}m${text}\x1b[0m` : text);
  const both = nodes.some(({ way }) => way === "backward");
  let [way, frames]: [Way | undefined, readonly TapeFrame[]] = [undefined, []];
  for (const { i, above, rails } of rows) {
    const node = nodes[i];
    if (both && node.way !== way) write(rule(node.way, columns), way = node.way);
    const around = isGiven(node) ? frames : framesOf(node);
    for (const [depth, frame] of around.entries()) {
      if (frames[depth] === frame) continue;
      const head = cut(above, width).padEnd(width);
      write(cut(`${head}  ${"  ".repeat(depth)}${frame.label}:`, columns), node.way);
      frames = [];
    }
    frames = around;
    const indent = "  ".repeat(around.length);
    const types = typesOf(node);
    const head = cut(rails, width).padEnd(width);
    write(columnsOf(`${head}  ${indent}${node.label}`, types, columns), node.way);
  }
  return lines.join("\n");
}

/** The types of what comes out; nothing for one float32 scalar. */
function typesOf({ outputs }: TapeNode): string {
  return outputs.length === 1
    ? typeLabel(outputs[0])
    : outputs.map((output) => typeLabel(output) || "[]").join(", ");
}

/** A text, and another at the end of the line. */
function columnsOf(left: string, right: string, columns: number): string {
  if (right === "") return cut(left, columns);
  const room = columns - right.length - 2;
  if (room < columns / 2) return cut(`${left}  ${right}`, columns);
  return `${cut(left, room).padEnd(room)}  ${right}`;
}

function rule(way: Way, columns: number): string {
  return `── ${way} `.padEnd(columns, "─").slice(0, columns);
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

/** Whether a node is an argument, a cotangent or a captured tensor. */
function isGiven({ kind, frame }: TapeNode): boolean {
  return (kind === "input" || kind === "captured") && frame === undefined;
}

/** The frames around a node, the outermost first. */
function framesOf({ frame }: TapeNode): readonly TapeFrame[] {
  const frames: TapeFrame[] = [];
  for (let at = frame; at !== undefined; at = at.parent) frames.unshift(at);
  return frames;
}

/** The order of computation, but that what is given stands right before it is first read, if ever. */
function whenRead(nodes: readonly TapeNode[]): readonly number[] {
  const order: number[] = [];
  const placed = new Set<number>();
  const place = (i: number) => {
    if (placed.has(i)) return;
    placed.add(i);
    order.push(i);
  };
  const read = new Set(nodes.flatMap(({ edges }) => edges.map(({ from }) => from)));
  for (const [i, node] of nodes.entries()) {
    if (isGiven(node) && !read.has(i)) place(i);
  }
  for (const [i, node] of nodes.entries()) {
    if (isGiven(node)) continue;
    for (const { from } of node.edges) place(from);
    place(i);
  }
  return order;
}

/** The columns in which values go down. */
class Rails {
  readonly #nodes: readonly TapeNode[];
  readonly #lastRead = new Map<number, number>();
  /** For each column, the node whose value is in it. */
  readonly #columns: (number | undefined)[] = [];
  /** The column of a dot above that no rail leads out of. */
  #deadEnd = -1;

  constructor(nodes: readonly TapeNode[], order: readonly number[]) {
    this.#nodes = nodes;
    for (const i of order) {
      for (const { from } of nodes[i].edges) this.#lastRead.set(from, i);
    }
  }

  /** The rails on a line without a node. */
  between(): string {
    return Array.from(this.#columns, (value) => value === undefined ? " " : "│").join(" ");
  }

  /** The rails on the line of a node; what the next line starts from changes with it. */
  row(i: number): string {
    const { kind, edges } = this.#nodes[i];
    const sources = new Set(edges.map(({ from }) => this.#columns.indexOf(from)));
    const ends = (column: number) => this.#lastRead.get(this.#columns[column]!) === i;
    const passing = [...sources].filter(ends).sort((a, b) => a - b);
    const own = passing[0] ?? this.#free();
    const dot = kind === "equation" ? "●" : "○";

    const joined = [...sources, own];
    const [left, right] = [Math.min(...joined), Math.max(...joined)];
    const width = Math.max(this.#columns.length, own + 1);
    let text = "";
    for (let column = 0; column < width; column++) {
      const crossed = column > left && column <= right;
      if (column > 0) text += crossed ? "─" : " ";
      if (column === own) text += dot;
      else if (sources.has(column)) text += join(column === left, column === right, ends(column));
      else if (this.#columns[column] !== undefined) text += "│";
      else text += crossed && column < right ? "─" : " ";
    }
    for (const column of passing) this.#columns[column] = undefined;
    const goesOn = this.#lastRead.has(i);
    this.#columns[own] = goesOn ? i : undefined;
    this.#deadEnd = goesOn ? -1 : own;
    while (this.#columns.length > 0 && this.#columns.at(-1) === undefined) this.#columns.pop();
    return text.trimEnd();
  }

  /** A column for a rail that begins; right below a dead end it would seem to go on from there. */
  #free(): number {
    for (let column = 0;; column++) {
      if (this.#columns[column] === undefined && column !== this.#deadEnd) return column;
    }
  }
}

/** A rail that is read: at which end of the line, and whether it goes on. */
function join(first: boolean, last: boolean, ends: boolean): string {
  if (first) return ends ? "╰" : "├";
  if (last) return ends ? "╯" : "┤";
  return ends ? "┴" : "┼";
}
