/**
 * Determinants.
 *
 * @module
 */
import { batchOf, orderOf } from "../../shape/matrix.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { definePrimitive, perOperand, type Primitive } from "../../tape/primitive.ts";
import { bind } from "../../tape/recorder.ts";
import { mul, sub } from "../arithmetic.ts";
import { broadcast } from "../broadcast.ts";
import { lessEqual, select, zero } from "../compare.ts";
import { floats } from "../elementwise.ts";
import { stopGradient } from "../math.ts";
import { concatPrimitive } from "../movement.ts";
import { requireDType } from "../operands.ts";
import { prodPrimitive } from "../reduce.ts";
import { reshapeRaw } from "../reshape.ts";
import { eliminate, luRaw, parityOf, solveWith } from "./lu.ts";
import { flopsEach } from "./flops.ts";
import {
  block,
  columns,
  diagonalOf,
  forEachMatrix,
  identity,
  product,
  resized,
  transposed,
} from "./matrices.ts";
import { epsilon } from "./rotations.ts";
import { svdRaw } from "./svd.ts";

/** The determinant. */
export const detPrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "det",
  family: "linear algebra",
  summary: "the determinant",
  infer: ([a]) => {
    requireDType("det", a.dtype, floats);
    orderOf("det", a.shape);
    return [{ shape: batchOf(a.shape), dtype: a.dtype }];
  },
  flops: flopsEach((n) => 2 * n ** 3 / 3),
  meaning: {
    kind: "kernel",
    run: (inputs, _, outputs) => {
      const n = orderOf("det", inputs[0].shape);
      forEachMatrix(inputs, outputs, (a) => {
        const [lu, pivots] = eliminate(a, n, n);
        return [[pivots.reduce((det, pivot, k) => (pivot === k ? det : -det) * lu[k * n + k], 1)]];
      });
    },
  },
  vjp: perOperand((ct, { inputs: [a] }) =>
    mul(broadcast(reshapeRaw(ct, [...ct.shape, 1, 1]), a.shape), cofactors(a))
  ),
  batch: { params: (params) => params },
  sample: (draw, float) => {
    const n = draw.integer(0, 4);
    return {
      operands: [{ shape: [...draw.shape(0, 1), n, n], dtype: float }],
      params: undefined,
    };
  },
});

/**
 * The derivative of the determinant, at singular matrices too. Bordered by fixed vectors `u` and `v`,
 * `M = [[A, u], [vᵀ, 0]]` with the inverse `[[P, x], [yᵀ, z]]`, `det A = z det M` (Cramer), which by
 * `A` is `(z Pᵀ - y xᵀ) det M`. The singular vectors of the least singular value make `M` regular
 * unless the next one is 0 too, where all cofactors are 0.
 */
function cofactors(a: AnyTensor): AnyTensor {
  const n = orderOf("det", a.shape);
  if (n <= 1) return identity(a, n);
  const [u, s, vh] = svdRaw(a).map(stopGradient);
  const last = a.shape.length - 1;
  const join = (axis: number, ...parts: readonly AnyTensor[]) =>
    bind(concatPrimitive, parts, { axis })[0];
  const corner = mul(resized(a, 1, 1), 0);
  const bordered = join(
    last - 1,
    join(last, a, columns(u, n - 1, n)),
    join(last, block(vh, [n - 1, 0], [n, n]), corner),
  );
  const values = reshapeRaw(s, [...batchOf(a.shape), 1, n]);
  const [largest, next] = [0, n - 2].map((at) => columns(values, at, at + 1));
  const none = lessEqual(next, mul(largest, n * epsilon));
  const [factors, pivots, permutation] = luRaw(
    select(broadcast(none, bordered.shape), identity(a, n + 1), bordered),
  );
  const det = mul(
    bind(prodPrimitive, [diagonalOf(factors)], { axis: last - 1 })[0],
    parityOf(pivots, a.dtype),
  );
  const inverse = solveWith([factors, pivots, permutation], identity(a, n + 1));
  const p = transposed(block(inverse, [0, 0], [n, n]));
  const x = block(inverse, [0, n], [n, n + 1]);
  const y = transposed(block(inverse, [n, 0], [n + 1, n]));
  const z = block(inverse, [n, n], [n + 1, n + 1]);
  const whole = mul(
    sub(mul(z, p), product(y, transposed(x))),
    reshapeRaw(det, [...det.shape, 1, 1]),
  );
  return select(broadcast(none, a.shape), zero(a), whole);
}

/** The determinant primitive. */
export function detRaw(a: AnyTensor): AnyTensor {
  return bind(detPrimitive, [a], undefined)[0];
}
