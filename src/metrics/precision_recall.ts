/**
 * Precision, recall and what lies between.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  astype,
  type Dim,
  div,
  type DType,
  equal,
  mul,
  nanMean,
  type Shape,
  slice,
  sum,
  type Tensor,
  where,
  zeros,
} from "../../mod.ts";
import { countOf, wholeClasses } from "./confusion.ts";
import { type Gathering, type Metric, metricOf, type Paired } from "./metric.ts";

/**
 * What becomes of the figures of classes: that of class 1 of two (`"binary"`), their mean (`"macro"`),
 * the figure of all counts together (`"micro"`), or they themselves (`"none"`).
 */
export type Average = "binary" | "macro" | "micro" | "none";

/** How {@linkcode precision}, {@linkcode recall} and {@linkcode f1Score} count. */
export interface ClassMetricOptions<N extends Dim = Dim, A extends Average = Average> {
  /** How many classes there are; 2 unless given. */
  readonly classes?: N;
  /** What becomes of the figures of classes; `"binary"` unless given. */
  readonly average?: A;
  /** What 0/0 is; 0 unless given. With NaN such classes are left out of `"macro"` means. */
  readonly zeroDivision?: number;
}

/** The figures of classes after an {@linkcode Average}. */
export type Averaged<N extends Dim, A extends Average> = Tensor<
  [A] extends ["none"] ? [N] : [A] extends ["binary" | "macro" | "micro"] ? [] : Shape,
  "float64"
>;

/** How often each class was predicted, was right, and both. */
export interface ClassCounts<N extends Dim> {
  /** How often the class was predicted and right. */
  readonly hits: Tensor<[N], "float64">;
  /** How often it was predicted. */
  readonly predicted: Tensor<[N], "float64">;
  /** How often it was right. */
  readonly actual: Tensor<[N], "float64">;
}

/** The type of {@linkcode precision}, {@linkcode recall} and {@linkcode f1Score}. */
export interface ClassMetric<Op extends string> {
  /** The metric of all predictions at once. */
  <
    S extends Shape,
    D extends DType,
    T extends AnyTensor,
    const N extends Dim = 2,
    A extends Average = "binary",
    K extends string = Op,
  >(
    predictions: Tensor<S, D>,
    targets: Arg<Paired<"classes", S, D, T, K>, T>,
    options?: ClassMetricOptions<N, A>,
  ): Averaged<N, A>;
  /** The metric that gathers batches. */
  of<const N extends Dim = 2, A extends Average = "binary">(
    options?: ClassMetricOptions<N, A>,
  ): Metric<Op, "classes", ClassCounts<N>, Averaged<N, A>>;
}

/** What a metric makes of the counts: a numerator and a denominator. */
type Fraction = (counts: ClassCounts<Dim>) => readonly [over: AnyTensor, under: AnyTensor];

function classMetric<Op extends string>(operation: Op, fraction: Fraction): ClassMetric<Op> {
  return metricOf((options: ClassMetricOptions = {}): Gathering<ClassCounts<Dim>> => {
    const { classes = 2, average = "binary", zeroDivision = 0 } = options;
    if (average === "binary" && classes !== 2) {
      throw new RangeError(
        `${operation}: average "binary" is of 2 classes, got ${classes}; take "macro" or "micro"`,
      );
    }
    const rate = (over: AnyTensor, under: AnyTensor): AnyTensor =>
      where(equal(under, 0), zeroDivision, div(over, under));
    return {
      init: () => {
        const none = () => zeros([classes], "float64") as Tensor<[number], "float64">;
        return { hits: none(), predicted: none(), actual: none() };
      },
      update: ({ hits, predicted, actual }, predictions, targets) => {
        const [found, wanted] = wholeClasses(operation, predictions, targets, classes);
        const right = astype(equal(found, wanted), "float64");
        const plus = (state: Tensor<[number], "float64">, counts: AnyTensor) =>
          add(state, counts) as Tensor<[number], "float64">;
        return {
          hits: plus(hits, countOf(wanted, classes, right)),
          predicted: plus(predicted, countOf(found, classes)),
          actual: plus(actual, countOf(wanted, classes)),
        };
      },
      compute: (counts) => {
        const [over, under] = fraction(counts);
        switch (average) {
          case "binary":
            return slice(rate(over, under), [1]);
          case "macro":
            return nanMean(rate(over, under));
          case "micro":
            return rate(sum(over), sum(under));
          default:
            return rate(over, under);
        }
      },
    };
  });
}

/**
 * Precision: of the predictions of a class the share that is right, `TP / (TP + FP)`; of two classes
 * that of class 1, unless told. Predictions are logits `[…, C]` of a float dtype, or classes of another
 * (for scores of two classes, whether they are above a threshold), as those of {@linkcode accuracy}.
 *
 * A class that is never predicted has 0/0, which is 0 unless told; it counts in the `"macro"` mean, which
 * is over all classes, also those that do not occur. (So it is in scikit-learn with all classes as
 * `labels`, which otherwise takes only those that occur.)
 *
 * @throws {ShapeError} Where targets have another shape, or there are more classes.
 * @throws {RangeError} Where the average is `"binary"` and there are not two classes.
 *
 * @example
 * ```ts
 * import { greater, tensor } from "@katachi/katachi";
 * import { precision } from "@katachi/katachi/metrics";
 *
 * const scores = tensor([0.9, 0.8, 0.2, 0.7]);
 * precision(greater(scores, 0.5), tensor([1, 1, 1, 0], "int32")).item(); // 2/3
 * const found = tensor([0, 2, 2], "int32");
 * const right = tensor([0, 1, 2], "int32");
 * precision(found, right, { classes: 3, average: "none" }).toArray(); // [1, 0, 0.5]
 * ```
 */
export const precision: ClassMetric<"precision"> = classMetric(
  "precision",
  ({ hits, predicted }) => [hits, predicted],
);

/**
 * Recall: of the targets of a class the share that is found, `TP / (TP + FN)`; everything else as for
 * {@linkcode precision}.
 *
 * @throws {ShapeError} Where targets have another shape, or there are more classes.
 * @throws {RangeError} Where the average is `"binary"` and there are not two classes.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { recall } from "@katachi/katachi/metrics";
 *
 * recall(tensor([1, 0, 0, 1], "int32"), tensor([1, 1, 0, 0], "int32")).item(); // 0.5
 * ```
 */
export const recall: ClassMetric<"recall"> = classMetric(
  "recall",
  ({ hits, actual }) => [hits, actual],
);

/**
 * The harmonic mean of precision and recall, `2 TP / (2 TP + FP + FN)`; everything else as for
 * {@linkcode precision}.
 *
 * @throws {ShapeError} Where targets have another shape, or there are more classes.
 * @throws {RangeError} Where the average is `"binary"` and there are not two classes.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { f1Score } from "@katachi/katachi/metrics";
 *
 * f1Score(tensor([1, 0, 0, 1], "int32"), tensor([1, 1, 0, 0], "int32")).item(); // 0.5
 * ```
 */
export const f1Score: ClassMetric<"f1Score"> = classMetric(
  "f1Score",
  ({ hits, predicted, actual }) => [mul(hits, 2), add(predicted, actual)],
);
