/**
 * What a tape costs, told from its shapes alone.
 *
 * @module
 */
import { allocate } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import { innerTapes } from "./effects.ts";
import { flopsOf } from "./flops.ts";
import { type Atom, type Equation, isLiteral, type Tape } from "./tape.ts";

/** How often a primitive is applied, and what that costs. */
export interface PrimitiveCost {
  /** Number of equations, those of called tapes included. */
  readonly equations: number;
  /** Operations on numbers in all of them. */
  readonly flops: number;
}

/** What {@linkcode tapeCost} finds. */
export interface CostParts {
  /** Operations on numbers: each of an elementwise expression's counts as one, also a logarithm. */
  readonly flops: number;
  /** Bytes that the equations read: each operand of each equation once. */
  readonly bytesRead: number;
  /** Bytes that the equations write: their results. */
  readonly bytesWritten: number;
  /** The most bytes that are held at one time, where each result is let go after its last use. */
  readonly peakBytes: number;
  /** Equations and operations of each primitive. */
  readonly byPrimitive: Readonly<Record<string, PrimitiveCost>>;
  /** Primitives that do not say how many operations they take: these are missing in `flops`. */
  readonly uncounted: readonly string[];
}

/** What a program costs; as text it is a table. */
export class Cost implements CostParts {
  readonly flops: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly peakBytes: number;
  readonly byPrimitive: Readonly<Record<string, PrimitiveCost>>;
  readonly uncounted: readonly string[];

  /** A cost of these parts. */
  constructor(parts: CostParts) {
    this.flops = parts.flops;
    this.bytesRead = parts.bytesRead;
    this.bytesWritten = parts.bytesWritten;
    this.peakBytes = parts.peakBytes;
    this.byPrimitive = parts.byPrimitive;
    this.uncounted = parts.uncounted;
  }

  /** The sums on one line, then the primitives, the costliest first. */
  toString(): string {
    const rows = Object.entries(this.byPrimitive)
      .sort(([a, x], [b, y]) => y.flops - x.flops || (a < b ? -1 : 1))
      .map(([name, { equations, flops }]) => [
        name,
        grouped(equations),
        equations === 1 ? "equation" : "equations",
        this.uncounted.includes(name) ? "?" : grouped(flops),
        "FLOPs",
      ]);
    const width = (column: number) => Math.max(0, ...rows.map((row) => row[column].length));
    const [names, counts, words, flops] = [0, 1, 2, 3].map(width);
    const lines = rows.map(([name, equations, word, count, unit]) =>
      `  ${name.padEnd(names)}  ${equations.padStart(counts)} ${word.padEnd(words)}  ${
        count.padStart(flops)
      } ${unit}`
    );
    const { bytesRead, bytesWritten, peakBytes } = this;
    const sums = `${this.uncounted.length > 0 ? "at least " : ""}${grouped(this.flops)} FLOPs, ` +
      `${bytesText(bytesRead)} read, ${bytesText(bytesWritten)} written, ` +
      `at most ${bytesText(peakBytes)} held`;
    return [sums, ...lines].join("\n");
  }

  /** `console.log` shows the table. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** `console.log` shows the table in Node, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * What a tape costs as it stands, the tapes that it calls included.
 *
 * @example
 * ```ts
 * import { makeTape, tapeCost, type Tensor, zeros } from "@katachi/katachi";
 *
 * const tape = makeTape((x: Tensor<[3]>) => x.mul(2).add(1))(zeros([3]));
 * tapeCost(tape).flops; // 6
 * ```
 */
export function tapeCost(tape: Tape): Cost {
  let [flops, bytesRead, bytesWritten] = [0, 0, 0];
  const byPrimitive: Record<string, { equations: number; flops: number }> = {};
  const uncounted = new Set<string>();

  const visit = (tape: Tape, times: number): void => {
    for (const equation of tape.equations) {
      const { primitive, params, inputs, outputs } = equation;
      const { name } = primitive;
      const entry = byPrimitive[name] ??= { equations: 0, flops: 0 };
      entry.equations++;
      const tapes = innerTapes(params);
      const runs = runsOf(equation, tapes);
      for (const [i, inner] of tapes.entries()) visit(inner, times * (runs?.[i] ?? 0));
      if (runs !== undefined) continue;
      const own = flopsOf(primitive, inputs, outputs, params);
      if (own === undefined) uncounted.add(name);
      flops += times * (own ?? 0);
      entry.flops += times * (own ?? 0);
      bytesRead += times * bytesOf(new Set(inputs));
      bytesWritten += times * bytesOf(outputs);
    }
  };
  visit(tape, 1);
  return new Cost({
    flops,
    bytesRead,
    bytesWritten,
    peakBytes: peakOf(tape),
    byPrimitive,
    uncounted: [...uncounted].sort(),
  });
}

/** How often an equation runs each of its tapes; `undefined` where it does its work itself. */
function runsOf(
  { primitive: { runs, meaning }, params }: Equation,
  tapes: readonly Tape[],
): readonly number[] | undefined {
  if (meaning.kind !== "call") return runs?.(params);
  const called = meaning.tape(params);
  return tapes.map((tape) => tape === called ? 1 : 0);
}

/** Bytes of some values; literals are part of the program. */
function bytesOf(atoms: Iterable<Atom>): number {
  let bytes = 0;
  for (const atom of atoms) {
    if (!isLiteral(atom)) bytes += sizeOf(atom.shape) * allocate(atom.dtype, 0).BYTES_PER_ELEMENT;
  }
  return bytes;
}

/** The most bytes at one time. Inputs and captured tensors are held all along by those who own them. */
function peakOf({ inputs, constants, equations, outputs }: Tape): number {
  const held = bytesOf([...inputs, ...constants.map(({ variable }) => variable)]);
  const lastUse = new Map<Atom, number>();
  for (const [i, equation] of equations.entries()) {
    for (const atom of [...equation.outputs, ...equation.inputs]) lastUse.set(atom, i);
  }
  for (const atom of [...inputs, ...constants.map(({ variable }) => variable), ...outputs]) {
    lastUse.set(atom, equations.length);
  }
  let live = held;
  let peak = held;
  for (const [i, equation] of equations.entries()) {
    const tapes = innerTapes(equation.params);
    const runs = runsOf(equation, tapes);
    const inside = tapes.filter((_, i) => runs?.[i] !== 0)
      .map((tape) => peakOf(tape) - bytesOf(tape.inputs));
    peak = Math.max(peak, live + Math.max(bytesOf(equation.outputs), ...inside));
    const after = new Set<Atom>([...equation.outputs, ...equation.inputs]);
    live += bytesOf(equation.outputs) -
      bytesOf([...after].filter((atom) => lastUse.get(atom) === i));
  }
  return peak;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`;
}
