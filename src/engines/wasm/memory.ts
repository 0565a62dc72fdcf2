/**
 * Where every buffer lies: all sizes are known beforehand, and memory is used again as soon as what
 * is in it has been read for the last time.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { allocate, type DType } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { overwritesAsItReads } from "./in_place.ts";
import type { Kernel, Program } from "./program.ts";
import { type Buffer, leavesOf } from "./symbolic.ts";

/** Buffers begin, and their padding ends, at multiples of so many bytes. */
const alignment = 64;

/** Addresses in bytes. */
export interface MemoryPlan {
  readonly addresses: ReadonlyMap<Buffer, number>;
  /** Scratch memory of kernels. */
  readonly scratch: ReadonlyMap<Kernel, number>;
  /** How many bytes there are in all. */
  readonly size: number;
}

let buffers = 0;

/** A buffer that no program has yet. */
export function newBuffer(shape: Shape, dtype: DType): Buffer {
  return { id: buffers++, shape, dtype };
}

/** How many bytes an element takes. */
export function elementSize(dtype: Buffer["dtype"]): number {
  return allocate(dtype, 0).BYTES_PER_ELEMENT;
}

/** How many bytes are put aside for a buffer in a program of so many threads. */
export function roomFor(buffer: Buffer, threads: number): number {
  return buffer.perThread ? threads * rounded(bytesOf(buffer)) : bytesOf(buffer);
}

/** How many bytes a buffer's elements take. */
export function bytesOf(buffer: Buffer): number {
  return sizeOf(buffer.shape) * elementSize(buffer.dtype);
}

/** The buffers that a kernel reads. */
export function readsOf(kernel: Kernel): readonly Buffer[] {
  switch (kernel.kind) {
    case "loop":
      return kernel.stores.flatMap(({ value }) => loaded(value)).filter((buffer) =>
        !kernel.stores.some((store) => store.temporary && store.buffer === buffer)
      );
    case "reduce":
      return loaded(kernel.value);
    case "rows":
      return kernel.parts.flatMap(readsOf);
    case "contract":
      return [
        kernel.left.buffer,
        kernel.right.buffer,
        ...(kernel.epilogue === undefined ? [] : readsOf(kernel.epilogue)).filter((buffer) =>
          buffer !== kernel.buffer
        ),
      ];
    case "code":
      return kernel.reads;
    case "host":
      return kernel.inputs.map(({ buffer }) => buffer);
    case "scan":
      return [...kernel.constants, ...kernel.first, ...kernel.slices];
    case "while":
      return [...kernel.forCondition, ...kernel.forBody, ...kernel.first];
    case "choose":
      return [kernel.index, ...kernel.inputs];
  }
}

function loaded(value: Parameters<typeof leavesOf>[0]): readonly Buffer[] {
  return leavesOf(value).flatMap((leaf) => leaf.kind === "load" ? [leaf.buffer] : []);
}

/** The buffers that a kernel writes. */
export function writesOf(kernel: Kernel): readonly Buffer[] {
  switch (kernel.kind) {
    case "loop":
      return kernel.stores.filter(({ temporary }) => !temporary).map(({ buffer }) => buffer);
    case "rows":
      return kernel.parts.flatMap(writesOf);
    case "reduce":
      return [kernel.buffer];
    case "contract":
      return [kernel.buffer, ...(kernel.epilogue === undefined ? [] : writesOf(kernel.epilogue))];
    case "code":
      return kernel.writes;
    case "host":
    case "choose":
      return kernel.outputs;
    case "scan":
      return [...kernel.last, ...kernel.laid];
    case "while":
      return kernel.last;
  }
}

/** Whether one kernel has to come before another. */
export function inOrder(first: Kernel, second: Kernel): boolean {
  const [reads, writes] = [new Set(readsOf(second)), new Set(writesOf(second))];
  return writesOf(first).some((buffer) => reads.has(buffer) || writes.has(buffer)) ||
    readsOf(first).some((buffer) => writes.has(buffer));
}

/** The programs inside a kernel. */
export function partsOf(kernel: Kernel): readonly Program[] {
  if (kernel.kind === "scan") return [kernel.body];
  if (kernel.kind === "while") return [kernel.condition, kernel.body];
  return kernel.kind === "choose" ? kernel.branches : [];
}

/** What the places of buffers depend on beside the program. */
export interface MemoryNeeds {
  /** The first address. */
  readonly start: number;
  readonly threads: number;
  /** How many bytes of scratch memory a kernel needs. */
  readonly scratchOf: (kernel: Kernel) => number;
  /** Results that have the place of an input. */
  readonly inPlace: ReadonlyMap<Buffer, Buffer>;
}

