/**
 * Long reductions to few results in two steps: pieces of the longest axis are combined each on its own,
 * so that threads can share them, and then the pieces' results. The pieces depend on the shape alone.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import { newBuffer } from "./memory.ts";
import type { Kernel, LoopKernel, ReduceKernel } from "./program.ts";
import {
  type Affine,
  type Buffer,
  load,
  reshape,
  rowMajor,
  type Symbolic,
  view,
} from "./symbolic.ts";

/** From so many results on threads share those. */
const manyResults = 64;

/** Shorter reductions are over before threads have met. */
const long = 2 ** 16;

/** At most so many pieces. */
const mostPieces = 256;

/** Pieces along the longest axis, and at least so many places in each. */
const shortest = 32;

/** The kernels with long reductions in two steps. */
export function splitReductions(kernels: readonly Kernel[]): readonly Kernel[] {
  return kernels.flatMap((kernel) => kernel.kind === "reduce" ? split(kernel) : [kernel]);
}

function split(kernel: ReduceKernel): readonly Kernel[] {
  const { value, axes, combine, buffer, source } = kernel;
  const { shape } = value;
  const results = sizeOf(buffer.shape);
  const axis = axes.reduce((best, axis) => shape[axis] > shape[best] ? axis : best, axes[0]);
  const pieces = piecesOf(shape[axis]);
  if (results >= manyResults || sizeOf(shape) < long * results || pieces < 2) return [kernel];
  const length = Math.floor(shape[axis] / pieces);
  const rest = shape[axis] - pieces * length;
  const cut = part(value, axis, 0, pieces * length);
  const cutIntoPieces = reshape(cut, shape.toSpliced(axis, 1, pieces, length))!;
  // The axis of the pieces stays, and those behind it are one further on.
  const inside = axes.map((own) => own < axis ? own : own + 1);
  const kept = cutIntoPieces.shape.map((_, own) => own).filter((own) => !inside.includes(own));
  const partial = newBuffer(kept.map((own) => cutIntoPieces.shape[own]), buffer.dtype);
  const reduce = (value: Symbolic, axes: readonly number[], buffer: Buffer): ReduceKernel => ({
    kind: "reduce",
    combine,
    value,
    axes,
    buffer,
    source,
  });
  const along = kept.indexOf(axis);
  if (rest === 0) {
    return [reduce(cutIntoPieces, inside, partial), reduce(load(partial), [along], buffer)];
  }
  const last = newBuffer(buffer.shape, buffer.dtype);
  const all = newBuffer(partial.shape.with(along, pieces + 1), buffer.dtype);
  const strides = rowMajor(all.shape);
  const put = (from: Buffer, to: Affine): LoopKernel => ({
    kind: "loop",
    shape: from.shape,
    stores: [{ buffer: all, to, value: load(from), source }],
  });
  return [
    reduce(cutIntoPieces, inside, partial),
    reduce(part(value, axis, pieces * length, rest), axes, last),
    put(partial, { offset: 0, strides }),
    put(last, { offset: pieces * strides[along], strides: strides.toSpliced(along, 1) }),
    reduce(load(all), [along], buffer),
  ];
}

/** A number of pieces that leaves nothing over, if there is one. */
function piecesOf(length: number): number {
  const most = Math.min(mostPieces, Math.floor(length / shortest));
  for (let pieces = most; pieces > most / 4; pieces--) {
    if (length % pieces === 0) return pieces;
  }
  return most;
}

function part(value: Symbolic, axis: number, start: number, length: number): Symbolic {
  const sources = value.shape.map((_, own) => ({
    axis: own,
    start: own === axis ? start : 0,
    scale: 1,
  }));
  return view(value, value.shape.with(axis, length), sources);
}
