/**
 * Pooling layers over windows.
 *
 * @module
 */
import {
  type AnyTensor,
  avgPool,
  type AvgPoolOptions,
  type Floating,
  maxPool,
  type PerAxis,
  type Pool,
  type PoolOptions,
} from "../../mod.ts";
import { poolShape } from "../shape/pool.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";

/** How the window of {@linkcode maxPooling} moves. */
export type MaxPoolingOptions = Omit<PoolOptions, "window">;

/** How the window of {@linkcode avgPooling} moves, and what counts. */
export type AvgPoolingOptions = Omit<AvgPoolOptions, "window">;

/** The types of a pooling layer. */
export interface PoolingLayer<Kind extends string, O extends PoolOptions> extends LayerKind<Kind> {
  /** As many as there are positions of the window. */
  readonly output: Pool<Input<this>, O, Name<this>>;
  /** The dtype that comes in, or float32. */
  readonly dtype: Floating<this["given"]>;
}

/** The type of {@linkcode maxPooling}. */
export interface MaxPooling {
  /** A layer with a window of this size, on every spatial axis or on each. */
  of<const W extends PerAxis, const O extends MaxPoolingOptions = Record<never, never>>(
    window: W,
    options?: O,
  ): Layer<PoolingLayer<"maxPooling", O & { readonly window: W }>>;
}

/** The type of {@linkcode avgPooling}. */
export interface AvgPooling {
  /** A layer with a window of this size, on every spatial axis or on each. */
  of<const W extends PerAxis, const O extends AvgPoolingOptions = Record<never, never>>(
    window: W,
    options?: O,
  ): Layer<PoolingLayer<"avgPooling", O & { readonly window: W }>>;
}

/** The layer of a function of pooling. */
function pooling(name: string, f: unknown): AvgPooling {
  const pool = f as (x: AnyTensor, options: AvgPoolOptions) => AnyTensor;
  return {
    of: (window: PerAxis, options?: AvgPoolingOptions) => {
      const all = { ...options, window };
      return makeLayer({
        name,
        run: (_, x) => {
          poolShape(name, x.shape, all);
          return [pool(x, all), null];
        },
      });
    },
  } as unknown as AvgPooling;
}

/**
 * The layer of the function `maxPool`: the largest in each window of `[N, C, L]`, `[N, C, H, W]` or
 * `[N, C, D, H, W]`. Options are `stride` (the window unless given), `padding` (by `-Infinity`) and
 * `dilation`.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { conv, maxPooling, relu, sequential } from "@katachi/katachi/nn";
 *
 * const model = sequential(conv.of(3, 16, [3, 3], { padding: 1 }), relu, maxPooling.of(2));
 * model.apply(model.init(random.key(0)), zeros([8, 3, 32, 32])).shape; // [8, 16, 16, 16]
 * ```
 */
export const maxPooling: MaxPooling = pooling("maxPooling", maxPool) as unknown as MaxPooling;

/**
 * The layer of the function `avgPool`: the mean of each window of `[N, C, L]`, `[N, C, H, W]` or
 * `[N, C, D, H, W]`. Options are `stride` (the window unless given), `padding`, `dilation`, and
 * `countIncludePad`: whether padding counts, as zeros, which it does not unless told (it does in
 * PyTorch, it does not in Keras).
 *
 * @example
 * ```ts
 * import { zeros } from "@katachi/katachi";
 * import { avgPooling } from "@katachi/katachi/nn";
 *
 * avgPooling.of(3, { stride: 2, padding: 1 }).apply({}, zeros([8, 3, 32, 32])).shape; // [8, 3, 16, 16]
 * ```
 */
export const avgPooling: AvgPooling = pooling("avgPooling", avgPool);
