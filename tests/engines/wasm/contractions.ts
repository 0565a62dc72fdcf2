/** Contractions over arrays, for the tests and benchmarks of their code. */
import { ModuleBuilder } from "../../../src/engines/wasm/assembler/module.ts";
import {
  type ContractionDType,
  type ContractionSpec,
  emitContraction,
  type Epilogue,
  Functions,
  scratchBytes,
} from "../../../src/engines/wasm/contraction/contraction.ts";
import { allocate, type TypedArray } from "../../../src/tensor/dtype.ts";

/** An operand: where element 0 is, how many elements there are, and strides. */
export interface Layout {
  readonly offset: number;
  readonly length: number;
  readonly batch: readonly number[];
  readonly row: readonly number[];
  readonly column: readonly number[];
}

/** A contraction, without places in memory. */
export interface Form {
  readonly dtype: ContractionDType;
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: Layout;
  readonly b: Layout;
  /** Work on the result, whose address it is told. */
  readonly epilogue?: (out: number) => Epilogue;
}

/** A contraction in a memory of its own. */
export interface Made {
  readonly a: TypedArray;
  readonly b: TypedArray;
  readonly out: TypedArray;
  /** What lies before and behind the result. */
  readonly around: readonly Uint8Array[];
  /** What lies before and behind the scratch memory. */
  readonly aroundScratch: readonly Uint8Array[];
  run(thread: number, threads: number): void;
  /** Runs as one thread, again and again. */
  repeat(times: number): void;
  /** The size of the module. */
  readonly bytes: number;
}

const product = (sizes: readonly number[]) => sizes.reduce((x, y) => x * y, 1);

/** The bytes left free around what is written. */
const margin = 256;

/** Compiles a contraction. */
export function make(form: Form, features: { readonly relaxed: boolean }, threads = 1): Made {
  return makeAll([form], features, threads)[0];
}

/** Compiles contractions to one module, whose functions they share. */
export function makeAll(
  forms: readonly Form[],
  features: { readonly relaxed: boolean },
  threads = 1,
): readonly Made[] {
  let end = 1024;
  const take = (bytes: number) => {
    const start = end + margin;
    end = Math.ceil((start + bytes + margin) / 64) * 64;
    return start;
  };
  const placed = forms.map((form) => {
    const { dtype, batch, m, n, k, epilogue } = form;
    const size = dtype === "float64" ? 8 : 4;
    const count = product([...batch, ...m, ...n]);
    const [a, b] = [take(form.a.length * size), take(form.b.length * size)];
    const out = take(count * size);
    const operand = (address: number, { offset, batch, row, column }: Layout) => ({
      address: address + offset * size,
      batch,
      row,
      column,
    });
    const spec: ContractionSpec = {
      dtype,
      batch,
      m,
      n,
      k,
      a: operand(a, form.a),
      b: operand(b, form.b),
      out,
      epilogue: epilogue?.(out),
    };
    const bytes = scratchBytes(spec, features) * threads;
    return { form, spec, size, count, a, b, out, bytes, scratch: take(bytes) };
  });
  const pages = Math.ceil((end + 64) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages });
  const module = new ModuleBuilder({ pages });
  const functions = new Functions(module, features);
  for (const [i, { spec, scratch }] of placed.entries()) {
    const callee = emitContraction(functions, spec, scratch, `contraction_${i}`);
    module.export(`run_${i}`, callee);
    module.export(
      `repeat_${i}`,
      module.function(`repeat_${i}`, ["i32"], [], (code) => {
        const at = code.local("i32");
        code.count(at, 0, code.parameters[0], 1, () => {
          code.i32(0);
          code.i32(1);
          code.call(callee);
        });
      }),
    );
  }
  const code = module.encode();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  const around = (start: number, length: number) => [
    new Uint8Array(memory.buffer, start - margin, margin),
    new Uint8Array(memory.buffer, start + length, margin),
  ];
  return placed.map(({ form, size, count, a, b, out, bytes, scratch }, i) => {
    const Kind = allocate(form.dtype, 0).constructor as new (
      buffer: ArrayBufferLike,
      start: number,
      length: number,
    ) => TypedArray;
    return {
      a: new Kind(memory.buffer, a, form.a.length),
      b: new Kind(memory.buffer, b, form.b.length),
      out: new Kind(memory.buffer, out, count),
      around: around(out, count * size),
      aroundScratch: around(scratch, bytes),
      run: exports[`run_${i}`] as Made["run"],
      repeat: exports[`repeat_${i}`] as Made["repeat"],
      bytes: code.length,
    };
  });
}

/** The index of every place of axes, in row-major order. */
export function offsets(sizes: readonly number[], strides: readonly number[]): number[] {
  return sizes.reduce<number[]>(
    (found, size, axis) =>
      found.flatMap((offset) => Array.from({ length: size }, (_, i) => offset + i * strides[axis])),
    [0],
  );
}
