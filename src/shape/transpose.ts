/**
 * Transposition: axes in another order.
 *
 * @module
 */
import type { AxisOf, Vague } from "./axis.ts";
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape with its axes in the order of `P`, reversed for `undefined`. */
export type Transpose<S extends Shape, P, K extends string = "transpose"> =
  UnknownRank<S, K> extends true ? Shape
    : [P] extends [undefined] ? Backwards<S>
    : [P] extends [readonly number[]] ? number extends P["length"] ? Dynamic<S>
      : Vague<P> extends true ? Dynamic<S>
      : Permuted<S, P, K, P>
    : Shape;

/** @internal */
type Dynamic<S extends Shape> = { -readonly [I in keyof S]: number };

/** @internal */
type Backwards<S extends Shape, Out extends readonly unknown[] = []> = S extends
  readonly [infer D, ...infer T extends Shape] ? Backwards<T, [D, ...Out]> : Out;

/** @internal */
type Permuted<
  S extends Shape,
  P extends readonly number[],
  K extends string,
  Whole extends readonly number[],
  Used = never,
  Out extends readonly unknown[] = [],
> = P extends readonly [infer X extends number, ...infer T extends readonly number[]]
  ? AxisOf<X, S["length"]> extends infer N extends number
    ? [N] extends [-1 | Used] ? Not<S, Whole, K>
    : Permuted<S, T, K, Whole, Used | N, [...Out, S[N]]>
  : never
  : Out["length"] extends S["length"] ? Out
  : Not<S, Whole, K>;

type Not<S extends Shape, P extends Shape, K extends string> = Fail<
  `${K}: ${Show<P, K>} is not a permutation of the axes of ${Show<S, K>}`
>;

/** The run-time twin of {@linkcode Transpose}. */
export function transposeShape(shape: Shape, permutation?: readonly number[]): number[] {
  if (permutation === undefined) return shape.toReversed();
  const axes = permutation.map((axis) => axis < 0 ? axis + shape.length : axis);
  if (axes.length !== shape.length || shape.some((_, axis) => !axes.includes(axis))) {
    throw new ShapeError(
      `transpose: ${showShape(permutation)} is not a permutation of the axes of ${
        showShape(shape)
      }`,
    );
  }
  return axes.map((axis) => shape[axis]);
}
