/**
 * Running a compiled module: what goes into its memory, and what comes out.
 *
 * @module
 */
import { KatachiError } from "../../errors.ts";
import type { Shape } from "../../shape/dim.ts";
import { allocate, type DType, type TypedArray } from "../../tensor/dtype.ts";
import {
  defer,
  Deferred,
  elementsOf,
  frozenShape,
  idOf,
  sizeOf,
  storageOf,
  wrap,
} from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Meter, Program as Run } from "../../tape/engine.ts";
import type { KernelReport, LoweredProgram } from "../../tape/lowered.ts";
import type { Elements } from "../../tape/primitive.ts";
import type { Tape } from "../../tape/tape.ts";
import { moduleText } from "./assembler/text.ts";
import { type Compiled, compileModule, type CompileOptions, page } from "./compile.ts";
import { partsOf } from "./memory.ts";
import type { Kernel, Program } from "./program.ts";
import { Names, reportKernels, reportMemory } from "./report.ts";
import type { Buffer } from "./symbolic.ts";
import { shareOut } from "./threads/team.ts";

/** A program that does not fit into memory. */
export class MemoryError extends KatachiError {
  /** Always `"MemoryError"`. */
  override readonly name = "MemoryError";
}

/**
 * A function that runs a tape by a module of its own. The results that have the place of a donated
 * input stay there until the next call, which copies them out only if it puts something else there.
 */
export function compileTape(tape: Tape, options: CompileOptions, meter?: Meter): Run {
  const compiled = compileModule(tape, { ...options, timed: meter !== undefined });
  const { program, bytes, pages, threads, addressOf, hosts, donations } = compiled;
  const memory = memoryOf(pages, threads > 1);
  const view = ({ dtype }: Buffer, shape: readonly number[], address: number): Elements => ({
    shape,
    dtype,
    data: viewOf(memory.buffer, dtype, address, sizeOf(shape)),
  });
  const calls = hosts.map(({ primitive, params, inputs, outputs }) => {
    const operands = inputs.map(({ buffer, shape }) => view(buffer, shape, addressOf(buffer)));
    const results = outputs.map((buffer) => view(buffer, buffer.shape, addressOf(buffer)));
    return () => {
      for (const { data } of results) data.fill(0);
      const { meaning } = primitive;
      if (meaning.kind !== "kernel") throw new Error(`${primitive.name} has no kernel`);
      meaning.run(operands, params, results);
    };
  });
  const clock = meter && clockOf(compiled, meter);
  const module = new WebAssembly.Module(bytes);
  const instance = new WebAssembly.Instance(module, {
    env: { memory, host: (number: number) => calls[number](), ...clock && { done: clock.done } },
  });
  const places = program.inputs.map((buffer) =>
    new Place(view(buffer, buffer.shape, addressOf(buffer)).data)
  );
  const results = program.outputs.map((buffer, i) => {
    const { shape, dtype } = tape.outputs[i];
    const donation = donations.find(({ output }) => output === i);
    if (donation !== undefined) {
      const place = places[donation.input];
      return () => place.lend(frozenShape(shape), dtype);
    }
    const { data } = view(buffer, buffer.shape, addressOf(buffer));
    return result(frozenShape(shape), dtype, data);
  });
  const overwritten = donations.map(({ input }) => places[input]);
  const constants = (part: Program): void => {
    for (const { buffer, value } of part.constants) {
      view(buffer, buffer.shape, addressOf(buffer)).data.set(elementsOf(value, "execute"));
    }
    part.kernels.flatMap(partsOf).forEach(constants);
  };
  constants(program);
  const main = instance.exports.main as (thread?: number, threads?: number) => void;
  const run = threads > 1 ? shareOut({ module, memory, main, threads }) : main;
  return (inputs) => {
    for (let i = 0; i < places.length; i++) places[i].clear(inputs[i]);
    for (let i = 0; i < places.length; i++) places[i].put(inputs[i]);
    for (const place of overwritten) place.forget();
    clock?.start();
    run();
    return results.map((read) => read());
  };
}

