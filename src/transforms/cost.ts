/**
 * What a function costs.
 *
 * @module
 */
import { flattenTree } from "../tensor/tree.ts";
import { type Cost, tapeCost } from "../tape/cost.ts";
import { optimize } from "../tape/passes/optimize.ts";
import { placeholders } from "./eval_shape.ts";
import { trace } from "./trace.ts";

/**
 * What a function of trees of tensors would cost, compiled: operations, memory traffic and the most
 * memory at a time. It is recorded and optimized, not run; the arguments tell shapes and dtypes only.
 *
 * @throws {TraceError} Where the function reads a traced value.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor.
 *
 * @example
 * ```ts
 * import { cost, matmul, type Tensor, tanh, zeros } from "@katachi/katachi";
 *
 * const layer = (w: Tensor<[8, 16]>, x: Tensor<[4, 8]>) => tanh(matmul(x, w));
 * const { flops, peakBytes } = cost(layer, zeros([8, 16]), zeros([4, 8]));
 * flops; // 2 · 4 · 8 · 16 + 4 · 16 = 1088
 * peakBytes; // 4 bytes · (8 · 16 + 4 · 8 + 2 · 4 · 16) = 1152
 * ```
 */
export function cost<A extends readonly unknown[]>(f: (...args: A) => unknown, ...args: A): Cost {
  return costOf("cost", f, args);
}

/** As {@linkcode cost}; `{ shape, dtype }` may stand for a tensor. */
export function costOf<A extends readonly unknown[]>(
  operation: string,
  f: (...args: A) => unknown,
  args: A,
): Cost {
  const { leaves, structure } = flattenTree(placeholders(args), operation, "argument ");
  return tapeCost(optimize(trace(operation, f, structure, leaves).tape));
}
