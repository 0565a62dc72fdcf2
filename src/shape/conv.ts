/**
 * Sizes of convolutions: `[N, C, …spatial]` with a kernel `[O, C / groups, …spatial]`.
 *
 * @module
 */
import type { DivRem, Mul, NotWhole } from "./arithmetic.ts";
import type { Disagreed, EqualDim, IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import {
  type At,
  type Positions,
  type Setting,
  type SpatialAxis,
  type WindowOptions,
  windowPositions,
  type WrongWindow,
} from "./window.ts";

export { convPadding } from "./window.ts";
export type { Padding, PerAxis, WindowOptions } from "./window.ts";

/** How a convolution is done. */
export interface ConvOptions extends WindowOptions {
  /** How many groups of channels are convolved on their own; 1 unless given. */
  readonly groups?: number;
}

/** The shape of a one-dimensional convolution. */
export type Conv1d<X extends Shape, W extends Shape, O, K extends string = "conv1d"> = Conv<
  X,
  W,
  O,
  K,
  3
>;

/** The shape of a two-dimensional convolution. */
export type Conv2d<X extends Shape, W extends Shape, O, K extends string = "conv2d"> = Conv<
  X,
  W,
  O,
  K,
  4
>;

/** @internal */
type Conv<X extends Shape, W extends Shape, O, K extends string, Rank extends 3 | 4> =
  UnknownRank<X, K> extends true ? Shape
    : UnknownRank<W, K> extends true ? Shape
    : X["length"] extends Rank
      ? W["length"] extends Rank
        ? WrongConv<X, W, O, K, At<Setting<O, "groups", 1>, 0>, Rank> extends infer F
          ? [F] extends [never] ? Spatial<X, W, O, K, [X[0], W[0]]> : F
        : never
      : WrongRank<X, W, K, Rank>
    : WrongRank<X, W, K, Rank>;

/** The failure of channels, groups or settings, or `never`. */
type WrongConv<X extends Shape, W extends Shape, O, K extends string, G, Rank> =
  NotWhole<G & number, "0"> extends true
    ? Fail<`${K}: groups must be a whole number from 1 on, got ${G & number}`>
    : EqualDim<X[1], GroupedChannels<W[1], G, K>, K> extends Disagreed ? Channels<X, W, K, G>
    : Divides<G, W[0], K> extends false ? Fail<
        `${K}: ${G & number} groups do not divide the ${W[0]} features of kernel ${Show<W, K>}`
      >
    : WrongWindow<O, Setting<O, "stride", 1>, Rank extends 3 ? 1 : 2, K>;

type Divides<G, C, K> = G extends 1 ? true
  : number extends G ? true
  : IsLiteral<C, K> extends false ? true
  : DivRem<C & number, G & number>[1] extends 0 ? true
  : false;

type GroupedChannels<C, G, K> = G extends 1 ? C
  : IsLiteral<C, K> extends true ? Mul<C & number, G & number>
  : number;

type Channels<X extends Shape, W extends Shape, K extends string, G> = Fail<
  `${K}: channels differ: input ${Show<X, K>} has ${X[1]}, kernel ${Show<W, K>} wants ${
    & GroupedChannels<W[1], G, K>
    & number}`
>;

type WrongRank<X extends Shape, W extends Shape, K extends string, Rank extends number> = Fail<
  `${K}: needs input and kernel of rank ${Rank}, got ${Show<X, K>} and ${Show<W, K>}`
>;

/** @internal */
type Spatial<
  X extends Shape,
  W extends Shape,
  O,
  K extends string,
  Out extends readonly unknown[],
> = Out["length"] extends X["length"] ? Out
  : Positions<
    X[Out["length"]],
    W[Out["length"]],
    O,
    SpatialAxis<Out["length"]>,
    Setting<O, "stride", 1>,
    K
  > extends infer D
    ? [D] extends [-1] ? Fail<`${K}: kernel ${Show<W, K>} does not fit into input ${Show<X, K>}`>
    : Spatial<X, W, O, K, [...Out, D]>
  : never;

/** The run-time twin of {@linkcode Conv1d} and {@linkcode Conv2d}. */
export function convShape(
  operation: "conv1d" | "conv2d",
  input: Shape,
  kernel: Shape,
  options: ConvOptions,
): number[] {
  const rank = operation === "conv1d" ? 3 : 4;
  if (input.length !== rank || kernel.length !== rank) {
    throw new ShapeError(
      `${operation}: needs input and kernel of rank ${rank}, got ${showShape(input)} and ${
        showShape(kernel)
      }`,
    );
  }
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ShapeError(`${operation}: groups must be a whole number from 1 on, got ${groups}`);
  }
  if (input[1] !== kernel[1] * groups) {
    throw new ShapeError(
      `${operation}: channels differ: input ${showShape(input)} has ${input[1]}, kernel ${
        showShape(kernel)
      } wants ${kernel[1] * groups}`,
    );
  }
  if (kernel[0] % groups !== 0) {
    throw new ShapeError(
      `${operation}: ${groups} groups do not divide the ${kernel[0]} features of kernel ${
        showShape(kernel)
      }`,
    );
  }
  const positions = windowPositions(operation, input, kernel, options);
  if (positions === undefined) {
    throw new ShapeError(
      `${operation}: kernel ${showShape(kernel)} does not fit into input ${showShape(input)}`,
    );
  }
  return [input[0], kernel[0], ...positions];
}
