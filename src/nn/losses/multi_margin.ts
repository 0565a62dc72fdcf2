/**
 * The hinge loss of several classes.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  astype,
  type DType,
  DTypeError,
  expandDims,
  type Floating,
  lessEqual,
  logicalOr,
  mul,
  oneHot,
  type Shape,
  type ShapeOf,
  sub,
  sum,
  take,
  type Tensor,
  where,
} from "../../../mod.ts";
import { floating } from "../../tensor/dtype.ts";
import type { IndexDType } from "../../functions/indexing.ts";
import type { ClassLabels, ClassWeights } from "../class_targets.ts";
import { type LossOptions, reduced, type Reduction } from "./reduction.ts";
import type { RowLosses } from "./classes.ts";
import { chosenFrom, requireClasses, requireTargets, weighted, weightOf } from "./rows.ts";

/** How {@linkcode multiMarginLoss} counts rows of shape `S`. */
export interface MultiMarginOptions<
  S extends Shape = Shape,
  W extends AnyTensor = AnyTensor,
  R extends Reduction = Reduction,
  K extends string = "multiMarginLoss",
> extends LossOptions<R> {
  /** By how much the class must lead each other one; 1 unless given. */
  readonly margin?: number;
  /** The power of what is missing, 1 or 2; 1 unless given. */
  readonly p?: 1 | 2;
  /** What each class counts, `[C]`; 1 unless given. Means are not divided by it. */
  readonly weight?: Arg<ClassWeights<S, ShapeOf<W>, K>, W>;
}

/**
 * The hinge loss of several classes: of scores `x` of shape `[…, C]` and classes `t` the mean over all
 * rows of `Σ_{c ≠ t} max(0, margin - x_t + x_c)ᵖ / C`. (J. Weston and C. Watkins, "Support vector
 * machines for multi-class pattern recognition", 1999; divided by `C` as in PyTorch.)
 *
 * @throws {ShapeError} Where there is not one class for each row; where a target that can be read is
 * not a class.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { multiMarginLoss } from "@katachi/katachi/nn";
 *
 * multiMarginLoss(tensor([[2, 1.5, 0, -1]]), tensor([0], "int32")).item(); // 0.125
 * ```
 */
export function multiMarginLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  W extends AnyTensor = AnyTensor,
  R extends Reduction = "mean",
  K extends string = "multiMarginLoss",
>(
  scores: Tensor<S, D>,
  targets: Arg<ClassLabels<S, T, K>, Tensor<T, IndexDType>>,
  options?: MultiMarginOptions<S, W, R, K>,
): Tensor<RowLosses<S, R, K>, Floating<D>> {
  const given = (options ?? {}) as MultiMarginOptions;
  return multiMargin(scores, targets as unknown as AnyTensor, given) as never;
}

function multiMargin(
  scores: AnyTensor,
  targets: AnyTensor,
  options: MultiMarginOptions,
): AnyTensor {
  const operation = "multiMarginLoss";
  const { margin = 1, p = 1 } = options;
  if (p !== 1 && p !== 2) throw new RangeError(`${operation}: p must be 1 or 2, got ${p}`);
  const x = astype(scores, floating(scores.dtype));
  requireLabels(operation, x, targets);
  const classes = x.shape[x.rank - 1];
  const labels = targets as Tensor<Shape, "int32">;
  const weight = weightOf(operation, x, options.weight);
  const missing = add(sub(x, expandDims(chosenFrom(x, labels), -1)), margin);
  const none = logicalOr(oneHot(labels, classes, "bool") as AnyTensor, lessEqual(missing, 0));
  const hinge: AnyTensor = where(none, 0, missing);
  const losses = mul(sum(p === 1 ? hinge : mul(hinge, hinge), -1), 1 / classes);
  return reduced(weighted(losses, weight && take(weight, labels)), options);
}

function requireLabels(operation: string, x: AnyTensor, targets: AnyTensor): void {
  if (targets.dtype !== "int32" && targets.dtype !== "uint32") {
    throw new DTypeError(`${operation}: targets are classes, got ${targets.dtype}`);
  }
  requireTargets(operation, x, targets);
  requireClasses(operation, targets, x.shape[x.rank - 1]);
}
