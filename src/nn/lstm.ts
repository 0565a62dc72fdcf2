/**
 * Long short-term memory.
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
  mul,
  type Ok,
  type Same,
  type Shape,
  sigmoid,
  tanh,
  type Tensor,
} from "../../mod.ts";
import {
  type AfterSteps,
  type AnyRecurrent,
  type InitRecurrent,
  initRecurrent,
  type Recurrence,
  type Recurrent,
  type RecurrentArgument,
  recurrentLayer,
  type RecurrentOf,
  type RecurrentOptions,
  runCell,
  runSequence,
} from "./recurrent.ts";

/** What an LSTM keeps from one step to the next. */
export interface LstmState<S extends Shape, D extends DType = "float32"> {
  /** The hidden state `[…, H]`, which is what it puts out. */
  readonly h: Tensor<S, D>;
  /** The cell's state `[…, H]`. */
  readonly c: Tensor<S, D>;
}

/** The type of {@linkcode lstm}. */
export interface Lstm {
  /** The outputs `[…, T, H]` of sequences `[…, T, I]`, and the state after the last step. */
  <
    S extends Shape,
    I extends Dim,
    H extends Dim,
    D extends DType,
    T extends Shape = Shape,
    M extends Shape = Shape,
    K extends string = "lstm",
  >(
    params: RecurrentArgument<[4], I, H, D>,
    x: Arg<Recurrent<S, I, H, K>, Tensor<S, D>>,
    state?: Arg<Same<Ok<AfterSteps<S, I, H, K>>, T, `${K}: state`>, LstmState<T, D>>,
    options?: RecurrentOptions<S, M, K>,
  ): [
    outputs: Tensor<Ok<Recurrent<S, I, H, K>>, D>,
    state: LstmState<Ok<AfterSteps<S, I, H, K>>, D>,
  ];
  /** New parameters, all from the uniform distribution on ±1/√H. */
  init: InitRecurrent<[4]>;
  /** A layer of these sizes. */
  of: RecurrentOf<"lstm", [4]>;
}

const recurrence: Recurrence = {
  name: "lstm",
  gates: 4,
  kept: 2,
  next: (x, h, [, c]) => {
    const [i, f, g, o] = x.map((one, gate) => add(one, h[gate]));
    const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    return [mul(sigmoid(o), tanh(cell)), cell];
  },
};

const listed = (state?: LstmState<Shape, DType>) => state && [state.h, state.c];

/**
 * Long short-term memory over sequences `[…, T, I]`: outputs `[…, T, H]`, and the state `{ h, c }` of
 * `[…, H]` after the last step. It begins with zeros unless a state is given. (S. Hochreiter and J.
 * Schmidhuber, 1997; with the forget gate of F. Gers, J. Schmidhuber and F. Cummins, 2000.)
 *
 * With the gates i, f, g, o as the four slices of `x Wih + bih + h Whh + bhh`:
 * `c' = σ(f) c + σ(i) tanh(g)` and `h' = σ(o) tanh(c')`, as in PyTorch. The gates have an axis of their
 * own: PyTorch's `weight_ih_l0` is `[4 H, I]`, and `weightIh` is its transpose as `[I, 4, H]`; so for
 * `weightHh`, and the biases are `[4, H]`.
 *
 * Several layers are several calls, or `lstm.of` several times in a `sequential`.
 *
 * @throws {ShapeError} Where the last axis of the input is not I, or the state or the mask does not
 * fit the input.
 * @throws {DTypeError} Where the mask is not `bool`.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { linear, lstm, sequential } from "@katachi/katachi/nn";
 *
 * const params = lstm.init(random.key(0), 3, 8);
 * const [outputs, state] = lstm(params, zeros([4, 10, 3]));
 * outputs.shape; // [4, 10, 8]
 * state.c.shape; // [4, 8]
 *
 * const classifier = sequential(
 *   lstm.of(3, 8, { bidirectional: true }),
 *   lstm.of(16, 8, { last: true }),
 *   linear.of(8, 2),
 * );
 * classifier.apply(classifier.init(random.key(0)), zeros([4, 10, 3])).shape; // [4, 2]
 * ```
 */
export const lstm: Lstm = Object.assign(
  (
    params: AnyRecurrent,
    x: AnyTensor,
    state?: LstmState<Shape, DType>,
    options?: { reverse?: boolean; mask?: AnyTensor },
  ) => {
    const [outputs, [h, c]] = runSequence(recurrence, params, x, listed(state), options);
    return [outputs, { h, c }];
  },
  {
    init: (key: never, inputs: Dim, size: Dim, options?: never) =>
      initRecurrent(key, [4], inputs, size, options),
    of: (inputs: Dim, size: Dim, options?: never) =>
      recurrentLayer(recurrence, [4], inputs, size, options),
  },
) as unknown as Lstm;

/**
 * One step of {@linkcode lstm}, with its parameters: the state after an input `[…, I]`.
 *
 * @throws {ShapeError} Where the last axis of the input is not I, or the state does not fit.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { lstm, lstmCell } from "@katachi/katachi/nn";
 *
 * const params = lstm.init(random.key(0), 3, 8);
 * lstmCell(params, zeros([4, 3])).h.shape; // [4, 8]
 * ```
 */
export function lstmCell<
  S extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType,
  T extends Shape = Shape,
  K extends string = "lstmCell",
>(
  params: RecurrentArgument<[4], I, H, D>,
  x: Arg<MatMul<S, [I, H], K>, Tensor<S, D>>,
  state?: Arg<Same<Ok<MatMul<S, [I, H], K>>, T, `${K}: state`>, LstmState<T, D>>,
): LstmState<Ok<MatMul<S, [I, H], K>>, D> {
  const [h, c] = runCell(recurrence, params as never, x as never, listed(state as never));
  return { h, c } as never;
}
