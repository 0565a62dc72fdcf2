/**
 * Kernels and memory as text and figures, to look at.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import { flopsOf } from "../../tape/flops.ts";
import { type BufferReport, KernelReport } from "../../tape/lowered.ts";
import { literalText, settingsText, typeText } from "../../tape/print.ts";
import type { Source } from "../../tape/source.ts";
import { bytesOf, type MemoryPlan, partsOf, readsOf, writesOf } from "./memory.ts";
import type { Kernel, Program } from "./program.ts";
import { type Apply, type Buffer, rowMajor, type Symbolic, weightOf } from "./symbolic.ts";

/** Names of buffers, given as they are asked for. */
export class Names {
  readonly #names = new Map<Buffer, string>();
  #others = 0;

  constructor({ inputs, constants, outputs }: Program) {
    inputs.forEach((buffer, i) => this.#names.set(buffer, `in${i}`));
    constants.forEach(({ buffer }, i) => this.#names.set(buffer, `const${i}`));
    outputs.forEach((buffer, i) => this.#names.set(buffer, `out${i}`));
  }

  of(buffer: Buffer): string {
    const known = this.#names.get(buffer);
    if (known !== undefined) return known;
    const name = `b${this.#others++}`;
    this.#names.set(buffer, name);
    return name;
  }
}

/** The kernels of a program, looked at; `found` is told about each one, also inside others. */
export function reportKernels(
  { kernels }: Program,
  names: Names,
  found: (kernel: Kernel, report: KernelReport) => void = () => {},
  prefix = "main",
): readonly KernelReport[] {
  return kernels.map((kernel, i) => {
    const name = `${prefix}_${i}`;
    const report = new KernelReport({
      name: `${kernel.kind}_${name}`,
      kind: kernel.kind,
      text: textOf(kernel, names),
      flops: flopsOfKernel(kernel),
      bytesRead: totalBytes(readsOf(kernel)),
      bytesWritten: totalBytes(resultsOf(kernel)),
      lines: linesOf(kernel),
      inside: partsOf(kernel).flatMap((part, k) =>
        reportKernels(part, names, found, `${name}${suffix(kernel, k)}`)
      ),
    });
    found(kernel, report);
    return report;
  });
}

/** What the names of kernels inside others have, as the module's functions do. */
function suffix({ kind }: Kernel, part: number): string {
  if (kind === "while") return ["_condition", "_body"][part];
  return kind === "choose" ? `_branch_${part}` : "";
}

/** Where the buffers lie, in the order of their addresses. */
export function reportMemory({ addresses }: MemoryPlan, names: Names): readonly BufferReport[] {
  return [...addresses].map(([buffer, address]) => ({
    name: names.of(buffer),
    type: typeText(buffer),
    address,
    bytes: bytesOf(buffer),
  })).sort((a, b) => a.address - b.address);
}

/** The buffers with what a kernel gives; what only itself reads does not count. */
function resultsOf(kernel: Kernel): readonly Buffer[] {
  return kernel.kind === "contract" && kernel.temporary
    ? writesOf(kernel).filter((buffer) => buffer !== kernel.buffer)
    : writesOf(kernel);
}

function totalBytes(buffers: readonly Buffer[]): number {
  return [...new Set(buffers)].reduce((sum, buffer) => sum + bytesOf(buffer), 0);
}

function textOf(kernel: Kernel, names: Names): string {
  const list = (buffers: readonly Buffer[]) => buffers.map((b) => names.of(b)).join(", ");
  switch (kernel.kind) {
    case "loop":
      return kernel.stores.map(({ buffer, value }) =>
        `${names.of(buffer)} ${typeText(buffer)} = ${expression(value, names)}`
      ).join("; ");
    case "reduce":
      return `${names.of(kernel.buffer)} ${typeText(kernel.buffer)} = ${kernel.combine} over axes ${
        kernel.axes.join(", ")
      } of ${typeText(kernel.value)} ${expression(kernel.value, names)}`;
    case "rows":
      return `${kernel.rows} rows: ${kernel.parts.map((part) => textOf(part, names)).join("; ")}`;
    case "contract": {
      const { left, right, contract, batch, buffer, epilogue } = kernel;
      const side = (x: typeof left, k: 0 | 1) =>
        `${expression(x, names)} ${typeText(x)} over axes ${contract[k].join(", ")}` +
        (batch[k].length > 0 ? `, by axes ${batch[k].join(", ")}` : "");
      return `${names.of(buffer)} ${typeText(buffer)} = ${side(left, 0)} · ${side(right, 1)}` +
        (epilogue === undefined ? "" : `; ${textOf(epilogue, names)}`);
    }
    case "code":
      return `${list(kernel.writes)} = ${kernel.name}(${list(kernel.reads)})`;
    case "host": {
      const { primitive, params, inputs, outputs } = kernel;
      const operands = inputs.map(({ buffer }) => buffer);
      const results = outputs.map((buffer) => `${names.of(buffer)} ${typeText(buffer)}`);
      return `${results.join(", ")}${results.length > 0 ? " = " : ""}${primitive.name}${
        settingsText(params).inline
      }(${list(operands)})`;
    }
    case "scan":
      return `${kernel.length} rounds${kernel.reverse ? ", backwards" : ""}: ${
        list(writesOf(kernel))
      } from ${list(readsOf(kernel))}`;
    case "while":
      return `while its condition holds: ${list(kernel.last)} from ${list(readsOf(kernel))}`;
    case "choose":
      return `one of ${kernel.branches.length} by ${names.of(kernel.index)}: ${
        list(kernel.outputs)
      } from ${list(kernel.inputs)}`;
  }
}

/** More than this of an expression is left out. */
const longest = 160;

function expression(value: Symbolic, names: Names): string {
  let room = longest;
  const write = (x: Symbolic): string => {
    if (room <= 0) return "…";
    const text = own(x);
    room -= text.length;
    return x.kind === "apply" ? `${text}(${x.operands.map(write).join(", ")})` : text;
  };
  const own = (x: Symbolic): string => {
    switch (x.kind) {
      case "constant":
        return literalText({ shape: [], dtype: x.dtype, literal: x.value });
      case "count":
        return "index";
      case "load": {
        const usual = x.offset === 0 && `${x.strides}` === `${rowMajor(x.shape)}`;
        return `${names.of(x.buffer)}${usual ? "" : `@${x.offset}+[${x.strides}]`}`;
      }
      case "apply":
        return x.primitive.name === "convert" ? x.dtype : x.primitive.name;
    }
  };
  return write(value);
}

/** How many operations on numbers a kernel does. */
export function flopsOfKernel(kernel: Kernel): number {
  switch (kernel.kind) {
    case "loop":
      return kernel.stores.reduce((sum, { value }) => sum + flopsOfValue(value), 0);
    case "reduce":
      return flopsOfValue(kernel.value) + sizeOf(kernel.value.shape);
    case "rows":
      return kernel.parts.reduce((sum, part) => sum + flopsOfKernel(part), 0);
    case "contract": {
      const { left, contract, buffer, epilogue } = kernel;
      const summed = contract[0].reduce((product, axis) => product * left.shape[axis], 1);
      return 2 * summed * sizeOf(buffer.shape) +
        (epilogue === undefined ? 0 : flopsOfKernel(epilogue));
    }
    case "code":
      return kernel.flops ?? 0;
    case "host": {
      const inputs = kernel.inputs.map(({ buffer, shape }) => ({ shape, dtype: buffer.dtype }));
      return flopsOf(kernel.primitive, inputs, kernel.outputs, kernel.params) ?? 0;
    }
    case "scan":
      return kernel.length * flopsOfProgram(kernel.body);
    case "while":
      return flopsOfProgram(kernel.condition) + flopsOfProgram(kernel.body);
    case "choose":
      return Math.max(...kernel.branches.map(flopsOfProgram));
  }
}

function flopsOfProgram({ kernels }: Program): number {
  return kernels.reduce((sum, kernel) => sum + flopsOfKernel(kernel), 0);
}

function flopsOfValue(value: Symbolic): number {
  const one = ({ primitive, params, operands, dtype }: Apply) => {
    const scalar = { shape: [], dtype };
    return flopsOf(primitive, operands.map(() => scalar), [scalar], params) ?? 0;
  };
  return sizeOf(value.shape) * weightOf(value, one);
}

function linesOf(kernel: Kernel): readonly string[] {
  return [...new Set(sourcesOf(kernel).map(String))];
}

function sourcesOf(kernel: Kernel): readonly Source[] {
  const sources = kernel.kind === "loop"
    ? kernel.stores.map(({ source }) => source)
    : kernel.kind === "rows"
    ? kernel.parts.flatMap(sourcesOf)
    : kernel.kind === "contract" && kernel.epilogue !== undefined
    ? [kernel.source, ...sourcesOf(kernel.epilogue)]
    : [kernel.source];
  return sources.filter((source) => source !== undefined);
}
