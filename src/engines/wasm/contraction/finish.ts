/**
 * Elementwise work on blocks of a result, while they are in the cache.
 *
 * @module
 */
import type { Callee } from "../assembler/code.ts";
import type { Functions } from "./functions.ts";
import type { Problem } from "./problem.ts";

/**
 * A function of the first row and the one after the last, counted through all batches, and likewise
 * of columns; `undefined` where there is nothing to do. Blocks begin at whole vectors, and end there
 * or with the row.
 */
export function finishFunction(
  functions: Functions,
  { n, epilogue }: Problem,
  name: string,
): Callee | undefined {
  if (epilogue === undefined) return undefined;
  return functions.module.function(name, ["i32", "i32", "i32", "i32"], [], (code) => {
    const [rowFrom, rowTo, columnFrom, columnTo] = code.parameters;
    epilogue(code, { rows: [rowFrom, rowTo], columns: [columnFrom, columnTo], width: n });
  });
}
