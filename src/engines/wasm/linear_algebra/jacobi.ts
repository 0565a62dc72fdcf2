/**
 * What Jacobi's methods for eigenvalues and singular values have in common: pairs of vectors are
 * turned in their plane, again and again, until nothing is left to do.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import { assign, each, held, type Index, push, sum, times } from "../assembler/index.ts";
import {
  at,
  become,
  divided,
  less,
  magnitude,
  minus,
  multiplied,
  negated,
  plus,
  put,
  type Real,
  root,
  same,
  square,
  when,
} from "../assembler/real.ts";
import type { Rows } from "./rows.ts";

/** What rounding may leave of 1. */
export const epsilon = 2 ** -53;

/** After so many rounds it is given up. */
const rounds = 60;

/**
 * Goes through all pairs, round after round, until a round does nothing. The body gets what to call
 * where it does something.
 */
export function sweep(
  code: Code,
  n: number,
  body: (p: Local, q: Local, moved: () => void) => void,
): void {
  const moves = code.local("i32");
  code.block((done) =>
    each(code, 0, rounds, 1, () => {
      assign(code, moves, 0);
      each(code, 0, n, 1, (p) => {
        const next = held(code, sum(p, 1));
        each(code, next, n, 1, (q) => body(p, q, () => assign(code, moves, 1)));
        code.release(next);
      });
      code.get(moves);
      code.op("i32.eqz");
      code.brIf(done);
    })
  );
  code.release(moves);
}

/** Calls the body with the smaller rotation that makes `[[a, b], [b, c]]` diagonal. */
export function diagonalizing(
  code: Code,
  [a, b, c]: readonly Local[],
  body: (rotation: { cosine: Local; sine: Local; tangent: Local }) => void,
): void {
  const [cotangent, tangent] = [code.local("f64"), code.local("f64")];
  const [cosine, sine] = [code.local("f64"), code.local("f64")];
  const secant = (x: Local) => root(plus(square(x), 1));
  become(code, cotangent, divided(minus(c, a), multiplied(2, b)));
  become(code, tangent, divided(1, plus(magnitude(cotangent), secant(cotangent))));
  when(code, less(cotangent, 0), () => become(code, tangent, negated(tangent)));
  become(code, cosine, divided(1, secant(tangent)));
  become(code, sine, multiplied(tangent, cosine));
  body({ cosine, sine, tangent });
  code.release(cotangent, tangent, cosine, sine);
}

/** Stores an identity matrix. */
export function identity(code: Code, rows: Rows, address: Index, n: number): void {
  rows.fill(address, n * n, 0);
  each(code, 0, n, 1, (i) => put(code, sum(address, times(i, (n + 1) * 8)), 1));
}

/** The place of each of `n` doubles in ascending or descending order, equal ones in theirs. */
export function eachRanked(
  code: Code,
  values: Index,
  n: number,
  descending: boolean,
  body: (i: Local, rank: Local, value: Local) => void,
): void {
  const [rank, value, other] = [code.local("i32"), code.local("f64"), code.local("f64")];
  const place = (i: Local) => sum(values, times(i, 8));
  const before: Real[] = descending ? [value, other] : [other, value];
  each(code, 0, n, 1, (i) => {
    become(code, value, at(place(i)));
    assign(code, rank, 0);
    each(code, 0, n, 1, (j) => {
      become(code, other, at(place(j)));
      const count = (code: Code) => {
        less(before[0], before[1])(code);
        same(value, other)(code);
        push(code, j);
        push(code, i);
        code.op("i32.lt_s", "i32.and", "i32.or");
      };
      assign(code, rank, sum(rank, count));
    });
    body(i, rank, value);
  });
  code.release(rank, value, other);
}
