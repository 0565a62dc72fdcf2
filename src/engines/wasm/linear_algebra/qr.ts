/**
 * Code for orthogonal and triangular factors, by Householder's reflections.
 *
 * @module
 */
import { matrixOf } from "../../../shape/matrix.ts";
import type { Equation } from "../../../tape/tape.ts";
import type { Local } from "../assembler/code.ts";
import { difference, each, held, type Index, least, sum, times } from "../assembler/index.ts";
import {
  at,
  become,
  both,
  divided,
  either,
  finite,
  kept,
  less,
  minus,
  multiplied,
  negated,
  not,
  plus,
  put,
  root,
  same,
  square,
  when,
} from "../assembler/real.ts";
import type { Builder } from "../builder.ts";
import { load } from "../symbolic.ts";
import {
  copied,
  define,
  defineFrom,
  eachMatrix,
  firstRows,
  perMatrix,
  type Work,
} from "./kernel.ts";
import { element, type Matrix } from "./rows.ts";

/** `A = Q R`. */
export function lowerQr(builder: Builder, equation: Equation): void {
  const { inputs: [input], outputs: [outQ, outR] } = equation;
  const [height, width] = matrixOf("qr", input.shape);
  const [, inner] = matrixOf("qr", outQ.shape);
  const a = copied(builder, builder.read(input));
  const q = perMatrix(equation, [height, inner]);
  // The diagonal of R, the factors of the reflections, a column, and the products of one with others.
  const scratch = [
    Math.min(height, width),
    Math.min(height, width),
    height,
    Math.max(width, inner),
  ];
  eachMatrix(builder, equation, [a, q], (work) => {
    const { code, rows, places: [a, q] } = work;
    const largest = kept(code, rows.largest(a, height * width));
    when(code, finite(largest), () => factor(work, height, width, inner), () => {
      rows.fill(a, height * width, NaN);
      rows.fill(q, height * inner, NaN);
    });
    each(
      code,
      1,
      inner,
      1,
      (i) => rows.fill(element({ address: a, columns: width }, i, 0), least(i, width), 0),
    );
    code.release(largest);
  }, { scratch });
  defineFrom(builder, outQ, q);
  define(builder, outR, firstRows(load(a), inner));
}

/**
 * Turns a matrix into an upper triangle, reflection by reflection, and the identity back into `Q`.
 * The vector of a reflection, which begins with 1, stays below the diagonal until the end.
 */
function factor(work: Work, height: number, width: number, inner: number): void {
  const { code, rows, places: [address, toQ, diagonal, taus, v] } = work;
  const [a, q] = [{ address, columns: width }, { address: toQ, columns: inner }];
  const count = Math.min(height, width);
  const [scale, below, first, beta, tau] = [0, 1, 2, 3, 4].map(() => code.local("f64"));
  each(code, 0, count, 1, (k) => {
    const length = difference(height, k);
    const own = element(a, k, k);
    const eachBelow = (body: (place: Index, of: Index) => void) =>
      each(code, 1, length, 1, (i) => body(element(a, sum(k, i), k), sum(v, times(i, 8))));
    put(code, v, at(own));
    eachBelow((place, of) => put(code, of, at(place)));
    become(code, scale, rows.largest(v, length));
    rows.divide(v, length, scale);
    become(code, below, rows.length(sum(v, 8), difference(length, 1)));
    become(code, tau, 0);
    put(code, sum(diagonal, times(k, 8)), at(own));
    // Where there is nothing to do the sign stays, as LAPACK has it.
    when(code, both(less(0, scale), not(same(below, 0))), () => {
      become(code, first, at(v));
      become(code, beta, root(plus(square(first), square(below))));
      become(code, beta, either(less(first, 0), beta, negated(beta)));
      become(code, tau, divided(minus(beta, first), beta));
      put(code, sum(diagonal, times(k, 8)), multiplied(beta, scale));
      put(code, own, 1);
      eachBelow((place, of) => put(code, place, divided(at(of), minus(first, beta))));
      reflect(work, a, { k, tau, height }, a, sum(k, 1));
    });
    put(code, sum(taus, times(k, 8)), tau);
  });
  rows.fill(toQ, height * inner, 0);
  each(code, 0, inner, 1, (i) => put(code, element(q, i, i), 1));
  each(code, 0, count, 1, (i) => {
    const k = held(code, difference(count - 1, i));
    become(code, tau, at(sum(taus, times(k, 8))));
    when(code, not(same(tau, 0)), () => reflect(work, a, { k, tau, height }, q, k));
    put(code, element(a, k, k), at(sum(diagonal, times(k, 8))));
    code.release(k);
  });
  code.release(scale, below, first, beta, tau);
}

/** A reflection `I - tau v vᵀ`: `v` is column `k` of a matrix from row `k` on. */
interface Reflection {
  readonly k: Local;
  readonly tau: Local;
  readonly height: number;
}

/** Applies a reflection to the columns of a matrix from `first` on. */
function reflect(
  { code, rows, places: [, , , , , dots] }: Work,
  a: Matrix,
  { k, tau, height }: Reflection,
  to: Matrix,
  first: Index,
): void {
  const n = difference(to.columns, first);
  const v = [element(a, k, k), a.columns * 8] as const;
  rows.fill(dots, n, 0);
  // The dots come out negative, and so do the factors.
  rows.subtract(dots, v, [element(to, k, first), to.columns * 8], difference(height, k), n);
  each(code, k, height, 1, (i) => {
    const factor = negated(multiplied(tau, at(element(a, i, k))));
    rows.reduce(element(to, i, first), dots, factor, n);
  });
}
