/**
 * The Cholesky factor.
 *
 * @module
 */
import { orderOf } from "../../shape/matrix.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, perOperand, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { mul, sub } from "../arithmetic.ts";
import { floats } from "../elementwise.ts";
import { requireDType } from "../operands.ts";
import { flopsEach } from "./flops.ts";
import {
  diagonalMatrix,
  diagonalOf,
  foldLower,
  forEachMatrix,
  lower,
  product,
  symmetric,
  transposed,
} from "./matrices.ts";
import { triangularSolveRaw } from "./triangular_solve.ts";

/** The lower triangular `L` with `A = L Lᵀ`. */
export const choleskyPrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "cholesky",
  family: "linear algebra",
  summary: "the lower triangular L with A = L Lᵀ, from A's lower triangle; NaN if there is none",
  infer: ([a]) => {
    requireDType("cholesky", a.dtype, floats);
    orderOf("cholesky", a.shape);
    return [{ shape: a.shape, dtype: a.dtype }];
  },
  flops: flopsEach((n) => n ** 3 / 3),
  meaning: {
    kind: "kernel",
    run: (inputs, _, outputs) => {
      const n = orderOf("cholesky", inputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => [factor(a, n)]);
    },
  },
  // I. Murray, "Differentiation of the Cholesky decomposition", 2016, equations 9 and 10.
  vjp: perOperand((ct, { outputs: [l] }) => {
    const p = lower(product(transposed(l), lower(ct)));
    const halved = sub(p, mul(diagonalMatrix(diagonalOf(p)), 0.5));
    const options = { lower: true, transpose: true, unitDiagonal: false };
    const left = triangularSolveRaw(l, halved, options);
    return foldLower(symmetric(triangularSolveRaw(l, transposed(left), options)));
  }),
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const n = draw.integer(0, 4);
    return {
      operands: [{ shape: [...draw.shape(0, 1), n, n], dtype: float, diagonal: 0 }],
      params: undefined,
    };
  },
});

/** Overwrites a matrix with its factor, row by row. */
function factor(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j];
      for (let k = 0; k < j; k++) rest -= a[i * n + k] * a[j * n + k];
      if (i === j && !(rest > 0)) {
        for (let row = 0; row < n; row++) a.fill(NaN, row * n, row * n + row + 1);
        i = n;
        break;
      }
      a[i * n + j] = i === j ? Math.sqrt(rest) : rest / a[j * n + j];
    }
  }
  for (let row = 0; row < n; row++) a.fill(0, row * n + row + 1, (row + 1) * n);
  return a;
}

/** The Cholesky primitive. */
export function choleskyRaw(a: AnyTensor): AnyTensor {
  return bind(choleskyPrimitive, [a], undefined)[0];
}
