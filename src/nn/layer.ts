/**
 * Layers whose sizes have been chosen: what models are composed of.
 *
 * @module
 */
import type { AnyTensor, Arg, DType, Ok, random, Shape, Tensor } from "../../mod.ts";

/**
 * The types of a layer. `output` is a function of the shape that comes in, and `dtype` of the dtype,
 * written as an interface whose fields refer to `this["input"]` and `this["given"]`.
 */
export interface LayerTypes {
  /** The shape of what comes in. */
  readonly input: unknown;
  /** The dtype of what comes in. */
  readonly given: DType;
  /** The shape of what goes out, or why the layer cannot take what comes in. */
  readonly output: unknown;
  /** The dtype of what goes out. */
  readonly dtype: DType;
  /** The parameters, which are learned. */
  readonly params: unknown;
  /** What is kept from one call to the next beside the parameters; `null` if nothing is. */
  readonly state: unknown;
  /** What kind of layer it is. */
  readonly kind: string;
  /** What messages begin with. */
  readonly name: unknown;
}

/** The shape that comes in, of a layer's types. */
export type Input<F> = F extends { readonly input: infer S extends Shape } ? S : never;

/** What messages begin with, of a layer's types. */
export type Name<F> = F extends { readonly name: infer K extends string } ? K : never;

/** The shape that a layer makes of a shape, or what is wrong with it. */
export type OutputOf<F extends LayerTypes, S extends Shape, K extends string> =
  (F & { readonly input: S; readonly name: K })["output"];

/** The dtype that a layer makes of a dtype. */
export type OutputDType<F extends LayerTypes, D extends DType> = (F & {
  readonly given: D;
})["dtype"] extends infer R extends DType ? R : never;

/** What a layer goes by while it is trained. */
export interface Training<State> {
  /** Where its random numbers come from. A layer without any ignores it. */
  readonly key: random.Key;
  /** The state before the call. */
  readonly state: State;
}

/** The state as an argument: left out where a layer has none. */
export type StateArgument<State> = [State] extends [null] ? [state?: null] : [state: State];

/** A layer, or a whole model: pure functions of parameters, a state and what comes in. */
export interface Layer<F extends LayerTypes> {
  /** What kind of layer it is. */
  readonly name: string;
  /** New parameters. */
  init(key: random.Key): F["params"];
  /** The state before the first call. */
  initState(): F["state"];
  /** What goes out, as it is computed once the model has been trained. */
  apply<S extends Shape, D extends DType, K extends string = "apply">(
    params: F["params"],
    x: Arg<OutputOf<F, S, K>, Tensor<S, D>>,
    ...state: StateArgument<F["state"]>
  ): Tensor<Ok<OutputOf<F, S, K>>, OutputDType<F, D>>;
  /** What goes out while the model is trained, and the state after it. */
  train<S extends Shape, D extends DType, K extends string = "train">(
    params: F["params"],
    x: Arg<OutputOf<F, S, K>, Tensor<S, D>>,
    training: Training<F["state"]>,
  ): readonly [output: Tensor<Ok<OutputOf<F, S, K>>, OutputDType<F, D>>, state: F["state"]];
  /** The layers that it is made of, for {@linkcode summary}; none if it is made of no others. */
  readonly layers: readonly AnyLayer[];
}

/** Any layer at all. */
// deno-lint-ignore no-explicit-any
export type AnyLayer = Layer<any>;

/** A function that leaves shapes as they are, such as an activation: a layer without parameters. */
export type Activation = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
) => AnyTensor & { readonly shape: S };

/** How a layer is made: with types that only the caller knows. */
export interface LayerRun {
  /** What kind of layer it is, which messages about it begin with. */
  readonly name: string;
  /** New parameters; none unless given. */
  init?(key: random.Key): unknown;
  /** The state before the first call; none unless given. */
  initState?(): unknown;
  /** What goes out, and the state after it. While the model is trained there is a key. */
  run(
    params: unknown,
    x: AnyTensor,
    state: unknown,
    key: random.Key | undefined,
  ): readonly [output: AnyTensor, state: unknown];
  /** The layers that it is made of. */
  readonly layers?: readonly AnyLayer[];
}

/** Makes a layer of its parts. */
export function makeLayer<F extends LayerTypes>(parts: LayerRun): Layer<F> {
  const { name, init = () => ({}), initState = () => null, run, layers = [] } = parts;
  return {
    name,
    layers,
    init,
    initState,
    apply: (params: unknown, x: AnyTensor, state: unknown = null) =>
      run(params, x, state, undefined)[0],
    train: (params: unknown, x: AnyTensor, { key, state }: Training<unknown>) =>
      run(params, x, state, key),
  } as unknown as Layer<F>;
}
