/**
 * What the kernels of linear algebra have in common: they work on matrices of doubles, whatever the
 * dtype, so that float32 is rounded once.
 *
 * @module
 */
import { batchOf } from "../../../shape/matrix.ts";
import type { Shape } from "../../../shape/dim.ts";
import type { DType } from "../../../tensor/dtype.ts";
import { sizeOf } from "../../../tensor/storage.ts";
import type { Equation, Variable } from "../../../tape/tape.ts";
import type { Code } from "../assembler/code.ts";
import { held, type Index, sum, times } from "../assembler/index.ts";
import type { Builder } from "../builder.ts";
import { elementSize, newBuffer } from "../memory.ts";
import { type Buffer, converted, load, rowMajor, type Symbolic, view } from "../symbolic.ts";
import { eachOwn, ownPart } from "../threads/share.ts";
import { Rows } from "./rows.ts";

/** Matrices in the making: the code, what can be done with rows, and where this one's parts are. */
export interface Work {
  readonly code: Code;
  readonly rows: Rows;
  /** The address of each buffer's part for the matrix at hand, and those of memory to work in. */
  readonly places: readonly Index[];
}

/** What a kernel has beside the buffers that it overwrites. */
interface Beside {
  /** Those among its buffers that it only reads. */
  readonly read?: readonly Buffer[];
  /** Numbers of doubles to work in. */
  readonly scratch?: readonly number[];
}

/** Adds a kernel that goes through a batch. Each buffer has a part for each matrix. */
export function eachMatrix(
  builder: Builder,
  { primitive, inputs: [input] }: Equation,
  buffers: readonly Buffer[],
  body: (work: Work) => void,
  { read = [], scratch = [] }: Beside = {},
): void {
  const batch = sizeOf(batchOf(input.shape));
  if (batch === 0) return;
  const bytes = Math.ceil(sumOf(scratch) / 8) * 64;
  builder.add({
    kind: "code",
    name: primitive.name,
    reads: buffers,
    writes: buffers.filter((buffer) => !read.includes(buffer)),
    shared: batch > 1,
    scratch: bytes,
    write: (code, addressOf, _, functions, start) => {
      const rows = new Rows(code, functions);
      const own = held(code, ownPart(code, start, bytes));
      const room = scratch.map((_, i) => sum(own, sumOf(scratch.slice(0, i)) * 8));
      eachOwn(code, batch, (i) => {
        const places = buffers.map((buffer) => {
          const bytes = sizeOf(buffer.shape) / batch * elementSize(buffer.dtype);
          return held(code, sum(addressOf(buffer), times(i, bytes)));
        });
        body({ code, rows, places: [...places, ...room] });
        code.release(...places);
      });
      code.release(own);
    },
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** A buffer for something of each matrix of a batch. */
export function perMatrix(equation: Equation, shape: Shape, dtype: DType = "float64"): Buffer {
  return newBuffer([...batchOf(equation.inputs[0].shape), ...shape], dtype);
}

/** An operand's elements as doubles that may be overwritten. */
export function copied(builder: Builder, value: Symbolic): Buffer {
  const buffer = newBuffer(value.shape, "float64");
  builder.store(doubles(value), buffer, { offset: 0, strides: rowMajor(value.shape) });
  return buffer;
}

/** A value as doubles. */
export function doubles(value: Symbolic): Symbolic {
  return value.dtype === "float64" ? value : converted(value, "float64");
}

/** Says that a result is a value, rounded to its dtype. */
export function define(builder: Builder, output: Variable, value: Symbolic): void {
  builder.define(output, output.dtype === value.dtype ? value : converted(value, output.dtype));
}

/** Says that a result is in a buffer. */
export function defineFrom(builder: Builder, output: Variable, buffer: Buffer): void {
  define(builder, output, load(buffer));
}

/** Matrices with rows and columns exchanged. */
export function transposed(x: Symbolic): Symbolic {
  const { shape } = x;
  const last = shape.length - 1;
  const other = (axis: number) => axis < last - 1 ? axis : 2 * last - 1 - axis;
  return view(
    x,
    shape.map((_, axis) => shape[other(axis)]),
    shape.map((_, axis) => ({ axis: other(axis), start: 0, scale: 1 })),
  );
}

/** The first rows of matrices. */
export function firstRows(x: Symbolic, count: number): Symbolic {
  return view(
    x,
    x.shape.with(-2, count),
    x.shape.map((_, axis) => ({ axis, start: 0, scale: 1 })),
  );
}
