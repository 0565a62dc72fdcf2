/**
 * Code for sums of products over pairs of axes: batched products of matrices whose elements lie in
 * memory with any strides.
 *
 * Float sums are taken in parts, so that errors grow like the logarithm of their length. Tiles add up
 * at most 256 products in order, and levels of sums above them 16 each. A long row adds up eights, and
 * these one after the other, at most 512 of them. Dot products have four levels, of which the lower
 * three take in at most 128 each, in several lanes; sums along lines of windows have three, of which
 * the lower two take in fewer than 256 each, and what is read from windows in place adds up at most
 * 256 sums of 256 products. No result depends on the number of threads.
 *
 * @module
 */
import type { Callee } from "../assembler/code.ts";
import { blockedFunction } from "./blocked.ts";
import { blocksBytes } from "./blocks.ts";
import { correlationFunction, isCorrelation } from "./correlation.ts";
import { directFunction, isDirect } from "./direct.ts";
import { dotsBytes, dotsFunction, isDots } from "./dots.ts";
import type { Functions } from "./functions.ts";
import { type ContractionSpec, type Problem, problemOf } from "./problem.ts";
import { isStream, isThin, streamFunction, thinFunction } from "./thin.ts";
import { isTiny, tinyFunction } from "./tiny.ts";

export { Functions } from "./functions.ts";
export {
  type Block,
  type ContractionSpec,
  type Epilogue,
  flops,
  type MatrixOperand,
  problemOf,
} from "./problem.ts";
export type { ContractionDType } from "./arithmetic.ts";

/** The bytes of scratch memory that each thread needs. */
export function scratchBytes(
  spec: ContractionSpec,
  features: { readonly relaxed: boolean },
): number {
  const problem = problemOf(spec, features);
  switch (kindOf(problem)) {
    case "dots":
      return dotsBytes(problem);
    case "blocked":
      return blocksBytes(problem);
    default:
      return 0;
  }
}

/**
 * Writes a function `(thread: i32, threads: i32)` that computes a share of the result. Thread `i`
 * uses `scratchBytes` bytes at `scratch + i * scratchBytes`, which may hold anything before and
 * after. Vector loads may read up to 15 bytes past an operand's last element, and nothing is written
 * but results. The result may not share memory with an operand. `name` is the function's, of which
 * a module has one.
 */
export function emitContraction(
  functions: Functions,
  spec: ContractionSpec,
  scratch: number,
  name: string,
): Callee {
  const problem = problemOf(spec, functions.features);
  switch (kindOf(problem)) {
    case "tiny":
      return tinyFunction(functions, problem, name);
    case "thin":
      return thinFunction(functions, problem, name);
    case "stream":
      return streamFunction(functions, problem, name);
    case "correlation":
      return correlationFunction(functions, problem, name);
    case "direct":
      return directFunction(functions, problem, name);
    case "dots":
      return dotsFunction(functions, problem, scratch, name);
    case "blocked":
      return blockedFunction(functions, problem, scratch, name);
  }
}

/** Which code is best for a product. */
function kindOf(
  problem: Problem,
): "tiny" | "thin" | "stream" | "direct" | "correlation" | "dots" | "blocked" {
  if (isTiny(problem)) return "tiny";
  if (isThin(problem)) return "thin";
  if (isStream(problem)) return "stream";
  if (isCorrelation(problem)) return "correlation";
  if (isDirect(problem)) return "direct";
  return isDots(problem) ? "dots" : "blocked";
}
