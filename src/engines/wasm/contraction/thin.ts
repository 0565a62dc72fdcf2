/**
 * Products that sum up few places, such as outer products: row by row, in the order of the result.
 *
 * @module
 */
import type { Callee, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import { assign, each, held, least, offsetAt, push, sum, times } from "../assembler/index.ts";
import type { Operand, Problem } from "./problem.ts";
import { eachShare } from "./share.ts";

/** Whether there are few summed places, many columns side by side, and rows. */
export function isThin({ k, m, n, a, b }: Problem): boolean {
  const flat = ({ free, summed }: Operand) => free.sizes.length < 2 && summed.sizes.length < 2;
  return k >= 1 && k <= 4 && m >= 8 && n >= 16 && flat(a) && flat(b) && b.free.strides[0] === 1;
}

/** How many bytes of results are worked on at a time: they stay in the first-level cache. */
const bytesAtOnce = 16384;

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function thinFunction(functions: Functions, problem: Problem, name: string): Callee {
  const { arithmetic, batch, m, n, k, a, b, out } = problem;
  const { size } = arithmetic;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  const rowsAtOnce = Math.max(1, Math.floor(bytesAtOnce / (n * size)));
  const stride = (digits: { readonly strides: readonly number[] }) =>
    (digits.strides[0] ?? 0) * size;
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    eachShare(code, batch, m, (own, from, to) => {
      const base = ({ address, batch: digits }: Operand) =>
        held(code, sum(address, times(offsetAt(own, digits), size)));
      const [left, right] = [base(a), base(b)];
      each(code, from, to, rowsAtOnce, (first) => {
        const last = held(code, least(to, sum(first, rowsAtOnce)));
        push(code, sum(left, times(first, stride(a.free))));
        push(code, stride(a.free));
        push(code, stride(a.summed));
        push(code, right);
        push(code, stride(b.summed));
        push(code, sum(out, times(own, m * n * size), times(first, n * size)));
        push(code, last);
        push(code, first);
        code.op("i32.sub");
        push(code, n);
        code.call(rowsFunction(functions, arithmetic, k, n % arithmetic.lanes, false));
        if (finish !== undefined) {
          push(code, sum(times(own, m), first));
          push(code, sum(times(own, m), last));
          push(code, 0);
          push(code, n);
          code.call(finish);
        }
        code.release(last);
      });
      code.release(left, right);
    });
  });
}

/** How many rows of the right operand are multiplied and added up at once. */
const rowsTogether = 8;

/** The columns, side by side, that a thread has at least. */
const columnsTogether = 16;

/** Whether a long row is the sum of rows, not too many of them. */
export function isStream({ m, n, k, a, b }: Problem): boolean {
  const flat = ({ sizes }: { readonly sizes: readonly number[] }) => sizes.length < 2;
  return m === 1 && n >= 128 && k > 0 && k <= 4096 && flat(a.summed) && flat(b.summed) &&
    flat(b.free) && b.free.strides[0] === 1;
}

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function streamFunction(functions: Functions, problem: Problem, name: string): Callee {
  const { arithmetic, batch, n, k, a, b, out } = problem;
  const { size, lanes } = arithmetic;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  const stride = (digits: { readonly strides: readonly number[] }) =>
    (digits.strides[0] ?? 0) * size;
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    eachShare(code, batch, Math.ceil(n / columnsTogether), (own, from, to) => {
      const [first, last] = [
        held(code, times(from, columnsTogether)),
        held(code, least(n, times(to, columnsTogether))),
      ];
      const base = ({ address, batch: digits }: Operand) =>
        sum(address, times(offsetAt(own, digits), size));
      const left = held(code, base(a));
      const right = held(code, sum(base(b), times(first, size)));
      const add = (start: number | Local, rows: number, more: boolean) => {
        push(code, sum(left, times(start, stride(a.summed))));
        push(code, 0);
        push(code, stride(a.summed));
        push(code, sum(right, times(start, stride(b.summed))));
        push(code, stride(b.summed));
        push(code, sum(out, times(own, n * size), times(first, size)));
        push(code, 1);
        push(code, last);
        push(code, first);
        code.op("i32.sub");
        code.call(rowsFunction(functions, arithmetic, rows, n % lanes, more));
      };
      const start = Math.min(k, k % rowsTogether || rowsTogether);
      add(0, start, false);
      if (start < k) each(code, start, k, rowsTogether, (at) => add(at, rowsTogether, true));
      if (finish !== undefined) {
        push(code, own);
        push(code, sum(own, 1));
        push(code, first);
        push(code, last);
        code.call(finish);
      }
      code.release(left, right, first, last);
    });
  });
}

/** How many vectors of a row are computed at once. */
const unrolled = 4;

/**
 * A function that computes rows, or adds to them. Where columns are not whole vectors, `rest` are
 * left.
 */
function rowsFunction(
  functions: Functions,
  arithmetic: Arithmetic,
  k: number,
  rest: number,
  accumulate: boolean,
): Callee {
  const { lanes, size, key } = arithmetic;
  return functions.get(
    `thin_${key}_${k}_${rest}_${accumulate ? "more" : "first"}`,
    (module, name) =>
      module.function(name, Array(8).fill("i32"), [], (code) => {
        const [a, aRow, aStep, b, bStep, c, rows, n] = code.parameters;
        const factors = Array.from({ length: k }, () => code.local("v128"));
        const pointers = Array.from({ length: k }, () => code.local("i32"));
        const value = code.local("v128");
        const at = code.local("i32");
        const write = (count: number, offset: number) => {
          for (let l = 0; l < k; l++) {
            const right = () => {
              code.get(pointers[l]);
              arithmetic.load(code, offset);
            };
            if (l > 0) arithmetic.multiplyAdd(code, value, () => code.get(factors[l]), right);
            else {
              code.get(factors[l]);
              right();
              arithmetic.multiply(code);
              code.set(value);
            }
          }
          if (accumulate) {
            code.get(value);
            code.get(c);
            arithmetic.load(code, offset);
            arithmetic.add(code);
            code.set(value);
          }
          arithmetic.storeFirst(code, () => code.get(c), value, count, offset);
        };
        const advance = (bytes: number) => {
          for (const pointer of [c, ...pointers]) assign(code, pointer, sum(pointer, bytes));
        };
        each(code, 0, rows, 1, () => {
          assign(code, at, a);
          for (const [l, factor] of factors.entries()) {
            code.get(at);
            code.access(arithmetic.splat);
            code.set(factor);
            assign(code, at, sum(at, aStep));
            assign(code, pointers[l], l === 0 ? b : sum(pointers[l - 1], bStep));
          }
          const together = unrolled * lanes;
          const many = held(code, (c_) => {
            c_.get(n);
            c_.i32(-together);
            c_.op("i32.and");
          });
          const whole = held(code, (c_) => {
            c_.get(n);
            c_.i32(-lanes);
            c_.op("i32.and");
          });
          each(code, 0, many, together, () => {
            for (let i = 0; i < unrolled; i++) write(lanes, i * 16);
            advance(unrolled * 16);
          });
          each(code, many, whole, lanes, () => {
            write(lanes, 0);
            advance(16);
          });
          if (rest > 0) {
            code.get(n);
            code.i32(lanes - 1);
            code.op("i32.and");
            code.if(() => {
              write(rest, 0);
              assign(code, c, sum(c, rest * size));
            });
          }
          assign(code, a, sum(a, aRow));
          code.release(many, whole);
        });
      }),
  );
}
