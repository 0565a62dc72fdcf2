/**
 * The one interface through which everything is executed.
 *
 * @module
 */
import type { AnyTensor } from "../tensor/tensor.ts";
import type { KernelReport, LoweredProgram } from "./lowered.ts";
import type { Params, Primitive } from "./primitive.ts";
import type { Abstract, Tape } from "./tape.ts";

/** A compiled tape: concrete tensors in, concrete tensors out. */
export type Program = (inputs: readonly AnyTensor[]) => readonly AnyTensor[];

/** Is told that a kernel took so many milliseconds. */
export type Meter = (kernel: KernelReport, milliseconds: number) => void;

/** Something that executes tapes. */
export interface Engine {
  /** Its name. */
  readonly name: string;
  /** Whether it wants programs whose equations know the user's lines. */
  readonly wantsLines?: boolean;
  /**
   * Prepares a tape whose constants are concrete. Of the donated inputs, told by their positions, the
   * memory may be used for results: nobody reads them after a call.
   */
  compile(tape: Tape, donated?: readonly number[]): Program;
  /** As `compile`, for a program that tells how long each of its kernels took. */
  timed?(tape: Tape, donated: readonly number[], meter: Meter): Program;
  /** What `compile` makes of a tape, to look at. */
  lower?(tape: Tape, donated: readonly number[]): LoweredProgram;
  /** Executes one equation at once, outside any tape. */
  evaluate(
    primitive: Primitive,
    params: Params,
    inputs: readonly AnyTensor[],
    outputs: readonly Abstract[],
  ): readonly AnyTensor[];
}

let current: Engine | undefined;
let watched: Engine | undefined;

/** Makes an engine the one that executes from now on. */
export function useEngine(engine: Engine): void {
  current = engine;
  watched = watch?.(engine);
}

let watch: ((engine: Engine) => Engine) | undefined;

/** Puts a watch around whatever engine is in use, or takes it away. Gives the one before. */
export function watchEngine(next: typeof watch): typeof watch {
  const before = watch;
  watch = next;
  watched = current && watch?.(current);
  return before;
}

/** The engine in use. */
export function engine(): Engine {
  if (current === undefined) {
    throw new Error("no engine: import from the package's own entry points");
  }
  return watched ?? current;
}
