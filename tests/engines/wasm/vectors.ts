/** Runs vector code over arrays, for the tests and benchmarks of the algebra on vectors. */
import { ModuleBuilder } from "../../../src/engines/wasm/assembler/module.ts";
import { Graph, type Value } from "../../../src/engines/wasm/vector/graph.ts";
import { allocate, type DType, type TypedArray } from "../../../src/tensor/dtype.ts";

/** Whether `relaxed_madd` is to be had here. */
export const relaxed: boolean = (() => {
  const builder = new ModuleBuilder({ pages: 1 });
  builder.function("f", ["v128"], ["v128"], (code) => {
    const [x] = code.parameters;
    for (let i = 0; i < 3; i++) code.get(x);
    code.op("f32x4.relaxed_madd");
  });
  return WebAssembly.validate(builder.encode());
})();

/** What a vector holds of a dtype in memory; masks take the place of truth values. */
export type Kind = DType | "mask64";

const bytesOf = (kind: Kind) => kind === "float64" || kind === "mask64" ? 8 : 4;

/** A loop over arrays: `run(times)` goes through them again and again. */
export interface Kernel {
  readonly inputs: readonly TypedArray[];
  readonly output: TypedArray;
  run(times: number): void;
  readonly bytes: number;
}

/**
 * A kernel over `size` elements. A vector has `lanes` of them, however wide; truth values are stored
 * as int32, masks of 64 bits as float64 with those bits.
 */
export function kernel(
  kinds: readonly Kind[],
  result: Kind,
  lanes: 2 | 4,
  size: number,
  make: (graph: Graph, operands: readonly Value[]) => Value,
): Kernel {
  const padded = Math.ceil(size / 4) * 4;
  const starts: number[] = [];
  let end = 64;
  for (const kind of [...kinds, result]) {
    starts.push(end);
    end += padded * bytesOf(kind) + 64;
    end = Math.ceil(end / 64) * 64;
  }
  const pages = Math.ceil(end / 65536);
  const memory = new WebAssembly.Memory({ initial: pages });
  const builder = new ModuleBuilder({ pages });
  const body = builder.function("body", [], [], (code) => {
    const counter = code.local("i32");
    const addresses = starts.map(() => code.local("i32"));
    for (const [i, start] of starts.entries()) {
      code.i32(start);
      code.set(addresses[i]);
    }
    const graph = new Graph();
    const operands = kinds.map((_, i) =>
      graph.leaf(`operand ${i}`, (c) => {
        c.get(addresses[i]);
        c.access("v128.load");
      })
    );
    const value = make(graph, operands);
    const writer = graph.writer(code, [value]);
    code.count(counter, 0, padded, lanes, () => {
      code.get(addresses.at(-1)!);
      writer.push(value);
      writer.again();
      code.access("v128.store");
      for (const [i, kind] of [...kinds, result].entries()) {
        code.get(addresses[i]);
        code.i32(lanes * bytesOf(kind));
        code.op("i32.add");
        code.set(addresses[i]);
      }
    });
    writer.done();
  });
  builder.export(
    "run",
    builder.function("run", ["i32"], [], (code) => {
      const counter = code.local("i32");
      code.count(counter, 0, code.parameters[0], 1, () => code.call(body));
    }),
  );
  const bytes = builder.encode();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const arrays = [...kinds, result].map((kind, i) => {
    const dtype = kind === "mask64" ? "float64" : kind === "bool" ? "int32" : kind;
    const Kind = allocate(dtype, 0).constructor as new (
      buffer: ArrayBufferLike,
      start: number,
      length: number,
    ) => TypedArray;
    return new Kind(memory.buffer, starts[i], size);
  });
  return {
    inputs: arrays.slice(0, -1),
    output: arrays.at(-1)!,
    run: exports.run as (times: number) => void,
    bytes: bytes.length,
  };
}

/** Applies vector code to arrays of equal length. */
export function applyTo(
  kinds: readonly Kind[],
  result: Kind,
  lanes: 2 | 4,
  operands: readonly ArrayLike<number>[],
  make: (graph: Graph, operands: readonly Value[]) => Value,
): TypedArray {
  const made = kernel(kinds, result, lanes, operands[0].length, make);
  operands.forEach((operand, i) => made.inputs[i].set(operand));
  made.run(1);
  return made.output;
}
