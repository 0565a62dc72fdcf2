/**
 * What a metric is: a function of predictions and targets, and a state that gathers them in batches.
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
  type DTypeOf,
  type FloatDType,
  type Same,
  type Shape,
  type ShapeOf,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import type { ClassTargets } from "../nn/class_targets.ts";

/** A number that a metric gives or gathers. Metrics are read, not trained on: all are `float64`. */
export type Figure = Tensor<[], "float64">;

/**
 * Which targets go with predictions: one for each element (`"elements"`); classes or one-hot rows for
 * rows of logits (`"rows"`); or `"classes"`, as `"rows"` for predictions of a float dtype, and as
 * `"elements"` for the others, which are classes already.
 */
export type Pairing = "elements" | "rows" | "classes";

/** The rule of a {@linkcode Pairing}: the targets' shape, or what is wrong with it. */
export type Paired<P extends Pairing, S extends Shape, D, T extends AnyTensor, K extends string> = [
  P,
] extends ["elements"] ? Same<S, ShapeOf<T>, K>
  : [P] extends ["rows"] ? ClassTargets<S, ShapeOf<T>, DTypeOf<T>, K>
  : [D] extends [FloatDType] ? ClassTargets<S, ShapeOf<T>, DTypeOf<T>, K>
  : Same<S, ShapeOf<T>, K>;

/**
 * A metric that gathers batches: `init` makes the state of none, `update` adds a batch, `compute` gives
 * the metric of all of them. All are pure, and run under `jit`. `Op` is the metric's name.
 */
export interface Metric<Op extends string, P extends Pairing, State, Result> {
  /** The state before the first batch. */
  init(): State;
  /** The state after one more batch. */
  update<S extends Shape, D extends DType, T extends AnyTensor, K extends string = Op>(
    state: State,
    predictions: Tensor<S, D>,
    targets: Arg<Paired<P, S, D, T, K>, T>,
  ): State;
  /** The metric of all batches so far. */
  compute(state: State): Result;
}

/** A metric as a function of all predictions and targets, and `of`, which makes the gathering one. */
export interface MetricFunction<
  Op extends string,
  P extends Pairing,
  State,
  Options = Record<never, never>,
  Result = Figure,
> {
  /** The metric of all predictions at once. */
  <S extends Shape, D extends DType, T extends AnyTensor, K extends string = Op>(
    predictions: Tensor<S, D>,
    targets: Arg<Paired<P, S, D, T, K>, T>,
    options?: Options,
  ): Result;
  /** The metric that gathers batches. */
  of(options?: Options): Metric<Op, P, State, Result>;
}

/** A metric before its types. */
export interface Gathering<State> {
  /** The state before the first batch. */
  init(): State;
  /** The state after one more batch. */
  update(state: State, predictions: AnyTensor, targets: AnyTensor): State;
  /** The metric of all batches so far. */
  compute(state: State): AnyTensor;
}

/** The function of a metric that gathers batches: all of them are one. */
export function metricOf<F, State, Options>(of: (options?: Options) => Gathering<State>): F {
  const whole = (predictions: AnyTensor, targets: AnyTensor, options?: Options): AnyTensor => {
    const metric = of(options);
    return metric.compute(metric.update(metric.init(), predictions, targets));
  };
  return Object.assign(whole, { of }) as F;
}

/** A sum over all batches, and what it is divided by. */
export interface MeanState {
  /** The sum. */
  readonly total: Figure;
  /** How many went into it. */
  readonly count: Figure;
}

/** A sum and a count of one batch, whatever their dtypes. */
export interface Part {
  readonly total: AnyTensor;
  readonly count: AnyTensor;
}

/** A metric that is made of a mean over elements or rows. */
export function meanMetric(
  measure: (predictions: AnyTensor, targets: AnyTensor) => Part,
  finish: (mean: Figure) => AnyTensor = (mean) => mean,
): Gathering<MeanState> {
  return {
    init: () => ({ total: zeros([], "float64"), count: zeros([], "float64") }),
    update: (state, predictions, targets) => {
      const { total, count } = measure(predictions, targets);
      return {
        total: add(state.total, total as Figure),
        count: add(state.count, count as Figure),
      };
    },
    compute: ({ total, count }) => finish(div(total, count)),
  };
}

/** The sum of all values and their number, exact to float64. */
export function total(values: AnyTensor): Part {
  return { total: sum(wide(values)), count: tensor(values.size, "float64") };
}

/** In float64. */
export function wide(x: AnyTensor): Tensor<Shape, "float64"> {
  return astype(x, "float64");
}
