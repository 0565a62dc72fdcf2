/**
 * Results in the memory of inputs that nobody reads again. Where the input has been read for the last
 * time, the result is written in its place; elsewhere it is copied there in the end.
 *
 * @module
 */
import { equalShapes } from "../../shape/same.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { overwritesAsItReads } from "./in_place.ts";
import { readsOf, writesOf } from "./memory.ts";
import type { Kernel, LoopKernel, Program } from "./program.ts";
import { type Buffer, load, rowMajor } from "./symbolic.ts";

/** A result in the place of an input, both told by their positions. */
export interface Donation {
  readonly input: number;
  readonly output: number;
}

/** A program whose inputs are given away. */
export interface Donated {
  readonly program: Program;
  readonly donations: readonly Donation[];
  /** The results that have an input's place from the beginning. */
  readonly inPlace: ReadonlyMap<Buffer, Buffer>;
}

/** Gives each donated input to the first result of its shape and dtype that has no place yet. */
export function donate(program: Program, donated: readonly number[]): Donated {
  const { inputs, outputs, kernels } = program;
  const written = new Set(kernels.flatMap(writesOf));
  const taken = new Set<Buffer>();
  const donations: Donation[] = [];
  for (const input of donated) {
    const { shape, dtype } = inputs[input];
    const output = outputs.findIndex((buffer) =>
      buffer.dtype === dtype && equalShapes(buffer.shape, shape) && sizeOf(shape) > 0 &&
      written.has(buffer) && !taken.has(buffer)
    );
    if (output < 0) continue;
    taken.add(outputs[output]);
    donations.push({ input, output });
  }
  const inPlace = new Map<Buffer, Buffer>();
  const copies: LoopKernel[] = [];
  for (const { input, output } of donations) {
    const [from, to] = [outputs[output], inputs[input]];
    if (canOverwrite(kernels, to, from)) inPlace.set(from, to);
    else copies.push(copy(from, to));
  }
  return { program: { ...program, kernels: [...kernels, ...copies] }, donations, inPlace };
}

function copy(from: Buffer, to: Buffer): LoopKernel {
  const { shape } = to;
  const store = { buffer: to, to: { offset: 0, strides: rowMajor(shape) }, value: load(from) };
  return { kind: "loop", shape, stores: [store] };
}

/** Whether a result may have an input's place: what it overwrites has been read before. */
function canOverwrite(kernels: readonly Kernel[], input: Buffer, output: Buffer): boolean {
  const first = kernels.findIndex((kernel) => writesOf(kernel).includes(output));
  return kernels.every((kernel, at) =>
    at < first || !readsOf(kernel).includes(input) ||
    (at === first && mayOverwrite(kernel, input, output))
  );
}

function mayOverwrite(kernel: Kernel, input: Buffer, output: Buffer): boolean {
  if (kernel.kind !== "scan" && kernel.kind !== "while") {
    return overwritesAsItReads(kernel, input, output);
  }
  // What goes round a loop is copied to where it ends before anything else happens.
  return kernel.first[kernel.last.indexOf(output)] === input &&
    readsOf(kernel).filter((buffer) => buffer === input).length === 1;
}
