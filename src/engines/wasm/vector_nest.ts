/**
 * A nest of loops over a shape in which values are computed a vector at a time: what the code of
 * elementwise kernels and of reductions has in common.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import type { Code, Local } from "./assembler/code.ts";
import { Evaluator, type Lanes } from "./evaluate.ts";
import { difference, held, least, most, remainder, sum } from "./assembler/index.ts";
import {
  Addresses,
  collapse,
  countVector,
  type InnerCount,
  loadVector,
  type Place,
} from "./nest.ts";
import {
  type Affine,
  type Buffer,
  type Count,
  leavesOf,
  type Load,
  type Symbolic,
} from "./symbolic.ts";
import { type Share, shareOf } from "./threads/share.ts";
import type { Features } from "./vector/floats.ts";
import { Graph, type Value } from "./vector/graph.ts";

/** Where buffers lie. */
export type AddressOf = (buffer: Buffer) => number;

/** What stands around a kernel's code. */
export interface Around {
  /** The count of the first axis, where a loop around the code goes over it. */
  readonly row?: Local;
  /** Whether all threads call the function, each for its share. */
  readonly shared: boolean;
}

/** What a nest is made for. */
export interface NestSpec {
  readonly shape: Shape;
  /** Accesses beside those of the values: where results go. */
  readonly accesses: readonly Affine[];
  /** One of the accesses that does not move within a vector: if need be, vectors have one element. */
  readonly still?: number;
  readonly values: readonly Symbolic[];
  readonly addressOf: AddressOf;
  readonly features: Features;
  /** The vector of an element that is in a register, if it is. */
  readonly inRegister?: (leaf: Load) => Value | undefined;
  /** Buffers that are in registers only. */
  readonly registers?: ReadonlySet<Buffer>;
  /** The counts of the first axes, where they are counted outside of the nest. */
  readonly counted?: readonly Local[];
}

/** Loops that count, and the vectors of values at their counts. */
export class VectorNest {
  /** The sizes of the loops; axes that can be gone through as one are one. */
  readonly shape: Shape;
  /** For each of the accesses, its strides along the loops. */
  readonly strides: readonly (readonly number[])[];
  readonly lanes: Lanes;
  readonly graph: Graph = new Graph();
  /** The counts; the last one is in elements, and goes up by vectors. */
  readonly counters: readonly Local[];
  readonly addresses: Addresses;
  readonly #code: Code;
  readonly #first: number;
  readonly #evaluator: Evaluator;
  /** The strides of all that is read and written. */
  readonly #accesses: readonly (readonly number[])[];
  #shared: { readonly axis: number; readonly share: Share } | undefined;

