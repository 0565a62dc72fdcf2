/**
 * Gaussian elimination with row pivoting.
 *
 * @module
 */
import { batchOf, matrixOf } from "../../shape/matrix.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { add, mul, sub } from "../arithmetic.ts";
import { sumAxes } from "../broadcast.ts";
import { notEqual } from "../compare.ts";
import { iota } from "../create.ts";
import { floats } from "../elementwise.ts";
import { bitwiseAnd } from "../logic.ts";
import { convert, requireDType } from "../operands.ts";
import { argsortRaw } from "../sort.ts";
import { flopsEach } from "./flops.ts";
import {
  forEachMatrix,
  identity,
  lower,
  permuteRows,
  product,
  resized,
  transposed,
  upper,
} from "./matrices.ts";
import { triangularSolveRaw } from "./triangular_solve.ts";

/**
 * `P A = L U`: the unit lower triangular (trapezoidal) `L` below the diagonal and the upper triangular
 * (trapezoidal) `U` on and above it in one matrix; which row each step was exchanged with; and which
 * row of `A` each row of `P A` is.
 */
export const luPrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "lu",
  family: "linear algebra",
  summary: "P A = L U with row pivoting: L and U in one matrix, the pivots, the permutation",
  infer: ([a]) => {
    requireDType("lu", a.dtype, floats);
    const [rows, columns] = matrixOf("lu", a.shape);
    const batch = batchOf(a.shape);
    return [
      { shape: a.shape, dtype: a.dtype },
      { shape: [...batch, Math.min(rows, columns)], dtype: "int32" },
      { shape: [...batch, rows], dtype: "int32" },
    ];
  },
  flops: flopsEach((rows, columns) => {
    const [small, large] = [Math.min(rows, columns), Math.max(rows, columns)];
    return small ** 2 * (large - small / 3);
  }),
  meaning: {
    kind: "kernel",
    run: (inputs, _, outputs) => {
      const [rows, columns] = matrixOf("lu", inputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => eliminate(a, rows, columns));
    },
  },
  // The transpose of the tangent dL = L tril(X, -1), dU = triu(X) U with X = L⁻¹ P dA U⁻¹, where L and
  // U are made square with ones on the diagonal (as JAX has it).
  vjp: ([ct], { outputs: [lu, , permutation] }) => {
    if (ct === undefined) return [undefined];
    const [l, u] = squareFactors(lu);
    const x = add(lower(product(transposed(l), ct), -1), upper(product(ct, transposed(u))));
    const triangle = { unitDiagonal: false, lower: false, transpose: false };
    const right = transposed(triangularSolveRaw(u, transposed(x), triangle));
    const inOrder = triangularSolveRaw(l, right, { ...triangle, lower: true, transpose: true });
    return [permuteRows(inOrder, argsortRaw(permutation, permutation.shape.length - 1))];
  },
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const rows = draw.integer(0, 4);
    return {
      operands: [{
        shape: [...draw.shape(0, 1), rows, draw.integer(0, 4)],
        dtype: float,
        diagonal: draw.integer(0, 3),
      }],
      params: undefined,
    };
  },
});

/** `L` and `U`, made square with columns and rows of the identity. */
function squareFactors(lu: AnyTensor): [AnyTensor, AnyTensor] {
  const [rows, width] = matrixOf("lu", lu.shape);
  const l = resized(lower(lu, -1), rows, rows);
  const more = Math.max(width - rows, 0);
  const ones = resized(identity(lu, more), width, width, width - more);
  return [add(l, identity(lu, rows)), add(resized(upper(lu), width, width), ones)];
}

/** Overwrites a matrix with its factors; the first of several largest elements is the pivot. */
export function eliminate(
  a: Float64Array,
  rows: number,
  columns: number,
): [Float64Array, number[], number[]] {
  const pivots: number[] = [];
  const permutation = Array.from({ length: rows }, (_, i) => i);
  for (let k = 0; k < Math.min(rows, columns); k++) {
    let pivot = k;
    for (let i = k + 1; i < rows; i++) {
      if (Math.abs(a[i * columns + k]) > Math.abs(a[pivot * columns + k])) pivot = i;
    }
    pivots.push(pivot);
    if (pivot !== k) {
      const row = a.slice(k * columns, (k + 1) * columns);
      a.copyWithin(k * columns, pivot * columns, (pivot + 1) * columns);
      a.set(row, pivot * columns);
      [permutation[k], permutation[pivot]] = [permutation[pivot], permutation[k]];
    }
    const largest = a[k * columns + k];
    if (largest === 0) continue;
    for (let i = k + 1; i < rows; i++) {
      const factor = a[i * columns + k] /= largest;
      for (let j = k + 1; j < columns; j++) a[i * columns + j] -= factor * a[k * columns + j];
    }
  }
  return [a, pivots, permutation];
}

/** The LU primitive: both factors in one matrix, pivots, permutation. */
export function luRaw(a: AnyTensor): readonly [AnyTensor, AnyTensor, AnyTensor] {
  const [lu, pivots, permutation] = bind(luPrimitive, [a], undefined);
  return [lu, pivots, permutation];
}

/** The sign of a permutation that is a chain of exchanges, in a float dtype. */
export function parityOf(pivots: AnyTensor, dtype: DType): AnyTensor {
  const axis = pivots.shape.length - 1;
  const moved = convert(notEqual(pivots, iota(pivots.shape, axis, "int32")), "int32");
  return sub(1, mul(2, convert(bitwiseAnd(sumAxes(moved, [axis]), 1), dtype)));
}

/** The `X` with `A X = B`. */
export function solveRaw(a: AnyTensor, b: AnyTensor): AnyTensor {
  return solveWith(luRaw(a), b);
}

/** The `X` with `A X = B`, from what {@linkcode luRaw} gives for `A`. */
export function solveWith(
  [lu, , permutation]: readonly [AnyTensor, AnyTensor, AnyTensor],
  b: AnyTensor,
): AnyTensor {
  const y = triangularSolveRaw(lu, permuteRows(b, permutation), {
    lower: true,
    transpose: false,
    unitDiagonal: true,
  });
  return triangularSolveRaw(lu, y, { lower: false, transpose: false, unitDiagonal: false });
}
