/**
 * Nests of loops over a shape, with the last axis in vectors: where each element lies, and how it is
 * loaded and stored.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Code, Local } from "./assembler/code.ts";
import type { Lanes } from "./evaluate.ts";
import { elementSize, roomFor } from "./memory.ts";
import type { Affine, Buffer, Count, Load } from "./symbolic.ts";
import type { Graph, Value } from "./vector/graph.ts";

/**
 * Axes that can be gone through as one: for all accesses they are evenly spaced. The first `apart`
 * axes stay as they are.
 */
export function collapse(
  shape: Shape,
  accesses: readonly Affine[],
  apart: number,
): { readonly shape: Shape; readonly strides: readonly (readonly number[])[] } {
  const dims: number[] = [...shape.slice(0, apart)];
  const strides = accesses.map((access) => [...access.strides.slice(0, apart)]);
  for (const [axis, dim] of shape.entries()) {
    if (axis < apart || dim === 1) continue;
    const last = dims.length - 1;
    const together = last >= apart &&
      accesses.every((access, i) => strides[i][last] === access.strides[axis] * dim);
    if (together) {
      dims[last] *= dim;
      accesses.forEach((access, i) => strides[i][last] = access.strides[axis]);
    } else {
      dims.push(dim);
      accesses.forEach((access, i) => strides[i].push(access.strides[axis]));
    }
  }
  if (dims.length === apart) {
    return { shape: [...dims, 1], strides: strides.map((own) => [...own, 0]) };
  }
  return { shape: dims, strides };
}

/** Where an access of a nest is, told by the variables that count. */
export interface Place {
  /** The part of the address that the outer loops settle; none where it is always the same. */
  readonly base: Local | undefined;
  /** The constant part of the address, in bytes. */
  readonly constant: number;
  /** The distance of neighbours along the innermost axis, in elements. */
  readonly step: number;
}

/** The addresses of a nest's accesses. */
export class Addresses {
  readonly #code: Code;
  readonly #outer: readonly Local[];
  readonly #thread: Local | undefined;
  readonly #bases = new Map<string, Local>();
  readonly #settle: (() => void)[] = [];

  /** `thread` is what buffers are told apart by that each thread has one of. */
  constructor(code: Code, outer: readonly Local[], thread: Local | undefined) {
    this.#code = code;
    this.#outer = outer;
    this.#thread = thread;
  }

  /** The place of an access to a buffer at an address. */
  place(
    { buffer, address }: { readonly buffer: Buffer; readonly address: number },
    offset: number,
    strides: readonly number[],
  ): Place {
    const size = elementSize(buffer.dtype);
    const apart = buffer.perThread && this.#thread !== undefined ? roomFor(buffer, 1) : 0;
    const outer = strides.slice(0, -1);
    const step = strides[strides.length - 1];
    // What goes backwards has its beginning in the variable: a constant part is added without sign.
    const backwards = strides.some((stride) => stride < 0);
    const start = address + offset * size;
    const moving = outer.some((stride) => stride !== 0);
    if (!moving && !backwards && apart === 0) return { base: undefined, constant: start, step };
    const from = backwards ? start : 0;
    const base = this.#base(outer.map((stride) => stride * size), from, apart);
    return { base, constant: backwards ? 0 : start, step };
  }

  /** A whole number that the outer loops settle: `offset + Σ strides · counts`. */
  number(offset: number, strides: readonly number[]): Local {
    return this.#base(strides, offset);
  }

  /** Writes the instructions that settle all places; to be called inside the outer loops. */
  settle(): void {
    for (const step of this.#settle) step();
  }

  #base(strides: readonly number[], from: number, apart = 0): Local {
    const key = `${from} ${strides} ${apart}`;
    const known = this.#bases.get(key);
    if (known !== undefined) return known;
    const code = this.#code;
    const local = code.local("i32");
    this.#bases.set(key, local);
    this.#settle.push(() => {
      code.i32(from);
      for (const [i, stride] of strides.entries()) {
        if (stride === 0) continue;
        code.get(this.#outer[i]);
        code.i32(stride);
        code.op("i32.mul", "i32.add");
      }
      if (apart > 0) {
        code.get(this.#thread!);
        code.i32(apart);
        code.op("i32.mul", "i32.add");
      }
      code.set(local);
    });
    return local;
  }
}

/** The counts of the innermost loop, in bytes of each element size. */
export type InnerCount = (bytesPerElement: number) => void;

/** Puts the address of the innermost loop's element on the stack; gives the constant part. */
function address(
  code: Code,
  { base, constant, step }: Place,
  size: number,
  inner: InnerCount,
): number {
  if (step === 0) {
    if (base === undefined) code.i32(0);
    else code.get(base);
    return constant;
  }
  inner(size);
  if (step !== 1) {
    code.i32(step);
    code.op("i32.mul");
  }
  if (base !== undefined) {
    code.get(base);
    code.op("i32.add");
  }
  return constant;
}

