/**
 * The pseudo-inverse.
 *
 * @module
 */
import { batchOf, matrixOf } from "../../shape/matrix.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, perOperand, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { add, sub } from "../arithmetic.ts";
import { floats } from "../elementwise.ts";
import { requireDType } from "../operands.ts";
import { flopsEach, svdFlops } from "./flops.ts";
import { forEachMatrix, identity, product, transposed } from "./matrices.ts";
import { decompose } from "./svd.ts";

interface PinvParams {
  /** Singular values up to this part of the largest count as 0. */
  readonly rtol: number;
}

/** The Moore-Penrose inverse. */
export const pinvPrimitive: Primitive<PinvParams> = definePrimitive<PinvParams>({
  name: "pinv",
  family: "linear algebra",
  summary: "the Moore-Penrose inverse; singular values up to `rtol` of the largest count as 0",
  infer: ([a]) => {
    requireDType("pinv", a.dtype, floats);
    const [rows, width] = matrixOf("pinv", a.shape);
    return [{ shape: [...batchOf(a.shape), width, rows], dtype: a.dtype }];
  },
  flops: flopsEach((rows, columns) =>
    svdFlops(rows, columns) + 2 * rows * columns * Math.min(rows, columns)
  ),
  meaning: {
    kind: "kernel",
    run: (inputs, { rtol }, outputs) => {
      const [rows, width] = matrixOf("pinv", inputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => [invert(a, rows, width, rtol)]);
    },
  },
  // G. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares
  // problems whose variables separate", 1973, equation 4.12, for changes that keep the rank.
  vjp: perOperand((ct, { inputs: [a], outputs: [p] }) => {
    const [rows, width] = matrixOf("pinv", a.shape);
    const [pt, ctT] = [transposed(p), transposed(ct)];
    const outside = sub(identity(a, rows), product(a, p));
    const beside = sub(identity(a, width), product(p, a));
    return sub(
      add(
        product(product(outside, ctT), product(p, pt)),
        product(product(pt, p), product(ctT, beside)),
      ),
      product(product(pt, ct), pt),
    );
  }),
  batch: { params: (params) => params },
  sample: (draw, float) => ({
    operands: [{
      shape: [...draw.shape(0, 1), draw.integer(0, 4), draw.integer(0, 4)],
      dtype: float,
      diagonal: draw.integer(0, 3),
    }],
    params: { rtol: 1e-5 },
  }),
});

/** `V diag(1 / s) Uᵀ` over the singular values that count. */
function invert(a: Float64Array, rows: number, width: number, rtol: number): Float64Array {
  const [u, s, vh] = decompose(a, rows, width, false);
  const inverse = new Float64Array(width * rows);
  for (let k = 0; k < s.length; k++) {
    if (s[k] <= rtol * s[0]) break;
    for (let i = 0; i < width; i++) {
      const factor = vh[k * width + i] / s[k];
      for (let j = 0; j < rows; j++) inverse[i * rows + j] += factor * u[j * s.length + k];
    }
  }
  return inverse;
}

/** The pseudo-inverse primitive. */
export function pinvRaw(a: AnyTensor, rtol: number): AnyTensor {
  return bind(pinvPrimitive, [a], { rtol })[0];
}
