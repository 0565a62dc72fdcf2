/**
 * Running a compiled module: what goes into its memory, and what comes out.
 *
 * @module
 */
import { KatachiError } from "../../errors.ts";
import { allocate, type DType, type TypedArray } from "../../tensor/dtype.ts";
import {
  defer,
  Deferred,
  elementsOf,
  frozenShape,
  sizeOf,
  storageOf,
  wrap,
} from "../../tensor/storage.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Program as Run } from "../../tape/engine.ts";
import type { Elements } from "../../tape/primitive.ts";
import type { Tape } from "../../tape/tape.ts";
import { compileModule, page } from "./compile.ts";
import { partsOf } from "./memory.ts";
import type { Program } from "./program.ts";
import type { Buffer } from "./symbolic.ts";
import type { Features } from "./vector/floats.ts";

/** A program that does not fit into memory. */
export class MemoryError extends KatachiError {
  /** Always `"MemoryError"`. */
  override readonly name = "MemoryError";
}

/** A function that runs a tape by a module of its own. */
export function compileTape(tape: Tape, features: Features): Run {
  const { program, bytes, pages, addressOf, hosts } = compileModule(tape, features);
  const memory = memoryOf(pages);
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
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory, host: (number: number) => calls[number]() },
  });
  const places = program.inputs.map((buffer) => view(buffer, buffer.shape, addressOf(buffer)).data);
  const results = program.outputs.map((buffer, i) => {
    const { shape, dtype } = tape.outputs[i];
    const { data } = view(buffer, buffer.shape, addressOf(buffer));
    return result(frozenShape(shape), dtype, data);
  });
  const constants = (part: Program): void => {
    for (const { buffer, value } of part.constants) {
      view(buffer, buffer.shape, addressOf(buffer)).data.set(elementsOf(value, "execute"));
    }
    part.kernels.flatMap(partsOf).forEach(constants);
  };
  constants(program);
  const main = instance.exports.main as () => void;
  return (inputs) => {
    for (let i = 0; i < places.length; i++) copyIn(inputs[i], places[i]);
    main();
    return results.map((read) => read());
  };
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
  } else place.set(elementsOf(tensor, "execute"));
}

/** What copies a result out of memory. */
function result(shape: readonly number[], dtype: DType, data: TypedArray): () => AnyTensor {
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

function memoryOf(pages: number): WebAssembly.Memory {
  try {
    if (pages <= mostPages) return new WebAssembly.Memory({ initial: pages });
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
