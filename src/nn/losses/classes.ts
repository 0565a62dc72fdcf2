/**
 * Losses of several classes.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  astype,
  div,
  type DType,
  DTypeError,
  type DTypeOf,
  type Floating,
  logSoftmax,
  mul,
  neg,
  notEqual,
  type Ok,
  type Reduce,
  type Shape,
  type ShapeOf,
  sum,
  take,
  type Tensor,
  where,
} from "../../../mod.ts";
import { floating, isFloating } from "../../tensor/dtype.ts";
import type { ClassTargets, ClassWeights, IgnoreIndex } from "../class_targets.ts";
import { requireShare } from "./binary.ts";
import { type LossOptions, type Reduced, reduced, type Reduction } from "./reduction.ts";
import { chosenFrom, requireClasses, requireTargets, weighted, weightOf } from "./rows.ts";

/** The shape of the losses of rows. */
export type RowLosses<S extends Shape, R extends Reduction, K extends string> = Reduced<
  Ok<Reduce<S, -1, false, K>>,
  R
>;

/** How rows of logits of shape `S` are counted against targets of dtype `D`. */
export interface ClassLossOptions<
  S extends Shape = Shape,
  D extends DType = DType,
  W extends AnyTensor = AnyTensor,
  R extends Reduction = Reduction,
  K extends string = "classes",
> extends LossOptions<R> {
  /** What each class counts, `[C]`; 1 unless given. */
  readonly weight?: Arg<ClassWeights<S, ShapeOf<W>, K>, W>;
  /** Rows whose target is this are left out; there are none unless given (PyTorch's default is -100). */
  readonly ignoreIndex?: Arg<IgnoreIndex<D, K>, number>;
}

/** How {@linkcode softmaxCrossEntropy} counts. */
export interface CrossEntropyOptions<
  S extends Shape = Shape,
  D extends DType = DType,
  W extends AnyTensor = AnyTensor,
  R extends Reduction = Reduction,
  K extends string = "softmaxCrossEntropy",
> extends ClassLossOptions<S, D, W, R, K> {
  /** The part of every target that goes to all classes alike; 0 unless given. */
  readonly labelSmoothing?: number;
}

/**
 * The cross-entropy of logits `[…, C]` against classes, the mean of `-log softmax(z)_t` over all rows.
 * Targets are whole numbers `[…]` of dtype `int32` or `uint32`, or probabilities `[…, C]` of a float
 * dtype, as one-hot rows are.
 *
 * With label smoothing `ε`, a target that is one-hot or probabilities `q` becomes
 * `(1 - ε) q + ε/C`. (C. Szegedy and others, "Rethinking the Inception architecture", 2016.) A row's
 * loss is `-Σ_c w_c q_c log softmax(z)_c` with the weights `w` of classes.
 *
 * The mean is PyTorch's: over the rows that are not ignored, where targets are classes with weights
 * divided by the sum of the targets' weights. Where all rows are ignored it is 0/0, NaN; the sum is 0.
 *
 * @throws {ShapeError} Where the targets' shape is not that of the logits, or of their rows; where
 * a target that can be read is not a class.
 * @throws {DTypeError} Where targets are `bool`, or are probabilities and rows are to be ignored.
 * @throws {RangeError} Where the label smoothing is not from 0 to 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { softmaxCrossEntropy } from "@katachi/katachi/nn";
 *
 * const logits = tensor([[1000, 0], [0, 1000]]);
 * softmaxCrossEntropy(logits, tensor([0, 1], "int32")).item(); // 0
 * softmaxCrossEntropy(logits, tensor([1, -1], "int32"), { ignoreIndex: -1 }).item(); // 1000
 * ```
 */
export function softmaxCrossEntropy<
  S extends Shape,
  D extends DType,
  T extends AnyTensor,
  W extends AnyTensor = AnyTensor,
  R extends Reduction = "mean",
  K extends string = "softmaxCrossEntropy",
>(
  logits: Tensor<S, D>,
  targets: Arg<ClassTargets<S, ShapeOf<T>, DTypeOf<T>, K>, T>,
  options?: CrossEntropyOptions<S, DTypeOf<T>, W, R, K>,
): Tensor<RowLosses<S, R, K>, Floating<D>> {
  const operation = "softmaxCrossEntropy";
  const given = (options ?? {}) as CrossEntropyOptions;
  const t = targets as unknown as AnyTensor;
  requireTargets(operation, logits, t);
  return likelihood(operation, logSoftmax(logits, -1), t, given) as never;
}

