/**
 * Code for values that are computed element by element.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Code, Local } from "./assembler/code.ts";
import type { Block } from "./contraction/contraction.ts";
import { assign, digitsOf, each, held, least } from "./assembler/index.ts";
import { type Place, storeVector } from "./nest.ts";
import type { LoopKernel, Store } from "./program.ts";
import type { Affine, Buffer } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";
import type { Value } from "./vector/graph.ts";
import { type AddressOf, type Around, VectorNest } from "./vector_nest.ts";

/** Writes the code of a kernel, which computes everything, a thread's share, or a row. */
export function writeLoop(
  code: Code,
  kernel: LoopKernel,
  addressOf: AddressOf,
  features: Features,
  { row, shared }: Around,
): void {
  const { nest, stored, places, step, done } = bodyOf(
    code,
    kernel,
    addressOf,
    features,
    row && [row],
  );
  const crossed = nest.crossed();
  if (shared && row === undefined) {
    nest.share(crossed === undefined ? [...nest.outer, nest.shape.length - 1] : [crossed]);
  }
  const { lanes, length } = nest;
  // At the end of a buffer there is room for a whole vector.
  const roomy = nest.shape.length === 1 &&
    stored.every(({ buffer, to }, i) =>
      to.offset === 0 && places[i].step === 1 && sizeOf(buffer.shape) === length
    );
  const tail = roomy ? 0 : length % lanes;
  const whole = roomy ? Math.ceil(length / lanes) * lanes : length - tail;
  const [vectors, rest] = [() => step(lanes), () => step(tail)];
  if (crossed !== undefined) nest.overTiles(crossed, whole, vectors, rest);
  else {
    nest.over(nest.outer, () => {
      nest.addresses.settle();
      nest.overVectors(whole, vectors, rest);
    });
  }
  done();
}

/**
 * Writes the code of a kernel for a part of it: some of the last axis, in some of the rows that the
 * other axes are. The part begins at a whole vector of the last axis, and ends there or with the axis.
 */
export function writeBlock(
  code: Code,
  kernel: LoopKernel,
  addressOf: AddressOf,
  features: Features,
  { rows, columns }: Block,
): void {
  const width = kernel.shape[kernel.shape.length - 1];
  const counted = kernel.shape.slice(0, -1).map(() => code.local("i32"));
  const { nest, step, done } = bodyOf(code, kernel, addressOf, features, counted);
  const { lanes } = nest;
  const at = nest.counters[counted.length];
  const whole = width - width % lanes;
  const last = held(code, least(columns[1], whole));
  each(code, rows[0], rows[1], 1, (row) => {
    digitsOf(row, kernel.shape.slice(0, -1)).forEach((digit, axis) =>
      assign(code, counted[axis], digit)
    );
    nest.addresses.settle();
    code.count(at, columns[0], last, lanes, () => step(lanes));
    if (whole === width) return;
    code.get(columns[1]);
    code.i32(whole);
    code.op("i32.gt_s");
    code.if(() => {
      nest.moveTo(whole);
      step(width - whole);
    });
  });
  done();
  code.release(last, ...counted);
}

/** What a loop does at each vector: the first so many of its lanes. */
interface Body {
  readonly nest: VectorNest;
  /** What goes to memory, and where. */
  readonly stored: readonly Store[];
  readonly places: readonly Place[];
  readonly step: (count: number) => void;
  readonly done: () => void;
}

/** Prepares the code of a loop's body; the counts of the first axes are those that are given. */
function bodyOf(
  code: Code,
  { shape, stores }: LoopKernel,
  addressOf: AddressOf,
  features: Features,
  counted?: readonly Local[],
): Body {
  const stored = stores.filter(({ temporary }) => !temporary);
  const registers = new Set(
    stores.filter(({ temporary }) => temporary).map(({ buffer }) => buffer),
  );
  // What a store has put somewhere, a later load of the same kernel takes from the register.
  const known = new Map<string, Value>();
  const nest = new VectorNest(code, {
    shape,
    accesses: stored.map(({ to }) => to),
    values: stores.map(({ value }) => value),
    addressOf,
    features,
    inRegister: (leaf) => known.get(accessKey(leaf.buffer, leaf, shape)),
    registers,
    counted,
  });
  const places = stored.map(({ buffer, to }, i) =>
    nest.addresses.place(
      { buffer, address: addressOf(buffer) },
      to.offset,
      nest.strides[i],
    )
  );
  const values = stores.flatMap(({ buffer, to, value, temporary }) => {
    const vector = nest.value(value);
    known.set(accessKey(buffer, to, shape), vector);
    return temporary ? [] : [vector];
  });
  const writer = nest.graph.writer(code, values);
  const step = (count: number) => {
    for (const [i, { buffer }] of stored.entries()) {
      writer.push(values[i]);
      storeVector(code, buffer.dtype, places[i], nest.lanes, count, nest.inner);
    }
    writer.again();
  };
  return { nest, stored, places, step, done: () => writer.done() };
}

/** Tells an access from others; axes of one element do not matter. */
function accessKey(buffer: Buffer, { offset, strides }: Affine, shape: Shape): string {
  return `${buffer.id} ${offset} ${strides.filter((_, axis) => shape[axis] !== 1)}`;
}
