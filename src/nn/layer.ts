/**
 * Layers whose sizes have been chosen: what models are composed of.
 *
 * A function such as {@linkcode linear} takes its parameters as they come; `linear.of(784, 10)` is a
 * {@linkcode Layer}, which makes them itself and knows which shapes it takes. {@linkcode makeLayer}
 * makes one of your own.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type DType,
  type FloatDType,
  KatachiError,
  type Mutable,
  type Ok,
  type random,
  type Shape,
  type Tensor,
} from "../../mod.ts";

/**
 * The types of a layer. `output` is a function of the shape that comes in, and `dtype` of the dtype:
 * they are written in an interface that refers to `Input<this>`, `Name<this>` and `this["given"]`; see
 * {@linkcode LayerKind}.
 */
export interface LayerTypes {
  /** The shape of what comes in. */
  readonly input: unknown;
  /** The dtype of what comes in. */
  readonly given: DType;
  /** The shape of what goes out, or the failure ({@linkcode Fail}) of what comes in. */
  readonly output: unknown;
  /** The dtype of what goes out. */
  readonly dtype: DType;
  /** The parameters, which are learned. */
  readonly params: unknown;
  /** What is kept from one call to the next beside the parameters; `null` if nothing is. */
  readonly state: unknown;
  /** What kind of layer it is; with this its messages begin. */
  readonly kind: string;
  /** What messages begin with where the layer is part of another. */
  readonly name: unknown;
}

/**
 * The types of a layer of some kind, which has an interface of its own that extends this one with
 * `output` and `dtype`.
 */
export interface LayerKind<Kind extends string, Params = Record<never, never>, State = null>
  extends LayerTypes {
  /** The parameters. */
  readonly params: Params;
  /** The state. */
  readonly state: State;
  /** The kind. */
  readonly kind: Kind;
}

/** The shape that comes in, of a layer's types. */
export type Input<F> = F extends { readonly input: infer S extends Shape } ? S : never;

/** What messages begin with, of a layer's types. */
export type Name<F> = F extends { readonly name: infer K extends string } ? K : never;

/** The shape that a layer makes of a shape, or the failure. */
export type OutputOf<F extends LayerTypes, S extends Shape, K extends string> =
  (F & { readonly input: S; readonly name: K })["output"];

/** The dtype that a layer makes of a dtype. */
export type OutputDType<F extends LayerTypes, D extends DType> = (F & {
  readonly given: D;
})["dtype"] extends infer R extends DType ? R : never;

/** What a layer gets beside its input while it is trained. */
export type Training<State> =
  & {
    /** Where its random numbers come from, for dropout and the like. */
    readonly key: random.Key;
  }
  & ([State] extends [null] ? {
      /** Nothing: the layer keeps no state. */
      readonly state?: null;
    }
    : {
      /** The state before the call. */
      readonly state: State;
    });

/** The state as an argument: left out where a layer has none. */
export type StateArgument<State> = [State] extends [null] ? [state?: null] : [state: State];

/**
 * A layer, or a whole model: pure functions of parameters, a state and what comes in.
 *
 * @example
 * ```ts
 * import { random, tanh, zeros } from "@katachi/katachi";
 * import { linear, sequential } from "@katachi/katachi/nn";
 *
 * const model = sequential(linear.of(2, 8), tanh, linear.of(8, 1));
 * const params = model.init(random.key(0));
 * model.apply(params, zeros([4, 2])).shape; // [4, 1]
 * const [output] = model.train(params, zeros([4, 2]), { key: random.key(1) });
 * output.shape; // [4, 1]
 * ```
 */
export interface Layer<F extends LayerTypes> {
  /** What kind of layer it is. */
  readonly name: F["kind"];
  /** New parameters. */
  init(key: random.Key): F["params"];
  /** The state before the first call; `null` where the layer keeps none. */
  initState(): F["state"];
  /**
   * What goes out, as it is computed once the model has been trained.
   *
   * @throws {ShapeError} Where the layer cannot take the shape of what comes in.
   */
  apply<S extends Shape, D extends DType, K extends string = F["kind"]>(
    params: F["params"],
    x: Arg<OutputOf<F, S, K>, Tensor<S, D>>,
    ...state: StateArgument<F["state"]>
  ): Tensor<Ok<OutputOf<F, S, K>>, OutputDType<F, D>>;
  /**
   * What goes out while the model is trained, and the state after it.
   *
   * @throws {ShapeError} Where the layer cannot take the shape of what comes in.
   */
  train<S extends Shape, D extends DType, K extends string = F["kind"]>(
    params: F["params"],
    x: Arg<OutputOf<F, S, K>, Tensor<S, D>>,
    training: Training<F["state"]>,
  ): [output: Tensor<Ok<OutputOf<F, S, K>>, OutputDType<F, D>>, state: F["state"]];
}