/** Finds a place for every buffer. */
export function planMemory(
  program: Program,
  { start, threads, scratchOf, inPlace }: MemoryNeeds,
): MemoryPlan {
  const addresses = new Map<Buffer, number>();
  const scratch = new Map<Kernel, number>();
  const arena = new Arena(start);
  const place = (buffer: Buffer) => {
    if (!addresses.has(buffer)) addresses.set(buffer, arena.take(roomFor(buffer, threads)));
  };
  const give = (buffer: Buffer) => arena.give(addresses.get(buffer)!, roomFor(buffer, threads));

  const walk = (part: Program): void => {
    const last = new Map<Buffer, number>();
    for (const [i, kernel] of part.kernels.entries()) {
      for (const buffer of [...readsOf(kernel), ...writesOf(kernel)]) last.set(buffer, i);
    }
    for (const buffer of [...part.inputs, ...part.outputs]) last.set(buffer, Infinity);
    for (const { buffer } of part.constants) last.set(buffer, Infinity);
    const written = new Set(part.kernels.flatMap(writesOf));
    part.outputs.filter((output) => !written.has(output)).forEach(place);
    for (const [i, kernel] of part.kernels.entries()) {
      // What was not written before is empty.
      readsOf(kernel).forEach(place);
      // An operand that dies leaves its place to a result, if that is written after it is read.
      const dying = new Set(
        [...readsOf(kernel), ...writesOf(kernel)].filter((buffer) =>
          last.get(buffer) === i && owned.get(buffer) === part
        ),
      );
      for (const buffer of writesOf(kernel)) {
        if (addresses.has(buffer)) continue;
        const given = [...dying].find((other) =>
          addresses.has(other) && overwritesAsItReads(kernel, other, buffer)
        );
        if (given === undefined) place(buffer);
        else {
          addresses.set(buffer, addresses.get(given)!);
          dying.delete(given);
        }
      }
      const bytes = scratchOf(kernel);
      if (bytes > 0) scratch.set(kernel, arena.take(bytes));
      inside(kernel);
      if (bytes > 0) arena.give(scratch.get(kernel)!, bytes);
      dying.forEach(give);
    }
  };
  const owned = new Map<Buffer, Program>();
  const own = (part: Program): void => {
    for (const kernel of part.kernels) {
      for (const buffer of writesOf(kernel)) owned.set(buffer, part);
      partsOf(kernel).forEach(own);
    }
  };
  own(program);

  const inside = (kernel: Kernel): void => {
    const aliased = aliasesOf(kernel);
    for (const [inner, outer] of aliased) addresses.set(inner, addresses.get(outer)!);
    const parts = partsOf(kernel);
    const fresh = parts.flatMap(({ inputs }) => inputs).filter((input) => !addresses.has(input));
    fresh.forEach(place);
    for (const part of parts) walk(part);
    for (const part of parts) {
      for (const buffer of new Set(part.outputs)) {
        if (owned.get(buffer) === part) give(buffer);
      }
    }
    fresh.forEach(give);
  };

  const constants = (part: Program): void => {
    for (const { buffer } of part.constants) place(buffer);
    part.kernels.flatMap(partsOf).forEach(constants);
  };
  constants(program);
  program.inputs.forEach(place);
  for (const [output, input] of inPlace) addresses.set(output, addresses.get(input)!);
  walk(program);
  return { addresses, scratch, size: arena.size };
}

/**
 * The inputs of inner programs that are buffers of the program around: nothing is copied. What goes
 * round a loop goes round in the buffer that it ends in.
 */
export function aliasesOf(kernel: Kernel): readonly (readonly [inner: Buffer, outer: Buffer])[] {
  switch (kernel.kind) {
    case "scan":
      return [...kernel.constants, ...kernel.last].map((outer, i) =>
        [kernel.body.inputs[i], outer] as const
      );
    case "while":
      return [
        ...[...kernel.forCondition, ...kernel.last].map((outer, i) =>
          [kernel.condition.inputs[i], outer] as const
        ),
        ...[...kernel.forBody, ...kernel.last].map((outer, i) =>
          [kernel.body.inputs[i], outer] as const
        ),
      ];
    case "choose":
      return kernel.branches.flatMap(({ inputs }) =>
        inputs.map((inner, i) => [inner, kernel.inputs[i]] as const)
      );
    default:
      return [];
  }
}

/** Memory that is taken and given back. */
class Arena {
  readonly #free: { start: number; end: number }[] = [];
  #end: number;

  constructor(start: number) {
    this.#end = rounded(start);
  }

  get size(): number {
    return this.#end;
  }

  take(bytes: number): number {
    const length = rounded(Math.max(bytes, 1));
    const at = this.#free.findIndex(({ start, end }) => end - start >= length);
    if (at < 0) {
      const last = this.#free.at(-1);
      // A free piece at the very end grows.
      const start = last !== undefined && last.end === this.#end ? last.start : this.#end;
      if (last !== undefined && last.end === this.#end) this.#free.pop();
      this.#end = start + length;
      return start;
    }
    const piece = this.#free[at];
    const { start } = piece;
    piece.start += length;
    if (piece.start === piece.end) this.#free.splice(at, 1);
    return start;
  }

  give(start: number, bytes: number): void {
    const end = start + rounded(Math.max(bytes, 1));
    const after = this.#free.findIndex((piece) => piece.start >= end);
    const at = after < 0 ? this.#free.length : after;
    this.#free.splice(at, 0, { start, end });
    for (const i of [at, at - 1]) {
      const [piece, next] = [this.#free[i], this.#free[i + 1]];
      if (piece === undefined || next === undefined || piece.end !== next.start) continue;
      piece.end = next.end;
      this.#free.splice(i + 1, 1);
    }
  }
}

function rounded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
