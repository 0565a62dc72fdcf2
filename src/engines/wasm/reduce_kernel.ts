/**
 * Code for values that are combined along axes.
 *
 * Sums are added up in blocks, and the blocks' sums in doubles, so that the error does not grow with
 * the number of elements.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import { Accumulator, kindOf, neutral } from "./accumulator.ts";
import type { Code, Local } from "./assembler/code.ts";
import { assign, held, least, sum } from "./assembler/index.ts";
import { elementSize, roomFor } from "./memory.ts";
import { type Place, storeVector } from "./nest.ts";
import type { ReduceKernel } from "./program.ts";
import { type Affine, rowMajor, weightOf } from "./symbolic.ts";
import { weightOfApply } from "./weight.ts";
import type { Features } from "./vector/floats.ts";
import type { Graph, Value, Writer } from "./vector/graph.ts";
import { type AddressOf, type Around, VectorNest } from "./vector_nest.ts";

/** How many vectors a block has. */
const block = 32;

/** How many vectors are combined side by side: a combination takes so many times what it takes to begin one. */
const together = 4;

/** So much work for an element leaves nothing to wait for. */
const busy = 12;

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
  readonly #writer: Writer;
  readonly #value: Value;
  /** The value in the last vector, with what counts for nothing in the lanes behind the end. */
  readonly #last: Value;
  readonly #nothing: Value;
  /** How many vectors are combined side by side. */
  readonly #wide: number;
  readonly #newAccumulator: (partials: number) => Accumulator;
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
    this.#value = nest.value(value);
    this.#nothing = graph.constant(kindOf(dtype), neutral(combine, dtype));
    const mask = tailMask(graph, length % lanes, elementSize(dtype));
    this.#last = graph.apply("v128.bitselect", this.#value, this.#nothing, mask);
    this.#writer = graph.writer(code, [this.#value, this.#nothing, this.#last]);
    this.#wide = weightOf(value, weightOfApply) < busy ? together : 1;
    this.#newAccumulator = (partials) =>
      new Accumulator(
        code,
        combine,
        dtype,
        lanes,
        partials,
        () => this.#writer.push(this.#nothing),
      );
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
    const wide = whole >= this.#wide * lanes ? this.#wide : 1;
    const accumulator = this.#newAccumulator(wide);
    this.#nest.over(this.#outer(false), () => {
      accumulator.begin();
      this.#nest.over(this.#outer(true), () => {
        addresses.settle();
        if (whole > 0) this.#blocks(accumulator, whole);
        if (tail === 0) return;
        this.#nest.moveTo(whole);
        accumulator.restart();
        this.#add(accumulator, this.#last);
        accumulator.settle();
      });
      this.#nest.moveTo(0);
      this.#store(1, () => accumulator.pushCombined());
    });
    accumulator.release();
  }

  /** The innermost axis stays: each vector is combined with those behind it. */
  acrossVectors(): void {
    const { lanes, length } = this.#nest;
    const tail = length % lanes;
    const whole = length - tail;
    const wide = whole >= this.#wide * lanes ? this.#wide : 1;
    const accumulators = Array.from({ length: wide }, () => this.#newAccumulator(1));
    const [first] = accumulators;
    this.#nest.over(this.#outer(false), () => {
      this.#nest.overVectors(
        whole,
        (vectors) => this.#columns(accumulators.slice(0, vectors), lanes),
        () => this.#columns([first], tail),
        wide,
      );
    });
    for (const accumulator of accumulators) accumulator.release();
  }

  done(): void {
    this.#writer.done();
  }

  #blocks(accumulator: Accumulator, whole: number): void {
    const code = this.#code;
    const { lanes } = this.#nest;
    const { partials } = accumulator;
    const step = partials.length * lanes;
    const even = whole - whole % step;
    const run = (from: number | Local, to: number | Local) => {
      accumulator.restart();
      code.count(this.#at, from, to, step, () => {
        for (const [i, partial] of partials.entries()) {
          if (i > 0) this.#move(lanes);
          this.#add(accumulator, this.#value, partial);
        }
        this.#move(-(partials.length - 1) * lanes);
      });
      accumulator.settle();
    };
    const size = block * lanes;
    if (even <= size) run(0, even);
    else {
      const from = code.local("i32");
      code.count(from, 0, even, size, () => {
        const to = held(code, least(sum(from, size), even));
        run(from, to);
        code.release(to);
      });
      code.release(from);
    }
    if (even === whole) return;
    accumulator.restart();
    code.count(this.#at, even, whole, lanes, () => this.#add(accumulator, this.#value));
    accumulator.settle();
  }

  /** Some vectors side by side, each combined with those behind it. */
  #columns(accumulators: readonly Accumulator[], count: number): void {
    const code = this.#code;
    const { lanes } = this.#nest;
    const since = code.local("i32");
    const restart = () => {
      for (const accumulator of accumulators) accumulator.restart();
      assign(code, since, 0);
    };
    const settle = () => {
      for (const accumulator of accumulators) accumulator.settle();
    };
    for (const accumulator of accumulators) accumulator.begin();
    restart();
    this.#nest.over(this.#outer(true), () => {
      this.#nest.addresses.settle();
      for (const [i, accumulator] of accumulators.entries()) {
        if (i > 0) this.#move(lanes);
        this.#add(accumulator, this.#value);
      }
      this.#move(-(accumulators.length - 1) * lanes);
      assign(code, since, sum(since, 1));
      code.get(since);
      code.i32(block);
      code.op("i32.eq");
      code.if(() => {
        settle();
        restart();
      });
    });
    settle();
    for (const [i, accumulator] of accumulators.entries()) {
      if (i > 0) this.#move(lanes);
      this.#store(count, () => accumulator.push());
    }
    this.#move(-(accumulators.length - 1) * lanes);
    code.release(since);
  }

  get #at(): Local {
    const { counters } = this.#nest;
    return counters[counters.length - 1];
  }

  /** Moves the innermost count by some elements. */
  #move(elements: number): void {
    if (elements !== 0) assign(this.#code, this.#at, sum(this.#at, elements));
  }

  /** The outer axes that are reduced, or those that stay. */
  #outer(reduced: boolean): readonly number[] {
    const { outer, strides } = this.#nest;
    return outer.filter((axis) => (strides[1][axis] !== 0) === reduced);
  }

  #add(accumulator: Accumulator, value: Value, partial = accumulator.partials[0]): void {
    accumulator.add(() => this.#writer.push(value), partial);
    this.#writer.again();
  }

  /** Stores some lanes of a vector; `push` puts it on the stack. */
  #store(count: number, push: () => void): void {
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
    push();
    storeVector(code, this.#dtype, this.#place, this.#nest.lanes, count, this.#nest.inner);
  }
}

/** All ones in the lanes of the last vector that count. */
function tailMask(graph: Graph, tail: number, size: number): Value {
  const bytes = new Uint8Array(16);
  bytes.fill(255, 0, tail * size);
  return graph.vector(bytes);
}
