/**
 * From a tape to a WebAssembly module.
 *
 * @module
 */
import type { Tape } from "../../tape/tape.ts";
import { ModuleBuilder } from "./assembler/module.ts";
import type { Callee, Code, Local } from "./assembler/code.ts";
import { contractionScratch, writeContraction } from "./contract_kernel.ts";
import { Functions } from "./contraction/contraction.ts";
import { type Index, sum, times } from "./assembler/index.ts";
import { copyBytes, copyShare } from "./copy.ts";
import { donate, type Donation } from "./donate.ts";
import type { Features } from "./vector/floats.ts";
import { writeLoop } from "./loop_kernel.ts";
import { lower } from "./lower.ts";
import { bytesOf, type MemoryPlan, planMemory, roomFor } from "./memory.ts";
import type { HostKernel, Kernel, Program } from "./program.ts";
import { writeReduce } from "./reduce_kernel.ts";
import type { Buffer } from "./symbolic.ts";
import { barrierFunction } from "./threads/barrier.ts";
import { barriers, type Layout } from "./threads/order.ts";
import { shareOf } from "./threads/share.ts";
import { isShared, measured, threadsFor, type Worth } from "./threads/worth.ts";
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
  /**
   * How many threads may run it at once. If more than one, the memory is shared, and `main` takes
   * which thread it is and how many there are.
   */
  readonly threads: number;
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
  /** How many threads there may be; one unless given. */
  readonly threads?: number;
  /** How much work is worth being shared out among them. */
  readonly worth?: Worth;
}

