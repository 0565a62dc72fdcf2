/**
 * Checks for tests: gradients against finite differences.
 *
 * @example
 * ```ts
 * import { matmul, ones, type Tensor } from "@katachi/katachi";
 * import { checkGrads } from "@katachi/katachi/testing";
 *
 * type Matrix = Tensor<[2, 2], "float64">;
 * checkGrads((a: Matrix, b: Matrix) => matmul(a, b), [ones([2, 2], "float64"), ones([2, 2], "float64")]);
 * ```
 *
 * @module
 */
export { checkGrads, type CheckGradsOptions, GradientError } from "./check_grads.ts";
