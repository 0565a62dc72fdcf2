/**
 * Sums of products over pairs of axes.
 *
 * @module
 */
import type { Add, Compare, NotWhole, Sub } from "./arithmetic.ts";
import type { AxisOf, OutOfRange, Vague } from "./axis.ts";
import { normalizeAxis } from "./axis.ts";
import type { Broadcast } from "./broadcast.ts";
import { broadcastShapes } from "./broadcast.ts";
import type { Agreed, EqualDim, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import type { Without } from "./reduce.ts";

/** How many axes meet, the last of one operand and the first of the other, or which. */
export type Pairs = number | readonly [readonly number[], readonly number[]];

/** The shape of a sum of products over pairs of axes: the left axes of one, then of the other. */
export type TensorDot<A extends Shape, B extends Shape, X, K extends string = "tensordot"> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : [X] extends [number] ? Vague<[X]> extends true ? Shape : Meeting<A, B, X, K>
    : X extends readonly [infer P extends readonly number[], infer Q extends readonly number[]]
      ? number extends P["length"] | Q["length"] ? Shape
      : true extends Vague<P> | Vague<Q> ? Shape
      : P["length"] extends Q["length"] ? Paired<A, B, P, Q, K>
      : Fail<`${K}: ${P["length"]} axes against ${Q["length"]}`>
    : Shape;

/** @internal */
type Meeting<A extends Shape, B extends Shape, X extends number, K extends string> =
  NotWhole<X> extends true ? Fail<`${K}: the number of axes must be a whole number, got ${X}`>
    : Compare<X, A["length"]> extends "greater" ? TooMany<X, A, K>
    : Compare<X, B["length"]> extends "greater" ? TooMany<X, B, K>
    : Paired<A, B, Count<Sub<A["length"], X>, A["length"]>, Count<0, X>, K>;

/** @internal */
type TooMany<X extends number, S extends Shape, K extends string> = Fail<
  `${K}: ${X} axes are summed over, ${Show<S, K>} has ${S["length"]}`
>;

/** The numbers from `From` to before `To`. */
type Count<From extends number, To extends number, Out extends readonly number[] = []> =
  From extends To ? Out : Count<Add<From, 1>, To, [...Out, From]>;

/**
 * Pair by pair; `AN` and `BN` are the axes that have been.
 *
 * @internal
 */
type Paired<
  A extends Shape,
  B extends Shape,
  P extends readonly number[],
  Q extends readonly number[],
  K extends string,
  AN = never,
  BN = never,
> = P extends readonly [infer p extends number, ...infer PT extends readonly number[]]
  ? Q extends readonly [infer q extends number, ...infer QT extends readonly number[]]
    ? AxisOf<p, A["length"]> extends infer a extends number ? [a] extends [-1] ? OutOfRange<p, A, K>
      : [a] extends [AN] ? Twice<p, A, K>
      : AxisOf<q, B["length"]> extends infer b extends number
        ? [b] extends [-1] ? OutOfRange<q, B, K>
        : [b] extends [BN] ? Twice<q, B, K>
        : EqualDim<A[a], B[b], K> extends Agreed<unknown> ? Paired<A, B, PT, QT, K, AN | a, BN | b>
        : Fail<
          `${K}: dims differ: axis ${p} of ${Show<A, K>} and axis ${q} of ${Show<
            B,
            K
          >} (${A[a]} != ${B[b]})`
        >
      : never
    : never
  : never
  : [...Without<A, AN, false>, ...Without<B, BN, false>];

type Twice<X extends number, S extends Shape, K extends string> = Fail<
  `${K}: axis ${X} is named twice for ${Show<S, K>}`
>;

/** The pairs of axes, counted from 0, that a sum of products is over. */
export function pairsOf(
  a: Shape,
  b: Shape,
  axes: Pairs,
  operation = "tensordot",
): readonly [readonly number[], readonly number[]] {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0) {
      throw new ShapeError(`${operation}: the number of axes must be a whole number, got ${axes}`);
    }
    for (const shape of [a, b]) {
      if (axes > shape.length) {
        throw new ShapeError(
          `${operation}: ${axes} axes are summed over, ${showShape(shape)} has ${shape.length}`,
        );
      }
    }
    const count = Array.from({ length: axes }, (_, i) => i);
    return pairsOf(a, b, [count.map((i) => i + a.length - axes), count], operation);
  }
  const [left, right] = axes;
  if (left.length !== right.length) {
    throw new ShapeError(`${operation}: ${left.length} axes against ${right.length}`);
  }
  const own: number[] = [];
  const other: number[] = [];
  const enter = (axis: number, shape: Shape, seen: number[]) => {
    const normal = normalizeAxis(operation, axis, shape);
    if (seen.includes(normal)) {
      throw new ShapeError(`${operation}: axis ${axis} is named twice for ${showShape(shape)}`);
    }
    seen.push(normal);
    return shape[normal];
  };
  for (const [i, p] of left.entries()) {
    const [m, n] = [enter(p, a, own), enter(right[i], b, other)];
    if (m !== n) {
      throw new ShapeError(
        `${operation}: dims differ: axis ${p} of ${showShape(a)} and axis ${right[i]} of ${
          showShape(b)
        } (${m} != ${n})`,
      );
    }
  }
  return [own, other];
}

