/**
 * Code for values that are combined along axes.
 *
 * Sums are added up in blocks, and the blocks' sums in doubles, so that the error does not grow with
 * the number of elements.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import type { Code, Local } from "./assembler/code.ts";
import type { Plain } from "./assembler/opcodes.ts";
import { elementSize, roomFor } from "./memory.ts";
import { type Place, storeVector } from "./nest.ts";
import type { Combine, ReduceKernel } from "./program.ts";
import { type Affine, rowMajor } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";
import type { Graph, Value, Writer } from "./vector/graph.ts";
import { type AddressOf, type Around, VectorNest } from "./vector_nest.ts";

/** How many vectors a block has. */
const block = 32;

/** Writes the code of a kernel, which computes everything, a thread's share, or a row. */
export function writeReduce(
  code: Code,
  kernel: ReduceKernel,
  addressOf: AddressOf,
  features: Features,
  { row, shared }: Around,
): void {
  const { value, axes, buffer } = kernel;
  const kept = value.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const own = rowMajor(kept.map((axis) => value.shape[axis]));
  // Where the result goes; and an access of the reduced axes alone, so that no axis of the nest is
  // made of both kinds.
  const result = access(
    value.shape.map((_, axis) =>
      kept.includes(axis) && !(axis === 0 && kernel.inRow) ? own[kept.indexOf(axis)] : 0
    ),
  );
  const reducedOnly = access(
    rowMajor(value.shape.map((dim) => Math.max(dim, 1))).map((step, axis) =>
      axes.includes(axis) ? step : 0
    ),
  );
  const nest = new VectorNest(code, {
    shape: value.shape,
    accesses: [result, reducedOnly],
    values: [value],
    addressOf,
    features,
    counted: row && [row],
  });
  const along = nest.strides[1][nest.shape.length - 1] !== 0;
  const staying = [
    ...nest.outer.filter((axis) => nest.strides[1][axis] === 0),
    ...along ? [] : [nest.shape.length - 1],
  ];
  const reduction = new Reduction(code, kernel, nest, addressOf(buffer));
  const write = () => along ? reduction.alongVectors() : reduction.acrossVectors();
  if (!shared || row !== undefined) write();
  else if (staying.length > 0) {
    nest.share(staying);
    write();
  } else {
    code.get(code.parameters[0]);
    code.op("i32.eqz");
    code.if(write);
  }
  reduction.done();
}

function access(strides: readonly number[]): Affine {
  return { offset: 0, strides };
}

class Reduction {
  readonly #code: Code;
  readonly #nest: VectorNest;
  readonly #dtype: DType;
  readonly #instruction: Plain;
  readonly #writer: Writer;
  readonly #value: Value;
  /** The value in the last vector, with what counts for nothing in the lanes behind the end. */
  readonly #last: Value;
  readonly #nothing: Value;
  readonly #total: Local;
  /** The total of the upper lanes of float32, where it is kept in doubles; then `#total` is that of the lower ones. */
  readonly #upper: Local | undefined;
  readonly #partial: Local;
  readonly #place: Place;
  /** How far one step of each loop moves the result, in bytes. */
  readonly #moves: readonly number[];
  /** How far the threads' own buffers are apart, in bytes, if each has one. */
  readonly #apart: number;