/** Any layer at all. */
// deno-lint-ignore no-explicit-any
export type AnyLayer = Layer<any>;

/** A function that leaves shapes as they are, such as an activation: a layer without parameters. */
export type Activation = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
) => AnyTensor & { readonly shape: S };

/**
 * What makes the first values of a parameter: a tensor of any shape, from a key. The shape and the
 * dtype, `float32` unless given, are known to the compiler. Those of the field are in `initializers`.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { type Initializer, linear } from "@katachi/katachi/nn";
 *
 * const small: Initializer = (key, shape, dtype) => random.normal(key, shape, { dtype }).mul(0.01);
 * small(random.key(0), [2, 3]).shape; // [2, 3]
 * linear.init(random.key(0), 2, 3, { init: small }).weight.shape; // [2, 3]
 * ```
 */
export type Initializer = <const S extends Shape, D extends FloatDType = "float32">(
  key: random.Key,
  shape: S,
  dtype?: D,
) => Tensor<Mutable<S>, NoInfer<D>>;

/** The parts of a layer, for types that only the caller knows. */
export interface LayerParts {
  /** What kind of layer it is; its errors begin with this. */
  readonly name: string;
  /** New parameters; none unless given. */
  init?(key: random.Key): unknown;
  /** The state before the first call, for a layer that keeps one. */
  initState?(): unknown;
  /** What goes out, and the state after it. There is a key while the model is trained. */
  run(
    params: unknown,
    x: AnyTensor,
    state: unknown,
    key: random.Key | undefined,
  ): readonly [output: AnyTensor, state: unknown];
}

/**
 * Makes a layer of its parts. Its type parameter says what the compiler shall know of it.
 *
 * @example
 * ```ts
 * import { flip, random, zeros } from "@katachi/katachi";
 * import { type Input, type LayerKind, linear, makeLayer, sequential } from "@katachi/katachi/nn";
 *
 * interface Backwards extends LayerKind<"backwards"> {
 *   readonly output: Input<this>;
 *   readonly dtype: this["given"];
 * }
 * const backwards = makeLayer<Backwards>({
 *   name: "backwards",
 *   run: (_, x) => [flip(x, -1), null],
 * });
 * const model = sequential(backwards, linear.of(3, 2));
 * model.apply(model.init(random.key(0)), zeros([4, 3])).shape; // [4, 2]
 * ```
 */
export function makeLayer<F extends LayerTypes>(parts: LayerParts): Layer<F> {
  const { name, init = () => ({}), initState = () => null, run } = parts;
  const call = (params: unknown, x: AnyTensor, state: unknown, key?: random.Key) => {
    if (parts.initState !== undefined && (state === undefined || state === null)) {
      throw new TypeError(`${name}: needs the state that initState makes`);
    }
    const compute = () => run(params, x, state, key);
    if (observer === undefined) return compute();
    const called = { layer, part, params, x, state };
    return inPart("", () => observer!(called, compute));
  };
  const layer = {
    name,
    init,
    initState,
    apply: (params: unknown, x: AnyTensor, state: unknown = null) => call(params, x, state)[0],
    train: (params: unknown, x: AnyTensor, training: { key: random.Key; state?: unknown }) =>
      call(params, x, training.state ?? null, training.key),
  } as unknown as Layer<F>;
  return layer;
}

/** A call of a layer. */
export interface LayerCall {
  /** The layer. */
  readonly layer: AnyLayer;
  /** Which part it is of the layer that called it; empty where it is none. */
  readonly part: string;
  /** The parameters. */
  readonly params: unknown;
  /** What comes in. */
  readonly x: AnyTensor;
  /** The state. */
  readonly state: unknown;
}

/** What a layer computes: what goes out, and the state after it. */
export type Computed = ReturnType<LayerParts["run"]>;

/** Told of each call of a layer, it lets the layer compute. */
export type Observer = (call: LayerCall, compute: () => Computed) => Computed;

let observer: Observer | undefined;

/** Lets an observer see the calls of layers while a function runs. */
export function observed<R>(by: Observer, body: () => R): R {
  const before = observer;
  observer = by;
  try {
    return body();
  } finally {
    observer = before;
  }
}

let part = "";

function inPart<R>(name: string, body: () => R): R {
  const before = part;
  part = name;
  try {
    return body();
  } finally {
    part = before;
  }
}

/** Lets a part of a layer run: its errors say whose part it is, and which. */
export function asPart<R>(owner: string, name: string, run: () => R): R {
  try {
    return inPart(name, run);
  } catch (error) {
    if (error instanceof KatachiError) error.message = `${owner}: ${name}: ${error.message}`;
    throw error;
  }
}
