/**
 * Layers one after the other.
 *
 * @module
 */
import {
  type AnyTensor,
  astype,
  type DType,
  type Floating,
  random,
  type Shape,
} from "../../mod.ts";
import { floating } from "../tensor/dtype.ts";
import {
  type Activation,
  type AnyLayer,
  asPart,
  type Input,
  type Layer,
  type LayerKind,
  makeLayer,
  type Name,
  type OutputDType,
  type OutputOf,
} from "./layer.ts";

/** What can stand in a sequence: layers, and functions that leave shapes as they are. */
export type Member = AnyLayer | Activation;

/** The shape that a member makes of a shape, or the failure. */
export type MemberShape<M, S extends Shape, K extends string> = M extends Layer<infer F>
  ? OutputOf<F, S, `${K}: ${F["kind"]}`>
  : S;

/** The dtype that a member makes of a dtype. Functions work with floats. */
export type MemberDType<M, D extends DType> = M extends Layer<infer F> ? OutputDType<F, D>
  : Floating<D>;

/** The parameters of a member. */
export type MemberParams<M> = M extends Layer<infer F> ? F["params"] : Record<never, never>;

/** The state of a member. */
export type MemberState<M> = M extends Layer<infer F> ? F["state"] : null;

/** The shape after the members of a list, or the failure of the first that cannot take its input. */
export type ChainShape<
  Ms extends readonly unknown[],
  S,
  K extends string,
  Done extends readonly unknown[] = [],
> = number extends Ms["length"] ? Repeated<Ms[number], S, K>
  : Ms extends readonly [infer M, ...infer Rest]
    ? S extends infer T extends Shape
      ? ChainShape<Rest, MemberShape<M, T, `${K}: layer ${Done["length"]}`>, K, [...Done, 0]>
    : S
  : S;

/**
 * What a list of unknown length makes of a shape: the shape where each member leaves it as it is.
 *
 * @internal
 */
type Repeated<M, S, K extends string> = S extends infer T extends Shape
  ? MemberShape<M, T, K> extends infer U
    ? [{ readonly is: T }, { readonly is: U }] extends [{ readonly is: U }, { readonly is: T }] ? T
    : Shape
  : never
  : S;

/** The dtype after the members of a list. */
export type ChainDType<Ms extends readonly unknown[], D extends DType> = number extends Ms["length"]
  ? MemberDType<Ms[number], D>
  : Ms extends readonly [infer M, ...infer Rest] ? ChainDType<Rest, MemberDType<M, D>>
  : D;

/** The states of members; `null` where none has any. */
export type States<All extends readonly unknown[]> = [All[number]] extends [null] ? null : All;

/** The types of {@linkcode sequential}. */
export interface Sequential<Ms extends readonly Member[]> extends
  LayerKind<
    "sequential",
    { readonly [I in keyof Ms]: MemberParams<Ms[I]> },
    States<{ readonly [I in keyof Ms]: MemberState<Ms[I]> }>
  > {
  /** What the last layer makes of what the ones before it make of the input. */
  readonly output: ChainShape<Ms, Input<this>, Name<this>>;
  /** The dtype after all of them. */
  readonly dtype: ChainDType<Ms, this["given"]>;
}

/**
 * Layers one after the other: each takes what the one before puts out. Functions such as activations
 * stand in between as they are, and get floats. The parameters are a list, one item for each member,
 * `{}` for a function; so is the state, but for a sequence in which no layer has any.
 *
 * Each layer's shape is checked against what comes out of the one before it; a message says which
 * layer it is, counted from 0: `sequential: layer 2: linear: inner dimensions differ: …`.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { linear, relu, sequential } from "@katachi/katachi/nn";
 *
 * const model = sequential(linear.of(784, 128), relu, linear.of(128, 10));
 * const params = model.init(random.key(0));
 * params[2].weight.shape; // [128, 10]
 * model.apply(params, zeros([32, 784])).shape; // [32, 10]
 * ```
 */
export function sequential<const Ms extends readonly Member[]>(
  ...members: Ms
): Layer<Sequential<Ms>> {
  const layers = members.map((member, i) => layerOf(member, `sequential: layer ${i}`));
  const states = () => layers.map((layer) => layer.initState());
  const stateful = states().some((state) => state !== null);
  return makeLayer({
    name: "sequential",
    init: (key) => {
      const keys = random.split(key, layers.length);
      return layers.map((layer, i) => layer.init(keys[i]));
    },
    ...(stateful ? { initState: states } : {}),
    run: (params, x, state, key) => {
      let y = x;
      const next = layers.map((layer, i) => {
        const before = stateful ? (state as unknown[])[i] : null;
        const [output, after] = asPart(
          "sequential",
          `layer ${i}`,
          () => runLayer(layer, (params as unknown[])[i], y, before, key && random.foldIn(key, i)),
        );
        y = output;
        return after;
      });
      return [y, stateful ? next : null];
    },
  });
}

/** A member as a layer; `place` is where it stands. */
export function layerOf(member: Member, place: string): AnyLayer {
  if ("of" in member) {
    throw new TypeError(
      `${place}: needs a layer of some size, as linear.of(784, 10) or flatten.of(); got what makes one`,
    );
  }
  if (typeof member !== "function") return member;
  const f = member as (x: AnyTensor) => AnyTensor;
  return makeLayer({
    name: f.name || "function",
    run: (_, x) => [f(astype(x, floating(x.dtype))), null],
  });
}

/** Runs a layer with or without a key: as in training or not. */
export function runLayer(
  layer: AnyLayer,
  params: unknown,
  x: AnyTensor,
  state: unknown,
  key: random.Key | undefined,
): readonly [output: AnyTensor, state: unknown] {
  const { apply, train } = layer as unknown as {
    apply(params: unknown, x: AnyTensor, state: unknown): AnyTensor;
    train(params: unknown, x: AnyTensor, training: unknown): readonly [AnyTensor, unknown];
  };
  return key === undefined ? [apply(params, x, state), state] : train(params, x, { key, state });
}