/** The run-time twin of {@linkcode TensorDot}. */
export function tensordotShape(a: Shape, b: Shape, axes: Pairs): number[] {
  const [left, right] = pairsOf(a, b, axes);
  return [
    ...a.filter((_, axis) => !left.includes(axis)),
    ...b.filter((_, axis) => !right.includes(axis)),
  ];
}

/** The shape of a product summed over both last axes; a scalar multiplies. */
export type Inner<A extends Shape, B extends Shape, K extends string = "inner"> =
  UnknownRank<A, K> extends true ? Shape
    : UnknownRank<B, K> extends true ? Shape
    : A extends readonly [...infer AR extends Shape, infer a extends number]
      ? B extends readonly [...infer BR extends Shape, infer b extends number]
        ? EqualDim<a, b, K> extends Agreed<unknown> ? [...AR, ...BR]
        : Fail<`${K}: last dims differ: ${Show<A, K>} and ${Show<B, K>} (${a} != ${b})`>
      : [...A]
    : [...B];

/** The run-time twin of {@linkcode Inner}. */
export function innerShape(a: Shape, b: Shape): number[] {
  if (a.length === 0 || b.length === 0) return [...a, ...b];
  const [m, n] = [a[a.length - 1], b[b.length - 1]];
  if (m !== n) {
    throw new ShapeError(
      `inner: last dims differ: ${showShape(a)} and ${showShape(b)} (${m} != ${n})`,
    );
  }
  return [...a.slice(0, -1), ...b.slice(0, -1)];
}

/** The shape of vector products along the last axes, which have three elements. */
export type Cross<A extends Shape, B extends Shape, K extends string = "cross"> =
  Three<A, K> extends true ? Three<B, K> extends true ? Broadcast<A, B, K> : NotThree<B, K>
    : NotThree<A, K>;

/**
 * Whether the last dim is 3, or may be.
 *
 * @internal
 */
type Three<S extends Shape, K> = UnknownRank<S, K> extends true ? true
  : S extends readonly [...unknown[], infer d] ? EqualDim<d, 3, K> extends Agreed<unknown> ? true
    : false
  : false;

/** @internal */
type NotThree<S extends Shape, K extends string> = Fail<
  `${K}: needs 3 elements along the last axis, got ${Show<S, K>}`
>;

/** The run-time twin of {@linkcode Cross}. */
export function crossShape(a: Shape, b: Shape): number[] {
  for (const shape of [a, b]) {
    if (shape.at(-1) !== 3) {
      throw new ShapeError(
        `cross: needs 3 elements along the last axis, got ${showShape(shape)}`,
      );
    }
  }
  return [...broadcastShapes("cross", a, b)];
}
