/**
 * Connectionist temporal classification.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  arange,
  type Arg,
  astype,
  broadcastTo,
  concat,
  div,
  type DType,
  equal,
  exp,
  expandDims,
  type FloatDType,
  type Floating,
  full,
  less,
  log,
  logicalAnd,
  logSoftmax,
  maximum,
  mul,
  neg,
  notEqual,
  pad,
  reshape,
  scan,
  type Shape,
  ShapeError,
  slice,
  squeeze,
  stack,
  stopGradient,
  sub,
  takeAlong,
  type Tensor,
  transpose,
  where,
} from "../../../mod.ts";
import type { IndexDType } from "../../functions/indexing.ts";
import { elementsOf } from "../../tensor/storage.ts";
import { isReadable } from "../../tape/recorder.ts";
import { type CtcLengths, ctcShapes, type CtcTargets } from "../class_targets.ts";
import { type LossOptions, type Reduced, reduced, type Reduction } from "./reduction.ts";
import { requireClasses } from "./rows.ts";

/** How {@linkcode ctcLoss} counts. */
export interface CtcOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The class that stands for no label; 0 unless given. */
  readonly blank?: number;
  /** Whether sequences that are too short for their labels count 0, not infinity; not unless told. */
  readonly zeroInfinity?: boolean;
}

/**
 * Connectionist temporal classification: the negative log-probability that sequences of logits
 * `[N, T, C]` spell the labels `[N, L]`, summed over all ways to place them, by the forward algorithm
 * in log space. (A. Graves and others, "Connectionist temporal classification: labelling unsegmented
 * sequence data with recurrent neural networks", 2006.)
 *
 * Of each sequence the first `inputLengths` logits and `targetLengths` labels count; labels behind them
 * may be anything. No label may be the blank. As in PyTorch, the mean is that of each loss divided by
 * its number of labels (at least 1), and sequences that are too short for their labels have an infinite
 * loss. Other than there, logits are normalized here (log-probabilities go through unchanged), the batch
 * comes first, and the gradient of an infinite loss is 0.
 *
 * @throws {ShapeError} Where shapes do not go together; where lengths or labels that can be read are
 * out of range.
 *
 * @example
 * ```ts
 * import { tensor, zeros } from "@katachi/katachi";
 * import { ctcLoss } from "@katachi/katachi/nn";
 *
 * const logits = zeros([1, 2, 2], "float64"); // Two steps, at which blank and label are as likely.
 * const loss = ctcLoss(logits, tensor([[1]], "int32"), tensor([2], "int32"), tensor([1], "int32"));
 * Math.exp(-loss.item()); // 3/4: all but blank twice
 * ```
 */
export function ctcLoss<
  S extends Shape,
  D extends DType,
  T extends Shape,
  A extends Shape,
  B extends Shape,
  R extends Reduction = "mean",
  K extends string = "ctcLoss",
>(
  logits: Tensor<S, D>,
  targets: Arg<CtcTargets<S, T, K>, Tensor<T, IndexDType>>,
  inputLengths: Arg<CtcLengths<S, A, K>, Tensor<A, IndexDType>>,
  targetLengths: Arg<CtcLengths<S, B, K>, Tensor<B, IndexDType>>,
  options?: CtcOptions<R>,
): Tensor<Reduced<[S[0]], R>, Floating<D>> {
  return ctcLossOf(
    logits as never,
    targets as never,
    inputLengths as never,
    targetLengths as never,
    options ?? {},
  ) as never;
}

type Numbers = Tensor<[number, number], FloatDType>;
type Labels = Tensor<[number, number], "int32">;
type Lengths = Tensor<[number], "int32">;

function ctcLossOf(
  logits: Tensor<[number, number, number], FloatDType>,
  targets: Labels,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options: CtcOptions,
): AnyTensor {
  const { blank = 0, zeroInfinity = false, reduction = "mean" } = options;
  ctcShapes("ctcLoss", logits.shape, targets.shape, [inputLengths.shape, targetLengths.shape]);
  requireLengths(inputLengths, logits.shape[1]);
  requireLengths(targetLengths, targets.shape[1]);
  const path = pathOf(targets, targetLengths, blank);
  requireClasses("ctcLoss", path, logits.shape[2]);
  const likelihood = forward(logits, path, inputLengths, targetLengths, blank);
  const losses = zeroInfinity
    ? where(equal(likelihood, -Infinity), 0, neg(likelihood))
    : neg(likelihood);
  if (reduction !== "mean") return reduced(losses, options);
  return reduced(div(losses, astype(maximum(targetLengths, 1), losses.dtype)), options);
}

