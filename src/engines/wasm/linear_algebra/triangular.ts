/**
 * Code for triangular factors and systems.
 *
 * @module
 */
import { matrixOf, orderOf } from "../../../shape/matrix.ts";
import type { Equation } from "../../../tape/tape.ts";
import type { Triangle } from "../../../primitives/linear_algebra/triangular_solve.ts";
import { difference, each, type Index } from "../assembler/index.ts";
import { at, become, less, not, put, root, when } from "../assembler/real.ts";
import type { Builder } from "../builder.ts";
import { load } from "../symbolic.ts";
import {
  copied,
  define,
  defineFrom,
  doubles,
  eachMatrix,
  transposed,
  type Work,
} from "./kernel.ts";
import { element } from "./rows.ts";

/** `A = L Lᵀ`, as `U = Lᵀ` row by row, each from those above it. */
export function lowerCholesky(builder: Builder, equation: Equation): void {
  const { inputs: [input], outputs: [output] } = equation;
  const n = orderOf("cholesky", input.shape);
  const buffer = copied(builder, transposed(builder.read(input)));
  eachMatrix(builder, equation, [buffer], ({ code, rows, places: [address] }) => {
    const u = { address, columns: n };
    const pivot = code.local("f64");
    code.block((done) =>
      each(code, 0, n, 1, (k) => {
        const own = element(u, k, k);
        const above = [element(u, 0, k), n * 8] as const;
        rows.subtract(own, above, above, k, difference(n, k));
        become(code, pivot, at(own));
        when(code, not(less(0, pivot)), () => {
          rows.fill(address, n * n, NaN);
          code.br(done);
        });
        become(code, pivot, root(pivot));
        rows.divide(own, difference(n, k), pivot);
        put(code, own, pivot);
      })
    );
    each(code, 0, n, 1, (k) => rows.fill(element(u, k, 0), k, 0));
    code.release(pivot);
  });
  define(builder, output, transposed(load(buffer)));
}

/** The `X` with `A X = B`: row by row, from the first or from the last. */
export function lowerTriangularSolve(builder: Builder, equation: Equation): void {
  const { inputs, outputs: [output], params } = equation;
  const { lower, transpose, unitDiagonal } = params as Triangle;
  const [n, width] = matrixOf("triangularSolve", output.shape);
  const [a, b] = inputs.map(builder.read);
  const triangle = builder.stored(doubles(transpose ? transposed(a) : a)).buffer;
  const buffer = copied(builder, b);
  const forward = lower !== transpose;
  const step = forward ? 8 : -8;
  const solve = ({ code, rows, places: [from, to] }: Work): void => {
    const [a, x] = [{ address: from, columns: n }, { address: to, columns: width }];
    each(code, 0, n, 1, (done) => {
      const i: Index = forward ? done : difference(n - 1, done);
      const first = forward ? 0 : n - 1;
      const row = element(x, i, 0);
      const factors = [element(a, i, first), step] as const;
      rows.subtract(row, factors, [element(x, first, 0), step * width], done, width);
      if (!unitDiagonal) rows.divide(row, width, at(element(a, i, i)));
    });
  };
  eachMatrix(builder, equation, [triangle, buffer], solve, { read: [triangle] });
  defineFrom(builder, output, buffer);
}
