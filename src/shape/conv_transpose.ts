/**
 * Sizes of transposed convolutions: `[N, C, …spatial]` with a kernel `[C, O / groups, …spatial]`.
 *
 * @module
 */
import type { Add, Compare, NotWhole, Sub } from "./arithmetic.ts";
import {
  checkGroups,
  checkRanks,
  type Dilated,
  type Divides,
  type GroupedChannels,
  type WrongKernel,
  type WrongRank,
} from "./conv.ts";
import type { Disagreed, EqualDim, IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import {
  type Around,
  type At,
  convPadding,
  extent,
  type Padding,
  type PerAxis,
  perAxis,
  type Setting,
  type SpatialAxis,
  type SpatialRank,
  type WrongPerAxis,
  type WrongWindow,
} from "./window.ts";

/** How a transposed convolution is done. */
export interface ConvTransposeOptions {
  /** The distance between neighbouring elements of the input in the output; 1 unless given. */
  readonly stride?: PerAxis;
  /**
   * What the convolution that is transposed puts around its input, and so what is cut off here: one
   * number for all sides, or a number or `[before, after]` for each spatial axis; 0 unless given.
   */
  readonly padding?: Exclude<Padding, string>;
  /** The distance between neighbouring elements of the kernel; 1 unless given. */
  readonly dilation?: PerAxis;
  /** How much longer the output is at its end; 0 unless given. */
  readonly outputPadding?: PerAxis;
  /** How many groups of channels are convolved on their own; 1 unless given. */
  readonly groups?: number;
}

/** The shape of a one-dimensional transposed convolution. */
export type ConvTranspose1d<
  X extends Shape,
  W extends Shape,
  O,
  K extends string = "convTranspose1d",
> = ConvTranspose<X, W, O, K, 3>;

/** The shape of a two-dimensional transposed convolution. */
export type ConvTranspose2d<
  X extends Shape,
  W extends Shape,
  O,
  K extends string = "convTranspose2d",
> = ConvTranspose<X, W, O, K, 4>;

/** The shape of a three-dimensional transposed convolution. */
export type ConvTranspose3d<
  X extends Shape,
  W extends Shape,
  O,
  K extends string = "convTranspose3d",
> = ConvTranspose<X, W, O, K, 5>;

/** The shape of a transposed convolution of as many axes as the kernel has. */
export type ConvTransposeNd<X extends Shape, W extends Shape, O, K extends string> =
  UnknownRank<W, K> extends true ? Shape
    : W["length"] extends 3 | 4 | 5 ? ConvTranspose<X, W, O, K, W["length"]>
    : WrongKernel<W, K>;

/** @internal */
type ConvTranspose<X extends Shape, W extends Shape, O, K extends string, Rank extends 3 | 4 | 5> =
  UnknownRank<X, K> extends true ? Shape
    : UnknownRank<W, K> extends true ? Shape
    : X["length"] extends Rank
      ? W["length"] extends Rank
        ? Wrong<X, W, O, K, At<Setting<O, "groups", 1>, 0>, Rank> extends infer F
          ? [F] extends [never]
            ? Spatial<X, W, O, K, [X[0], GroupedChannels<W[1], At<Setting<O, "groups", 1>, 0>, K>]>
          : F
        : never
      : WrongRank<X, W, K, Rank>
    : WrongRank<X, W, K, Rank>;

/** The failure of channels, groups or settings, or `never`. */
type Wrong<X extends Shape, W extends Shape, O, K extends string, G, Rank> =
  NotWhole<G & number, "0"> extends true
    ? Fail<`${K}: groups must be a whole number from 1 on, got ${G & number}`>
    : EqualDim<X[1], W[0], K> extends Disagreed ? Fail<
        `${K}: channels differ: input ${Show<X, K>} has ${X[1]}, kernel ${Show<W, K>} wants ${W[0]}`
      >
    : Divides<G, W[0], K> extends false ? Fail<
        `${K}: ${G & number} groups do not divide the ${W[0]} channels of kernel ${Show<W, K>}`
      >
    : WrongPerAxis<
      Setting<O, "outputPadding", 0>,
      "outputPadding",
      SpatialRank<Rank>,
      K,
      0
    > extends infer F
      ? [F] extends [never] ? WrongWindow<O, Setting<O, "stride", 1>, SpatialRank<Rank>, K> : F
    : never;

/** @internal */
type Spatial<
  X extends Shape,
  W extends Shape,
  O,
  K extends string,
  Out extends readonly unknown[],
> = Out["length"] extends X["length"] ? Out
  : Size<X[Out["length"]], W[Out["length"]], O, SpatialAxis<Out["length"]>, K> extends infer D
    ? [D] extends [-1] ? Fail<
        `${K}: padding cuts off more than the output of input ${Show<X, K>} and kernel ${Show<
          W,
          K
        >}`
      >
    : Spatial<X, W, O, K, [...Out, D]>
  : never;

/** The size of the output along an axis, or -1 where padding cuts off more. */
type Size<X, W, O, I, K> = Cut<
  Sum<
    Dilated<X, At<Setting<O, "stride", 1>, I>, K>,
    Sum<
      Dilated<W, At<Setting<O, "dilation", 1>, I>, K>,
      At<Setting<O, "outputPadding", 0>, I>,
      K
    >,
    K
  >,
  Sum<Around<Setting<O, "padding", 0>, I>, 1, K>
>;

type Sum<A, B, K> = IsLiteral<A, K> extends false ? number : Add<A & number, B & number>;

type Cut<Whole extends number, Off extends number> = number extends Whole ? number
  : number extends Off ? number
  : Compare<Whole, Off> extends "less" ? -1
  : Sub<Whole, Off>;

/** The run-time twin of {@linkcode ConvTranspose1d} and its like of more or any axes. */
export function convTransposeShape(
  operation: string,
  input: Shape,
  kernel: Shape,
  options: ConvTransposeOptions,
): number[] {
  checkRanks(operation, input, kernel);
  const groups = checkGroups(operation, options.groups);
  if (input[1] !== kernel[0]) {
    throw new ShapeError(
      `${operation}: channels differ: input ${showShape(input)} has ${input[1]}, kernel ${
        showShape(kernel)
      } wants ${kernel[0]}`,
    );
  }
  if (kernel[0] % groups !== 0) {
    throw new ShapeError(
      `${operation}: ${groups} groups do not divide the ${kernel[0]} channels of kernel ${
        showShape(kernel)
      }`,
    );
  }
  const rank = input.length - 2;
  const more = perAxis(operation, "outputPadding", options.outputPadding ?? 0, rank, 0);
  const stride = perAxis(operation, "stride", options.stride ?? 1, rank);
  const dilation = perAxis(operation, "dilation", options.dilation ?? 1, rank);
  const padding = convPadding(operation, input, kernel, {
    ...options,
    padding: options.padding ?? 0,
  });
  const spatial = padding.map(([before, after], i) =>
    extent(input[i + 2], stride[i]) + extent(kernel[i + 2], dilation[i]) + more[i] - before -
    after - 1
  );
  if (spatial.some((dim) => dim < 0)) {
    throw new ShapeError(
      `${operation}: padding cuts off more than the output of input ${
        showShape(input)
      } and kernel ${showShape(kernel)}`,
    );
  }
  return [input[0], kernel[1] * groups, ...spatial];
}
