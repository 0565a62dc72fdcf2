/**
 * `jit`: a function is recorded once for each form of its arguments, optimized and compiled.
 *
 * @module
 */
import { type KeyUses, useKeysOf } from "../random/reuse.ts";
import type { TreeStructure } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { TraceError } from "../tape/recorder.ts";
import type { Tape } from "../tape/tape.ts";
import { takeApart } from "./arguments.ts";
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
  readonly staticArgs?: readonly number[];
}

interface Compiled {
  readonly tape: Tape;
  readonly output: TreeStructure;
  readonly keyUses: KeyUses;
}

const counts = new WeakMap<TreeFunction, () => number>();

/**
 * Compiles a function of trees of tensors. It is called once for each new combination of shapes,
 * dtypes and tree forms of its arguments, with abstract tensors, and recorded as a tape; later calls
 * run the compiled tape. What the function closes over becomes part of the program. Side effects
 * happen at tracing only, and the values of its arguments cannot be read (`item()`, `if`).
 *
 * The result has the function's own type, and can be differentiated, compiled and nested like it.
 *
 * @throws {TraceError} Where the function reads a traced value, or needs more than `maxTraces`.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor.
 * @throws {TypeError} Where a static argument is a tensor.
 * @throws {RangeError} Where `staticArgs` are no positions.
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
 * }, { staticArgs: [1] });
 * power(ones([3]), 4).toArray(); // [1, 1, 1]
 * ```
 */
export function jit<F extends TreeFunction>(f: F, options: JitOptions = {}): F {
  const { staticArgs = [], maxTraces = Infinity } = options;
  for (const position of staticArgs) {
    if (!Number.isInteger(position) || position < 0) {
      throw new RangeError(`jit: staticArgs are positions of arguments, got ${position}`);
    }
  }
  const name = f.name || "the function";
  const programs = new Map<string, Compiled>();
  const seen = new Map<string, Trace>();
  let traces = 0;

  const compiled = (...args: unknown[]): unknown => {
    const { list, leaves, structure, key } = takeApart("jit", args, staticArgs);
    const known = programs.get(key);
    if (known !== undefined) return apply(known, leaves, f.name);
    if (traces >= maxTraces) {
      throw new TraceError(
        `jit: would trace ${name} more than maxTraces = ${maxTraces} times${
          seen.size === 0 ? "" : `: ${explainRetrace(list.map(formOf), [...seen.values()])}`
        }`,
      );
    }
    const now = { number: ++traces, forms: list.map(formOf) };
    reportRetrace(name, now, [...seen.values()]);
    if (!seen.has(key)) seen.set(key, now);
    const { tape, output, keyUses } = trace("jit", f, structure, leaves);
    const closed = closeOver(tape);
    const program = { tape: optimize(closed.tape), output, keyUses };
    // A program that captured a tensor of an enclosing trace is good for that trace only.
    if (closed.captured.length === 0) programs.set(key, program);
    return apply(program, [...leaves, ...closed.captured], f.name);
  };
  counts.set(compiled, () => traces);
  return Object.defineProperty(compiled, "name", { value: f.name }) as unknown as F;
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

function apply(
  { tape, output, keyUses }: Compiled,
  inputs: readonly AnyTensor[],
  name: string,
): unknown {
  useKeysOf(keyUses, inputs);
  return output.build(call(tape, inputs, name || undefined));
}
