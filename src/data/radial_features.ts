/**
 * Radial basis functions: features that tell how near a point is to each of some centers.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  type BroadcastTo,
  div,
  exp,
  expandDims,
  type Fail,
  type FloatDType,
  mul,
  type Ok,
  type Operand,
  type Promote,
  type Shape,
  ShapeError,
  type ShapeOf,
  square,
  sub,
  sum,
  type Tensor,
} from "../../mod.ts";
import type { Disagreed, EqualDim, UnknownRank } from "../shape/dim.ts";
import { broadcastToShape } from "../shape/broadcast.ts";
import { type Show, showShape } from "../shape/fail.ts";
import { isTensor } from "../tensor/storage.ts";

/** The shape of radial features: one for each center, in place of the points' coordinates. */
export type Radial<S extends Shape, C extends Shape, K extends string> = UnknownRank<S, K> extends
  true ? Shape
  : UnknownRank<C, K> extends true ? Shape
  : S extends readonly [...infer Lead extends Shape, infer F]
    ? C extends readonly [infer M extends number, infer G]
      ? EqualDim<F, G, K> extends Disagreed ? Apart<S, C, K> : [...Lead, M]
    : Apart<S, C, K>
  : Apart<S, C, K>;

/** @internal */
type Apart<S extends Shape, C extends Shape, K extends string> = Fail<
  `${K}: centers ${Show<C, K>} are no rows of points as in ${Show<S, K>}`
>;

/**
 * Gaussian radial basis functions of points `[…, F]` around centers `[M, F]`: features `[…, M]`, each
 * `exp(-|x - c|² / (2 width²))`, 1 at its center. The width is one for all centers, or one for each.
 *
 * Differentiable in all of them, so that centers and widths can be learned. (D. Broomhead and D. Lowe,
 * "Multivariable functional interpolation and adaptive networks", 1988.)
 *
 * @throws {ShapeError} Where the centers are no rows of points, or the widths do not fit.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { radialFeatures } from "@katachi/katachi/data";
 *
 * const features = radialFeatures(tensor([[0], [2]]), tensor([[0], [1], [2]]), 0.5);
 * features.shape; // [2, 3]
 * features.slice([0]).toArray(); // about 1, 0.135 and 0.0003
 * ```
 */
export function radialFeatures<
  S extends Shape,
  C extends Shape,
  D extends FloatDType,
  E extends FloatDType,
  W extends Operand,
  K extends string = "radialFeatures",
>(
  x: Tensor<S, D>,
  centers: Arg<Radial<S, C, K>, Tensor<C, E>>,
  width: Arg<BroadcastTo<ShapeOf<W>, Widths<C>, K>, W>,
): Tensor<Ok<Radial<S, C, K>>, Promote<D, E>> {
  return radialOf(x as never, centers as never, width as never) as never;
}

/** @internal */
type Widths<C extends Shape> = C extends readonly [infer M extends number, ...Shape] ? [M] : Shape;

function radialOf(x: AnyTensor, centers: AnyTensor, width: Operand): AnyTensor {
  if (x.rank === 0 || centers.rank !== 2 || centers.shape[1] !== x.shape[x.rank - 1]) {
    throw new ShapeError(
      `radialFeatures: centers ${showShape(centers.shape)} are no rows of points as in ${
        showShape(x.shape)
      }`,
    );
  }
  const distances = sum(square(sub(expandDims(x, -2), centers)), -1) as AnyTensor;
  broadcastToShape("radialFeatures", isTensor(width) ? width.shape : [], [centers.shape[0]]);
  return exp(mul(div(div(distances, width), width), -0.5));
}
