/**
 * Which classes are taken for which.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  astype,
  type Dim,
  type DType,
  full,
  greaterEqual,
  less,
  logicalAnd,
  mul,
  reshape,
  segmentSum,
  type Shape,
  ShapeError,
  type Tensor,
  where,
  zeros,
} from "../../mod.ts";
import { isFloating } from "../tensor/dtype.ts";
import { requireClasses } from "../nn/losses/rows.ts";
import { classesOf } from "./accuracy.ts";
import { type Gathering, type Metric, metricOf, type Paired } from "./metric.ts";

/** The type of {@linkcode confusionMatrix}. */
export interface ConfusionMatrix {
  /** How often each class is taken for each, of all predictions at once. */
  <
    S extends Shape,
    D extends DType,
    T extends AnyTensor,
    const N extends Dim,
    K extends string = "confusionMatrix",
  >(
    predictions: Tensor<S, D>,
    targets: Arg<Paired<"classes", S, D, T, K>, T>,
    classes: N,
  ): Tensor<[N, N], "float64">;
  /** The metric that gathers batches. */
  of<const N extends Dim>(
    classes: N,
  ): Metric<"confusionMatrix", "classes", Tensor<[N, N], "float64">, Tensor<[N, N], "float64">>;
}

/**
 * How often each class is taken for each: the element `[i, j]` counts targets `i` that were predicted
 * as `j`. Predictions are logits `[…, C]` of a float dtype, or classes of another, as those of
 * {@linkcode accuracy}.
 *
 * A class that is not from 0 to `classes - 1` is an error where its value can be read, and is left out
 * in a compiled function.
 *
 * @throws {ShapeError} Where targets have another shape, or there are more classes.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { confusionMatrix } from "@katachi/katachi/metrics";
 *
 * const predicted = tensor([0, 1, 1, 1], "int32");
 * confusionMatrix(predicted, tensor([0, 0, 1, 1], "int32"), 2).toArray(); // [[1, 1], [0, 2]]
 * ```
 */
export const confusionMatrix: ConfusionMatrix = metricOf((classes?: number) =>
  confusion(classes as number)
);

function confusion(classes: number): Gathering<AnyTensor> {
  return {
    init: () => zeros([classes, classes], "float64"),
    update: (state, predictions, targets) => {
      const [found, wanted] = wholeClasses("confusionMatrix", predictions, targets, classes);
      const cell = add(mul(wanted, classes), found);
      const inside = logicalAnd(isClass(found, classes), isClass(wanted, classes));
      const counts = countOf(where(inside, cell, -1), classes * classes);
      return add(state, reshape(counts, [classes, classes]));
    },
    compute: (state) => state,
  };
}

/** Predicted and right classes in one row each; those that can be read are checked. */
export function wholeClasses(
  operation: string,
  predictions: AnyTensor,
  targets: AnyTensor,
  classes: number,
): readonly [predictions: AnyTensor, targets: AnyTensor] {
  const given = predictions.shape[predictions.rank - 1];
  const pair = classesOf(operation, predictions, targets);
  if (isFloating(predictions.dtype) && given !== classes) {
    throw new ShapeError(`${operation}: logits of ${given} classes, expected ${classes}`);
  }
  const [found, wanted] = pair.map((x) => {
    requireClasses(operation, x, classes);
    return reshape(astype(x, "int32") as AnyTensor, [x.size]) as AnyTensor;
  });
  return [found, wanted];
}

function isClass(x: AnyTensor, classes: number): AnyTensor {
  return logicalAnd(greaterEqual(x, 0), less(x, classes));
}

/** How often each whole number from 0 to below a bound occurs; others are left out. */
export function countOf(x: AnyTensor, bound: number, values?: AnyTensor): AnyTensor {
  const ones = values ?? full([x.size], 1, "float64");
  return segmentSum(ones, x as Tensor<[number], "int32">, bound) as AnyTensor;
}
