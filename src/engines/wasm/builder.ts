/**
 * What turning an equation into kernels needs.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { flopsOf } from "../../tape/flops.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Atom, Equation, Variable } from "../../tape/tape.ts";
import type { Kernel } from "./program.ts";
import {
  type Affine,
  type Apply,
  type Buffer,
  type Load,
  load,
  type Symbolic,
} from "./symbolic.ts";

/** A program in the making. */
export interface Builder {
  /** What is known of a value. */
  readonly read: (atom: Atom) => Symbolic;
  readonly define: (variable: Variable, value: Symbolic) => void;
  /** A value's elements, stored in row-major order. */
  readonly stored: (value: Symbolic) => Load;
  /** A value's elements, stored at evenly spaced places. */
  readonly loaded: (value: Symbolic) => Load;
  /** Adds a kernel that stores a value. */
  readonly store: (value: Symbolic, buffer: Buffer, to: Affine) => void;
  readonly add: (kernel: Kernel) => void;
}

let buffers = 0;

/** A buffer that no program has yet. */
export function newBuffer(shape: Shape, dtype: Buffer["dtype"]): Buffer {
  return { id: buffers++, shape, dtype };
}

/** The work of one application for one element. */
export function weight({ primitive, params, operands, dtype }: Apply): number {
  const one = { shape: [], dtype };
  return flopsOf(primitive, operands.map(() => one), [one], params) ?? 1;
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
