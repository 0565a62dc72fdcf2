/**
 * Layers one after the other.
 *
 * @module
 */
import { type AnyTensor, type DType, random, type Shape } from "../../mod.ts";
import {
  type Activation,
  type AnyLayer,
  type Input,
  type Layer,
  type LayerTypes,
  makeLayer,
  type Name,
  type OutputDType,
  type OutputOf,
} from "./layer.ts";

/** What can stand in a sequence: layers, and functions that leave shapes as they are. */
export type Member = AnyLayer | Activation;

type TypesOf<M> = M extends Layer<infer F> ? F : never;

type ChainShape<
  Ms extends readonly unknown[],
  S,
  K extends string,
  Done extends readonly unknown[] = [],
> = Ms extends readonly [infer M, ...infer Rest]
  ? S extends infer T extends Shape ? M extends Layer<infer F> ? ChainShape<
        Rest,
        OutputOf<F, T, `${K}: layer ${Done["length"]}: ${F["kind"]}`>,
        K,
        [...Done, 0]
      >
    : ChainShape<Rest, S, K, [...Done, 0]>
  : S
  : S;

type ChainDType<Ms extends readonly unknown[], D extends DType> = Ms extends
  readonly [infer M, ...infer Rest]
  ? M extends Layer<infer F> ? ChainDType<Rest, OutputDType<F, D>> : ChainDType<Rest, D>
  : D;

/** No state where no layer has any. */
type States<All extends readonly unknown[]> = [All[number]] extends [null] ? null : All;

/** The types of {@linkcode sequential}. */
export interface Sequential<Ms extends readonly Member[]> extends LayerTypes {
  readonly output: ChainShape<Ms, Input<this>, Name<this>>;
  readonly dtype: ChainDType<Ms, this["given"]>;
  readonly params: {
    readonly [I in keyof Ms]: Ms[I] extends AnyLayer ? TypesOf<Ms[I]>["params"]
      : Record<never, never>;
  };
  readonly kind: "sequential";
  readonly state: States<
    { readonly [I in keyof Ms]: Ms[I] extends AnyLayer ? TypesOf<Ms[I]>["state"] : null }
  >;
}

export function sequential<const Ms extends readonly Member[]>(
  ...members: Ms
): Layer<Sequential<Ms>> {
  const layers = members.map((m): AnyLayer =>
    typeof m === "function" ? makeLayer({ name: m.name, run: (_, x) => [m(x as never), null] }) : m
  );
  return makeLayer({
    name: "sequential",
    layers,
    init: (key) => {
      const keys = random.split(key, layers.length);
      return layers.map((l, i) => l.init(keys[i]));
    },
    initState: () => layers.map((l) => l.initState()),
    run: (params, x, state, key) => {
      let y: AnyTensor = x;
      const next: unknown[] = [];
      layers.forEach((l, i) => {
        const p = (params as unknown[])[i], s = (state as unknown[] | null)?.[i] ?? null;
        if (key === undefined) y = l.apply(p, y as never, s as never) as AnyTensor;
        else {
          const [out, after] = l.train(p, y as never, { key: random.foldIn(key, i), state: s });
          y = out as AnyTensor;
          next.push(after);
        }
      });
      return [y, next];
    },
  });
}
