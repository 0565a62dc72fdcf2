/**
 * What a tape costs, told from its shapes alone.
 *
 * @module
 */
import { allocate } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";
import { tapesRun } from "./effects.ts";
import { flopsOf } from "./flops.ts";
import { bytesText, grouped } from "./amounts.ts";
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
  /**
   * Primitives that do not say how many operations they take, or how often they go round: these are
   * missing in `flops`, but for one round.
   */
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

  /** A Jupyter notebook shows the table, too. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
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
  return new Cost({ ...traffic(tape), peakBytes: peakOf(tape) });
}

type Traffic = Omit<CostParts, "peakBytes">;

/** All but the memory at one time, which does not add up. */
function traffic(tape: Tape): Traffic {
  return tape.equations.map(ofEquation).reduce(plus, nothing);
}

const nothing: Traffic = {
  flops: 0,
  bytesRead: 0,
  bytesWritten: 0,
  byPrimitive: {},
  uncounted: [],
};

function ofEquation({ primitive, params, inputs, outputs }: Equation): Traffic {
  const { name, meaning } = primitive;
  if (meaning.kind === "call") {
    return plus(entry(name, 0), traffic(meaning.tape(params)));
  }
  if (meaning.kind === "control") {
    const parts = meaning.tapes(params).map(({ tape, times }) => {
      const inside = repeated(traffic(tape), times ?? 1);
      return times === undefined ? { ...inside, uncounted: [...inside.uncounted, name] } : inside;
    });
    const ran = meaning.runs === "all"
      ? parts.reduce(plus, nothing)
      : parts.reduce((a, b) => b.flops > a.flops ? b : a);
    return plus(entry(name, 0), ran);
  }
  const flops = flopsOf(primitive, inputs, outputs, params);
  return {
    ...entry(name, flops ?? 0),
    bytesRead: bytesOf(new Set(inputs)),
    bytesWritten: bytesOf(outputs),
    uncounted: flops === undefined ? [name] : [],
  };
}

function entry(name: string, flops: number): Traffic {
  return { ...nothing, flops, byPrimitive: { [name]: { equations: 1, flops } } };
}

function plus(a: Traffic, b: Traffic): Traffic {
  const byPrimitive: Record<string, PrimitiveCost> = { ...a.byPrimitive };
  for (const [name, { equations, flops }] of Object.entries(b.byPrimitive)) {
    const own = byPrimitive[name] ?? { equations: 0, flops: 0 };
    byPrimitive[name] = { equations: own.equations + equations, flops: own.flops + flops };
  }
  return {
    flops: a.flops + b.flops,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
    byPrimitive,
    uncounted: [...new Set([...a.uncounted, ...b.uncounted])].sort(),
  };
}

/** What a tape costs that is run several times: its equations are there once. */
function repeated(once: Traffic, times: number): Traffic {
  return {
    flops: once.flops * times,
    bytesRead: once.bytesRead * times,
    bytesWritten: once.bytesWritten * times,
    byPrimitive: Object.fromEntries(
      Object.entries(once.byPrimitive).map(([name, { equations, flops }]) => [
        name,
        { equations, flops: flops * times },
      ]),
    ),
    uncounted: once.uncounted,
  };
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
    const inside = tapesRun(equation).map((tape) => peakOf(tape) - bytesOf(tape.inputs));
    peak = Math.max(peak, live + Math.max(bytesOf(equation.outputs), ...inside));
    const after = new Set<Atom>([...equation.outputs, ...equation.inputs]);
    live += bytesOf(equation.outputs) -
      bytesOf([...after].filter((atom) => lastUse.get(atom) === i));
  }
  return peak;
}
