/**
 * ReLU with a slope that is learned.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type Dim,
  type DType,
  type FloatDType,
  full,
  lessEqual,
  mul,
  type Ok,
  type PerChannel,
  type random,
  reshape,
  type Shape,
  type Tensor,
  where,
} from "../../../mod.ts";
import { perChannelShape } from "../../shape/per_channel.ts";
import { type Input, type Layer, type LayerTypes, makeLayer, type Name } from "../layer.ts";

/** The parameters of {@linkcode prelu}. */
export interface PreluParams<N extends Dim, D extends DType = "float32"> {
  /** The slope below 0: one for each channel, or one for all. */
  readonly weight: Tensor<[N], D>;
}

/** How {@linkcode prelu} begins. */
export interface PreluOptions<D extends FloatDType = FloatDType> {
  /** The slope at first; 0.25 unless given. */
  readonly init?: number;
  /** `float32` unless given. */
  readonly dtype?: D;
}

/** The types of a layer of {@linkcode prelu}. */
export interface PreluTypes<N extends Dim, D extends DType> extends LayerTypes {
  /** The shape that comes in. */
  readonly output: PerChannel<Input<this>, N, Name<this>>;
  /** The dtype that comes in. */
  readonly dtype: this["given"];
  /** The slopes. */
  readonly params: PreluParams<N, D>;
  /** There is none. */
  readonly state: null;
  /** The function's name. */
  readonly kind: "prelu";
}

/** The type of {@linkcode prelu}. */
export interface Prelu {
  /** `x` from 0 on, `weight · x` below. */
  <S extends Shape, N extends Dim, D extends DType, K extends string = "prelu">(
    params: PreluParams<N, D>,
    x: Arg<PerChannel<S, N, K>, Tensor<S, D>>,
  ): Tensor<Ok<PerChannel<S, N, K>>, D>;
  /** New parameters: the same slope for all channels. */
  init<const N extends Dim = 1, D extends FloatDType = "float32">(
    key: random.Key,
    channels?: N,
    options?: PreluOptions<D>,
  ): PreluParams<N, NoInfer<D>>;
  /** A layer, for {@linkcode sequential}. */
  of<const N extends Dim = 1, D extends FloatDType = "float32">(
    channels?: N,
    options?: PreluOptions<D>,
  ): Layer<PreluTypes<N, NoInfer<D>>>;
}

/**
 * ReLU with a learned slope below 0: `x` from 0 on, `weight · x` below, for inputs `[N, C, …]` and
 * weights `[C]`, or inputs of any shape and one weight `[1]`. At 0 the derivative by `x` is 1, as
 * `leakyRelu`'s; PyTorch's is the weight. (He, Zhang, Ren and Sun, "Delving deep into rectifiers",
 * 2015.)
 *
 * @throws {ShapeError} Where there is another number of weights than of channels, and not just one.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 * import { prelu } from "@katachi/katachi/nn";
 *
 * const params = prelu.init(random.key(0)); // one weight, 0.25
 * prelu(params, tensor([-4, 4])).toArray(); // [-1, 4]
 * prelu({ weight: tensor([0.5, 2]) }, tensor([[-4, -4]])).toArray(); // [[-2, -8]]
 * ```
 */
export const prelu: Prelu = Object.assign(preluOf, {
  init,
  of: (channels?: Dim, options?: PreluOptions) =>
    makeLayer({
      name: "prelu",
      init: (key) => init(key, channels, options),
      run: (params, x) => [preluOf(params as PreluParams<Dim>, x), null],
    }),
}) as unknown as Prelu;

function preluOf({ weight }: PreluParams<Dim>, x: AnyTensor): AnyTensor {
  const [channels] = weight.shape;
  perChannelShape("prelu", x.shape, channels);
  // One weight fits any rank; several stand at the second axis.
  const axes = channels === 1 ? x.shape.map(() => 1) : [channels, ...x.shape.slice(2).map(() => 1)];
  const slope = reshape(weight, axes);
  return where(lessEqual(0, x), x, mul(x, slope));
}

function init(_: random.Key, channels: Dim = 1, options: PreluOptions = {}): AnyParams {
  const { init = 0.25, dtype = "float32" } = options;
  return { weight: full([channels], init, dtype) };
}

type AnyParams = PreluParams<Dim, FloatDType>;
