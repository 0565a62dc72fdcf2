/**
 * Kernels of convolutions: their shapes from the numbers of channels, and how those of depthwise and
 * separable convolutions meet their input.
 *
 * @module
 */
import type { DivFloor, DivRem, NotWhole } from "./arithmetic.ts";
import { checkGroups, type ConvNd, convShape, type Divides, type GroupedChannels } from "./conv.ts";
import type { Dim, IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import type { At, Setting, WindowOptions } from "./window.ts";

/** The sizes of a kernel along one to three spatial axes. */
export type KernelSize =
  | readonly [Dim]
  | readonly [Dim, Dim]
  | readonly [Dim, Dim, Dim];

/** How the kernels of a depthwise convolution meet their input. */
export interface DepthwiseOptions extends WindowOptions {
  /** How many outputs each channel has; 1 unless given. */
  readonly multiplier?: number;
}

/** The shape of a kernel: `[O, I / groups, …size]`. */
export type ConvKernel<
  I extends Dim,
  O extends Dim,
  Size extends Shape,
  G,
  K extends string = "conv",
> = Grouped<I, O, Size, G, K, false>;

/** The shape of a transposed convolution's kernel: `[I, O / groups, …size]`. */
export type ConvTransposeKernel<
  I extends Dim,
  O extends Dim,
  Size extends Shape,
  G,
  K extends string = "convTranspose",
> = Grouped<I, O, Size, G, K, true>;

/** @internal */
type Grouped<
  I extends Dim,
  O extends Dim,
  Size extends Shape,
  G,
  K extends string,
  Transposed extends boolean,
> = NotWhole<G & number, "0"> extends true
  ? Fail<`${K}: groups must be a whole number from 1 on, got ${G & number}`>
  : Divides<G, I, K> extends false
    ? Fail<`${K}: ${G & number} groups do not divide ${I} input channels`>
  : Divides<G, O, K> extends false
    ? Fail<`${K}: ${G & number} groups do not divide ${O} output channels`>
  : Transposed extends true ? [I, Each<O, G, K>, ...Size]
  : [O, Each<I, G, K>, ...Size];

/**
 * The channels of each group.
 *
 * @internal
 */
type Each<C extends Dim, G, K> = G extends 1 ? C
  : IsLiteral<C, K> extends false ? number
  : DivFloor<C, G & number>;

/** The shape of a depthwise kernel: `[C multiplier, 1, …size]`. */
export type DepthwiseKernel<
  C extends Dim,
  Size extends Shape,
  M,
  K extends string = "depthwiseConv",
> = NotWhole<M & number, "0"> extends true ? WrongMultiplier<M & number, K>
  : [GroupedChannels<C, M, K>, 1, ...Size];

/** @internal */
type WrongMultiplier<M extends number, K extends string> = Fail<
  `${K}: multiplier must be a whole number from 1 on, got ${M}`
>;

/** The shape of a depthwise convolution with a kernel `[C multiplier, 1, …spatial]`. */
export type DepthwiseConv<X extends Shape, W extends Shape, O, K extends string = "depthwiseConv"> =
  UnknownRank<W, K> extends true ? Shape
    : Multiplier<O> extends infer M extends number
      ? NotWhole<M, "0"> extends true ? WrongMultiplier<M, K>
      : Remainder<W[0], M, K> extends 0 ? ConvNd<X, W, O & { readonly groups: Each<W[0], M, K> }, K>
      : Fail<
        `${K}: a multiplier of ${M} does not divide the ${W[0]} features of kernel ${Show<W, K>}`
      >
    : never;

/** @internal */
type Multiplier<O> = At<Setting<O, "multiplier", 1>, 0>;

/** @internal */
type Remainder<C extends Dim, M extends number, K> = IsLiteral<C, K> extends false ? 0
  : number extends M ? 0
  : DivRem<C, M>[1];

/**
 * The shape of a depthwise convolution, then one with a kernel `[O, C multiplier, 1, …]`.
 */
export type SeparableConv<
  X extends Shape,
  W extends Shape,
  P extends Shape,
  O,
  K extends string = "separableConv",
> = UnknownRank<W, K> extends true ? Shape
  : UnknownRank<P, K> extends true ? Shape
  : Pointwise<DepthwiseConv<X, W, O, K>, P, K>;

/** @internal */
type Pointwise<S, P extends Shape, K extends string> = S extends infer T extends Shape
  ? ConvNd<T, P, Record<never, never>, K>
  : S;

/** The run-time twin of {@linkcode ConvKernel}. */
export function convKernelShape(
  operation: string,
  inputs: Dim,
  outputs: Dim,
  size: Shape,
  groups?: number,
): number[] {
  const parts = checkGroups(operation, groups);
  for (const [channels, side] of [[inputs, "input"], [outputs, "output"]] as const) {
    if (channels % parts !== 0) {
      throw new ShapeError(
        `${operation}: ${parts} groups do not divide ${channels} ${side} channels`,
      );
    }
  }
  return [outputs, inputs / parts, ...size];
}

/** The run-time twin of {@linkcode ConvTransposeKernel}. */
export function convTransposeKernelShape(
  operation: string,
  inputs: Dim,
  outputs: Dim,
  size: Shape,
  groups?: number,
): number[] {
  const [, , ...spatial] = convKernelShape(operation, inputs, outputs, size, groups);
  return [inputs, outputs / (groups ?? 1), ...spatial];
}

function checkMultiplier(operation: string, multiplier: number): void {
  if (!Number.isInteger(multiplier) || multiplier < 1) {
    throw new ShapeError(
      `${operation}: multiplier must be a whole number from 1 on, got ${multiplier}`,
    );
  }
}

/** The run-time twin of {@linkcode DepthwiseKernel}. */
export function depthwiseKernelShape(
  operation: string,
  channels: Dim,
  size: Shape,
  multiplier = 1,
): number[] {
  checkMultiplier(operation, multiplier);
  return [channels * multiplier, 1, ...size];
}

/** How many groups a depthwise convolution has: one for each channel of its input. */
export function depthwiseGroups(operation: string, kernel: Shape, multiplier = 1): number {
  checkMultiplier(operation, multiplier);
  if (kernel[0] % multiplier !== 0) {
    throw new ShapeError(
      `${operation}: a multiplier of ${multiplier} does not divide the ${
        kernel[0]
      } features of kernel ${showShape(kernel)}`,
    );
  }
  return kernel[0] / multiplier;
}

/** The run-time twin of {@linkcode DepthwiseConv}. */
export function depthwiseShape(
  operation: string,
  input: Shape,
  kernel: Shape,
  options: DepthwiseOptions,
): number[] {
  const groups = depthwiseGroups(operation, kernel, options.multiplier);
  return convShape(operation, input, kernel, { ...options, groups });
}

/** The run-time twin of {@linkcode SeparableConv}. */
export function separableShape(
  operation: string,
  input: Shape,
  depthwise: Shape,
  pointwise: Shape,
  options: DepthwiseOptions,
): number[] {
  const between = depthwiseShape(operation, input, depthwise, options);
  return convShape(operation, between, pointwise, {});
}
