/**
 * Code for values that are computed element by element.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Code } from "./assembler/code.ts";
import { storeVector } from "./nest.ts";
import type { LoopKernel } from "./program.ts";
import type { Affine, Buffer } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";
import type { Value } from "./vector/graph.ts";
import { type AddressOf, type Around, VectorNest } from "./vector_nest.ts";

/** Writes the code of a kernel, which computes everything, a thread's share, or a row. */
export function writeLoop(
  code: Code,
  { shape, stores }: LoopKernel,
  addressOf: AddressOf,
  features: Features,
  { row, shared }: Around,
): void {
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
    row,
  });
  const crossed = nest.crossed();
  if (shared && row === undefined) {
    nest.share(crossed === undefined ? [...nest.outer, nest.shape.length - 1] : [crossed]);
  }
  const { lanes, length } = nest;
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
      storeVector(code, buffer.dtype, places[i], lanes, count, nest.inner);
    }
    writer.again();
  };
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
  writer.done();
}

/** Tells an access from others; axes of one element do not matter. */
function accessKey(buffer: Buffer, { offset, strides }: Affine, shape: Shape): string {
  return `${buffer.id} ${offset} ${strides.filter((_, axis) => shape[axis] !== 1)}`;
}