  constructor(code: Code, spec: NestSpec) {
    const { accesses, values, addressOf, features, inRegister, registers, counted = [] } = spec;
    const leaves = [...new Set(values.flatMap(leavesOf))].filter((leaf): leaf is Load | Count =>
      leaf.kind !== "constant" && leaf.shape.length > 0
    );
    const nest = withStill(
      collapse(spec.shape, [...accesses, ...leaves], counted.length),
      spec.still,
    );
    this.#first = counted.length;
    this.#code = code;
    this.shape = nest.shape;
    this.strides = nest.strides;
    this.#accesses = nest.strides;
    this.lanes = lanesOf(values);
    this.counters = nest.shape.map((_, axis) => counted[axis] ?? code.local("i32"));
    this.addresses = new Addresses(code, this.counters.slice(0, -1), code.parameters[0]);

    const stridesOf = new Map(
      leaves.map((leaf, i) => [leaf, nest.strides[accesses.length + i]] as const),
    );
    const still = nest.shape.map(() => 0);
    const places = new Map<Load, Place>();
    // Places are known before the loops begin, so that the outer ones settle them.
    for (const leaf of leaves) {
      if (leaf.kind === "load" && !registers?.has(leaf.buffer)) {
        places.set(leaf, this.#place(addressOf, leaf, stridesOf.get(leaf)!));
      }
    }
    this.#evaluator = new Evaluator(this.graph, this.lanes, features, (leaf) => {
      const strides = stridesOf.get(leaf) ?? still;
      if (leaf.kind === "count") {
        const base = this.addresses.number(leaf.offset, strides.slice(0, -1));
        return countVector(this.graph, leaf, base, strides[strides.length - 1], this.inner);
      }
      return inRegister?.(leaf) ?? loadVector(
        this.graph,
        leaf,
        places.get(leaf) ?? this.#place(addressOf, leaf, strides),
        this.lanes,
        this.inner,
      );
    });
  }

  /** How many elements the innermost loop goes over. */
  get length(): number {
    return this.shape[this.shape.length - 1];
  }

  /** The axes of the loops around the innermost one, but for those that are counted outside. */
  get outer(): readonly number[] {
    return this.shape.slice(0, -1).map((_, axis) => axis).slice(this.#first);
  }

  /** The vector of a value at the counts. */
  value(x: Symbolic): Value {
    return this.#evaluator.value(x);
  }

  /** Puts the innermost count on the stack, in bytes. */
  readonly inner: InnerCount = (bytes) => {
    const code = this.#code;
    code.get(this.counters[this.counters.length - 1]);
    if (bytes === 1) return;
    code.i32(Math.log2(bytes));
    code.op("i32.shl");
  };

  /** Sets the innermost count. */
  moveTo(count: number): void {
    this.#code.i32(count);
    this.#code.set(this.counters[this.counters.length - 1]);
  }

  /** From now on loops go over a thread's share of one of some axes. */
  share(axes: readonly number[]): void {
    const last = this.shape.length - 1;
    const units = (axis: number) =>
      axis === last ? Math.ceil(this.shape[axis] / together) : this.shape[axis];
    const axis = axes.find((axis) => units(axis) >= enough) ??
      axes.toSorted((a, b) => units(b) - units(a))[0];
    const share = shareOf(this.#code, this.shape[axis], axis === last ? together : 1);
    this.#shared = { axis, share };
  }

  /** Loops over some axes, from the outermost one on. */
  over(axes: readonly number[], body: () => void): void {
    axes.reduceRight<() => void>((inside, axis) => () => {
      const { from, to } = this.#range(axis);
      this.#code.count(this.counters[axis], from, to, 1, inside);
    }, body)();
  }

  /**
   * Loops over the innermost axis: by several vectors where there are as many, by vectors to `whole`, and
   * once more if that is not the end. `step` is told how many vectors it is to go through.
   */
  overVectors(
    whole: number,
    step: (vectors: number) => void,
    rest: () => void,
    several = 1,
  ): void {
    const code = this.#code;
    const at = this.counters[this.counters.length - 1];
    const width = several * this.lanes;
    const finish = () => {
      this.moveTo(whole);
      rest();
    };
    const run = (from: number | Local, middle: number | Local, end: number | Local) => {
      if (several > 1) code.count(at, from, middle, width, () => step(several));
      code.count(at, middle, end, this.lanes, () => step(1));
    };
    if (this.#shared?.axis !== this.shape.length - 1) {
      run(0, several > 1 ? whole - whole % width : 0, whole);
      if (whole < this.length) finish();
      return;
    }
    const { from, to } = this.#shared.share;
    const end = held(code, most(from, least(to, whole)));
    const middle = several > 1
      ? held(code, difference(end, remainder(difference(end, from), width)))
      : held(code, from);
    run(from, middle, end);
    code.release(end, middle);
    if (whole >= this.length) return;
    code.get(to);
    code.i32(this.length);
    code.op("i32.eq");
    code.if(finish);
  }

  /**
   * An axis along which something lies side by side that is far apart along the innermost one. Then
   * each line of the cache that is read or written is needed again by the axis' next places.
   */
  crossed(): number | undefined {
    const last = this.shape.length - 1;
    return this.outer.findLast((axis) =>
      Math.min(this.shape[axis], this.length) >= 2 * tileWidth &&
      this.#accesses.some((strides) => strides[axis] === 1 && Math.abs(strides[last]) >= far)
    );
  }

  /** As {@linkcode overVectors} within the outer loops, but by tiles of the innermost axis and one more. */
  overTiles(axis: number, whole: number, step: () => void, rest: () => void): void {
    const code = this.#code;
    const [at, across] = [this.counters[this.counters.length - 1], this.counters[axis]];
    const [row, column] = [code.local("i32"), code.local("i32")];
    this.over(this.outer.filter((other) => other !== axis), () => {
      const { from, to } = this.#range(axis);
      code.count(row, from, to, tileHeight, () => {
        const lastRow = held(code, least(sum(row, tileHeight), to));
        code.count(column, 0, whole, tileWidth, () => {
          const lastColumn = held(code, least(sum(column, tileWidth), whole));
          code.count(across, row, lastRow, 1, () => {
            this.addresses.settle();
            code.count(at, column, lastColumn, this.lanes, step);
          });
          code.release(lastColumn);
        });
        if (whole < this.length) {
          code.count(across, row, lastRow, 1, () => {
            this.addresses.settle();
            this.moveTo(whole);
            rest();
          });
        }
        code.release(lastRow);
      });
    });
    code.release(row, column);
  }

  #range(axis: number): { readonly from: number | Local; readonly to: number | Local } {
    return this.#shared?.axis === axis ? this.#shared.share : { from: 0, to: this.shape[axis] };
  }

  #place(addressOf: AddressOf, { buffer, offset }: Load, strides: readonly number[]): Place {
    return this.addresses.place({ buffer, address: addressOf(buffer) }, offset, strides);
  }
}

/** What is so many elements apart lies on different lines of the cache. */
const far = 64;

/** The size of tiles, in elements: few lines at a time, since all of them may want the same place. */
const [tileHeight, tileWidth] = [8, 8];

/** An axis of so many places is shared out evenly enough. */
const enough = 32;

/** Threads do not write to the same line of a cache, which has so many of the smallest elements. */
const together = 64;

/** Loops in the innermost of which an access stays where it is. */
function withStill(
  nest: ReturnType<typeof collapse>,
  still: number | undefined,
): ReturnType<typeof collapse> {
  if (still === undefined || nest.strides[still].at(-1) === 0) return nest;
  return { shape: [...nest.shape, 1], strides: nest.strides.map((own) => [...own, 0]) };
}

/** How many elements a vector holds: two where doubles are among the values. */
function lanesOf(values: readonly Symbolic[]): Lanes {
  const seen = new Set<Symbolic>();
  const wide = (value: Symbolic): boolean => {
    if (seen.has(value)) return false;
    seen.add(value);
    return value.dtype === "float64" || (value.kind === "apply" && value.operands.some(wide));
  };
  return values.some(wide) ? 2 : 4;
}
