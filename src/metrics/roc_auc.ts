/**
 * The area under the ROC curve.
 *
 * @module
 */
import {
  add,
  any,
  type AnyTensor,
  type Arg,
  astype,
  cumsum,
  div,
  type DType,
  flip,
  isNaN,
  mul,
  reshape,
  type Same,
  searchsorted,
  type Shape,
  type ShapeOf,
  slice,
  sort,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../mod.ts";
import { sameShape } from "../shape/same.ts";
import { positive } from "./accuracy.ts";
import { countOf } from "./confusion.ts";
import { type Figure, type Gathering, type Metric, wide } from "./metric.ts";

/** How the gathering {@linkcode rocAuc} counts. */
export interface RocAucOptions {
  /** How many thresholds the curve is drawn through; 200 unless given, at least 2. */
  readonly thresholds?: number;
}

/** What the gathering {@linkcode rocAuc} keeps: how many scores lie above how many thresholds. */
export interface RocAucState {
  /** Scores of positive targets, by the number of thresholds below them. */
  readonly positives: Tensor<[number], "float64">;
  /** Scores of negative targets, by the number of thresholds below them. */
  readonly negatives: Tensor<[number], "float64">;
}

/** The type of {@linkcode rocAuc}. */
export interface RocAuc {
  /** The exact area, of all scores at once. */
  <S extends Shape, D extends DType, T extends AnyTensor, K extends string = "rocAuc">(
    scores: Tensor<S, D>,
    targets: Arg<Same<S, ShapeOf<T>, K>, T>,
  ): Figure;
  /** The area by thresholds, of scores from 0 to 1 that come in batches. */
  of(options?: RocAucOptions): Metric<"rocAuc", "elements", RocAucState, Figure>;
}

/**
 * The area under the ROC curve: the probability that a positive target has a larger score than a
 * negative one, equal ones counted half. Targets above 0 (1 or `true`) are positive, others (0 or -1)
 * negative. Where there are none of one kind, or a score is NaN, it is NaN.
 *
 * The function is exact, by ranks. `rocAuc.of()` gathers batches in a state of fixed size, and draws the
 * curve through thresholds between 0 and 1, as Keras does: scores must be probabilities, and the area
 * is right to about one part in the number of thresholds.
 *
 * @throws {ShapeError} Where the shapes differ.
 * @throws {RangeError} Where there are fewer than two thresholds.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { rocAuc } from "@katachi/katachi/metrics";
 *
 * rocAuc(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1])).item(); // 0.75
 * rocAuc(tensor([0.5, 0.5]), tensor([0, 1])).item(); // 0.5
 * ```
 */
export const rocAuc: RocAuc = Object.assign(byRanks, { of: byThresholds }) as unknown as RocAuc;

/** Scores and whether they are positive, in one row each. */
function rowsOf(scores: AnyTensor, targets: AnyTensor) {
  sameShape("rocAuc", scores.shape, targets.shape);
  const [s, t] = [scores, positive(targets)].map((x) => reshape(x, [x.size]) as AnyTensor);
  const positives = wide(t) as Tensor<[number], "float64">;
  return { s: s as Tensor<[number], DType>, positives, negatives: sub(1, positives) };
}

function byRanks(scores: AnyTensor, targets: AnyTensor): AnyTensor {
  const { s, positives, negatives } = rowsOf(scores, targets);
  const sorted = sort(s);
  const [left, right] = (["left", "right"] as const).map((side) =>
    astype(searchsorted(sorted, s, { side }), "float64")
  );
  // The mean rank among equal ones, from 1 on.
  const rank = mul(add(add(left, right), 1), 0.5);
  const [p, n] = [sum(positives), sum(negatives)];
  const above = sub(sum(mul(rank, positives)), mul(mul(p, add(p, 1)), 0.5));
  return where(any(isNaN(s)), NaN, div(above, mul(p, n)));
}

function byThresholds({ thresholds = 200 }: RocAucOptions = {}): Gathering<RocAucState> {
  if (!Number.isInteger(thresholds) || thresholds < 2) {
    throw new RangeError(
      `rocAuc: thresholds must be a whole number of at least 2, got ${thresholds}`,
    );
  }
  // From a little below 0 to a little above 1, so that the ends take all and nothing.
  const steps = Array.from({ length: thresholds }, (_, i) => i / (thresholds - 1));
  steps[0] = -1e-7;
  steps[thresholds - 1] = 1 + 1e-7;
  const bins = thresholds + 1;
  return {
    init: () => ({
      positives: zeros([bins], "float64") as Tensor<[number], "float64">,
      negatives: zeros([bins], "float64") as Tensor<[number], "float64">,
    }),
    update: (state, scores, targets) => {
      const { s, positives, negatives } = rowsOf(scores, targets);
      const below = searchsorted(tensor(steps, "float64"), s);
      const counted = (values: AnyTensor) =>
        countOf(below, bins, values) as Tensor<[number], "float64">;
      return {
        positives: add(state.positives, counted(positives)),
        negatives: add(state.negatives, counted(negatives)),
      };
    },
    compute: ({ positives, negatives }) => {
      const [hits, alarms] = [rates(positives), rates(negatives)];
      const widths = sub(ends(alarms, 0), ends(alarms, 1));
      const heights = mul(add(ends(hits, 0), ends(hits, 1)), 0.5);
      return sum(mul(widths, heights));
    },
  };
}

/** For each threshold the share of scores above it. */
function rates(counts: Tensor<[number], "float64">): Tensor<[number], "float64"> {
  const above = flip(cumsum(flip(counts, 0), 0), 0) as Tensor<[number], "float64">;
  return div(ends(above, 1), sum(counts)) as Tensor<[number], "float64">;
}

/** All but the last, or all but the first. */
function ends(x: Tensor<[number], "float64">, from: 0 | 1): Tensor<[number], "float64"> {
  return slice(x as AnyTensor, [[from, x.shape[0] - 1 + from]]) as Tensor<[number], "float64">;
}
