/**
 * The simple recurrent network.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type Dim,
  type DType,
  type MatMul,
  type Ok,
  type Same,
  type Shape,
  tanh,
  type Tensor,
} from "../../mod.ts";
import { relu } from "./activations.ts";
import {
  type AfterSteps,
  type AnyRecurrent,
  type InitRecurrent,
  initRecurrent,
  type Recurrence,
  type Recurrent,
  type RecurrentArgument,
  recurrentLayer,
  type RecurrentLayerOptions,
  type RecurrentOf,
  type RecurrentOptions,
  runCell,
  runSequence,
} from "./recurrent.ts";

/** What a simple recurrent network does beside what all recurrent layers do. */
export interface RnnOptions {
  /** What is applied to the sum of the products, `"tanh"` unless given. */
  readonly nonlinearity?: "tanh" | "relu";
}

/** The type of {@linkcode rnn}. */
export interface Rnn {
  /** The outputs `[…, T, H]` of sequences `[…, T, I]`, and the state after the last step. */
  <
    S extends Shape,
    I extends Dim,
    H extends Dim,
    D extends DType,
    T extends Shape = Shape,
    M extends Shape = Shape,
    K extends string = "rnn",
  >(
    params: RecurrentArgument<[], I, H, D>,
    x: Arg<Recurrent<S, I, H, K>, Tensor<S, D>>,
    state?: Arg<Same<Ok<AfterSteps<S, I, H, K>>, T, `${K}: state`>, Tensor<T, D>>,
    options?: RecurrentOptions<S, M, K> & RnnOptions,
  ): [
    outputs: Tensor<Ok<Recurrent<S, I, H, K>>, D>,
    state: Tensor<Ok<AfterSteps<S, I, H, K>>, D>,
  ];
  /** New parameters, all from the uniform distribution on ±1/√H. */
  init: InitRecurrent<[]>;
  /** A layer of these sizes. */
  of: RecurrentOf<"rnn", [], RnnOptions>;
}

function recurrenceOf({ nonlinearity = "tanh" }: RnnOptions = {}): Recurrence {
  const f = nonlinearity === "tanh" ? tanh : relu;
  return { name: "rnn", gates: 1, kept: 1, next: ([x], [h]) => [f(add(x, h))] };
}

/**
 * The simple recurrent network over sequences `[…, T, I]`: outputs `[…, T, H]`, and the hidden state
 * `[…, H]` after the last step. It begins with zeros unless a state is given. (J. Elman, "Finding
 * structure in time", 1990.)
 *
 * `h' = tanh(x Wih + bih + h Whh + bhh)`, or with ReLU in the place of tanh, as in PyTorch, whose
 * `weight_ih_l0` `[H, I]` is the transpose of `weightIh` `[I, H]`; so for `weightHh`.
 *
 * @throws {ShapeError} Where the last axis of the input is not I, or the state or the mask does not
 * fit the input.
 * @throws {DTypeError} Where the mask is not `bool`.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { linear, rnn, sequential } from "@katachi/katachi/nn";
 *
 * const params = rnn.init(random.key(0), 3, 8);
 * const [outputs, state] = rnn(params, zeros([4, 10, 3]), undefined, { nonlinearity: "relu" });
 * outputs.shape; // [4, 10, 8]
 * state.shape; // [4, 8]
 *
 * const classifier = sequential(rnn.of(3, 8, { last: true }), linear.of(8, 2));
 * classifier.apply(classifier.init(random.key(0)), zeros([4, 10, 3])).shape; // [4, 2]
 * ```
 */
export const rnn: Rnn = Object.assign(
  (
    params: AnyRecurrent,
    x: AnyTensor,
    state?: AnyTensor,
    options?: RnnOptions & { reverse?: boolean; mask?: AnyTensor },
  ) => {
    const [outputs, [h]] = runSequence(
      recurrenceOf(options),
      params,
      x,
      state && [state],
      options,
    );
    return [outputs, h];
  },
  {
    init: (key: never, inputs: Dim, size: Dim, options?: never) =>
      initRecurrent(key, [], inputs, size, options),
    of: (inputs: Dim, size: Dim, options?: RnnOptions & RecurrentLayerOptions) =>
      recurrentLayer(recurrenceOf(options), [], inputs, size, options),
  },
) as unknown as Rnn;

/**
 * One step of {@linkcode rnn}, with its parameters: the state after an input `[…, I]`.
 *
 * @throws {ShapeError} Where the last axis of the input is not I, or the state does not fit.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { rnn, rnnCell } from "@katachi/katachi/nn";
 *
 * const params = rnn.init(random.key(0), 3, 8);
 * rnnCell(params, zeros([4, 3])).shape; // [4, 8]
 * ```
 */
export function rnnCell<
  S extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType,
  T extends Shape = Shape,
  K extends string = "rnnCell",
>(
  params: RecurrentArgument<[], I, H, D>,
  x: Arg<MatMul<S, [I, H], K>, Tensor<S, D>>,
  state?: Arg<Same<Ok<MatMul<S, [I, H], K>>, T, `${K}: state`>, Tensor<T, D>>,
  options?: RnnOptions,
): Tensor<Ok<MatMul<S, [I, H], K>>, D> {
  const given = state as unknown as AnyTensor | undefined;
  return runCell(recurrenceOf(options), params as never, x as never, given && [given])[0] as never;
}
