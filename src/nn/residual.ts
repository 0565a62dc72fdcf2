/**
 * Layers with a way around them.
 *
 * @module
 */
import { add, type DType, type Fail, type Promote, random, type Same } from "../../mod.ts";
import { sameShape } from "../shape/same.ts";
import {
  type Activation,
  asPart,
  type Input,
  type Layer,
  type LayerKind,
  makeLayer,
  type Name,
} from "./layer.ts";
import {
  layerOf,
  type Member,
  type MemberDType,
  type MemberParams,
  type MemberShape,
  type MemberState,
  runLayer,
} from "./sequential.ts";

/** The parameters, or the states, of the two ways through {@linkcode residual}. */
export interface TwoWays<Inner, Shortcut> {
  /** Of the layer. */
  readonly inner: Inner;
  /** Of the way around it. */
  readonly shortcut: Shortcut;
}

/** The shape that two ways both lead to, or the failure. */
export type SumShape<A, B, K extends string> = A extends Fail<unknown> ? A
  : B extends Fail<unknown> ? B
  : A extends infer X extends readonly number[]
    ? B extends infer Y extends readonly number[] ? Same<X, Y, K> : never
  : never;

/** The types of {@linkcode residual}. */
export interface Residual<M extends Member, Q extends Member> extends
  LayerKind<
    "residual",
    TwoWays<MemberParams<M>, MemberParams<Q>>,
    [MemberState<M>, MemberState<Q>] extends [null, null] ? null
      : TwoWays<MemberState<M>, MemberState<Q>>
  > {
  /** The shape that both ways lead to. */
  readonly output: SumShape<
    MemberShape<M, Input<this>, `${Name<this>}: inner`>,
    MemberShape<Q, Input<this>, `${Name<this>}: shortcut`>,
    Name<this>
  >;
  /** The dtype that both ways share. */
  readonly dtype: Promote<
    MemberDType<M, this["given"]> & DType,
    MemberDType<Q, this["given"]> & DType
  >;
}

/**
 * A layer with a way around it: `inner(x) + x`, or `inner(x) + shortcut(x)` with a second layer such
 * as a convolution that brings the input to the same shape. (K. He and others, "Deep residual
 * learning for image recognition", 2015.)
 *
 * A message says in which way the mistake is: `residual: inner: linear: …`; where the two lead to
 * different shapes it is `residual: shapes differ: [4, 8] and [4, 2]`.
 *
 * @example
 * ```ts
 * import { random, tanh, zeros } from "@katachi/katachi";
 * import { linear, residual, sequential } from "@katachi/katachi/nn";
 *
 * const block = residual(sequential(linear.of(8, 16), tanh, linear.of(16, 8)));
 * const params = block.init(random.key(0));
 * block.apply(params, zeros([4, 8])).shape; // [4, 8]
 *
 * const wider = residual(linear.of(8, 16), linear.of(8, 16, { bias: false }));
 * wider.apply(wider.init(random.key(1)), zeros([4, 8])).shape; // [4, 16]
 * ```
 */
export function residual<const M extends Member, const Q extends Member = Activation>(
  inner: M,
  shortcut?: Q,
): Layer<Residual<M, Q>> {
  const [layer, around] = [
    layerOf(inner, "residual: inner"),
    layerOf(shortcut ?? identity, "residual: shortcut"),
  ];
  const states = () => ({ inner: layer.initState(), shortcut: around.initState() });
  const stateful = Object.values(states()).some((state) => state !== null);
  return makeLayer({
    name: "residual",
    init: (key) => {
      const [k1, k2] = random.split(key);
      return { inner: layer.init(k1), shortcut: around.init(k2) };
    },
    ...(stateful ? { initState: states } : {}),
    run: (params, x, state, key) => {
      const p = params as TwoWays<unknown, unknown>;
      const s = state as TwoWays<unknown, unknown> | null;
      const keys = key && random.split(key);
      const [a, after] = asPart(
        "residual",
        "inner",
        () => runLayer(layer, p.inner, x, s?.inner ?? null, keys?.[0]),
      );
      const [b, next] = asPart(
        "residual",
        "shortcut",
        () => runLayer(around, p.shortcut, x, s?.shortcut ?? null, keys?.[1]),
      );
      sameShape("residual", a.shape, b.shape);
      return [add(a, b), stateful ? { inner: after, shortcut: next } : null];
    },
  });
}

const identity = ((x: unknown) => x) as Activation;
