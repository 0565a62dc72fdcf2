/**
 * Regularizers: what is added to a loss to keep parameters small.
 *
 * @module
 */
import { abs, add, type AnyTensor, mul, square, sum, type Tensor, treeLeaves } from "../../mod.ts";
import { real } from "../primitives/arithmetic.ts";

/** The dtypes of a tree's leaves. */
export type LeafDTypes<T> = T extends { readonly shape: unknown; readonly dtype: infer D } ? D
  : T extends object ? LeafDTypes<T[keyof T]>
  : never;

/** A scalar of `float64` where a leaf of the tree is, and of `float32` else. */
export type Penalty<T> = Tensor<[], "float64" extends LeafDTypes<T> ? "float64" : "float32">;

/**
 * `strength Σ |w|` over all elements of a tree of parameters, with the derivative 0 at 0: many become 0.
 * Leave out what shall not become small, such as biases: `l1({ weight: params.weight })`.
 * (R. Tibshirani, "Regression shrinkage and selection via the lasso", 1996.)
 *
 * @throws {TreeError} Where a leaf is not a tensor.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { regularizers } from "@katachi/katachi/nn";
 *
 * const params = { hidden: tensor([[1, -2]]), output: tensor([3]) };
 * regularizers.l1(params, 0.5).item(); // 3
 * ```
 */
export function l1<T>(params: T, strength = 0.01): Penalty<T> {
  return penalty("l1", params, abs, strength) as unknown as Penalty<T>;
}

/**
 * `strength Σ w²` over all elements of a tree of parameters, as Keras has it: all become smaller. The
 * gradient is that of a weight decay of `2 · strength`. Leave out what shall not become small, such as
 * biases: `l2({ weight: params.weight })`. (A. Hoerl and R. Kennard, "Ridge regression", 1970.)
 *
 * @throws {TreeError} Where a leaf is not a tensor.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { regularizers } from "@katachi/katachi/nn";
 *
 * const params = { hidden: tensor([[1, -2]]), output: tensor([3]) };
 * regularizers.l2(params, 0.5).item(); // 7
 * ```
 */
export function l2<T>(params: T, strength = 0.01): Penalty<T> {
  return penalty("l2", params, square, strength) as unknown as Penalty<T>;
}

function penalty(
  operation: string,
  params: unknown,
  size: (x: AnyTensor) => AnyTensor,
  strength: number,
): AnyTensor {
  const sums = treeLeaves(params).map((leaf) => sum(size(real(leaf, operation))));
  return mul(sums.reduce((total, one) => add(total, one), real(0, operation)), strength);
}
