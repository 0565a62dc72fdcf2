/**
 * Finding out why a compiled function is traced again.
 *
 * @module
 */
import { explainRetraces } from "../transforms/retrace.ts";
import { switchOf } from "./mode.ts";

const setRetraces = switchOf(explainRetraces);

/**
 * Says on the console, from now on, each time that a compiled function is traced again, what differs
 * from the most similar arguments before: which leaf's shape or dtype, which tree's form, which
 * static argument.
 *
 * @example
 * ```ts
 * import { debug, jit, type Tensor, zeros } from "@katachi/katachi";
 *
 * const total = (x: Tensor) => x.sum();
 * const compiled = jit(total);
 * using _explained = debug.retraces(true);
 * compiled(zeros([3]));
 * compiled(zeros([4])); // jit: trace 2 of total: argument 0 has the shape [4], had [3] (in trace 1)
 * ```
 */
export function retraces(on: boolean): Disposable {
  return setRetraces(on);
}
