/**
 * Code for elements whose place is computed. Whatever the positions are, nothing outside the buffers
 * is read or written: they are moved into range, or what is there is dropped.
 *
 * @module
 */
import type { Combine, Indexing } from "../../primitives/indexing.ts";
import type { Shape } from "../../shape/dim.ts";
import type { DType } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Code, Local } from "./assembler/code.ts";
import type { LaneAccess, Plain } from "./assembler/opcodes.ts";
import { assign, difference, each, held, type Index, push, sum, times } from "./assembler/index.ts";
import { copyBytes } from "./copy.ts";
import { elementSize } from "./memory.ts";
import type { CodeKernel } from "./program.ts";
import { type Buffer, type Load, rowMajor } from "./symbolic.ts";
import { shareOf } from "./threads/share.ts";

/** How slices lie in an array, and how many positions name some. */
interface Slices {
  /** Axes that positions go along with, and those between them and the axis. */
  readonly examples: number;
  readonly outer: number;
  /** The axis's length, the positions for each example, and the elements of a slice. */
  readonly size: number;
  readonly count: number;
  readonly length: number;
}

function slicesOf(shape: Shape, positions: Shape, { axis, batch }: Indexing): Slices {
  return {
    examples: sizeOf(shape.slice(0, batch)),
    outer: sizeOf(shape.slice(batch, axis)),
    size: shape[axis],
    count: sizeOf(positions.slice(batch)),
    length: sizeOf(shape.slice(axis + 1)),
  };
}

/**
 * Goes through all positions: `body` gets each one, the address of the slice at position 0, and a
 * variable with the address of the slice that goes with the position, which goes on by itself. Threads
 * share out the positions of each example, if the function has their numbers.
 */
function eachPosition(
  code: Code,
  { examples, outer, size, count, length }: Slices,
  { indexed, positions, beside, bytes }: {
    readonly indexed: number;
    readonly positions: number;
    readonly beside: number;
    readonly bytes: number;
  },
  body: (position: Local, base: Local, beside: Local) => void,
): void {
  const share = code.parameters.length > 0 ? shareOf(code, count, 1) : { from: 0, to: count };
  const base = held(code, indexed);
  const next = held(code, beside);
  const [from, at, position] = [code.local("i32"), code.local("i32"), code.local("i32")];
  each(code, 0, examples, 1, (example) => {
    assign(code, from, sum(positions, times(example, count * 4)));
    each(code, 0, outer, 1, () => {
      assign(code, at, sum(from, times(share.from, 4)));
      assign(code, next, sum(next, times(share.from, length * bytes)));
      each(code, share.from, share.to, 1, () => {
        code.get(at);
        code.access("i32.load");
        code.set(position);
        body(position, base, next);
        assign(code, at, sum(at, 4));
        assign(code, next, sum(next, length * bytes));
      });
      assign(code, next, sum(next, times(difference(count, share.to), length * bytes)));
      assign(code, base, sum(base, size * length * bytes));
    });
  });
  code.release(base, next, from, at, position);
}

/** The smaller, or the larger, of a variable and a number. */
function bounded(code: Code, local: Local, bound: number, outside: Plain): void {
  code.i32(bound);
  code.get(local);
  code.get(local);
  code.i32(bound);
  code.op(outside, "select");
  code.set(local);
}

/** Moves a position between 0 and `last`. */
function clamp(code: Code, position: Local, dtype: DType, last: number): void {
  if (dtype === "int32") bounded(code, position, 0, "i32.lt_s");
  bounded(code, position, last, "i32.gt_u");
}

/** Slices along an axis at positions. */
export function gatherKernel(x: Load, positions: Load, params: Indexing, out: Buffer): CodeKernel {
  return {
    kind: "code",
    name: "gather",
    shared: true,
    reads: [x.buffer, positions.buffer],
    writes: [out],
    write: (code, addressOf) => {
      const slices = slicesOf(x.shape, positions.shape, params);
      const bytes = elementSize(x.dtype);
      const slice = slices.length * bytes;
      const places = {
        indexed: addressOf(x.buffer),
        positions: addressOf(positions.buffer),
        beside: addressOf(out),
        bytes,
      };
      const from = code.local("i32");
      eachPosition(code, slices, places, (position, base, to) => {
        clamp(code, position, positions.dtype, slices.size - 1);
        assign(code, from, sum(base, times(position, slice)));
        copyBytes(code, from, to, slice);
      });
      code.release(from);
    },
  };
}