  constructor(code: Code, { combine, buffer, value }: ReduceKernel, nest: VectorNest, to: number) {
    const { dtype } = buffer;
    const { graph, lanes, length } = nest;
    this.#code = code;
    this.#nest = nest;
    this.#dtype = dtype;
    this.#instruction = instructionFor(combine, dtype);
    this.#value = nest.value(value);
    this.#nothing = graph.constant(kindOf(dtype), neutral(combine, dtype));
    const mask = tailMask(graph, length % lanes, elementSize(dtype));
    this.#last = graph.apply("v128.bitselect", this.#value, this.#nothing, mask);
    this.#writer = graph.writer(code, [this.#value, this.#nothing, this.#last]);
    this.#total = code.local("v128");
    this.#upper = combine === "sum" && dtype === "float32" ? code.local("v128") : undefined;
    this.#partial = code.local("v128");
    const strides = nest.strides[0];
    this.#moves = strides.slice(0, -1).map((stride) => stride * elementSize(dtype));
    this.#apart = buffer.perThread && code.parameters.length > 0 ? roomFor(buffer, 1) : 0;
    const moving = this.#apart > 0 || this.#moves.some((move) => move !== 0);
    this.#place = {
      base: moving ? code.local("i32") : undefined,
      constant: to,
      step: strides[strides.length - 1],
    };
  }

  /** The innermost axis is combined: vectors first, and then the lanes of the one that remains. */
  alongVectors(): void {
    const { lanes, length, addresses } = this.#nest;
    const tail = length % lanes;
    const whole = length - tail;
    this.#nest.over(this.#outer(false), () => {
      this.#begin();
      this.#nest.over(this.#outer(true), () => {
        addresses.settle();
        if (whole > 0) this.#blocks(whole);
        if (tail === 0) return;
        this.#nest.moveTo(whole);
        this.#reset(this.#partial);
        this.#add(this.#partial, this.#last);
        this.#addPartial();
      });
      this.#nest.moveTo(0);
      this.#combineLanes();
      this.#store(1);
    });
  }

  /** The innermost axis stays: each vector is combined with those behind it. */
  acrossVectors(): void {
    const { lanes, length } = this.#nest;
    const tail = length % lanes;
    const whole = length - tail;
    this.#nest.over(this.#outer(false), () => {
      this.#nest.overVectors(whole, () => this.#column(lanes), () => this.#column(tail));
    });
  }

  done(): void {
    this.#writer.done();
    this.#code.release(this.#total, this.#partial);
    if (this.#upper !== undefined) this.#code.release(this.#upper);
  }

  #blocks(whole: number): void {
    const code = this.#code;
    const { lanes, counters } = this.#nest;
    const at = counters[counters.length - 1];
    const run = (from: number | Local, to: number | Local) => {
      this.#reset(this.#partial);
      code.count(at, from, to, lanes, () => this.#add(this.#partial, this.#value));
      this.#addPartial();
    };
    const size = block * lanes;
    if (whole <= size) return run(0, whole);
    const [from, to] = [code.local("i32"), code.local("i32")];
    code.count(from, 0, whole, size, () => {
      code.get(from);
      code.i32(size);
      code.op("i32.add");
      code.tee(to);
      code.i32(whole);
      code.get(to);
      code.i32(whole);
      code.op("i32.lt_s", "select");
      code.set(to);
      run(from, to);
    });
    code.release(from, to);
  }

  #column(count: number): void {
    const code = this.#code;
    const since = code.local("i32");
    const restart = () => {
      this.#reset(this.#partial);
      code.i32(0);
      code.set(since);
    };
    this.#begin();
    restart();
    this.#nest.over(this.#outer(true), () => {
      this.#nest.addresses.settle();
      this.#add(this.#partial, this.#value);
      code.get(since);
      code.i32(1);
      code.op("i32.add");
      code.tee(since);
      code.i32(block);
      code.op("i32.eq");
      code.if(() => {
        this.#addPartial();
        restart();
      });
    });
    this.#addPartial();
    this.#finish();
    this.#store(count);
    code.release(since);
  }

  /** The outer axes that are reduced, or those that stay. */
  #outer(reduced: boolean): readonly number[] {
    const { outer, strides } = this.#nest;
    return outer.filter((axis) => (strides[1][axis] !== 0) === reduced);
  }

  #reset(local: Local): void {
    this.#writer.push(this.#nothing);
    this.#code.set(local);
  }

  #add(into: Local, value: Value): void {
    this.#code.get(into);
    this.#writer.push(value);
    this.#code.op(this.#instruction);
    this.#code.set(into);
    this.#writer.again();
  }

  #begin(): void {
    this.#reset(this.#total);
    // No bits are a zero of any kind.
    if (this.#upper !== undefined) this.#reset(this.#upper);
  }

  #addPartial(): void {
    const code = this.#code;
    if (this.#upper === undefined) {
      code.get(this.#total);
      code.get(this.#partial);
      code.op(this.#instruction);
      return code.set(this.#total);
    }
    code.get(this.#partial);
    code.op("f64x2.promote_low_f32x4");
    code.get(this.#total);
    code.op("f64x2.add");
    code.set(this.#total);
    // Of two elements in a vector, the upper half is anything.
    if (this.#nest.lanes === 2) return;
    code.get(this.#partial);
    code.get(this.#partial);
    code.shuffle(upperHalf);
    code.op("f64x2.promote_low_f32x4");
    code.get(this.#upper);
    code.op("f64x2.add");
    code.set(this.#upper);
  }

  /** Rounds a total in doubles, all lanes of which are one vector then. */
  #finish(): void {
    if (this.#upper === undefined) return;
    const code = this.#code;
    code.get(this.#total);
    code.op("f32x4.demote_f64x2_zero");
    code.get(this.#upper);
    code.op("f32x4.demote_f64x2_zero");
    code.shuffle(lowerHalves);
    code.set(this.#total);
  }

  /** Combines the lanes of the total, of which then at least the first has the result. */
  #combineLanes(): void {
    const code = this.#code;
    if (this.#upper !== undefined) {
      code.get(this.#total);
      code.get(this.#upper);
      code.op("f64x2.add");
      code.tee(this.#total);
      code.get(this.#total);
      code.get(this.#total);
      code.shuffle(upperHalf);
      code.op("f64x2.add", "f32x4.demote_f64x2_zero");
      return code.set(this.#total);
    }
    const bytes = Array.from({ length: 16 }, (_, i) => i);
    const size = elementSize(this.#dtype);
    for (let distance = this.#nest.lanes / 2; distance >= 1; distance /= 2) {
      code.get(this.#total);
      code.get(this.#total);
      code.get(this.#total);
      code.shuffle(bytes.map((byte) => byte ^ (distance * size)));
      code.op(this.#instruction);
      code.set(this.#total);
    }
  }

  #store(count: number): void {
    const code = this.#code;
    const { base } = this.#place;
    if (base !== undefined) {
      code.i32(0);
      for (const [axis, move] of this.#moves.entries()) {
        if (move === 0) continue;
        code.get(this.#nest.counters[axis]);
        code.i32(move);
        code.op("i32.mul", "i32.add");
      }
      if (this.#apart > 0) {
        code.get(code.parameters[0]);
        code.i32(this.#apart);
        code.op("i32.mul", "i32.add");
      }
      code.set(base);
    }
    code.get(this.#total);
    storeVector(code, this.#dtype, this.#place, this.#nest.lanes, count, this.#nest.inner);
  }
}

function kindOf(dtype: DType): "f32" | "f64" | "i32" {
  return dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
}

/** What changes nothing when it is combined. */
function neutral(combine: Combine, dtype: DType): number {
  if (combine === "sum" || combine === "prod") return combine === "sum" ? 0 : 1;
  if (kindOf(dtype) !== "i32") return combine === "max" ? -Infinity : Infinity;
  if (dtype === "int32") return combine === "max" ? -(2 ** 31) : 2 ** 31 - 1;
  return combine === "max" ? 0 : -1;
}

function instructionFor(combine: Combine, dtype: DType): Plain {
  const name = ({ sum: "add", prod: "mul", max: "max", min: "min" } as const)[combine];
  if (dtype === "float32") return `f32x4.${name}`;
  if (dtype === "float64") return `f64x2.${name}`;
  if (name === "add" || name === "mul") return `i32x4.${name}`;
  return dtype === "int32" ? `i32x4.${name}_s` : `i32x4.${name}_u`;
}

/** The upper half of the first vector, in both halves. */
const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/** The lower halves of two vectors. */
const lowerHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** All ones in the lanes of the last vector that count. */
function tailMask(graph: Graph, tail: number, size: number): Value {
  const bytes = new Uint8Array(16);
  bytes.fill(255, 0, tail * size);
  return graph.vector(bytes);
}
