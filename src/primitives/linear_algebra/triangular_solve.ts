/**
 * Systems of equations with triangular matrices.
 *
 * @module
 */
import { equalShapes } from "../../shape/same.ts";
import { sizeOf } from "../../tensor/storage.ts";
import { batchOf, matrixOf, orderOf } from "../../shape/matrix.ts";
import { ShapeError, showShape } from "../../shape/fail.ts";
import { DTypeError } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { neg } from "../arithmetic.ts";
import { floats } from "../elementwise.ts";
import { requireDType } from "../operands.ts";
import {
  forEachMatrix,
  lower as lowerPart,
  product,
  transposed,
  upper as upperPart,
} from "./matrices.ts";

/** How a triangular matrix is to be read. */
export interface Triangle {
  /** Whether its elements are on and below the diagonal; else on and above it. */
  readonly lower: boolean;
  /** Whether to solve with its transpose. */
  readonly transpose: boolean;
  /** Whether its diagonal is one of ones, whatever the elements there are. */
  readonly unitDiagonal: boolean;
}

/** The `X` with `A X = B`, or `Aᵀ X = B`, for triangular `A`. */
export const triangularSolvePrimitive: Primitive<Triangle> = definePrimitive<Triangle>({
  name: "triangularSolve",
  family: "linear algebra",
  summary: "the X with A X = B (or Aᵀ X = B), from one triangle of A (XLA's triangular_solve)",
  infer: ([a, b]) => {
    requireDType("triangularSolve", a.dtype, floats);
    if (a.dtype !== b.dtype) throw new DTypeError(`triangularSolve: ${a.dtype} and ${b.dtype}`);
    const n = orderOf("triangularSolve", a.shape);
    if (
      matrixOf("triangularSolve", b.shape)[0] !== n ||
      !equalShapes(batchOf(a.shape), batchOf(b.shape))
    ) {
      throw new ShapeError(
        `triangularSolve: ${showShape(a.shape)} does not fit ${showShape(b.shape)}`,
      );
    }
    return [{ shape: b.shape, dtype: b.dtype }];
  },
  flops: ([a], [y]) => sizeOf(y.shape) * a.shape[a.shape.length - 1],
  meaning: {
    kind: "kernel",
    run: (inputs, triangle, outputs) => {
      const [n, width] = matrixOf("triangularSolve", inputs[1].shape);
      forEachMatrix(inputs, outputs, (a, b) => [substitute(a, b, n, width, triangle)]);
    },
  },
  // M. Giles, "Collected matrix derivative results", 2008, section 2.3.1, for the triangle only.
  vjp: ([ct], { inputs: [a], outputs: [x], params: triangle, needs }) => {
    const byB = triangularSolveRaw(a, ct!, { ...triangle, transpose: !triangle.transpose });
    if (!needs[0]) return [undefined, byB];
    const [left, right] = triangle.transpose ? [x, byB] : [byB, x];
    const whole = neg(product(left, transposed(right)));
    const part = triangle.lower
      ? lowerPart(whole, triangle.unitDiagonal ? -1 : 0)
      : upperPart(whole, triangle.unitDiagonal ? 1 : 0);
    return [part, byB];
  },
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const n = draw.integer(0, 4);
    const batch = draw.shape(0, 1);
    const flag = () => draw.integer(0, 1) === 1;
    return {
      operands: [
        { shape: [...batch, n, n], dtype: float, diagonal: 0 },
        { shape: [...batch, n, draw.integer(0, 3)], dtype: float },
      ],
      params: { lower: flag(), transpose: flag(), unitDiagonal: flag() },
    };
  },
});

/** Overwrites `b` with the solution, from the first row or from the last. */
function substitute(
  a: Float64Array,
  b: Float64Array,
  n: number,
  width: number,
  { lower, transpose, unitDiagonal }: Triangle,
): Float64Array {
  const forward = lower !== transpose;
  const [rowStep, columnStep] = transpose ? [1, n] : [n, 1];
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    for (let done = 0; done < step; done++) {
      const k = forward ? done : n - 1 - done;
      const factor = a[i * rowStep + k * columnStep];
      for (let j = 0; j < width; j++) b[i * width + j] -= factor * b[k * width + j];
    }
    if (unitDiagonal) continue;
    const pivot = a[i * n + i];
    for (let j = 0; j < width; j++) b[i * width + j] /= pivot;
  }
  return b;
}

/** The triangular solve primitive. */
export function triangularSolveRaw(a: AnyTensor, b: AnyTensor, triangle: Triangle): AnyTensor {
  return bind(triangularSolvePrimitive, [a, b], triangle)[0];
}
