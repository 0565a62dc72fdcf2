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
  type Extent,
  extent,
  type PerAxis,
  perAxis,
  type Positions,
  type Setting,
  type SpatialAxis,
  type SpatialRank,
  type WindowOptions,
  windowPositions,
  type WrongPerAxis,
  type WrongWindow,
} from "./window.ts";

export { convPadding } from "./window.ts";
export type { Padding, PerAxis, WindowOptions } from "./window.ts";

/** How a convolution is done. */
export interface ConvOptions extends WindowOptions {
  /** How many groups of channels are convolved on their own; 1 unless given. */
  readonly groups?: number;
  /** The distance between neighbouring elements of the input, with 0 between them; 1 unless given. */
  readonly inputDilation?: PerAxis;
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

/** The shape of a three-dimensional convolution. */
export type Conv3d<X extends Shape, W extends Shape, O, K extends string = "conv3d"> = Conv<
  X,
  W,
  O,
  K,
  5
>;

/** The shape of a convolution of as many axes as the kernel has. */
export type ConvNd<X extends Shape, W extends Shape, O, K extends string> =
  UnknownRank<W, K> extends true ? Shape
    : W["length"] extends 3 | 4 | 5 ? Conv<X, W, O, K, W["length"]>
    : WrongKernel<W, K>;

/**
 * The failure of a kernel's rank.
 *
 * @internal
 */
export type WrongKernel<W extends Shape, K extends string> = Fail<
  `${K}: needs a kernel of rank 3, 4 or 5, got ${Show<W, K>}`
>;

/** @internal */
type Conv<X extends Shape, W extends Shape, O, K extends string, Rank extends 3 | 4 | 5> =
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
    : WrongInputDilation<O, SpatialRank<Rank>, K> extends infer F
      ? [F] extends [never] ? WrongWindow<O, Setting<O, "stride", 1>, SpatialRank<Rank>, K> : F
    : never;

type WrongInputDilation<O, Rank extends number, K extends string> = WrongPerAxis<
  Setting<O, "inputDilation", 1>,
  "inputDilation",
  Rank,
  K
>;

/**
 * Whether a number of groups divides a number of channels, as far as the compiler knows.
 *
 * @internal
 */
export type Divides<G, C, K> = G extends 1 ? true
  : number extends G ? true
  : IsLiteral<C, K> extends false ? true
  : DivRem<C & number, G & number>[1] extends 0 ? true
  : false;

/**
 * The channels of all groups together.
 *
 * @internal
 */
export type GroupedChannels<C, G, K> = G extends 1 ? C
  : IsLiteral<C, K> extends true ? Mul<C & number, G & number>
  : number;

type Channels<X extends Shape, W extends Shape, K extends string, G> = Fail<
  `${K}: channels differ: input ${Show<X, K>} has ${X[1]}, kernel ${Show<W, K>} wants ${
    & GroupedChannels<W[1], G, K>
    & number}`
>;

/** The failure of ranks. */
export type WrongRank<
  X extends Shape,
  W extends Shape,
  K extends string,
  Rank extends number,
> = Fail<
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
    Dilated<X[Out["length"]], At<Setting<O, "inputDilation", 1>, SpatialAxis<Out["length"]>>, K>,
    W[Out["length"]],
    O,
    SpatialAxis<Out["length"]>,
    Setting<O, "stride", 1>,
    K
  > extends infer D
    ? [D] extends [-1] ? Fail<`${K}: kernel ${Show<W, K>} does not fit into input ${Show<X, K>}`>
    : Spatial<X, W, O, K, [...Out, D]>
  : never;

/** The size of an axis with its elements apart. */
export type Dilated<X, D, K> = D extends 1 ? X
  : IsLiteral<X, K> extends false ? number
  : number extends D ? number
  : Extent<X & number, D & number>;

/** The shape of the input with its elements apart. */
export function dilatedShape(operation: string, input: Shape, dilation: PerAxis = 1): Shape {
  const apart = perAxis(operation, "inputDilation", dilation, input.length - 2);
  return input.map((dim, axis) => axis < 2 ? dim : extent(dim, apart[axis - 2]));
}

/** The rank of input and kernel: as the operation's name says, or that of a kernel of any rank. */
function rankOf(operation: string, kernel: Shape): number {
  const named = operation.match(/([123])d$/);
  if (named !== null) return Number(named[1]) + 2;
  if (kernel.length < 3 || kernel.length > 5) {
    throw new ShapeError(
      `${operation}: needs a kernel of rank 3, 4 or 5, got ${showShape(kernel)}`,
    );
  }
  return kernel.length;
}

/** Refuses input and kernel of other ranks than the operation is for. */
export function checkRanks(operation: string, input: Shape, kernel: Shape): void {
  const rank = rankOf(operation, kernel);
  if (input.length !== rank || kernel.length !== rank) {
    throw new ShapeError(
      `${operation}: needs input and kernel of rank ${rank}, got ${showShape(input)} and ${
        showShape(kernel)
      }`,
    );
  }
}

/** How many groups there are. */
export function checkGroups(operation: string, groups = 1): number {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ShapeError(`${operation}: groups must be a whole number from 1 on, got ${groups}`);
  }
  return groups;
}

/**
 * The run-time twin of {@linkcode Conv1d}, {@linkcode Conv2d} and {@linkcode Conv3d}, and of
 * {@linkcode ConvNd} for operations with other names.
 */
export function convShape(
  operation: string,
  input: Shape,
  kernel: Shape,
  options: ConvOptions,
): number[] {
  checkRanks(operation, input, kernel);
  const groups = checkGroups(operation, options.groups);
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
  const dilated = dilatedShape(operation, input, options.inputDilation);
  const positions = windowPositions(operation, dilated, kernel, options);
  if (positions === undefined) {
    throw new ShapeError(
      `${operation}: kernel ${showShape(kernel)} does not fit into input ${showShape(input)}`,
    );
  }
  return [input[0], kernel[0], ...positions];
}