/** Compiles a tape to a module. */
export function compileModule(
  tape: Tape,
  { features, donated = [], timed = false, threads: most = 1, worth = measured }: CompileOptions,
): Compiled {
  const { program, donations, inPlace } = donate(lower(tape), donated);
  const threads = threadsFor(program, most, worth);
  const scratchOf = (kernel: Kernel) =>
    kernel.kind === "contract"
      ? threads * contractionScratch(kernel, features)
      : kernel.kind === "code"
      ? (kernel.shared ? threads : 1) * (kernel.scratch ?? 0)
      : 0;
  const plan = planMemory(program, { start, threads, scratchOf, inPlace });
  const { addresses, scratch, size } = plan;
  const addressOf: AddressOf = (buffer) => {
    const address = addresses.get(buffer);
    if (address === undefined) throw new Error(`buffer ${buffer.id} has no place`);
    return address;
  };
  const piece = (start: number, bytes: number) => ({ start, end: start + bytes });
  const layout: Layout = {
    pieceOf: (buffer) => piece(addressOf(buffer), roomFor(buffer, threads)),
    scratchOf: (kernel) => {
      const start = scratch.get(kernel);
      return start === undefined ? undefined : piece(start, scratchOf(kernel));
    },
  };
  const pages = Math.ceil((size + 64) / page);
  const module = new ModuleBuilder(
    threads > 1 ? { pages, maximum: pages, shared: true } : { pages },
  );
  const host = module.import("host", ["i32"]);
  const clock: Clock | undefined = timed
    ? { done: module.import("done", ["i32"]), kernels: [] }
    : undefined;
  const hosts: HostKernel[] = [];
  const functions = new Functions(module, features);
  const barrier = threads > 1 ? barrierFunction(module) : undefined;
  const context: Context = {
    module,
    functions,
    host,
    hosts,
    addressOf,
    scratch,
    features,
    clock,
    layout,
    worth,
  };
  const main = writeProgram(context, program, "main", barrier);
  module.export("main", main);
  return {
    program,
    bytes: module.encode(),
    pages,
    threads,
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
  readonly layout: Layout;
  readonly worth: Worth;
}

/** What kernels call when they are done, with their number. */
interface Clock {
  readonly done: Callee;
  readonly kernels: Kernel[];
}

/**
 * A function that runs the kernels of a program in order. Where there is a barrier, all threads call
 * it, each with its own number and the number of all; in the end they have met.
 */
function writeProgram(
  context: Context,
  program: Program,
  name: string,
  barrier: Callee | undefined,
): Callee {
  const { kernels } = program;
  const shared = (kernel: Kernel) => barrier !== undefined && isShared(kernel, context.worth);
  const steps = kernels.map((kernel, i) =>
    writeKernel(context, kernel, `${name}_${i}`, shared(kernel) ? barrier : undefined)
  );
  if (barrier === undefined) {
    return context.module.function(name, [], [], (code) => {
      for (const [i, step] of steps.entries()) {
        step(code);
        tell(context, kernels[i], code);
      }
    });
  }
  const waits = barriers(kernels, shared, context.layout);
  return context.module.function(name, twoNumbers, [], (code) => {
    const [thread] = code.parameters;
    for (const [i, step] of steps.entries()) {
      if (waits[i]) wait(code, barrier);
      if (shared(kernels[i])) {
        step(code);
        // What a kernel takes is over when all are done.
        if (context.clock !== undefined) wait(code, barrier);
      }
      firstOnly(code, thread, () => {
        if (!shared(kernels[i])) step(code);
        tell(context, kernels[i], code);
      });
    }
    wait(code, barrier);
  });
}

/** Which thread it is, and how many there are. */
const twoNumbers = ["i32", "i32"] as const;

function wait(code: Code, barrier: Callee): void {
  code.get(code.parameters[1]);
  code.call(barrier);
}

function firstOnly(code: Code, thread: Local, body: () => void): void {
  code.get(thread);
  code.op("i32.eqz");
  code.if(body);
}

function tell({ clock }: Context, kernel: Kernel, code: Code): void {
  if (clock === undefined) return;
  code.i32(clock.kernels.push(kernel) - 1);
  code.call(clock.done);
}

/** Writes a kernel as a function; gives what calls it. All threads do if there is a barrier. */
function writeKernel(
  context: Context,
  kernel: Kernel,
  name: string,
  barrier: Callee | undefined,
): (code: Code) => void {
  const { module, host, hosts, addressOf, features, functions } = context;
  const shared = barrier !== undefined;
  const call = (code: Code, callee: Callee) => {
    if (shared) { for (const parameter of code.parameters) code.get(parameter); }
    code.call(callee);
  };
  const meet = (code: Code) => {
    if (shared) wait(code, barrier);
  };
  const copy = (code: Code, from: Index, to: Index, bytes: number) => {
    if (shared) copyShare(code, from, to, bytes);
    else copyBytes(code, from, to, bytes);
  };
  const copyBuffer = (code: Code, from: Buffer, to: Buffer) =>
    copy(code, addressOf(from), addressOf(to), bytesOf(from));
  const asFunction = (body: (code: Code) => void) => {
    const parameters = shared ? twoNumbers : [];
    const callee = module.function(`${kernel.kind}_${name}`, parameters, [], body);
    return (code: Code) => call(code, callee);
  };
  switch (kernel.kind) {
    case "loop":
      return asFunction((code) => writeLoop(code, kernel, addressOf, features, { shared }));
    case "reduce":
      return asFunction((code) => writeReduce(code, kernel, addressOf, features, { shared }));
    case "code":
      return asFunction((code) =>
        kernel.write(code, addressOf, features, functions, context.scratch.get(kernel) ?? 0)
      );
    case "rows":
      return asFunction((code) => {
        const row = code.local("i32");
        const { from, to } = shared ? shareOf(code, kernel.rows, 1) : { from: 0, to: kernel.rows };
        code.count(row, from, to, 1, () => {
          for (const part of kernel.parts) {
            if (part.kind === "loop") writeLoop(code, part, addressOf, features, { row, shared });
            else writeReduce(code, part, addressOf, features, { row, shared });
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
        shared,
      );
    case "host": {
      const number = hosts.push(kernel) - 1;
      return (code) => {
        code.i32(number);
        code.call(host);
      };
    }
    case "scan": {
      const body = writeProgram(context, kernel.body, name, barrier);
      const { first, last, slices, laid, length, reverse } = kernel;
      const own = kernel.body.inputs.slice(kernel.constants.length + first.length);
      const carried = kernel.body.outputs.slice(0, last.length);
      const results = kernel.body.outputs.slice(last.length);
      return asFunction((code) => {
        const [at, step] = [code.local("i32"), code.local("i32")];
        first.forEach((buffer, i) => copyBuffer(code, buffer, last[i]));
        code.count(step, 0, length, 1, () => {
          if (reverse) code.i32(length - 1);
          code.get(step);
          if (reverse) code.op("i32.sub");
          code.set(at);
          slices.forEach((buffer, i) => {
            const bytes = bytesOf(own[i]);
            copy(code, sum(times(at, bytes), addressOf(buffer)), addressOf(own[i]), bytes);
          });
          meet(code);
          call(code, body);
          results.forEach((buffer, i) => {
            const bytes = bytesOf(buffer);
            copy(code, addressOf(buffer), sum(times(at, bytes), addressOf(laid[i])), bytes);
          });
          carried.forEach((buffer, i) => copyBuffer(code, buffer, last[i]));
        });
      });
    }
    case "while": {
      const condition = writeProgram(context, kernel.condition, `${name}_condition`, barrier);
      const body = writeProgram(context, kernel.body, `${name}_body`, barrier);
      return asFunction((code) => {
        kernel.first.forEach((buffer, i) => copyBuffer(code, buffer, kernel.last[i]));
        code.block((done) => {
          code.loop((again) => {
            meet(code);
            call(code, condition);
            code.i32(0);
            code.access("i32.load8_u", addressOf(kernel.condition.outputs[0]));
            code.op("i32.eqz");
            code.brIf(done);
            call(code, body);
            kernel.body.outputs.forEach((buffer, i) => copyBuffer(code, buffer, kernel.last[i]));
            code.br(again);
          });
        });
      });
    }
    case "choose": {
      const branches = kernel.branches.map((branch, i) =>
        writeProgram(context, branch, `${name}_branch_${i}`, barrier)
      );
      return asFunction((code) => {
        const index = code.local("i32");
        code.i32(0);
        code.access("i32.load", addressOf(kernel.index));
        code.set(index);
        const run = (i: number): void => {
          const finish = () => {
            call(code, branches[i]);
            kernel.branches[i].outputs.forEach((buffer, j) =>
              copyBuffer(code, buffer, kernel.outputs[j])
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
