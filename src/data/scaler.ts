/**
 * What scales features: it is fitted on the data to train on, and applied to all.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  astype,
  type BroadcastTo,
  type DType,
  type Floating,
  moveAxis,
  type Ok,
  type Shape,
  type Tensor,
} from "../../mod.ts";
import { type AxisOf, normalizeAxis, type OutOfRange, type Vague } from "../shape/axis.ts";
import { broadcastToShape } from "../shape/broadcast.ts";
import type { UnknownRank } from "../shape/dim.ts";
import { floating } from "../tensor/dtype.ts";

/** What a scaler has measured: numbers by these names, each of them one for every feature. */
export type Measured<Names extends string, P extends Shape = Shape> = {
  readonly [Name in Names]: Tensor<P, "float64">;
};

/**
 * The shape of one number for each feature: the dim of the axis that features run along, and ones for
 * the axes after it. Without an axis (`null`, or `undefined` for up to one axis), all are one feature.
 */
export type FeatureShape<S extends Shape, X, K extends string> = [X] extends [null] ? []
  : UnknownRank<S, K> extends true ? Shape
  : [X] extends [undefined] ? S["length"] extends 0 | 1 ? [] : FromAxis<S, -1, K>
  : [X] extends [number] ? Vague<[X]> extends true ? Shape : FromAxis<S, X, K>
  : Shape;

/** @internal */
type FromAxis<S extends Shape, X extends number, K extends string> = AxisOf<X, S["length"]> extends
  infer N extends number ? [N] extends [-1] ? OutOfRange<X, S, K>
  : DropTo<S, N>
  : never;

/** @internal */
type DropTo<S extends Shape, N extends number, Seen extends readonly unknown[] = []> = S extends
  readonly [infer D extends number, ...infer T extends Shape]
  ? Seen["length"] extends N ? [D, ...{ -readonly [I in keyof T]: 1 }] : DropTo<T, N, [...Seen, D]>
  : never;

/** What a scaler takes as features. */
export interface FitOptions<X> {
  /**
   * The axis that features run along; the last one unless given, and for tensors of one axis none.
   * `null` measures all elements as one feature.
   */
  readonly axis?: X;
}

/**
 * A way of scaling features: `fit` measures them, the function itself scales any data by what was
 * measured, and `invert` takes it back. `Names` are those of the numbers that are measured.
 */
export interface Scaler<
  Op extends string,
  Names extends string,
  Options = Record<never, never>,
> {
  /**
   * The data, scaled. Differentiable; in the data's dtype, or `float32` for one that is no float.
   *
   * @throws {ShapeError} Where the data has other features than were measured.
   */
  <P extends Shape, S extends Shape, D extends DType, K extends string = Op>(
    measured: Measured<Names, P>,
    x: Arg<BroadcastTo<P, S, K>, Tensor<S, D>>,
  ): Tensor<S, Floating<D>>;
  /**
   * Measures the features of the data to train on.
   *
   * @throws {ShapeError} Where the axis is out of range.
   * @throws {RangeError} Where there is nothing to measure.
   */
  fit<
    S extends Shape,
    D extends DType,
    const X extends number | null | undefined = undefined,
    K extends string = `${Op}.fit`,
  >(
    x: Tensor<S, D>,
    options?: FitOptions<Arg<FeatureShape<S, X, K>, X>> & Options,
  ): Measured<Names, Ok<FeatureShape<S, X, K>>>;
  /**
   * The data that was scaled, as it was.
   *
   * @throws {ShapeError} Where the data has other features than were measured.
   */
  invert<P extends Shape, S extends Shape, D extends DType, K extends string = `${Op}.invert`>(
    measured: Measured<Names, P>,
    x: Arg<BroadcastTo<P, S, K>, Tensor<S, D>>,
  ): Tensor<S, Floating<D>>;
}

/** Numbers for features, or data, before their types. */
export type Wide = Tensor<Shape, "float64">;

/** A scaler before its types. All is done in float64. */
export interface Scaling<Names extends string, Options> {
  /** Measures the columns of `[rows, features]`. */
  readonly measure: (columns: Wide, options: Options) => Record<Names, Wide>;
  /** Scales data. */
  readonly scale: (measured: Record<Names, Wide>, x: Wide) => Wide;
  /** Takes it back. */
  readonly invert: (measured: Record<Names, Wide>, x: Wide) => Wide;
}

/** Makes a scaler. */
export function makeScaler<Op extends string, Names extends string, Options>(
  name: Op,
  { measure, scale, invert }: Scaling<Names, Options>,
): Scaler<Op, Names, Options> {
  const inFloat64 = (operation: string, f: typeof scale) =>
  (
    measured: Record<Names, Wide>,
    x: AnyTensor,
  ): AnyTensor => {
    for (const numbers of Object.values<Wide>(measured)) {
      broadcastToShape(operation, numbers.shape, x.shape);
    }
    return astype(f(measured, astype(x, "float64")), floating(x.dtype));
  };
  const fit = (x: AnyTensor, options: FitOptions<number | null> & Options) => {
    const operation = `${name}.fit`;
    const { axis = x.rank > 1 ? -1 : null } = options ?? {};
    const at = axis === null ? undefined : normalizeAxis(operation, axis, x.shape);
    if (x.size === 0) {
      throw new RangeError(`${operation}: nothing to measure in [${x.shape.join(", ")}]`);
    }
    const features = at === undefined ? [] : x.shape.slice(at).map((dim, i) => i === 0 ? dim : 1);
    const count = features[0] ?? 1;
    const last = at === undefined ? x : moveAxis(x, at, -1);
    const columns = astype(last, "float64").reshape([x.size / count, count]) as Wide;
    const measured = Object.entries<Wide>(measure(columns, options ?? {} as Options));
    return Object.fromEntries(
      measured.map(([name, numbers]) => [name, numbers.reshape(features)]),
    );
  };
  return Object.assign(inFloat64(name, scale), {
    fit,
    invert: inFloat64(`${name}.invert`, invert),
  }) as never;
}
