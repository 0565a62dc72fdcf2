/**
 * The loss of a layer that learns from examples.
 *
 * @module
 */
import type { AnyTensor, Arg, DTypeOf, FloatDType, Ok, ShapeOf, Tensor } from "../../mod.ts";
import type { Layer, LayerTypes, OutputDType, OutputOf } from "../nn/layer.ts";
import type { Show } from "../shape/fail.ts";
import type { LossContext, NextState } from "./loss.ts";

/** A batch of examples: what comes in, and what should come out. */
export interface Examples<X, Y> {
  /** What comes in. */
  readonly x: X;
  /** What should come out. */
  readonly y: Y;
}

/** What a layer makes of a tensor. */
export type LayerOutput<F extends LayerTypes, X extends AnyTensor> = Tensor<
  Ok<OutputOf<F, ShapeOf<X>, F["kind"]>>,
  OutputDType<F, DTypeOf<X>>
>;

/** Targets that a loss takes, or else a line that says which it was given. */
export type TargetsFor<L, Out extends AnyTensor, Y extends AnyTensor> = L extends
  (predictions: Out, targets: Y) => Tensor<[], FloatDType> ? Y
  : `supervised: the loss gives no scalar for predictions ${Show<
    ShapeOf<Out>,
    Out
  >} and targets ${DTypeOf<Y>}${Show<ShapeOf<Y>, Y>}`;

/** A loss made by {@linkcode supervised}, of a layer with types `F` and a loss `L` of its output. */
export type SupervisedLoss<F extends LayerTypes, L> = <X extends AnyTensor, Y extends AnyTensor>(
  params: F["params"],
  batch: Examples<
    Arg<OutputOf<F, ShapeOf<X>, F["kind"]>, X>,
    // Inferred from the first part: it is not from a conditional type of a loss of one's own.
    Y & TargetsFor<L, LayerOutput<F, X>, Y>
  >,
  context: LossContext<F["state"]>,
) => {
  /** The loss. */
  readonly loss: Tensor<[], FloatDType>;
  /** What the layer gave. */
  readonly predictions: LayerOutput<F, X>;
  /** What it should have given. */
  readonly targets: Y;
} & NextState<F["state"]>;

/** Any loss of predictions and targets. */
// deno-lint-ignore no-explicit-any -- which pairs it takes it says itself
export type PairLoss = (predictions: any, targets: any) => Tensor<[], FloatDType>;

/**
 * The loss of a layer on batches of `{ x, y }`, for `fit` and `evaluate`: what a loss such as
 * `softmaxCrossEntropy` says of the layer's output for `x`, and `y`. While the layer is trained it gets
 * the key, for dropout, and gives its next state, as running means are; metrics get output and `y`.
 *
 * @example
 * ```ts
 * import { greater, random } from "@katachi/katachi";
 * import { linear, relu, sequential, softmaxCrossEntropy } from "@katachi/katachi/nn";
 * import { accuracy } from "@katachi/katachi/metrics";
 * import { adam } from "@katachi/katachi/optim";
 * import { fit, supervised } from "@katachi/katachi/train";
 *
 * const x = random.normal(random.key(0), [100, 2]);
 * const data = { x, y: greater(x.sum(1), 0).astype("int32") };
 * const model = sequential(linear.of(2, 8), relu, linear.of(8, 2));
 * const { history } = await fit({
 *   loss: supervised(model, softmaxCrossEntropy),
 *   params: model.init(random.key(1)),
 *   optimizer: adam(0.05),
 *   data,
 *   batchSize: 20,
 *   epochs: 10,
 *   key: random.key(2),
 *   metrics: { accuracy },
 *   progress: false,
 * });
 * history.epochs[9].metrics.accuracy > 0.9; // true
 * ```
 */
export function supervised<F extends LayerTypes, L extends PairLoss>(
  model: Layer<F>,
  loss: L,
): SupervisedLoss<F, L> {
  const layer = model as unknown as LooseLayer;
  const of = (
    params: unknown,
    { x, y }: Examples<AnyTensor, AnyTensor>,
    { key, state, training }: LossContext<unknown>,
  ) => {
    const [predictions, next] = training
      ? layer.train(params, x, { key, state })
      : [layer.apply(params, x, state), state];
    return { loss: loss(predictions, y), state: next, predictions, targets: y };
  };
  return of as unknown as SupervisedLoss<F, L>;
}

/** A layer whose types only the caller knows. */
interface LooseLayer {
  apply(params: unknown, x: AnyTensor, state: unknown): AnyTensor;
  train(
    params: unknown,
    x: AnyTensor,
    training: { readonly key: LossContext["key"]; readonly state: unknown },
  ): readonly [output: AnyTensor, state: unknown];
}
