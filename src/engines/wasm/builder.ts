/**
 * What turning an equation into kernels needs.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Atom, Equation, Tape, Variable } from "../../tape/tape.ts";
import { newBuffer } from "./memory.ts";
import type { Kernel, Program } from "./program.ts";
import { type Affine, type Buffer, type Load, load, type Symbolic } from "./symbolic.ts";

/** A program in the making. */
export interface Builder {
  /** What is known of a value. */
  readonly read: (atom: Atom) => Symbolic;
  readonly define: (variable: Variable, value: Symbolic) => void;
  /** The equations that read a value; none in the place of one for a result of the program. */
  readonly readers: (atom: Atom) => readonly (Equation | undefined)[];
  /** A value's elements, stored in row-major order. */
  readonly stored: (value: Symbolic) => Load;
  /** A value's elements, stored at evenly spaced places. */
  readonly loaded: (value: Symbolic) => Load;
  /** A value that may be computed again for each place of a larger shape: stored, if that costs. */
  readonly spreadable: (value: Symbolic, shape: Shape) => Symbolic;
  /** The operand of a view: stored, if what is read through the view is read again and costs. */
  readonly shared: (equation: Equation) => Symbolic;
  /** Adds a kernel that stores a value. */
  readonly store: (value: Symbolic, buffer: Buffer, to: Affine) => void;
  readonly add: (kernel: Kernel) => void;
  /** The kernels of another tape. */
  readonly lower: (tape: Tape) => Program;
}

/** Gives an equation's result a buffer, and adds a kernel that writes it if it has elements. */
export function write(
  builder: Builder,
  { outputs: [output] }: Equation,
  kernel: (out: Buffer) => Kernel,
): void {
  const buffer = newBuffer(output.shape, output.dtype);
  builder.define(output, load(buffer));
  if (sizeOf(output.shape) > 0) builder.add(kernel(buffer));
}
