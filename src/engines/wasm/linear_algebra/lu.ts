/**
 * Code for Gaussian elimination with row pivoting.
 *
 * @module
 */
import { matrixOf } from "../../../shape/matrix.ts";
import type { Equation } from "../../../tape/tape.ts";
import type { Local } from "../assembler/code.ts";
import {
  assign,
  difference,
  each,
  held,
  type Index,
  least,
  push,
  sum,
  times,
} from "../assembler/index.ts";
import {
  at,
  become,
  divided,
  kept,
  less,
  magnitude,
  multiplied,
  negated,
  not,
  put,
  same,
  samePlace,
  when,
} from "../assembler/real.ts";
import type { Builder } from "../builder.ts";
import { copied, defineFrom, eachMatrix, perMatrix, type Work } from "./kernel.ts";
import { element } from "./rows.ts";

/** So many columns are done with before the ones to their right hear of it. */
const panel = 16;

/** `P A = L U`. */
export function lowerLu(builder: Builder, equation: Equation): void {
  const { inputs: [input], outputs } = equation;
  const [rows, columns] = matrixOf("lu", input.shape);
  const buffers = [
    copied(builder, builder.read(input)),
    perMatrix(equation, [Math.min(rows, columns)], "int32"),
    perMatrix(equation, [rows], "int32"),
  ];
  eachMatrix(builder, equation, buffers, (work) => {
    const { code, places: [, pivots, permutation] } = work;
    const write = (list: Index, i: Local, value: Local) => {
      push(code, sum(list, times(i, 4)));
      code.get(value);
      code.access("i32.store");
    };
    const read = (list: Index, i: Local) => {
      const local = code.local("i32");
      push(code, sum(list, times(i, 4)));
      code.access("i32.load");
      code.set(local);
      return local;
    };
    each(code, 0, rows, 1, (i) => write(permutation, i, i));
    eliminate(work, rows, columns, (k, pivot) => {
      write(pivots, k, pivot);
      const [one, other] = [read(permutation, k), read(permutation, pivot)];
      write(permutation, k, other);
      write(permutation, pivot, one);
      code.release(one, other);
    });
  });
  outputs.forEach((output, i) => defineFrom(builder, output, buffers[i]));
}

/** The determinant: the product of the pivots, which each exchange of rows negates. */
export function lowerDet(builder: Builder, equation: Equation): void {
  const { inputs: [input], outputs: [output] } = equation;
  const [n] = matrixOf("det", input.shape);
  const [factors, result] = [copied(builder, builder.read(input)), perMatrix(equation, [])];
  eachMatrix(builder, equation, [factors, result], (work) => {
    const { code, places: [a, to] } = work;
    const [det, sign] = [code.local("f64"), kept(code, 1)];
    eliminate(
      work,
      n,
      n,
      (k, pivot) => when(code, not(samePlace(k, pivot)), () => become(code, sign, negated(sign))),
    );
    become(code, det, sign);
    each(
      code,
      0,
      n,
      1,
      (k) => become(code, det, multiplied(det, at(element({ address: a, columns: n }, k, k)))),
    );
    put(code, to, det);
    code.release(det, sign);
  });
  defineFrom(builder, output, result);
}

/**
 * Overwrites a matrix with its factors; the first of several largest elements is the pivot.
 * `exchanged` hears which row each step exchanges with which.
 */
function eliminate(
  { code, rows, places: [address] }: Work,
  height: number,
  width: number,
  exchanged: (step: Local, pivot: Local) => void,
): void {
  const a = { address, columns: width };
  const count = Math.min(height, width);
  const [pivot, end] = [code.local("i32"), code.local("i32")];
  const [largest, value] = [code.local("f64"), code.local("f64")];
  each(code, 0, count, panel, (begin) => {
    assign(code, end, least(sum(begin, panel), count));
    each(code, begin, end, 1, (k) => {
      assign(code, pivot, k);
      become(code, largest, magnitude(at(element(a, k, k))));
      const next = held(code, sum(k, 1));
      each(code, next, height, 1, (i) => {
        become(code, value, magnitude(at(element(a, i, k))));
        when(code, less(largest, value), () => {
          become(code, largest, value);
          assign(code, pivot, i);
        });
      });
      exchanged(k, pivot);
      when(
        code,
        not(samePlace(k, pivot)),
        () => rows.exchange(element(a, k, 0), element(a, pivot, 0), width),
      );
      become(code, largest, at(element(a, k, k)));
      when(code, not(same(largest, 0)), () =>
        each(code, next, height, 1, (i) => {
          const factor = element(a, i, k);
          put(code, factor, divided(at(factor), largest));
          rows.reduce(sum(factor, 8), element(a, k, next), at(factor), difference(end, next));
        }));
      code.release(next);
    });
    // The columns to the right, all steps of the panel at once.
    const below = held(code, sum(begin, 1));
    each(code, below, height, 1, (i) =>
      rows.subtract(
        element(a, i, end),
        [element(a, i, begin), 8],
        [element(a, begin, end), width * 8],
        difference(least(i, end), begin),
        difference(width, end),
      ));
    code.release(below);
  });
  code.release(pivot, end, largest, value);
}
