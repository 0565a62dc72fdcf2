/**
 * Singular values and vectors.
 *
 * @module
 */
import { batchOf, matrixOf } from "../../shape/matrix.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { add, div, mul, sub } from "../arithmetic.ts";
import { floats } from "../elementwise.ts";
import { requireDType } from "../operands.ts";
import { flopsEach, svdFlops } from "./flops.ts";
import {
  alongColumns,
  alongRows,
  diagonalMatrix,
  forEachMatrix,
  product,
  reciprocalOffDiagonal,
  transposed,
} from "./matrices.ts";
import {
  diagonalizing,
  dot,
  epsilon,
  largestOf,
  lengthOf,
  orientation,
  rotate,
  sweep,
  unitVectors,
} from "./rotations.ts";

interface SvdParams {
  /** Whether `U` and `Vᵀ` are square; else they have only what belongs to a singular value. */
  readonly full: boolean;
}

/** `A = U diag(s) Vᵀ` with orthonormal columns `U` and `V` and descending `s` from 0 on. */
export const svdPrimitive: Primitive<SvdParams> = definePrimitive<SvdParams>({
  name: "svd",
  family: "linear algebra",
  summary: "A = U diag(s) Vᵀ: singular vectors and descending singular values",
  infer: ([a], { full }) => {
    requireDType("svd", a.dtype, floats);
    const [rows, width] = matrixOf("svd", a.shape);
    const count = Math.min(rows, width);
    return [[rows, full ? rows : count], [count], [full ? width : count, width]].map((dims) => ({
      shape: [...batchOf(a.shape), ...dims],
      dtype: a.dtype,
    }));
  },
  flops: flopsEach(svdFlops),
  meaning: {
    kind: "kernel",
    run: (inputs, { full }, outputs) => {
      const [rows, width] = matrixOf("svd", inputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => decompose(a, rows, width, full));
    },
  },
  // J. Townsend, "Differentiating the singular value decomposition", 2016.
  vjp: ([byU, byS, byVh], { outputs: [u, s, vh], params: { full } }) => {
    const [rows, count] = matrixOf("svd", u.shape);
    const [, width] = matrixOf("svd", vh.shape);
    const [ut, v] = [transposed(u), transposed(vh)];
    if (byU === undefined && byVh === undefined) {
      return [byS && thin(u, diagonalMatrix(byS), vh)];
    }
    if (full && rows !== width) {
      throw new Error(
        "svd: full matrices of a matrix that is not square have no gradient: their last vectors " +
          "are any that complete a basis; leave fullMatrices out",
      );
    }
    const [across, down] = [alongRows(s, count), alongColumns(s, count)];
    const inverse = reciprocalOffDiagonal(mul(add(across, down), sub(across, down)));
    const twice = (x: AnyTensor) => add(x, transposed(x));
    let inner = byS && diagonalMatrix(byS);
    let outer: AnyTensor | undefined;
    const sum = (a: AnyTensor | undefined, b: AnyTensor) => a === undefined ? b : add(a, b);
    if (byU !== undefined) {
      inner = sum(inner, mul(twice(mul(inverse, product(ut, byU))), across));
      if (rows > count) {
        const beside = sub(byU, product(u, product(ut, byU)));
        outer = sum(outer, product(div(beside, alongRows(s, rows)), vh));
      }
    }
    if (byVh !== undefined) {
      const turned = mul(inverse, transposed(product(byVh, v)));
      inner = sum(inner, mul(twice(turned), down));
      if (width > count) {
        const beside = sub(byVh, product(product(byVh, v), vh));
        outer = sum(outer, product(u, div(beside, alongColumns(s, width))));
      }
    }
    const within = thin(u, inner!, vh);
    return [outer === undefined ? within : add(within, outer)];
  },
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const rows = draw.integer(0, 4);
    const width = draw.integer(0, 4);
    const full = rows === width && draw.integer(0, 1) === 1;
    const shape = [...draw.shape(0, 1), rows, width];
    return { operands: [{ shape, dtype: float, diagonal: 0 }], params: { full } };
  },
});

/** `U M Vᵀ`. */
function thin(u: AnyTensor, m: AnyTensor, vh: AnyTensor): AnyTensor {
  return product(product(u, m), vh);
}

