/**
 * Orthogonal and triangular factors.
 *
 * @module
 */
import { batchOf, matrixOf } from "../../shape/matrix.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { add, sub } from "../arithmetic.ts";
import { zeros } from "../create.ts";
import { floats } from "../elementwise.ts";
import { concatPrimitive } from "../movement.ts";
import { requireDType } from "../operands.ts";
import { flopsEach } from "./flops.ts";
import { columns, forEachMatrix, lower, product, transposed, upper } from "./matrices.ts";
import { largestOf, lengthOf } from "./rotations.ts";
import { triangularSolveRaw } from "./triangular_solve.ts";

interface QrParams {
  /** Whether `Q` is square; else it has as many columns as `R` needs. */
  readonly complete: boolean;
}

/** `A = Q R`: orthonormal columns and an upper triangle, with the signs of LAPACK's `geqrf`. */
export const qrPrimitive: Primitive<QrParams> = definePrimitive<QrParams>({
  name: "qr",
  family: "linear algebra",
  summary: "A = Q R: orthonormal columns and an upper triangle, with LAPACK's signs",
  infer: ([a], { complete }) => {
    requireDType("qr", a.dtype, floats);
    const [rows, width] = matrixOf("qr", a.shape);
    const inner = complete ? rows : Math.min(rows, width);
    return [[rows, inner], [inner, width]].map((matrix) => ({
      shape: [...batchOf(a.shape), ...matrix],
      dtype: a.dtype,
    }));
  },
  flops: flopsEach((rows, columns) => {
    const [small, large] = [Math.min(rows, columns), Math.max(rows, columns)];
    return 4 * small ** 2 * (large - small / 3);
  }),
  meaning: {
    kind: "kernel",
    run: (inputs, _, outputs) => {
      const [rows, width] = matrixOf("qr", inputs[0].shape);
      const [, inner] = matrixOf("qr", outputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => factor(a, rows, width, inner));
    },
  },
  vjp: ([byQ, byR], { inputs: [a], outputs: [q, r], params: { complete } }) => {
    const [rows, width] = matrixOf("qr", a.shape);
    if (complete && rows > width) {
      throw new Error(
        "qr: a complete q of more rows than columns has no gradient: its last columns are any " +
          'that complete a basis; use the mode "reduced"',
      );
    }
    const zero = (x: AnyTensor) => zeros(x.shape, x.dtype) as AnyTensor;
    const [ctQ, ctR] = [byQ ?? zero(q), upper(byR ?? zero(r))];
    if (rows >= width) return [tall(q, r, ctQ, ctR)];
    // With A = [X Y]: X = Q U is square, and Y = Q V gives V = Qᵀ Y.
    const [y, byV] = [a, ctR].map((x) => columns(x, rows, width));
    const byX = tall(
      q,
      columns(r, 0, rows),
      add(ctQ, product(y, transposed(byV))),
      columns(ctR, 0, rows),
    );
    const axis = a.shape.length - 1;
    return [bind(concatPrimitive, [byX, product(q, byV)], { axis })[0]];
  },
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const rows = draw.integer(0, 4);
    const width = draw.integer(0, 4);
    const complete = rows <= width && draw.integer(0, 1) === 1;
    const shape = [...draw.shape(0, 1), rows, width];
    return { operands: [{ shape, dtype: float, diagonal: 0 }], params: { complete } };
  },
});

/**
 * The gradient where there are not fewer rows than columns. (M. Seeger, A. Hetzel, Z. Dai,
 * E. Meissner and N. Lawrence, "Auto-differentiating linear algebra", 2017, for Q R.)
 */
function tall(q: AnyTensor, r: AnyTensor, byQ: AnyTensor, byR: AnyTensor): AnyTensor {
  const m = sub(product(r, transposed(byR)), product(transposed(byQ), q));
  const mirrored = add(lower(m), transposed(lower(m, -1)));
  const right = transposed(add(byQ, product(q, mirrored)));
  const triangle = { lower: false, transpose: false, unitDiagonal: false };
  return transposed(triangularSolveRaw(r, right, triangle));
}

/** A step of the factorization: `I - tau v vᵀ`, with `v` from row `at` on. */
interface Reflection {
  readonly at: number;
  readonly v: Float64Array;
  readonly tau: number;
}

/** Applies `I - tau v vᵀ` to the columns of a matrix from `first` on. */
function reflect(
  a: Float64Array,
  width: number,
  { at, v, tau }: Reflection,
  first: number,
): void {
  const dots = new Float64Array(width);
  for (let i = 0; i < v.length; i++) {
    for (let j = first; j < width; j++) dots[j] += v[i] * a[(at + i) * width + j];
  }
  for (let i = 0; i < v.length; i++) {
    for (let j = first; j < width; j++) a[(at + i) * width + j] -= tau * v[i] * dots[j];
  }
}

/** Householder's reflections: to an upper triangle, and back from the identity. */
function factor(
  a: Float64Array,
  rows: number,
  width: number,
  inner: number,
): [Float64Array, Float64Array] {
  if (!Number.isFinite(largestOf(a))) {
    const nothing = (size: number) => new Float64Array(size).fill(NaN);
    return [nothing(rows * inner), upperTriangle(nothing(inner * width), width)];
  }
  const reflections: Reflection[] = [];
  for (let at = 0; at < Math.min(rows, width); at++) {
    const v = Float64Array.from({ length: rows - at }, (_, i) => a[(at + i) * width + at]);
    const scale = largestOf(v);
    v.forEach((value, i) => v[i] = value / scale);
    const below = lengthOf(v.subarray(1));
    // Nothing to do, and the sign stays: as LAPACK has it.
    if (scale === 0 || below === 0) continue;
    const first = v[0];
    const beta = first < 0 ? Math.hypot(first, below) : -Math.hypot(first, below);
    for (let i = 1; i < v.length; i++) v[i] /= first - beta;
    v[0] = 1;
    const reflection = { at, v, tau: (beta - first) / beta };
    reflections.push(reflection);
    reflect(a, width, reflection, at + 1);
    a[at * width + at] = beta * scale;
  }
  const q = new Float64Array(rows * inner);
  for (let i = 0; i < inner; i++) q[i * inner + i] = 1;
  for (const reflection of reflections.reverse()) reflect(q, inner, reflection, reflection.at);
  return [q, upperTriangle(a.subarray(0, inner * width), width)];
}

/** Overwrites what is below the diagonal with 0. */
function upperTriangle(a: Float64Array, width: number): Float64Array {
  for (let i = 1; i * width < a.length; i++) a.fill(0, i * width, i * width + Math.min(i, width));
  return a;
}

/** The QR primitive. */
export function qrRaw(a: AnyTensor, complete: boolean): readonly [q: AnyTensor, r: AnyTensor] {
  const [q, r] = bind(qrPrimitive, [a], { complete });
  return [q, r];
}
