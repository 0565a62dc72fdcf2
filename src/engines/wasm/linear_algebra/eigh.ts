/**
 * Code for eigenvalues and eigenvectors of symmetric matrices.
 *
 * @module
 */
import { orderOf } from "../../../shape/matrix.ts";
import type { Equation } from "../../../tape/tape.ts";
import { each, sum, times } from "../assembler/index.ts";
import {
  at,
  become,
  either,
  finite,
  kept,
  less,
  magnitude,
  minus,
  multiplied,
  plus,
  put,
  same,
  when,
} from "../assembler/real.ts";
import type { Builder } from "../builder.ts";
import { load } from "../symbolic.ts";
import { diagonalizing, eachRanked, epsilon, identity, sweep } from "./jacobi.ts";
import {
  copied,
  define,
  defineFrom,
  eachMatrix,
  perMatrix,
  transposed,
  type Work,
} from "./kernel.ts";
import { element } from "./rows.ts";

/** `A V = V diag(w)`, with the columns of `V` as rows until the end. */
export function lowerEigh(builder: Builder, equation: Equation): void {
  const { inputs: [input], outputs: [outW, outV] } = equation;
  const n = orderOf("eigh", input.shape);
  const a = copied(builder, builder.read(input));
  const [w, v] = [perMatrix(equation, [n]), perMatrix(equation, [n, n])];
  eachMatrix(builder, equation, [a, w, v], (work) => {
    const { code, rows, places: [address, w, v] } = work;
    const a = { address, columns: n };
    each(
      code,
      1,
      n,
      1,
      (i) => each(code, 0, i, 1, (j) => put(code, element(a, j, i), at(element(a, i, j)))),
    );
    const largest = kept(code, rows.largest(address, n * n));
    when(code, finite(largest), () => {
      become(code, largest, either(same(largest, 0), 1, largest));
      rows.divide(address, n * n, largest);
      diagonalize(work, n);
      each(code, 0, n, 1, (i) => {
        const own = sum(w, times(i, 8));
        put(code, own, multiplied(largest, at(own)));
      });
    }, () => {
      rows.fill(w, n, NaN);
      rows.fill(v, n * n, NaN);
    });
    code.release(largest);
  }, { scratch: [n, n * n] });
  defineFrom(builder, outW, w);
  define(builder, outV, transposed(load(v)));
}

/** Turns rows and columns in pairs until the matrix is diagonal. */
function diagonalize({ code, rows, places }: Work, n: number): void {
  const [address, w, v, values, turned] = places;
  const [a, vectors] = [{ address, columns: n }, { address: turned, columns: n }];
  const [xx, xy, yy] = [0, 1, 2].map(() => code.local("f64"));
  identity(code, rows, turned, n);
  const negligible = kept(code, multiplied(epsilon / n, rows.length(address, n * n)));
  sweep(code, n, (p, q, moved) => {
    become(code, xy, at(element(a, p, q)));
    when(code, less(negligible, magnitude(xy)), () => {
      become(code, xx, at(element(a, p, p)));
      become(code, yy, at(element(a, q, q)));
      diagonalizing(code, [xx, xy, yy], ({ cosine, sine, tangent }) => {
        rows.rotate(element(a, p, 0), element(a, q, 0), n, cosine, sine);
        rows.rotate(element(vectors, p, 0), element(vectors, q, 0), n, cosine, sine);
        for (const i of [p, q]) rows.spread(element(a, i, 0), element(a, 0, i), n * 8, n);
        put(code, element(a, p, p), minus(xx, multiplied(tangent, xy)));
        put(code, element(a, q, q), plus(yy, multiplied(tangent, xy)));
        put(code, element(a, p, q), 0);
        put(code, element(a, q, p), 0);
      });
      moved();
    });
  });
  each(code, 0, n, 1, (i) => put(code, sum(values, times(i, 8)), at(element(a, i, i))));
  eachRanked(code, values, n, false, (i, rank, value) => {
    const [from, to] = [element(vectors, i, 0), element({ address: v, columns: n }, rank, 0)];
    put(code, sum(w, times(rank, 8)), value);
    rows.copy(from, to, n);
    rows.divide(to, n, rows.orientation(from, n));
  });
  code.release(xx, xy, yy, negligible);
}