/** Tells how long each kernel took. */
function clockOf(
  { program, timed }: Compiled,
  meter: Meter,
): { readonly start: () => void; readonly done: (kernel: number) => void } {
  const reports = new Map<Kernel, KernelReport>();
  reportKernels(program, new Names(program), (kernel, report) => reports.set(kernel, report));
  const kernels = timed.map((kernel) => reports.get(kernel)!);
  let since = 0;
  return {
    start: () => since = performance.now(),
    done: (kernel) => {
      meter(kernels[kernel], performance.now() - since);
      since = performance.now();
    },
  };
}

/** What the engine makes of a tape, to look at. */
export function lowerTape(tape: Tape, options: CompileOptions): LoweredProgram {
  const began = performance.now();
  const { program, bytes, plan } = compileModule(tape, options);
  new WebAssembly.Module(bytes);
  const compileTime = performance.now() - began;
  const names = new Names(program);
  let text: string | undefined;
  return {
    kernels: reportKernels(program, names),
    memory: reportMemory(plan, names),
    peakBytes: plan.size,
    module: bytes,
    get moduleText() {
      return text ??= moduleText(bytes);
    },
    compileTime,
  };
}

/** Where an input lies, and, if it is donated, the result after it. */
class Place {
  readonly #data: TypedArray;
  /** The tensor whose elements are here, by its number. */
  #holds = 0;
  /** The tensor that has its elements here and nowhere else, unless it has been asked for them. */
  #lent: AnyTensor | undefined;

  constructor(data: TypedArray) {
    this.#data = data;
  }

  /** Sees to it that whoever has elements here keeps them when others come. */
  clear(next: AnyTensor): void {
    if (this.#lent === undefined || this.#lent === next) return;
    if (storageOf(this.#lent) instanceof Lent) elementsOf(this.#lent, "execute");
    this.#lent = undefined;
  }

  /** Copies a tensor's elements here, where they are not here already. */
  put(tensor: AnyTensor): void {
    const id = idOf(tensor);
    if (id === this.#holds) return;
    this.#holds = 0;
    copyIn(tensor, this.#data);
    this.#holds = id;
  }

  /** What is here is going to be overwritten. */
  forget(): void {
    this.#holds = 0;
    this.#lent = undefined;
  }

  /** A tensor of what is here. */
  lend(shape: Shape, dtype: DType): AnyTensor {
    this.#lent = defer(shape, dtype, new Lent(this.#data));
    this.#holds = idOf(this.#lent);
    return this.#lent;
  }
}

/** Elements that lie in a program's memory. */
class Lent extends Deferred {
  constructor(readonly data: TypedArray) {
    super();
  }

  override take(): TypedArray {
    return this.data.slice();
  }
}

/** Up to so many elements, plain numbers are made and read in less time than a typed array is made. */
const few = 128;

/** A few elements as plain numbers. */
class Numbers extends Deferred {
  constructor(readonly dtype: DType, readonly values: readonly number[]) {
    super();
  }

  override take(): TypedArray {
    const data = allocate(this.dtype, this.values.length);
    data.set(this.values);
    return data;
  }
}

function copyIn(tensor: AnyTensor, place: TypedArray): void {
  const storage = storageOf(tensor);
  if (storage instanceof Numbers) {
    const { values } = storage;
    for (let i = 0; i < values.length; i++) place[i] = values[i];
  } else place.set(storage instanceof Lent ? storage.data : elementsOf(tensor, "execute"));
}

/** What copies a result out of memory. */
function result(shape: Shape, dtype: DType, data: TypedArray): () => AnyTensor {
  if (data.length > few) return () => wrap(shape, dtype, data.slice());
  // A copy of a list of doubles is a list of doubles, with room for all.
  const model = Array.from(data, () => 0.5);
  return () => {
    const values = model.slice();
    for (let i = 0; i < values.length; i++) values[i] = data[i];
    return defer(shape, dtype, new Numbers(dtype, values));
  };
}

/** All that 32-bit addresses reach. */
const mostPages = 65536;

function memoryOf(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    if (pages <= mostPages) {
      return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new MemoryError(
    `the program needs ${
      (pages * page).toLocaleString("en-US")
    } bytes of memory, more than there is; ` +
      `use smaller batches, or checkpoint what is differentiated`,
  );
}

function viewOf(
  memory: ArrayBufferLike,
  dtype: Buffer["dtype"],
  address: number,
  length: number,
): Elements["data"] {
  const Type = allocate(dtype, 0).constructor as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => Elements["data"];
  return new Type(memory, address, length);
}