/** A vector of a buffer's elements; bools become masks of 32-bit lanes. */
export function loadVector(
  graph: Graph,
  leaf: Load,
  place: Place,
  lanes: Lanes,
  inner: InnerCount,
): Value {
  const { dtype } = leaf;
  const size = elementSize(dtype);
  const key = `${leaf.buffer.id} ${place.base?.index} ${place.constant} ${place.step}`;
  const value = graph.leaf(key, (code) => {
    if (place.step === 0 || place.step === 1) {
      const offset = address(code, place, size, inner);
      if (place.step === 0) return splat(code, dtype, offset);
      if (dtype === "bool") {
        code.access("v128.load32_zero", offset, 0);
        code.op("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
      } else if (lanes === 2 && size === 4) code.access("v128.load64_zero", offset, 2);
      else code.access("v128.load", offset, Math.log2(size));
      return;
    }
    scattered(code, dtype, place, lanes, size, inner);
  });
  return dtype === "bool" ? graph.apply("i32x4.ne", value, graph.constant("i32", 0)) : value;
}

function splat(code: Code, dtype: DType, offset: number): void {
  if (dtype === "bool") {
    code.access("i32.load8_u", offset);
    code.op("i32x4.splat");
  } else if (dtype === "float64") code.access("v128.load64_splat", offset, 3);
  else code.access("v128.load32_splat", offset, 2);
}

/** Elements that do not lie side by side, one by one. */
function scattered(
  code: Code,
  dtype: DType,
  place: Place,
  lanes: Lanes,
  size: number,
  inner: InnerCount,
): void {
  const at = code.local("i32");
  const offset = address(code, place, size, inner);
  code.set(at);
  if (size * lanes === 16 && (place.step === 2 || place.step === -1)) {
    shuffled(code, at, offset, place.step, size);
    return code.release(at);
  }
  const distance = place.step * size;
  for (let lane = 0; lane < lanes; lane++) {
    if (lane > 0) {
      code.get(at);
      code.i32(distance);
      code.op("i32.add");
      code.set(at);
    }
    if (lane === 0) {
      code.get(at);
      splat(code, dtype, offset);
      continue;
    }
    code.get(at);
    if (dtype === "bool") {
      code.access("i32.load8_u", offset);
      code.lane("i32x4.replace_lane", lane);
    } else if (dtype === "float64") {
      code.access("f64.load", offset);
      code.lane("f64x2.replace_lane", lane);
    } else {
      code.access("i32.load", offset);
      code.lane("i32x4.replace_lane", lane);
    }
  }
  code.release(at);
}

/** Every other element, or elements backwards, by whole vectors. */
function shuffled(code: Code, at: Local, offset: number, step: 2 | -1, size: number): void {
  const bytes = (element: (lane: number) => number) =>
    Array.from({ length: 16 }, (_, i) => element(Math.floor(i / size)) * size + i % size);
  if (step === 2) {
    code.get(at);
    code.access("v128.load", offset, Math.log2(size));
    code.get(at);
    code.access("v128.load", offset + 16, Math.log2(size));
    code.shuffle(bytes((lane) => 2 * lane));
  } else {
    const last = 16 / size - 1;
    code.get(at);
    code.i32(-last * size);
    code.op("i32.add");
    const vector = code.local("v128");
    code.access("v128.load", offset, Math.log2(size));
    code.tee(vector);
    code.get(vector);
    code.shuffle(bytes((lane) => last - lane));
    code.release(vector);
  }
}

/** A vector of numbers that follow from the index. */
export function countVector(
  graph: Graph,
  leaf: Count,
  base: Local,
  step: number,
  inner: InnerCount,
): Value {
  const { dtype } = leaf;
  const first = graph.leaf(`count ${base.index} ${step}`, (code) => {
    code.get(base);
    if (step !== 0) {
      inner(1);
      code.i32(step);
      code.op("i32.mul", "i32.add");
    }
    code.op("i32x4.splat");
  });
  const lanes = Int32Array.from([0, 1, 2, 3], (lane) => lane * step);
  const steps = graph.vector(new Uint8Array(lanes.buffer));
  const whole = step === 0 ? first : graph.apply("i32x4.add", first, steps);
  if (dtype === "float32") return graph.apply("f32x4.convert_i32x4_s", whole);
  if (dtype === "float64") return graph.apply("f64x2.convert_low_i32x4_s", whole);
  return whole;
}

/**
 * Stores the vector on the stack, the first `count` lanes of it. A bool's mask has 32-bit lanes.
 */
export function storeVector(
  code: Code,
  dtype: DType,
  place: Place,
  lanes: Lanes,
  count: number,
  inner: InnerCount,
): void {
  const size = elementSize(dtype);
  const value = code.local("v128");
  if (dtype === "bool") {
    // All ones become -1 in bytes, and then 1.
    code.set(value);
    code.get(value);
    code.get(value);
    code.op("i16x8.narrow_i32x4_s");
    code.set(value);
    code.get(value);
    code.get(value);
    code.op("i8x16.narrow_i16x8_s");
    code.i32(1);
    code.op("i8x16.splat", "v128.and");
  }
  code.set(value);
  const whole = place.step === 1 && count === lanes && !(size === 1 && lanes === 2);
  if (whole) {
    const offset = address(code, place, size, inner);
    code.get(value);
    if (size === 8 || (size === 4 && lanes === 4)) {
      code.access("v128.store", offset, Math.log2(size));
    } else if (size === 4) code.accessLane("v128.store64_lane", 0, offset, 2);
    else code.accessLane("v128.store32_lane", 0, offset, 0);
  } else storeLanes(code, value, size, place, count, inner);
  code.release(value);
}

function storeLanes(
  code: Code,
  value: Local,
  size: number,
  place: Place,
  count: number,
  inner: InnerCount,
): void {
  const instruction = size === 8
    ? "v128.store64_lane"
    : size === 4
    ? "v128.store32_lane"
    : "v128.store8_lane";
  const at = code.local("i32");
  const offset = address(code, place, size, inner);
  code.set(at);
  for (let lane = 0; lane < count; lane++) {
    if (lane > 0) {
      code.get(at);
      code.i32(place.step * size);
      code.op("i32.add");
      code.set(at);
    }
    code.get(at);
    code.get(value);
    code.accessLane(instruction, lane, offset);
  }
  code.release(at);
}
