/**
 * What an engine makes of a tape, to look at.
 *
 * @module
 */
import { bytesText, columnsText, grouped } from "./amounts.ts";
import type { Tape } from "./tape.ts";

/** The parts of a {@linkcode KernelReport}. */
export interface KernelParts {
  /** Its name; unlike any other kernel's of the program. */
  readonly name: string;
  /** What kind it is: `loop`, `reduce`, `contract`, `scan`, … */
  readonly kind: string;
  /** What it computes, from which buffers, into which. */
  readonly text: string;
  /** Operations on numbers, as {@linkcode Cost} counts them; of a loop's body, in one round. */
  readonly flops: number;
  /** Bytes of the buffers that it reads, each once. */
  readonly bytesRead: number;
  /** Bytes of the buffers that it writes, each once. */
  readonly bytesWritten: number;
  /** The user's lines that it comes from, where they were recorded. */
  readonly lines: readonly string[];
  /** The kernels that it runs: a loop's body, the branches of a choice. */
  readonly inside: readonly KernelReport[];
}

/** A kernel: what a compiled program runs as one piece. */
export class KernelReport implements KernelParts {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly flops: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly lines: readonly string[];
  readonly inside: readonly KernelReport[];

  /** A kernel of these parts. */
  constructor(parts: KernelParts) {
    this.name = parts.name;
    this.kind = parts.kind;
    this.text = parts.text;
    this.flops = parts.flops;
    this.bytesRead = parts.bytesRead;
    this.bytesWritten = parts.bytesWritten;
    this.lines = parts.lines;
    this.inside = parts.inside;
  }

  /** One line, and what is inside below it. */
  toString(): string {
    const { name, flops, bytesRead, bytesWritten, text } = this;
    const amounts = `${grouped(flops)} FLOPs, ${bytesText(bytesRead)} read, ${
      bytesText(bytesWritten)
    } written`;
    return [
      `${name}: ${text}`,
      `  ${amounts}`,
      ...this.lines.map((line) => `  from ${line}`),
      ...this.inside.flatMap((kernel) => `${kernel}`.split("\n").map((line) => `  ${line}`)),
    ].join("\n");
  }

  /** `console.log` shows the text. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** `console.log` shows the text in Node, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A Jupyter notebook shows the text, too. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

/** Where a buffer lies in a program's memory. */
export interface BufferReport {
  /** Its name in the kernels' texts. */
  readonly name: string;
  /** Dtype and dims: `float32[2,3]`. */
  readonly type: string;
  /** In bytes from the start of memory. Buffers that are not needed at the same time share places. */
  readonly address: number;
  /** How many bytes its elements take. */
  readonly bytes: number;
}

/** What an engine made of a tape. */
export interface LoweredProgram {
  /** The kernels, in the order in which they run. */
  readonly kernels: readonly KernelReport[];
  /** Every buffer's place. */
  readonly memory: readonly BufferReport[];
  /** How many bytes of memory all buffers and scratch space take. */
  readonly peakBytes: number;
  /** The WebAssembly module. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** The same as text, in the format of `wat2wasm`; written when it is asked for. */
  readonly moduleText: string;
  /** How long it took to make the module from the tape, and to have it compiled, in milliseconds. */
  readonly compileTime: number;
}

/** A compiled function for certain arguments; as text, its kernels and its memory. */
export class Lowered implements LoweredProgram {
  readonly #program: LoweredProgram;
  /** The optimized tape. */
  readonly tape: Tape;
  /** How long it took to record and optimize the tape, in milliseconds. */
  readonly traceTime: number;
  readonly kernels: readonly KernelReport[];
  readonly memory: readonly BufferReport[];
  readonly peakBytes: number;
  readonly module: Uint8Array<ArrayBuffer>;
  readonly compileTime: number;

  /** What was made of a tape. */
  constructor(tape: Tape, traceTime: number, program: LoweredProgram) {
    this.#program = program;
    this.tape = tape;
    this.traceTime = traceTime;
    this.kernels = program.kernels;
    this.memory = program.memory;
    this.peakBytes = program.peakBytes;
    this.module = program.module;
    this.compileTime = program.compileTime;
  }

  get moduleText(): string {
    return this.#program.moduleText;
  }

  /** Sums, then the kernels, then the memory. */
  toString(): string {
    const { kernels, memory, peakBytes, module, traceTime, compileTime } = this;
    const places = memory.map(({ name, type, address, bytes }) => [
      `  ${name}`,
      type,
      `at ${address}`,
      bytesText(bytes),
    ]);
    return [
      `${grouped(this.tape.equations.length)} equations in ${grouped(kernels.length)} kernels, ` +
      `${bytesText(peakBytes)} of memory, a module of ${bytesText(module.length)}; ` +
      `traced in ${traceTime.toFixed(1)} ms, compiled in ${compileTime.toFixed(1)} ms`,
      ...kernels.map(String),
      "memory:",
      ...columnsText(places, (column) => column >= 2),
    ].join("\n");
  }

  /** `console.log` shows the text. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** `console.log` shows the text in Node, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A Jupyter notebook shows the text, too. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}
