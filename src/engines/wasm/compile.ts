/**
 * From a tape to a WebAssembly module.
 *
 * @module
 */
import type { Tape } from "../../tape/tape.ts";
import { ModuleBuilder } from "./assembler/module.ts";
import type { Callee, Code } from "./assembler/code.ts";
import { contractionScratch, writeContraction } from "./contract_kernel.ts";
import { Functions } from "./contraction/contraction.ts";
import { sum, times } from "./assembler/index.ts";
import { copyBytes } from "./copy.ts";
import { donate, type Donation } from "./donate.ts";
import type { Features } from "./vector/floats.ts";
import { writeLoop } from "./loop_kernel.ts";
import { lower } from "./lower.ts";
import { bytesOf, type MemoryPlan, planMemory } from "./memory.ts";
import type { HostKernel, Kernel, Program } from "./program.ts";
import { writeReduce } from "./reduce_kernel.ts";
import type { Buffer } from "./symbolic.ts";
import type { AddressOf } from "./vector_nest.ts";

/** Memory comes in pages of so many bytes. */
export const page = 65536;

/** The start of memory stays free, so that no address is 0. */
const start = 1024;

/** A module, and what it needs to run. */
export interface Compiled {
  readonly program: Program;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pages: number;
  readonly addressOf: AddressOf;
  readonly hosts: readonly HostKernel[];
  /** Results that end in the place of a donated input. */
  readonly donations: readonly Donation[];
  readonly plan: MemoryPlan;
  /** The kernels that say when they are done, by the numbers with which they do. */
  readonly timed: readonly Kernel[];
}

/** How a tape is compiled. */
export interface CompileOptions {
  readonly features: Features;
  /** The positions of inputs that nobody reads afterwards. */
  readonly donated?: readonly number[];
  /** Whether each kernel tells the host when it is done. */
  readonly timed?: boolean;
}

/** Compiles a tape to a module. */
export function compileModule(
  tape: Tape,
  { features, donated = [], timed = false }: CompileOptions,
): Compiled {
  const { program, donations, inPlace } = donate(lower(tape), donated);
  const plan = planMemory(
    program,
    start,
    (kernel) =>
      kernel.kind === "contract"
        ? contractionScratch(kernel, features)
        : kernel.kind === "code"
        ? kernel.scratch ?? 0
        : 0,
    inPlace,
  );
  const { addresses, scratch, size } = plan;
  const addressOf: AddressOf = (buffer) => {
    const address = addresses.get(buffer);
    if (address === undefined) throw new Error(`buffer ${buffer.id} has no place`);
    return address;
  };
  const pages = Math.ceil((size + 64) / page);
  const module = new ModuleBuilder({ pages });
  const host = module.import("host", ["i32"]);
  const clock: Clock | undefined = timed
    ? { done: module.import("done", ["i32"]), kernels: [] }
    : undefined;
  const hosts: HostKernel[] = [];
  const functions = new Functions(module, features);
  const context: Context = { module, functions, host, hosts, addressOf, scratch, features, clock };
  const main = writeProgram(context, program, "main");
  module.export("main", main);
  return {
    program,
    bytes: module.encode(),
    pages,
    addressOf,
    hosts,
    donations,
    plan,
    timed: clock?.kernels ?? [],
  };
}

interface Context {
  readonly module: ModuleBuilder;
  readonly functions: Functions;
  readonly host: Callee;
  readonly hosts: HostKernel[];
  readonly addressOf: AddressOf;
  readonly scratch: ReadonlyMap<Kernel, number>;
  readonly features: Features;
  readonly clock: Clock | undefined;
}

/** What kernels call when they are done, with their number. */
interface Clock {
  readonly done: Callee;
  readonly kernels: Kernel[];
}

/** A function that runs the kernels of a program in order. */
function writeProgram(context: Context, program: Program, name: string): Callee {
  const { clock } = context;
  const steps = program.kernels.map((kernel, i) => writeKernel(context, kernel, `${name}_${i}`));
  return context.module.function(name, [], [], (code) => {
    for (const [i, step] of steps.entries()) {
      step(code);
      if (clock === undefined) continue;
      code.i32(clock.kernels.push(program.kernels[i]) - 1);
      code.call(clock.done);
    }
  });
}

