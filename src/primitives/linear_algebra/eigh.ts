/**
 * Eigenvalues and eigenvectors of symmetric matrices.
 *
 * @module
 */
import { batchOf, orderOf } from "../../shape/matrix.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { add, mul, sub } from "../arithmetic.ts";
import { floats } from "../elementwise.ts";
import { requireDType } from "../operands.ts";
import { flopsEach } from "./flops.ts";
import {
  alongColumns,
  alongRows,
  diagonalMatrix,
  foldLower,
  forEachMatrix,
  product,
  reciprocalOffDiagonal,
  symmetric,
  transposed,
} from "./matrices.ts";
import {
  diagonalizing,
  epsilon,
  largestOf,
  lengthOf,
  orientation,
  rotate,
  sweep,
  unitVectors,
} from "./rotations.ts";

/** `A V = V diag(w)` with orthonormal columns `V` and ascending `w`. */
export const eighPrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "eigh",
  family: "linear algebra",
  summary: "ascending eigenvalues and eigenvectors of a symmetric matrix, from its lower triangle",
  infer: ([a]) => {
    requireDType("eigh", a.dtype, floats);
    const n = orderOf("eigh", a.shape);
    return [
      { shape: [...batchOf(a.shape), n], dtype: a.dtype },
      { shape: a.shape, dtype: a.dtype },
    ];
  },
  flops: flopsEach((n) => 9 * n ** 3),
  meaning: {
    kind: "kernel",
    run: (inputs, _, outputs) => {
      const n = orderOf("eigh", inputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => diagonalize(a, n));
    },
  },
  // M. Giles, "Collected matrix derivative results", 2008, section 3.1.
  vjp: ([byW, byV], { outputs: [w, v] }) => {
    const turning = () => {
      const n = orderOf("eigh", v.shape);
      const gaps = sub(alongRows(w, n), alongColumns(w, n));
      return mul(reciprocalOffDiagonal(gaps), product(transposed(v), byV!));
    };
    const parts = [
      ...(byW === undefined ? [] : [diagonalMatrix(byW)]),
      ...(byV === undefined ? [] : [turning()]),
    ];
    if (parts.length === 0) return [undefined];
    const inner = parts.reduce((a, b) => add(a, b));
    return [foldLower(symmetric(product(product(v, inner), transposed(v))))];
  },
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const n = draw.integer(0, 4);
    return {
      operands: [{ shape: [...draw.shape(0, 1), n, n], dtype: float, diagonal: 0 }],
      params: undefined,
    };
  },
});

/** Jacobi's method: turns rows and columns in pairs until the matrix is diagonal. */
function diagonalize(a: Float64Array, n: number): [number[], Float64Array] {
  const rows = Array.from(
    { length: n },
    (_, i) => Float64Array.from({ length: n }, (_, j) => a[Math.max(i, j) * n + Math.min(i, j)]),
  );
  const largest = Math.max(0, ...rows.map(largestOf));
  if (!Number.isFinite(largest)) {
    return [new Array<number>(n).fill(NaN), new Float64Array(n * n).fill(NaN)];
  }
  const scale = largest || 1;
  for (const row of rows) row.forEach((value, i) => row[i] = value / scale);
  const vectors = unitVectors(n);
  const negligible = epsilon * lengthOf(Float64Array.from(rows.map(lengthOf))) / n;
  sweep(n, (p, q) => {
    const [x, y] = [rows[p], rows[q]];
    const [xx, xy, yy] = [x[p], x[q], y[q]];
    if (Math.abs(xy) <= negligible) return false;
    const rotation = diagonalizing(xx, xy, yy);
    rotate(x, y, rotation);
    rotate(vectors[p], vectors[q], rotation);
    for (let k = 0; k < n; k++) {
      rows[k][p] = x[k];
      rows[k][q] = y[k];
    }
    x[p] = xx - rotation.tangent * xy;
    y[q] = yy + rotation.tangent * xy;
    x[q] = y[p] = 0;
    return true;
  });
  const order = rows.map((_, i) => i).sort((i, j) => rows[i][i] - rows[j][j] || i - j);
  const v = new Float64Array(n * n);
  for (const [j, i] of order.entries()) {
    const sign = orientation(vectors[i]);
    for (let k = 0; k < n; k++) v[k * n + j] = sign * vectors[i][k];
  }
  return [order.map((i) => scale * rows[i][i]), v];
}

/** The eigh primitive. */
export function eighRaw(a: AnyTensor): readonly [values: AnyTensor, vectors: AnyTensor] {
  const [w, v] = bind(eighPrimitive, [a], undefined);
  return [w, v];
}