/** Refuses lengths that can be read and are not from 0 to the longest. */
function requireLengths(lengths: AnyTensor, longest: number): void {
  if (!isReadable(lengths)) return;
  for (const length of elementsOf(lengths, "ctcLoss")) {
    if (length < 0 || length > longest) {
      throw new ShapeError(`ctcLoss: length ${length} is not from 0 to ${longest}`);
    }
  }
}

/** The labels with a blank before, between and behind them, `[N, 2 L + 1]`; blanks beyond the length. */
function pathOf(targets: Labels, lengths: Lengths, blank: number): Labels {
  const [n, longest] = targets.shape;
  const present = less(arange(longest), expandDims(lengths, 1));
  const labels: Labels = where(present, targets, blank);
  const blanks: Labels = full([n, longest], blank, "int32");
  const spaced: Labels = reshape(stack([blanks, labels], 2), [n, 2 * longest]);
  return concat([spaced, full([n, 1], blank, "int32")], 1);
}

/** The log-probability of the labels, `[N]`. */
function forward(
  logits: Tensor<[number, number, number], FloatDType>,
  path: Labels,
  inputLengths: Lengths,
  targetLengths: Lengths,
  blank: number,
): Tensor<[number], FloatDType> {
  const [n, steps] = logits.shape;
  const places = path.shape[1];
  const positions = broadcastTo(expandDims(path, 1), [n, steps, places]);
  const emitted = transpose(takeAlong(logSoftmax(logits, -1), positions, 2), [1, 0, 2]);
  // A label that differs from the one before it may follow without a blank.
  const skips = logicalAnd(notEqual(path, blank), notEqual(path, behind(path, 2, blank)));
  const going = less(expandDims(arange(steps), 1), inputLengths);
  const [alpha] = scan(
    (alpha: Numbers, now: { emitted: Numbers; going: Tensor<[number], "bool"> }) => {
      const skipped = where(skips, behind(alpha, 2, -Infinity), -Infinity);
      const reached = logSum([alpha, behind(alpha, 1, -Infinity), skipped]);
      const next: Numbers = add(reached, now.emitted);
      return [where(expandDims(now.going, 1), next, alpha), null];
    },
    beginning(n, places, emitted.dtype),
    { emitted, going },
  );
  const last = expandDims(mul(targetLengths, 2), 1);
  const onLabel = takeAlong(alpha, maximum(sub(last, 1), 0), 1);
  const atLabel: Numbers = where(equal(last, 0), -Infinity, onLabel);
  return squeeze(logSum([takeAlong(alpha, last, 1), atLabel]), 1);
}

/** Before the first step: on the first blank. */
function beginning(n: number, places: number, dtype: FloatDType): Numbers {
  const there = equal(arange(places), 0);
  return broadcastTo(where(there, full([], 0, dtype), -Infinity), [n, places]);
}

/** Rows moved towards the end, with a value in front. */
function behind<D extends DType>(
  x: Tensor<[number, number], D>,
  by: number,
  value: number,
): Tensor<[number, number], D> {
  return slice(pad(x, [[0, 0], [by, 0]], value), [null, [0, x.shape[1]]]);
}

/** `log Σ e^x` over tensors, in which `-Infinity` has the derivative 0, also where all are. */
function logSum(terms: readonly Numbers[]): Numbers {
  const largest = stopGradient(terms.reduce((a, b): Numbers => maximum(a, b)));
  const shift: Numbers = where(equal(largest, -Infinity), 0, largest);
  const total = terms.map((x): Numbers => exp(sub(x, shift))).reduce((a, b): Numbers => add(a, b));
  const none = equal(total, 0);
  return where(none, -Infinity, add(log(where(none, 1, total)), shift));
}
