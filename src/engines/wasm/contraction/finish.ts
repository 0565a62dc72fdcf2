/**
 * Elementwise work on blocks of a result, while they are in the cache.
 *
 * @module
 */
import type { Callee, Local } from "../assembler/code.ts";
import type { Functions } from "./functions.ts";
import { assign, each, held, least, sum, times } from "../assembler/index.ts";
import type { Problem } from "./problem.ts";

/**
 * A function of the first row and the one after the last, counted through all batches, and likewise
 * of columns; `undefined` where there is nothing to do. Blocks begin at whole vectors, and end there
 * or with the row.
 */
export function finishFunction(
  functions: Functions,
  { arithmetic, n, out, epilogue, exchanged }: Problem,
  name: string,
): Callee | undefined {
  if (epilogue === undefined) return undefined;
  const { lanes, size } = arithmetic;
  return functions.module.function(name, ["i32", "i32", "i32", "i32"], [], (code) => {
    const [rowFrom, rowTo, columnFrom, columnTo] = code.parameters;
    const finish = epilogue(code);
    const [value, index, at] = [code.local("v128"), code.local("i32"), code.local("i32")];
    const zero = exchanged ? held(code, 0) : undefined;
    const whole = n - n % lanes;
    const last = held(code, least(columnTo, whole));
    each(code, rowFrom, rowTo, 1, (row) => {
      const step = (column: Local, count: number) => {
        assign(code, index, sum(times(row, n), column));
        assign(code, at, times(index, size));
        code.get(at);
        arithmetic.load(code, out);
        code.set(value);
        const place = zero === undefined ? { row, column } : { row: index, column: zero };
        finish({ value, index, lanes: count, ...place });
        arithmetic.storeFirst(code, () => code.get(at), value, count, out);
      };
      each(code, columnFrom, last, lanes, (column) => step(column, lanes));
      if (whole === n) return;
      code.get(columnTo);
      code.i32(whole);
      code.op("i32.gt_s");
      code.if(() => {
        const column = code.local("i32");
        code.i32(whole);
        code.set(column);
        step(column, n - whole);
        code.release(column);
      });
    });
    code.release(value, index, at, last);
  });
}