/**
 * The negative log-likelihood of classes: the mean of `-x_t` over all rows of log-probabilities `x`
 * of shape `[…, C]`. Targets are as those of {@linkcode softmaxCrossEntropy}, which is this function
 * of `logSoftmax(z)`, and so are the options and means.
 *
 * @throws {ShapeError} Where the targets' shape is not that of the log-probabilities, or of their
 * rows; where a target that can be read is not a class.
 * @throws {DTypeError} Where targets are `bool`, or are probabilities and rows are to be ignored.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { negativeLogLikelihood } from "@katachi/katachi/nn";
 *
 * const logProbabilities = tensor([[-0.5, -1], [-0.25, -2]]);
 * negativeLogLikelihood(logProbabilities, tensor([0, 1], "int32")).item(); // 1.25
 * ```
 */
export function negativeLogLikelihood<
  S extends Shape,
  D extends DType,
  T extends AnyTensor,
  W extends AnyTensor = AnyTensor,
  R extends Reduction = "mean",
  K extends string = "negativeLogLikelihood",
>(
  logProbabilities: Tensor<S, D>,
  targets: Arg<ClassTargets<S, ShapeOf<T>, DTypeOf<T>, K>, T>,
  options?: ClassLossOptions<S, DTypeOf<T>, W, R, K>,
): Tensor<RowLosses<S, R, K>, Floating<D>> {
  const operation = "negativeLogLikelihood";
  const x = astype(logProbabilities, floating(logProbabilities.dtype));
  const t = targets as unknown as AnyTensor;
  requireTargets(operation, x, t);
  return likelihood(operation, x, t, (options ?? {}) as ClassLossOptions) as never;
}

/** The loss of rows of log-probabilities. */
function likelihood(
  operation: string,
  x: AnyTensor,
  targets: AnyTensor,
  options: CrossEntropyOptions,
): AnyTensor {
  const { labelSmoothing = 0 } = options;
  requireShare(operation, labelSmoothing);
  const weight = weightOf(operation, x, options.weight);
  return isFloating(targets.dtype)
    ? ofProbabilities(operation, x, astype(targets, x.dtype), weight, options)
    : ofClasses(operation, x, targets, weight, options);
}

/** Targets that are probabilities: `-Σ w q x`. */
function ofProbabilities(
  operation: string,
  x: AnyTensor,
  targets: AnyTensor,
  weight: AnyTensor | undefined,
  options: CrossEntropyOptions,
): AnyTensor {
  const { labelSmoothing = 0, ignoreIndex } = options;
  if (ignoreIndex !== undefined) {
    throw new DTypeError(
      `${operation}: ignoreIndex needs targets that are classes, got ${targets.dtype}`,
    );
  }
  const classes = x.shape[x.rank - 1];
  const q = labelSmoothing === 0
    ? targets
    : add(mul(targets, 1 - labelSmoothing), labelSmoothing / classes);
  return neg(reduced(sum(mul(weighted(q, weight), x), -1), options));
}

/** Targets that are classes: `-w_t x_t`, and a part `ε` of `-Σ w x / C`. */
function ofClasses(
  operation: string,
  x: AnyTensor,
  targets: AnyTensor,
  weight: AnyTensor | undefined,
  options: CrossEntropyOptions,
): AnyTensor {
  const { labelSmoothing = 0, ignoreIndex, reduction = "mean" } = options;
  const classes = x.shape[x.rank - 1];
  requireClasses(operation, targets, classes, ignoreIndex);
  const counted = ignoreIndex === undefined ? undefined : notEqual(targets, ignoreIndex);
  const present = counted ? where(counted, targets, 0) : targets;
  const shares = weight && take(weight, present as Tensor<Shape, "int32">);
  const own = weighted(chosenFrom(x, present), shares);
  const all = labelSmoothing === 0 ? own : add(
    mul(own, 1 - labelSmoothing),
    mul(sum(weighted(x, weight), -1), labelSmoothing / classes),
  );
  const losses = counted ? where(counted, all, 0) : all;
  if (reduction !== "mean" || (!counted && !shares)) return neg(reduced(losses, options));
  const total = shares ?? astype(counted!, x.dtype);
  return neg(div(sum(losses), sum(counted ? where(counted, total, 0) : total)));
}