/**
 * Jacobi's method in Hestenes' one-sided form, on the columns, or on the rows where there are fewer:
 * turns them in pairs until they are orthogonal. Their lengths are the singular values.
 */
export function decompose(
  a: Float64Array,
  rows: number,
  width: number,
  full: boolean,
): [Float64Array, number[], Float64Array] {
  const count = Math.min(rows, width);
  const [heightU, widthV] = full ? [rows, width] : [count, count];
  const largest = largestOf(a);
  if (!Number.isFinite(largest)) {
    const nothing = (size: number) => new Float64Array(size).fill(NaN);
    return [nothing(rows * heightU), new Array<number>(count).fill(NaN), nothing(widthV * width)];
  }
  const scale = largest || 1;
  const columns = rows >= width;
  const vectors = Array.from({ length: count }, (_, j) =>
    Float64Array.from(
      { length: columns ? rows : width },
      (_, i) => (columns ? a[i * width + j] : a[j * width + i]) / scale,
    ));
  const turned = unitVectors(count);
  const negligible = epsilon * lengthOf(Float64Array.from(vectors.map(lengthOf)));
  sweep(count, (p, q) => {
    const [x, y] = [vectors[p], vectors[q]];
    const [xx, xy, yy] = [dot(x, x), dot(x, y), dot(y, y)];
    const floor = Math.max(negligible, Math.sqrt(xx)) * Math.max(negligible, Math.sqrt(yy));
    if (Math.abs(xy) <= 4 * epsilon * floor) return false;
    const rotation = diagonalizing(xx, xy, yy);
    rotate(x, y, rotation);
    rotate(turned[p], turned[q], rotation);
    return true;
  });
  const lengths = vectors.map(lengthOf);
  const order = lengths.map((_, i) => i).sort((i, j) => lengths[j] - lengths[i] || i - j);
  const long = order.map((i) => vectors[i].map((value) => value / lengths[i]))
    .filter((_, at) => lengths[order[at]] > negligible);
  const short = order.map((i) => turned[i]);
  const basis = (known: readonly Float64Array[], dimension: number) =>
    complete(known, dimension, full ? dimension : count);
  const [us, vs] = columns
    ? [basis(long, rows), basis(short, width)]
    : [basis(short, rows), basis(long, width)];
  const signs = us.map(orientation);
  const u = new Float64Array(rows * heightU);
  for (const [j, vector] of us.entries()) {
    for (let i = 0; i < rows; i++) u[i * heightU + j] = signs[j] * vector[i];
  }
  const vh = new Float64Array(widthV * width);
  for (const [j, vector] of vs.entries()) {
    const sign = j < count ? signs[j] : orientation(vector);
    for (let i = 0; i < width; i++) vh[j * width + i] = sign * vector[i];
  }
  return [u, order.map((i) => scale * lengths[i]), vh];
}

/**
 * Orthonormal vectors with more of them, up to `count`: what is left of that unit vector which is
 * the least in their span, again and again.
 */
function complete(
  known: readonly Float64Array[],
  dimension: number,
  count: number,
): readonly Float64Array[] {
  const basis = [...known];
  const within = new Float64Array(dimension);
  const enter = (v: Float64Array) => v.forEach((value, i) => within[i] += value * value);
  known.forEach(enter);
  while (basis.length < count) {
    const at = within.indexOf(Math.min(...within));
    const v = new Float64Array(dimension).fill(1, at, at + 1);
    // Twice is enough for what rounding leaves (Giraud et al. 2005).
    for (let round = 0; round < 2; round++) {
      for (const other of basis) {
        const along = dot(v, other);
        for (let i = 0; i < dimension; i++) v[i] -= along * other[i];
      }
    }
    const length = lengthOf(v);
    v.forEach((value, i) => v[i] = value / length);
    basis.push(v);
    enter(v);
  }
  return basis;
}

/** The SVD primitive. */
export function svdRaw(
  a: AnyTensor,
  full = false,
): readonly [u: AnyTensor, s: AnyTensor, vh: AnyTensor] {
  const [u, s, vh] = bind(svdPrimitive, [a], { full });
  return [u, s, vh];
}
