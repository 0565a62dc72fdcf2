/**
 * Normalizing groups of channels.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type Dim,
  type DType,
  type Fail,
  type FloatDType,
  type Ok,
  type Promote,
  reshape,
  type Shape,
  type Tensor,
} from "../../mod.ts";
import { type Channelled, channelledShape, type Grouped, groupedShape } from "../shape/channels.ts";
import { type Input, type Layer, type LayerKind, makeLayer, type Name } from "./layer.ts";
import {
  alongChannels,
  type AnyNormParams,
  type EpsOptions,
  initNorm,
  moments,
  type NormInitOptions,
  type NormParams,
  type NormParamsOf,
  scaled,
  standardized,
} from "./norm.ts";

/** The shape of an input with `C` channels in `G` groups, or the failure. */
export type GroupChannels<S extends Shape, C extends Dim, G extends Dim, K extends string> =
  Channelled<S, C, 2, K> extends infer R ? R extends Fail<unknown> ? R : Grouped<S, G, K> : never;

/** The types of `groupNorm.of`. */
export interface GroupNormLayer<
  G extends Dim,
  C extends Dim,
  D extends DType,
  Affine extends boolean,
> extends LayerKind<"groupNorm", NormParamsOf<[C], D, Affine>> {
  /** The shape that comes in, where the groups divide its channels. */
  readonly output: GroupChannels<Input<this>, C, G, Name<this>>;
  /** The dtype that the input and the parameters share. */
  readonly dtype: Affine extends false ? this["given"] : Promote<this["given"], D>;
}

/** The type of {@linkcode groupNorm}. */
export interface GroupNorm {
  /** The input `[N, C, …]` normalized in each of so many groups of channels. */
  <
    S extends Shape,
    C extends Dim,
    const G extends Dim,
    D extends FloatDType,
    K extends string = "groupNorm",
  >(
    params: Partial<NormParams<[C], D>>,
    x: Arg<GroupChannels<S, C, G, K>, Tensor<S, D>>,
    groups: G,
    options?: EpsOptions,
  ): Tensor<Ok<GroupChannels<S, C, G, K>>, D>;
  /** New parameters: 1 and 0. */
  init<const C extends Dim, D extends FloatDType = "float32", Affine extends boolean = true>(
    channels: C,
    options?: NormInitOptions<D, Affine>,
  ): NormParamsOf<[C], NoInfer<D>, NoInfer<Affine>>;
  /** A layer for so many groups of as many channels in all. */
  of<
    const G extends Dim,
    const C extends Dim,
    D extends FloatDType = "float32",
    Affine extends boolean = true,
  >(
    groups: G,
    channels: C,
    options?: NormInitOptions<D, Affine> & EpsOptions,
  ): Layer<GroupNormLayer<G, C, NoInfer<D>, NoInfer<Affine>>>;
}

function apply(
  params: AnyNormParams,
  x: AnyTensor,
  groups: Dim,
  { eps }: EpsOptions = {},
  channels: Dim = params.weight?.size ?? x.shape[1],
): AnyTensor {
  channelledShape("groupNorm", x.shape, channels, 2);
  groupedShape("groupNorm", x.shape, groups);
  const [n, , ...rest] = x.shape;
  const parted: AnyTensor = reshape(x, [n, groups, channels / groups, ...rest]);
  const axes = parted.shape.map((_, axis) => axis).slice(2);
  const normal = reshape(standardized(parted, moments(parted, axes), eps), x.shape);
  return scaled(normal, params, alongChannels(x.shape.length));
}

/**
 * Group normalization of `[N, C, …]`: `(x - mean) / √(variance + eps) · weight + bias`, with the mean
 * and variance of each group of channels in each example. (Y. Wu and K. He, "Group normalization",
 * 2018.)
 *
 * @throws {ShapeError} Where the input has other channels, or the groups do not divide them.
 *
 * @example
 * ```ts
 * import { random, zeros } from "@katachi/katachi";
 * import { groupNorm } from "@katachi/katachi/nn";
 *
 * const x = zeros([8, 6, 4, 4]);
 * groupNorm(groupNorm.init(6), x, 3).shape; // [8, 6, 4, 4]
 *
 * const layer = groupNorm.of(3, 6);
 * layer.apply(layer.init(random.key(0)), x).shape; // [8, 6, 4, 4]
 * ```
 */
export const groupNorm: GroupNorm = Object.assign(
  (params: AnyNormParams, x: AnyTensor, groups: Dim, options?: EpsOptions) =>
    apply(params, x, groups, options),
  {
    init: (channels: Dim, options: NormInitOptions = {}) => initNorm([channels], options),
    of: (groups: Dim, channels: Dim, options: NormInitOptions & EpsOptions = {}) =>
      makeLayer({
        name: "groupNorm",
        init: () => initNorm([channels], options),
        run: (params, x) => [apply(params as AnyNormParams, x, groups, options, channels), null],
      }),
  },
) as unknown as GroupNorm;
