/**
 * `jit`: a function is recorded once for each form of its arguments, optimized and compiled.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import { flattenTree, type TreeStructure } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { bind, TraceError } from "../tape/recorder.ts";
import type { Tape } from "../tape/tape.ts";
import { callPrimitive, closeOver } from "./call.ts";
import { trace } from "./trace.ts";

/** A function of trees of tensors. */
// deno-lint-ignore no-explicit-any -- the constraint that any function's type satisfies
export type TreeFunction = (...args: any[]) => unknown;

/** How {@linkcode jit} compiles. */
export interface JitOptions {
  /** Refuses to trace more often than this; unlimited unless given. */
  readonly maxTraces?: number;
}

interface Compiled {
  readonly tape: Tape;
  readonly output: TreeStructure;
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
 *
 * @example
 * ```ts
 * import { jit, matmul, ones, type Tensor, tanh } from "@katachi/katachi";
 *
 * const layer = jit((w: Tensor<[3, 2]>, x: Tensor<[4, 3]>) => tanh(matmul(x, w)));
 * layer(ones([3, 2]), ones([4, 3])).shape; // [4, 2]
 * ```
 */
export function jit<F extends TreeFunction>(f: F, options: JitOptions = {}): F {
  const cache = new Map<string, Compiled>();
  let traces = 0;

  const compiled = (...args: unknown[]): unknown => {
    const { leaves, structure } = flattenTree(args, "jit", "argument ");
    const key = keyOf(structure, leaves);
    const known = cache.get(key);
    if (known !== undefined) return apply(known, leaves, f.name);
    if (traces >= (options.maxTraces ?? Infinity)) {
      throw new TraceError(
        `jit: would trace ${
          f.name || "the function"
        } more than maxTraces = ${options.maxTraces} times; ` +
          `the new arguments are ${describe(structure, leaves)}; those before were ${
            [...cache.keys()].join(" and ")
          }`,
      );
    }
    traces++;
    const { tape, output } = trace("jit", f, structure, leaves);
    const closed = closeOver(tape);
    const program = { tape: optimize(closed.tape), output };
    // A program that captured a tensor of an enclosing trace is good for that trace only.
    if (closed.captured.length === 0) cache.set(key, program);
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

function apply({ tape, output }: Compiled, inputs: readonly AnyTensor[], name: string): unknown {
  return output.build(bind(callPrimitive, inputs, { tape, name: name || undefined }));
}

function keyOf(structure: TreeStructure, leaves: readonly AnyTensor[]): string {
  return `${structure.key} of ${
    leaves.map(({ shape, dtype }) => `${dtype}${showShape(shape)}`).join(", ")
  }`;
}

const describe = keyOf;
