/**
 * Code for sums of products over pairs of axes: batched products of matrices whose elements lie in
 * memory with any strides.
 *
 * Float sums are split: 256 products are added up in order (four lanes of a dot product apart), and
 * these sums one after the other. No result depends on the number of threads.
 *
 * @module
 */
import type { Callee } from "../assembler/code.ts";
import { blockedFunction, blocksOf } from "./blocked.ts";
import type { Functions } from "./functions.ts";
import { type ContractionSpec, problemOf } from "./problem.ts";
import { isTiny, tinyFunction } from "./tiny.ts";

export { Functions } from "./functions.ts";
export {
  type ContractionSpec,
  type Epilogue,
  flops,
  type MatrixOperand,
  type Place,
} from "./problem.ts";
export type { ContractionDType } from "./arithmetic.ts";

/** The bytes of scratch memory that each thread needs. */
export function scratchBytes(
  spec: ContractionSpec,
  features: { readonly relaxed: boolean },
): number {
  const problem = problemOf(spec, features);
  if (isTiny(problem)) return 0;
  const { leftBytes, rightBytes } = blocksOf(problem);
  return leftBytes + rightBytes;
}

/**
 * Writes a function `(thread: i32, threads: i32)` that computes a share of the result. Thread `i`
 * uses `scratchBytes` bytes at `scratch + i * scratchBytes`. Vector loads may read up to 15 bytes
 * past an operand's last element, and nothing is written but results.
 */
export function emitContraction(
  functions: Functions,
  spec: ContractionSpec,
  scratch: number,
  name: string,
): Callee {
  const problem = problemOf(spec, functions.features);
  if (isTiny(problem)) return tinyFunction(functions, problem, name);
  return blockedFunction(functions, problem, scratch, name);
}
