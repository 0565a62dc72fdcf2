/**
 * A series as rows of a table: what is known, and what comes next.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type DType,
  type Fail,
  fromBuffer,
  type Ok,
  type Shape,
  ShapeError,
  take,
  type Tensor,
} from "../../mod.ts";
import type { Add, Compare, DivFloor, NotWhole, Sub } from "../shape/arithmetic.ts";
import type { IsLiteral, UnknownRank } from "../shape/dim.ts";
import { requireWhole } from "./rows.ts";

/** How windows lie in a series. */
export interface WindowsOptions<Stride extends number = number, Horizon extends number = number> {
  /** The steps from one window to the next; 1 unless given. */
  readonly stride?: Stride;
  /** How many steps after a window are to be told; 1 unless given, and 0 for windows alone. */
  readonly horizon?: Horizon;
}

/** The shape of the parts of windows that have `Part` steps, in a series along the first axis. */
export type Windows<
  S extends Shape,
  Part extends number,
  Size extends number,
  Stride extends number,
  Horizon extends number,
  K extends string,
> = UnknownRank<S, K> extends true ? Shape
  : S extends readonly [infer T extends number, ...infer Rest extends Shape]
    ? CountOf<T, Size, Stride, Horizon, K> extends infer N
      ? N extends number ? [N, Part, ...Rest] : N
    : never
  : Fail<`${K}: needs a series along the first axis, got a scalar`>;

/**
 * How many windows there are, or what is wrong with them.
 *
 * @internal
 */
type CountOf<
  T extends number,
  Size extends number,
  Stride extends number,
  Horizon extends number,
  K extends string,
> = NotWhole<Size, "0"> extends true
  ? Fail<`${K}: the size must be a whole number from 1 on, got ${Size}`>
  : NotWhole<Stride, "0"> extends true
    ? Fail<`${K}: the stride must be a whole number from 1 on, got ${Stride}`>
  : NotWhole<Horizon> extends true
    ? Fail<`${K}: the horizon must be a whole number from 0 on, got ${Horizon}`>
  : false extends
    IsLiteral<T, K> | IsLiteral<Size, K> | IsLiteral<Stride, K> | IsLiteral<Horizon, K> ? number
  : Compare<Add<Size, Horizon>, T> extends "greater"
    ? Fail<`${K}: ${T} steps have no window of ${Size} and ${Horizon} more`>
  : Add<DivFloor<Sub<T, Add<Size, Horizon>>, Stride>, 1>;

/**
 * A series cut into windows: row by row, `size` steps in `x` and the `horizon` steps that come after
 * them in `y`, to be told from `x`. Time runs along the first axis.
 *
 * Windows overlap where the stride is less than what they hold: split them by
 * {@linkcode timeSeriesSplit}, with a gap, or cut the series first.
 *
 * @throws {ShapeError} Where the series is shorter than one window and what comes after it.
 * @throws {RangeError} Where a setting is out of its range.
 *
 * @example
 * ```ts
 * import { arange } from "@katachi/katachi";
 * import { slidingWindows } from "@katachi/katachi/data";
 *
 * const { x, y } = slidingWindows(arange(6), 3);
 * x.toArray(); // [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
 * y.toArray(); // [[3], [4], [5]]
 * ```
 */
export function slidingWindows<
  S extends Shape,
  D extends DType,
  const Size extends number,
  const Stride extends number = 1,
  const Horizon extends number = 1,
  K extends string = "slidingWindows",
>(
  series: Tensor<S, D>,
  size: Arg<Windows<S, Size, Size, Stride, Horizon, K>, Size>,
  options?: WindowsOptions<Stride, Horizon>,
): {
  /** What is known: windows of `size` steps. */
  x: Tensor<Ok<Windows<S, Size, Size, Stride, Horizon, K>>, D>;
  /** The `horizon` steps after each. */
  y: Tensor<Ok<Windows<S, Horizon, Size, Stride, Horizon, K>>, D>;
} {
  return windowsOf(series as never, size as never, options) as never;
}

function windowsOf(
  series: AnyTensor,
  size: number,
  { stride = 1, horizon = 1 }: WindowsOptions = {},
): { x: AnyTensor; y: AnyTensor } {
  if (series.rank === 0) {
    throw new ShapeError("slidingWindows: needs a series along the first axis, got a scalar");
  }
  requireWhole("slidingWindows", "size", size, 1);
  requireWhole("slidingWindows", "stride", stride, 1);
  requireWhole("slidingWindows", "horizon", horizon, 0);
  const [steps] = series.shape;
  if (size + horizon > steps) {
    throw new ShapeError(
      `slidingWindows: ${steps} steps have no window of ${size} and ${horizon} more`,
    );
  }
  const count = Math.floor((steps - size - horizon) / stride) + 1;
  const part = (from: number, length: number): AnyTensor => {
    const positions = Int32Array.from(
      { length: count * length },
      (_, i) => Math.floor(i / length) * stride + from + i % length,
    );
    return take(series, fromBuffer(positions, [count, length]), 0);
  };
  return { x: part(0, size), y: part(size, horizon) };
}
