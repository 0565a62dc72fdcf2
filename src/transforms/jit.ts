/**
 * `jit`: a function is recorded once for each form of its arguments, optimized and compiled.
 *
 * @module
 */
import { type KeyUses, useKeysOf } from "../random/reuse.ts";
import type { TreeStructure } from "../tensor/tree.ts";
import { giveAway, isConcrete, requireKept } from "../tensor/storage.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { engine, type Program } from "../tape/engine.ts";
import { Lowered } from "../tape/lowered.ts";
import { Recent } from "../tape/recent.ts";
import { isRecording, TraceError } from "../tape/recorder.ts";
import type { Tape } from "../tape/tape.ts";
import { type Argument, argumentsMatcher, takeApart } from "./arguments.ts";
import { call, closeOver } from "./call.ts";
import { explainRetrace, formOf, reportRetrace, type Trace } from "./retrace.ts";
import { trace } from "./trace.ts";

/** A function of trees of tensors. */
// deno-lint-ignore no-explicit-any -- the constraint that any function's type satisfies
export type TreeFunction = (...args: any[]) => unknown;

/** How {@linkcode jit} compiles. */
export interface JitOptions {
  /** Refuses to trace more often than this; unlimited unless given. */
  readonly maxTraces?: number;
  /**
   * The positions of arguments that are no trees of tensors but values the program is made for, as a
   * mode or a number of layers: each new value is traced anew. Lists and plain objects are compared
   * by what is in them, functions and other objects by identity.
   */
  readonly staticArgnums?: readonly number[];
  /**
   * The positions of arguments that are given away: their memory is used for results of the same
   * shapes and dtypes, so that nothing is copied from one step of a loop to the next. Whoever uses
   * their tensors after the call gets a {@linkcode DonationError}. Inside other transformations
   * nothing is given away.
   */
  readonly donate?: readonly number[];
  /**
   * How many programs are kept, each with memory of its own; 64 unless given. The one that was used
   * longest ago is let go first, and is made anew when it is needed again.
   */
  readonly maxPrograms?: number;
}

/** A compiled function: it can be called like the function that it was made of. */
export type Jitted<F extends TreeFunction> = F & {
  /**
   * What the function becomes for arguments like these: its optimized tape, its kernels and their
   * figures, the places of buffers in memory, the WebAssembly module and its text. Nothing is run.
   *
   * @throws {TypeError} Where the engine in use makes no modules.
   */
  lower(...args: Parameters<F>): Lowered;
};

/** A recorded function. */
interface Recorded {
  readonly tape: Tape;
  readonly output: TreeStructure;
  readonly keyUses: KeyUses;
  /** Which inputs are given away. */
  readonly donated: readonly number[];
  /** The leaves of arguments that it serves, `undefined` for others. */
  readonly matches: ReturnType<typeof argumentsMatcher>;
  /** How long it took to record, in milliseconds. */
  readonly traceTime: number;
  /** Compiled by the engine that was asked last. */
  program?: { readonly by: unknown; readonly run: Program };
}

/** So many traces are remembered, to say what is new about another one. */
const remembered = 256;

const counts = new WeakMap<TreeFunction, () => number>();

/**
 * Compiles a function of trees of tensors. It is called once for each new combination of shapes,
 * dtypes and tree forms of its arguments, with abstract tensors, and recorded as a tape; later calls
 * run the compiled tape. What the function closes over becomes part of the program. Side effects
 * happen at tracing only, and the values of its arguments cannot be read (`item()`, `if`).
 *
 * The result has the function's own type, and can be differentiated, compiled and nested like it. Its
 * method `lower` shows what becomes of the function.
 *
 * @throws {TraceError} Where the function reads a traced value, or needs more than `maxTraces`.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor.
 * @throws {TypeError} Where a static argument is a tensor.
 * @throws {DonationError} Where an argument was donated before.
 * @throws {RangeError} Where `staticArgnums` or `donate` are no positions, or `maxPrograms` is no number of programs.
 *
 * @example
 * ```ts
 * import { jit, matmul, ones, type Tensor, tanh } from "@katachi/katachi";
 *
 * const layer = jit((w: Tensor<[3, 2]>, x: Tensor<[4, 3]>) => tanh(matmul(x, w)));
 * layer(ones([3, 2]), ones([4, 3])).shape; // [4, 2]
 *
 * const power = jit((x: Tensor<[3]>, n: number) => {
 *   let y = x;
 *   for (let i = 1; i < n; i++) y = y.mul(x);
 *   return y;
 * }, { staticArgnums: [1] });
 * power(ones([3]), 4).toArray(); // [1, 1, 1]
 * ```
 */