/** Writes a kernel as a function; gives what calls it. */
function writeKernel(context: Context, kernel: Kernel, name: string): (code: Code) => void {
  const { module, host, hosts, addressOf, features, functions } = context;
  const asFunction = (body: (code: Code) => void) => {
    const callee = module.function(`${kernel.kind}_${name}`, [], [], body);
    return (code: Code) => code.call(callee);
  };
  switch (kernel.kind) {
    case "loop":
      return asFunction((code) => writeLoop(code, kernel, addressOf, features));
    case "reduce":
      return asFunction((code) => writeReduce(code, kernel, addressOf, features));
    case "code":
      return asFunction((code) =>
        kernel.write(code, addressOf, features, functions, context.scratch.get(kernel) ?? 0)
      );
    case "rows":
      return asFunction((code) => {
        const row = code.local("i32");
        code.count(row, 0, kernel.rows, 1, () => {
          for (const part of kernel.parts) {
            if (part.kind === "loop") writeLoop(code, part, addressOf, features, row);
            else writeReduce(code, part, addressOf, features, row);
          }
        });
      });
    case "contract":
      return writeContraction(
        context.functions,
        kernel,
        addressOf,
        context.scratch.get(kernel) ?? 0,
        name,
      );
    case "host": {
      const number = hosts.push(kernel) - 1;
      return (code) => {
        code.i32(number);
        code.call(host);
      };
    }
    case "scan": {
      const body = writeProgram(context, kernel.body, name);
      const { first, last, slices, laid, length, reverse } = kernel;
      const own = kernel.body.inputs.slice(kernel.constants.length + first.length);
      const carried = kernel.body.outputs.slice(0, last.length);
      const results = kernel.body.outputs.slice(last.length);
      return asFunction((code) => {
        const [at, step] = [code.local("i32"), code.local("i32")];
        first.forEach((buffer, i) => copy(code, addressOf, buffer, last[i]));
        code.count(step, 0, length, 1, () => {
          if (reverse) code.i32(length - 1);
          code.get(step);
          if (reverse) code.op("i32.sub");
          code.set(at);
          slices.forEach((buffer, i) => {
            const bytes = bytesOf(own[i]);
            copyBytes(code, sum(times(at, bytes), addressOf(buffer)), addressOf(own[i]), bytes);
          });
          code.call(body);
          results.forEach((buffer, i) => {
            const bytes = bytesOf(buffer);
            copyBytes(code, addressOf(buffer), sum(times(at, bytes), addressOf(laid[i])), bytes);
          });
          carried.forEach((buffer, i) => copy(code, addressOf, buffer, last[i]));
        });
      });
    }
    case "while": {
      const condition = writeProgram(context, kernel.condition, `${name}_condition`);
      const body = writeProgram(context, kernel.body, `${name}_body`);
      return asFunction((code) => {
        kernel.first.forEach((buffer, i) => copy(code, addressOf, buffer, kernel.last[i]));
        code.block((done) => {
          code.loop((again) => {
            code.call(condition);
            code.i32(0);
            code.access("i32.load8_u", addressOf(kernel.condition.outputs[0]));
            code.op("i32.eqz");
            code.brIf(done);
            code.call(body);
            kernel.body.outputs.forEach((buffer, i) =>
              copy(code, addressOf, buffer, kernel.last[i])
            );
            code.br(again);
          });
        });
      });
    }
    case "choose": {
      const branches = kernel.branches.map((branch, i) =>
        writeProgram(context, branch, `${name}_branch_${i}`)
      );
      return asFunction((code) => {
        const index = code.local("i32");
        code.i32(0);
        code.access("i32.load", addressOf(kernel.index));
        code.set(index);
        const run = (i: number): void => {
          const finish = () => {
            code.call(branches[i]);
            kernel.branches[i].outputs.forEach((buffer, j) =>
              copy(code, addressOf, buffer, kernel.outputs[j])
            );
          };
          if (i === branches.length - 1) return finish();
          code.get(index);
          code.i32(i);
          code.op("i32.le_s");
          code.if(finish, () => run(i + 1));
        };
        run(0);
      });
    }
  }
}

function copy(code: Code, addressOf: AddressOf, from: Buffer, to: Buffer): void {
  copyBytes(code, addressOf(from), addressOf(to), bytesOf(from));
}
