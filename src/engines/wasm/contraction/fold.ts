/**
 * Adding blocks of sums to others.
 *
 * @module
 */
import type { Callee } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Functions } from "./functions.ts";
import { assign, each, held, sum } from "../assembler/index.ts";

/**
 * A function `(to, toRow, from, fromRow, rows, columns, accumulate)` that adds one block of a matrix
 * to another, or puts it there. Distances between rows are in bytes. Rows are whole vectors, or these
 * and `rest` elements more.
 */
export function foldFunction(functions: Functions, arithmetic: Arithmetic, rest: number): Callee {
  const { lanes, key } = arithmetic;
  return functions.get(
    `fold_${key}_${rest}`,
    (module, name) =>
      module.function(name, Array(7).fill("i32"), [], (code) => {
        const [to, toRow, from, fromRow, rows, columns, accumulate] = code.parameters;
        const value = code.local("v128");
        const [source, target] = [code.local("i32"), code.local("i32")];
        const step = (count: number) => {
          code.get(source);
          arithmetic.load(code);
          code.set(value);
          code.get(accumulate);
          code.if(() => {
            code.get(target);
            arithmetic.load(code);
            code.get(value);
            arithmetic.add(code);
            code.set(value);
          });
          arithmetic.storeFirst(code, () => code.get(target), value, count);
        };
        const whole = held(code, (c) => {
          c.get(columns);
          c.i32(-lanes);
          c.op("i32.and");
        });
        each(code, 0, rows, 1, () => {
          assign(code, source, from);
          assign(code, target, to);
          each(code, 0, whole, lanes, () => {
            step(lanes);
            assign(code, source, sum(source, 16));
            assign(code, target, sum(target, 16));
          });
          if (rest > 0) {
            code.get(columns);
            code.get(whole);
            code.op("i32.ne");
            code.if(() => step(rest));
          }
          assign(code, from, sum(from, fromRow));
          assign(code, to, sum(to, toRow));
        });
      }),
  );
}
