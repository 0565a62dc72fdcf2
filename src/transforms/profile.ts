/**
 * Where the time goes.
 *
 * @module
 */
import { columnsText, grouped } from "../tape/amounts.ts";
import { type Engine, type Meter, type Program, watchEngine } from "../tape/engine.ts";
import { flopsOf } from "../tape/flops.ts";
import { KernelReport } from "../tape/lowered.ts";
import { perTape } from "../tape/memo.ts";
import type { Params, Primitive } from "../tape/primitive.ts";
import { settingsText, typeText } from "../tape/print.ts";
import { recordSources, sourceHere } from "../tape/source.ts";
import type { Abstract } from "../tape/tape.ts";
import { allocate, type DType } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";

/** What was spent on a kernel. */
export interface KernelTime {
  /** What ran: a kernel of a program, or an operation outside of programs, named `eager …`. */
  readonly kernel: KernelReport;
  /** How often it ran. */
  readonly calls: number;
  /** In all its calls, without the kernels inside it. */
  readonly milliseconds: number;
}

/** Where the time went; as text a table. */
export class Profile<R> {
  /** What the function returned. */
  readonly result: R;
  /** From the beginning to the end. */
  readonly milliseconds: number;
  /** What it took to make programs. */
  readonly compileMilliseconds: number;
  /** Kernels, and operations outside of programs: those that took longest first. */
  readonly kernels: readonly KernelTime[];

  /** A profile of these parts. */
  constructor(
    result: R,
    milliseconds: number,
    compileMilliseconds: number,
    kernels: readonly KernelTime[],
  ) {
    this.result = result;
    this.milliseconds = milliseconds;
    this.compileMilliseconds = compileMilliseconds;
    this.kernels = kernels;
  }

  /** Sums, then a line for each kernel: its time, its share, its calls, its rate, the user's line. */
  toString(): string {
    const inKernels = this.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const rows = this.kernels.map(({ kernel, calls, milliseconds }) => [
      `  ${milliseconds.toFixed(3)} ms`,
      `${(100 * milliseconds / this.milliseconds).toFixed(1)} %`,
      `${grouped(calls)} x`,
      kernel.flops === 0 || kernel.inside.length > 0 || milliseconds === 0
        ? ""
        : `${(kernel.flops * calls / milliseconds / 1e6).toFixed(1)} GFLOP/s`,
      kernel.name,
      kernel.lines[0] ?? kernel.text,
    ]);
    const rest = this.milliseconds - inKernels - this.compileMilliseconds;
    return [
      `${this.milliseconds.toFixed(1)} ms: ${inKernels.toFixed(1)} in kernels, ` +
      `${this.compileMilliseconds.toFixed(1)} compiling, ${rest.toFixed(1)} elsewhere`,
      ...columnsText(rows, (column) => column < 4),
    ].join("\n");
  }

  /** `console.log` shows the table. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** `console.log` shows the table in Node, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A Jupyter notebook shows the table, too. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString() };
  }
}

/**
 * Calls a function and measures each kernel that runs meanwhile. Compiled functions are compiled
 * anew for it, so that they tell the time and know the lines that they come from; a look at the clock
 * takes a fraction of a microsecond, which matters only for the smallest kernels.
 *
 * @example
 * ```ts
 * import { jit, matmul, ones, profile, type Tensor, tanh } from "@katachi/katachi";
 *
 * const layer = jit((x: Tensor<[64, 64]>) => tanh(matmul(x, x)));
 * const x = ones([64, 64]);
 * const measured = profile(() => layer(layer(x)));
 * measured.kernels[0].calls; // 2
 * console.log(measured); // a line for each kernel
 * ```
 */
export function profile<R>(f: () => R): Profile<R> {
  const times = new Map<KernelReport, { calls: number; milliseconds: number }>();
  const meter: Meter = (kernel, milliseconds) => {
    const known = times.get(kernel);
    if (known === undefined) times.set(kernel, { calls: 1, milliseconds });
    else {
      known.calls++;
      known.milliseconds += milliseconds;
    }
  };
  let compiling = 0;
  const compiled = (milliseconds: number) => void (compiling += milliseconds);
  const before = watchEngine((engine) => timed(engine, meter, compiled));
  const recorded = recordSources(true);
  try {
    const began = performance.now();
    const result = f();
    const milliseconds = performance.now() - began;
    const kernels = [...times].map(([kernel, time]) => ({ kernel, ...time }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
    return new Profile(result, milliseconds, compiling, kernels);
  } finally {
    watchEngine(before);
    recordSources(recorded);
  }
}

/** An engine that measures another one. */
function timed(inner: Engine, meter: Meter, compiled: (milliseconds: number) => void): Engine {
  const compile = perTape((tape, donated: readonly number[]): Program => {
    const began = performance.now();
    try {
      return inner.timed?.(tape, donated, meter) ?? inner.compile(tape, donated);
    } finally {
      compiled(performance.now() - began);
    }
  });
  const eager = new Map<string, KernelReport>();
  return {
    ...inner,
    name: `${inner.name}, timed`,
    wantsLines: true,
    compile: (tape, donated = []) => compile(tape, donated),
    evaluate: (primitive, params, inputs, outputs) => {
      const { meaning } = primitive;
      if (meaning.kind === "call") return compile(meaning.tape(params), [])(inputs);
      const began = performance.now();
      const results = inner.evaluate(primitive, params, inputs, outputs);
      const took = performance.now() - began;
      const report = eagerReport(primitive, params, inputs, outputs);
      const key = `${report}`;
      const known = eager.get(key) ?? report;
      eager.set(key, known);
      meter(known, took);
      return results;
    },
  };
}

/** An operation outside of programs, as a kernel. */
function eagerReport(
  primitive: Primitive,
  params: Params,
  inputs: readonly Abstract[],
  outputs: readonly Abstract[],
): KernelReport {
  const bytes = (values: readonly Abstract[]) =>
    values.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * elementSize(dtype), 0);
  return new KernelReport({
    name: `eager ${primitive.name}`,
    kind: "eager",
    text: `${outputs.map(typeText).join(", ")} = ${primitive.name}${settingsText(params).inline}(${
      inputs.map(typeText).join(", ")
    })`,
    flops: flopsOf(primitive, inputs, outputs, params) ?? 0,
    bytesRead: bytes(inputs),
    bytesWritten: bytes(outputs),
    lines: [`${sourceHere()}`],
    inside: [],
  });
}

function elementSize(dtype: DType): number {
  return allocate(dtype, 0).BYTES_PER_ELEMENT;
}