/** Combines updates into an array that `out` holds already. */
export function scatterKernel(
  positions: Load,
  updates: Load,
  params: Indexing & { readonly combine: Combine },
  out: Buffer,
): CodeKernel {
  return {
    kind: "code",
    name: "scatter",
    reads: [positions.buffer, updates.buffer, out],
    writes: [out],
    write: (code, addressOf) => {
      const slices = slicesOf(out.shape, positions.shape, params);
      const bytes = elementSize(out.dtype);
      const slice = slices.length * bytes;
      const places = {
        indexed: addressOf(out),
        positions: addressOf(positions.buffer),
        beside: addressOf(updates.buffer),
        bytes,
      };
      const to = code.local("i32");
      eachPosition(code, slices, places, (position, base, from) => {
        // Without a sign, what is below 0 is above everything.
        code.get(position);
        code.i32(slices.size);
        code.op("i32.lt_u");
        code.if(() => {
          assign(code, to, sum(base, times(position, slice)));
          if (params.combine === "set") copyBytes(code, from, to, slice);
          else combineRow(code, instructionOf(params.combine, out.dtype), bytes, to, from, slice);
        });
      });
      code.release(to);
    },
  };
}

function instructionOf(combine: Exclude<Combine, "set">, dtype: DType): Plain {
  if (dtype === "float32") return `f32x4.${combine}`;
  if (dtype === "float64") return `f64x2.${combine}`;
  if (combine === "add" || combine === "mul") return `i32x4.${combine}`;
  return dtype === "int32" ? `i32x4.${combine}_s` : `i32x4.${combine}_u`;
}

/** Combines some bytes into others, a vector at a time, and the rest element by element. */
function combineRow(
  code: Code,
  instruction: Plain,
  size: number,
  to: Local,
  from: Local,
  bytes: number,
): void {
  const whole = bytes - bytes % 16;
  const vector = (target: Index, source: Index, offset: number) => {
    push(code, target);
    push(code, target);
    code.access("v128.load", offset, 2);
    push(code, source);
    code.access("v128.load", offset, 2);
    code.op(instruction);
    code.access("v128.store", offset, 2);
  };
  const many = bytes - bytes % 64;
  if (many > 0) {
    const [target, source] = [code.local("i32"), code.local("i32")];
    each(code, 0, many, 64, (at) => {
      assign(code, target, sum(to, at));
      assign(code, source, sum(from, at));
      for (let offset = 0; offset < 64; offset += 16) vector(target, source, offset);
    });
    code.release(target, source);
  }
  for (let at = many; at < whole; at += 16) vector(to, from, at);
  const load = size === 4 ? "v128.load32_zero" : "v128.load64_zero";
  const store: LaneAccess = size === 4 ? "v128.store32_lane" : "v128.store64_lane";
  for (let at = whole; at < bytes; at += size) {
    code.get(to);
    code.get(to);
    code.access(load, at);
    code.get(from);
    code.access(load, at);
    code.op(instruction);
    code.accessLane(store, 0, at);
  }
}

/** A window whose starts are computed: read out of an array, or written into one. */
export function windowKernel(
  direction: "read" | "write",
  whole: Load,
  starts: Load,
  window: Load,
): CodeKernel {
  const read = direction === "read";
  return {
    kind: "code",
    name: `window_${direction}`,
    reads: [whole, starts, ...read ? [] : [window]].map(({ buffer }) => buffer),
    writes: [(read ? window : whole).buffer],
    write: (code, addressOf) => {
      const { shape } = whole;
      const sizes = window.shape;
      const bytes = elementSize(whole.dtype);
      const steps = rowMajor(shape);
      const base = held(code, addressOf(whole.buffer));
      const start = code.local("i32");
      for (const [axis, dim] of shape.entries()) {
        code.i32(addressOf(starts.buffer));
        code.access("i32.load", axis * 4);
        code.set(start);
        clamp(code, start, starts.dtype, dim - sizes[axis]);
        assign(code, base, sum(base, times(start, steps[axis] * bytes)));
      }
      // Axes that are taken whole at the end, and one more, lie in one piece.
      let outer = shape.length;
      while (outer > 0 && sizes[outer - 1] === shape[outer - 1]) outer--;
      outer = Math.max(outer - 1, 0);
      const piece = sizeOf(sizes.slice(outer)) * bytes;
      const dense = held(code, addressOf(window.buffer));
      const at = code.local("i32");
      const inside = (axis: number, offset: Index): void => {
        if (axis < outer) {
          return each(
            code,
            0,
            sizes[axis],
            1,
            (i) => inside(axis + 1, sum(offset, times(i, steps[axis] * bytes))),
          );
        }
        assign(code, at, offset);
        if (read) copyBytes(code, at, dense, piece);
        else copyBytes(code, dense, at, piece);
        assign(code, dense, sum(dense, piece));
      };
      inside(0, base);
      code.release(base, start, dense, at);
    },
  };
}
