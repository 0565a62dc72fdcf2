/**
 * Code for values that are computed element by element.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { sizeOf } from "../../tensor/storage.ts";
import type { Code, Local } from "./assembler/code.ts";
import { Evaluator, type Lanes } from "./evaluate.ts";
import { elementSize } from "./memory.ts";
import {
  Addresses,
  collapse,
  countVector,
  type InnerCount,
  loadVector,
  type Place,
  storeVector,
} from "./nest.ts";
import type { LoopKernel, Store } from "./program.ts";
import { type Affine, type Buffer, type Count, leavesOf, type Load, rowMajor } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";
import { Graph, type Value } from "./vector/graph.ts";

/** Where buffers lie. */
export type AddressOf = (buffer: Buffer) => number;

/** How many elements a vector of a kernel holds. */
export function lanesOf(values: readonly Store["value"][]): Lanes {
  const wide = (dtype: string) => dtype === "float64";
  const seen = new Set<object>();
  const any = (value: Store["value"]): boolean => {
    if (seen.has(value)) return false;
    seen.add(value);
    return wide(value.dtype) || (value.kind === "apply" && value.operands.some(any));
  };
  return values.some(any) ? 2 : 4;
}

/** Writes the code of a kernel, which computes everything. */
export function writeLoop(
  code: Code,
  { shape, stores }: LoopKernel,
  addressOf: AddressOf,
  features: Features,
): void {
  const lanes = lanesOf(stores.map(({ value }) => value));
  const leaves = [...new Set(stores.flatMap(({ value }) => leavesOf(value)))]
    .filter((leaf): leaf is Load | Count => leaf.kind !== "constant" && leaf.shape.length > 0);
  const accesses: Affine[] = [...stores.map(({ to }) => to), ...leaves];
  const nest = collapse(shape, accesses);
  const inner = nest.shape[nest.shape.length - 1];
  const outer = nest.shape.slice(0, -1);
  const counters = outer.map(() => code.local("i32"));
  const at = code.local("i32");
  const addresses = new Addresses(code, counters);
  const stridesOf = (i: number) => nest.strides[i];

  const storePlaces = stores.map(({ buffer, to, temporary }, i) =>
    temporary
      ? undefined
      : addresses.place(addressOf(buffer), to.offset, stridesOf(i), elementSize(buffer.dtype))
  );
  const forwarded = new Map<string, Value>();
  const temporaries = new Set(
    stores.filter(({ temporary }) => temporary).map(({ buffer }) => buffer),
  );
  const places = new Map<Load | Count, Place | { base: Local; step: number } | undefined>();
  for (const [i, leaf] of leaves.entries()) {
    const strides = stridesOf(stores.length + i);
    places.set(
      leaf,
      leaf.kind === "load"
        ? temporaries.has(leaf.buffer)
          ? undefined
          : addresses.place(addressOf(leaf.buffer), leaf.offset, strides, elementSize(leaf.dtype))
        : { base: addresses.number(leaf.offset, strides.slice(0, -1)), step: strides.at(-1)! },
    );
  }
  const scalarPlace = (leaf: Load | Count): Place | { base: Local; step: number } =>
    leaf.kind === "load"
      ? {
        base: undefined,
        constant: addressOf(leaf.buffer) + leaf.offset * elementSize(leaf.dtype),
        step: 0,
      }
      : { base: addresses.number(leaf.offset, []), step: 0 };

  const innerCount: InnerCount = (bytes) => {
    code.get(at);
    if (bytes > 1) {
      code.i32(Math.log2(bytes));
      code.op("i32.shl");
    }
  };
  const graph = new Graph();
  const evaluator = new Evaluator(graph, lanes, features, (leaf) => {
    if (leaf.kind === "load") {
      const known = forwarded.get(accessKey(leaf.buffer, leaf, shape));
      if (known !== undefined) return known;
    }
    const place = places.get(leaf) ?? scalarPlace(leaf);
    if (leaf.kind === "count") {
      const { base, step } = place as { base: Local; step: number };
      return countVector(graph, leaf, base, step, innerCount);
    }
    return loadVector(graph, leaf, place as Place, lanes, innerCount);
  });
  // What a store has put somewhere, a later load of the same kernel takes from the register.
  const values = stores.map(({ buffer, to, value }) => {
    const vector = evaluator.value(value);
    forwarded.set(accessKey(buffer, to, shape), vector);
    return vector;
  });

  const writer = graph.writer(code, values.filter((_, i) => storePlaces[i] !== undefined));
  const step = (count: number) => {
    for (const [i, { buffer }] of stores.entries()) {
      const place = storePlaces[i];
      if (place === undefined) continue;
      writer.push(values[i]);
      storeVector(code, buffer.dtype, place, lanes, count, innerCount);
    }
    writer.again();
  };
  // At the end of a buffer there is room for a whole vector.
  const padded = outer.length === 0 &&
    stores.every(({ buffer, to }, i) =>
      storePlaces[i] === undefined ||
      (to.offset === 0 && storePlaces[i].step === 1 && sizeOf(buffer.shape) === inner)
    );
  const tail = padded ? 0 : inner % lanes;
  const vectors = padded ? Math.ceil(inner / lanes) * lanes : inner - tail;
  const body = () => {
    addresses.settle();
    if (vectors > 0) code.count(at, 0, vectors, lanes, () => step(lanes));
    if (tail > 0) {
      code.i32(vectors);
      code.set(at);
      step(tail);
    }
  };
  const loops = outer.reduceRight<() => void>(
    (inside, dim, axis) => () => code.count(counters[axis], 0, dim, 1, inside),
    body,
  );
  loops();
  writer.done();
}

/** Axes of one element do not matter. */
function accessKey(buffer: Buffer, { offset, strides }: Affine, shape: Shape): string {
  return `${buffer.id} ${offset} ${strides.filter((_, axis) => shape[axis] !== 1)}`;
}

/** The access of a whole buffer in order. */
export function inOrder(buffer: Buffer): Affine {
  return { offset: 0, strides: rowMajor(buffer.shape) };
}