export function jit<F extends TreeFunction>(f: F, options: JitOptions = {}): Jitted<F> {
  const { staticArgnums = [], donate = [], maxTraces = Infinity, maxPrograms = 64 } = options;
  if (!Number.isInteger(maxPrograms) || maxPrograms < 1) {
    throw new RangeError(`jit: maxPrograms is a number of programs, got ${maxPrograms}`);
  }
  requirePositions("staticArgnums", staticArgnums);
  requirePositions("donate", donate);
  const both = donate.find((position) => staticArgnums.includes(position));
  if (both !== undefined) throw new RangeError(`jit: argument ${both} is static, not donated`);
  const name = f.name || "the function";
  const programs = new Recent<Recorded>(maxPrograms);
  const seen = new Recent<Trace>(remembered);
  let traces = 0;
  let last: { readonly program: Recorded; readonly wantsLines: boolean } | undefined;

  /** The program for some arguments, and its inputs. */
  const programFor = (args: readonly unknown[]): readonly [Recorded, readonly AnyTensor[]] => {
    const { wantsLines = false } = engine();
    if (last?.wantsLines === wantsLines) {
      const found = last.program.matches(args);
      if (found !== undefined) return [last.program, found];
    }
    const { list, leaves, structure, key } = takeApart("jit", args, staticArgnums);
    // Programs that know the user's lines are kept apart: only they serve where lines are wanted.
    const withLines = `with lines: ${key}`;
    const plain = programs.get(key);
    const known = wantsLines ? programs.get(withLines) : plain ?? programs.get(withLines);
    if (known !== undefined) {
      last = { program: known, wantsLines };
      return [known, leaves];
    }
    const isNew = plain === undefined;
    if (isNew) countTrace(list);
    const began = performance.now();
    const { tape, output, keyUses } = trace("jit", f, structure, leaves);
    const closed = closeOver(tape);
    const recorded: Recorded = {
      tape: optimize(closed.tape),
      output,
      keyUses,
      donated: donatedLeaves(list, donate),
      matches: argumentsMatcher("jit", args, staticArgnums),
      traceTime: performance.now() - began,
    };
    // A program that captured a tensor of an enclosing trace is good for that trace only.
    const captures = closed.captured.length > 0;
    if (!captures) {
      programs.set(wantsLines ? withLines : key, recorded);
      last = { program: recorded, wantsLines };
    }
    if (isNew) seen.set(key, { number: traces, forms: list.map(formOf), captures });
    return [recorded, [...leaves, ...closed.captured]];
  };

  const countTrace = (list: readonly Argument[]): void => {
    const forms = list.map(formOf);
    if (traces >= maxTraces) {
      throw new TraceError(
        `jit: would trace ${name} more than maxTraces = ${maxTraces} times${
          traces === 0 ? "" : `: ${explainRetrace(forms, [...seen.values()])}`
        }`,
      );
    }
    reportRetrace(name, { number: ++traces, forms }, [...seen.values()]);
  };

  const compiled = (...args: unknown[]): unknown => apply(...programFor(args), f.name);
  counts.set(compiled, () => traces);
  return Object.defineProperties(compiled, {
    name: { value: f.name },
    lower: { value: (...args: unknown[]) => lowered(programFor(args)[0]) },
  }) as unknown as Jitted<F>;
}

/**
 * How often a function made by {@linkcode jit} has been traced.
 *
 * @throws {TypeError} Where the function was not made by `jit`.
 *
 * @example
 * ```ts
 * import { jit, type Tensor, traceCount, zeros } from "@katachi/katachi";
 *
 * const f = jit((x: Tensor) => x.mul(2));
 * f(zeros([3]));
 * f(zeros([3]));
 * f(zeros([4]));
 * traceCount(f); // 2
 * ```
 */
export function traceCount(f: TreeFunction): number {
  const count = counts.get(f);
  if (count === undefined) throw new TypeError("traceCount: needs a function made by jit");
  return count();
}

function lowered({ tape, donated, traceTime }: Recorded): Lowered {
  const { name, lower } = engine();
  if (lower === undefined) {
    throw new TypeError(`jit: the engine ${name} makes no modules to look at`);
  }
  return new Lowered(tape, traceTime, lower(tape, donated));
}

function requirePositions(option: string, positions: readonly number[]): void {
  for (const position of positions) {
    if (!Number.isInteger(position) || position < 0) {
      throw new RangeError(`jit: ${option} are positions of arguments, got ${position}`);
    }
  }
}

/** The positions, among the leaves of all arguments, of those of the donated ones. */
function donatedLeaves(list: readonly Argument[], donate: readonly number[]): readonly number[] {
  let at = 0;
  return list.flatMap((argument, i) => {
    if ("fixed" in argument) return [];
    const own = argument.leaves.map((_, leaf) => at + leaf);
    at += own.length;
    return donate.includes(i) ? own : [];
  });
}

function apply(recorded: Recorded, inputs: readonly AnyTensor[], name: string): unknown {
  const { tape, output, keyUses, donated } = recorded;
  useKeysOf(keyUses, inputs);
  if (isRecording() || !inputs.every(isConcrete)) {
    return output.build(call(tape, inputs, name || undefined));
  }
  const by = engine();
  if (recorded.program?.by !== by) recorded.program = { by, run: by.compile(tape, donated) };
  const { run } = recorded.program;
  if (donated.length === 0) return output.build(run(inputs));
  for (const input of inputs) requireKept(input, "jit");
  try {
    return output.build(run(inputs));
  } finally {
    for (const at of donated) giveAway(inputs[at], name || "a compiled function");
  }
}
