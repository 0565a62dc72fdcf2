/**
 * Gated recurrent units.
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
  sub,
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

/** The type of {@linkcode gru}. */
export interface Gru {
  /** The outputs `[…, T, H]` of sequences `[…, T, I]`, and the state after the last step. */
  <
    S extends Shape,
    I extends Dim,
    H extends Dim,
    D extends DType,
    T extends Shape = Shape,
    M extends Shape = Shape,
    K extends string = "gru",
  >(
    params: RecurrentArgument<[3], I, H, D>,
    x: Arg<Recurrent<S, I, H, K>, Tensor<S, D>>,
    state?: Arg<Same<Ok<AfterSteps<S, I, H, K>>, T, `${K}: state`>, Tensor<T, D>>,
    options?: RecurrentOptions<S, M, K>,
  ): [
    outputs: Tensor<Ok<Recurrent<S, I, H, K>>, D>,
    state: Tensor<Ok<AfterSteps<S, I, H, K>>, D>,
  ];
  /** New parameters, all from the uniform distribution on ±1/√H. */
  init: InitRecurrent<[3]>;
  /** A layer of these sizes. */
  of: RecurrentOf<"gru", [3]>;
}

const recurrence: Recurrence = {
  name: "gru",
  gates: 3,
  kept: 1,
  next: ([xr, xz, xn], [hr, hz, hn], [h]) => {
    const z = sigmoid(add(xz, hz));
    const n = tanh(add(xn, mul(sigmoid(add(xr, hr)), hn)));
    return [add(mul(sub(1, z), n), mul(z, h))];
  },
};

/**
 * Gated recurrent units over sequences `[…, T, I]`: outputs `[…, T, H]`, and the hidden state `[…, H]`
 * after the last step. It begins with zeros unless a state is given. (K. Cho et al., "Learning phrase
 * representations using RNN encoder-decoder", 2014.)
 *
 * With the gates r, z, n as the three slices of `x Wih + bih` and of `h Whh + bhh`:
 * `n = tanh(xn + σ(xr + hr) hn)` and `h' = (1 - σ(xz + hz)) n + σ(xz + hz) h`, as in PyTorch: the reset
 * gate is applied after the product. The gates have an axis of their own: PyTorch's `weight_ih_l0` is
 * `[3 H, I]`, and `weightIh` is its transpose as `[I, 3, H]`; so for `weightHh`, and the biases are
 * `[3, H]`.
 *
 * @throws {ShapeError} Where the last axis of the input is not I, or the state or the mask does not
 * fit the input.
 * @throws {DTypeError} Where the mask is not `bool`.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { gru, linear, sequential } from "@katachi/katachi/nn";
 *
 * const params = gru.init(random.key(0), 3, 8);
 * const [outputs, state] = gru(params, zeros([4, 10, 3]));
 * outputs.shape; // [4, 10, 8]
 * state.shape; // [4, 8]
 *
 * const classifier = sequential(gru.of(3, 8, { last: true }), linear.of(8, 2));
 * classifier.apply(classifier.init(random.key(0)), zeros([4, 10, 3])).shape; // [4, 2]
 * ```
 */
export const gru: Gru = Object.assign(
  (
    params: AnyRecurrent,
    x: AnyTensor,
    state?: AnyTensor,
    options?: { reverse?: boolean; mask?: AnyTensor },
  ) => {
    const [outputs, [h]] = runSequence(recurrence, params, x, state && [state], options);
    return [outputs, h];
  },
  {
    init: (key: never, inputs: Dim, size: Dim, options?: never) =>
      initRecurrent(key, [3], inputs, size, options),
    of: (inputs: Dim, size: Dim, options?: never) =>
      recurrentLayer(recurrence, [3], inputs, size, options),
  },
) as unknown as Gru;

/**
 * One step of {@linkcode gru}, with its parameters: the state after an input `[…, I]`.
 *
 * @throws {ShapeError} Where the last axis of the input is not I, or the state does not fit.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { gru, gruCell } from "@katachi/katachi/nn";
 *
 * const params = gru.init(random.key(0), 3, 8);
 * gruCell(params, zeros([4, 3])).shape; // [4, 8]
 * ```
 */
export function gruCell<
  S extends Shape,
  I extends Dim,
  H extends Dim,
  D extends DType,
  T extends Shape = Shape,
  K extends string = "gruCell",
>(
  params: RecurrentArgument<[3], I, H, D>,
  x: Arg<MatMul<S, [I, H], K>, Tensor<S, D>>,
  state?: Arg<Same<Ok<MatMul<S, [I, H], K>>, T, `${K}: state`>, Tensor<T, D>>,
): Tensor<Ok<MatMul<S, [I, H], K>>, D> {
  const given = state as unknown as AnyTensor | undefined;
  return runCell(recurrence, params as never, x as never, given && [given])[0] as never;
}
