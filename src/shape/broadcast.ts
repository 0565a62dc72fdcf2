/**
 * Broadcasting, as NumPy has it: shapes are aligned at their last axes, and a dim of 1 is repeated.
 *
 * @module
 */
import type { Agreed, BroadcastDim, EqualDim, Generic, Plain, Shape, UnknownRank } from "./dim.ts";
import { checkDims, type NotDim, type WrongDim } from "./literal.ts";
import {
  type Fail,
  type Ok,
  type Rankless,
  ShapeError,
  type Show,
  showShape,
  type Whole,
} from "./fail.ts";

/** The shape that two shapes broadcast to. */
export type Broadcast<A extends Shape, B extends Shape, K extends string> =
  Generic<A["length"], K> extends true ? OfGeneric<A, B, K>
    : Generic<B["length"], K> extends true ? OfGeneric<B, A, K>
    : number extends A["length"] ? Shape
    : number extends B["length"] ? Shape
    : Aligned<A, B, K, A, B>;

/**
 * One shape is a type parameter: with itself or a scalar it stays; else the rank is unknown.
 *
 * @internal
 */
type OfGeneric<S extends Shape, T extends Shape, K> = Generic<T["length"], K> extends true
  ? { readonly is: T } extends { readonly is: S } ? Whole<S> : Shape
  : T extends readonly [] ? Whole<S>
  : Shape;

/**
 * From the last axis to the first; the message shows `WholeA` and `WholeB`.
 *
 * @internal
 */
export type Aligned<
  A extends Shape,
  B extends Shape,
  K extends string,
  WholeA extends Shape,
  WholeB extends Shape,
  Out extends readonly unknown[] = [],
> = A extends readonly [...infer AT extends Shape, infer a extends number]
  ? B extends readonly [...infer BT extends Shape, infer b extends number]
    ? BroadcastDim<a, b, K> extends Agreed<infer D>
      ? Aligned<AT, BT, K, WholeA, WholeB, [D, ...Out]>
    : Mismatch<a, b, K, WholeA, WholeB>
  : [...A, ...Out]
  : [...B, ...Out];

type Mismatch<
  a extends number,
  b extends number,
  K extends string,
  A extends Shape,
  B extends Shape,
> = Fail<
  `${K}: shapes do not broadcast: ${Show<A, K>} and ${Show<B, K>} (${a} != ${b})`
>;

/** The run-time twin of {@linkcode Broadcast}; the message shows `wholeA` and `wholeB`. */
export function broadcastShapes(
  operation: string,
  a: Shape,
  b: Shape,
  wholeA: Shape = a,
  wholeB: Shape = b,
): number[] {
  const result: number[] = [];
  for (let back = 1; back <= Math.max(a.length, b.length); back++) {
    const x = a[a.length - back] ?? 1;
    const y = b[b.length - back] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${operation}: shapes do not broadcast: ${showShape(wholeA)} and ${
          showShape(wholeB)
        } (${x} != ${y})`,
      );
    }
    result.unshift(x === 1 ? y : x);
  }
  return result;
}

/** The shape that three shapes broadcast to. */
export type Broadcast3<A extends Shape, B extends Shape, C extends Shape, K extends string> =
  Broadcast<A, B, K> extends infer AB ? AB extends Fail<unknown> ? AB : Broadcast<Ok<AB>, C, K>
    : never;

/** The run-time twin of {@linkcode Broadcast3}, for any number of shapes. */
export function broadcastAll(operation: string, ...shapes: readonly Shape[]): number[] {
  return shapes.reduce<number[]>((a, b) => broadcastShapes(operation, a, b), []);
}

/** A shape that a tensor is repeated to: axes are added in front, dims of 1 are repeated. */
export type BroadcastTo<A extends Shape, B extends Shape, K extends string> =
  UnknownRank<B, K> extends true ? Rankless<B, K>
    : WrongDim<B, K> extends infer W
      ? [W] extends [never]
        ? UnknownRank<A, K> extends true ? Plain<B, K> : Repeated<A, Plain<B, K>, K, A, B>
      : NotDim<W, K>
    : never;

/** @internal */
type Repeated<
  A extends Shape,
  B,
  K extends string,
  WholeA extends Shape,
  WholeB extends Shape,
  Out extends readonly unknown[] = [],
> = A extends readonly [...infer AT extends Shape, infer a]
  ? B extends readonly [...infer BT, infer b]
    ? RepeatedDim<a, b, K> extends Agreed<infer D>
      ? Repeated<AT, BT, K, WholeA, WholeB, [D, ...Out]>
    : NotTo<WholeA, WholeB, K>
  : NotTo<WholeA, WholeB, K>
  : B extends readonly unknown[] ? [...B, ...Out]
  : never;

/** The dim `b` where `a` can be repeated to it. */
type RepeatedDim<a, b, K> = Generic<a, K> extends true ? EqualDim<a, b, K>
  : a extends 1 ? Agreed<b>
  : EqualDim<a, b, K>;

type NotTo<A extends Shape, B extends Shape, K extends string> = Fail<
  `${K}: ${Show<A, K>} does not broadcast to ${Show<B, K>}`
>;

/** The run-time twin of {@linkcode BroadcastTo}. */
export function broadcastToShape(operation: string, a: Shape, b: Shape): number[] {
  checkDims(operation, b);
  const lead = b.length - a.length;
  if (lead < 0 || a.some((dim, axis) => dim !== 1 && dim !== b[axis + lead])) {
    throw new ShapeError(`${operation}: ${showShape(a)} does not broadcast to ${showShape(b)}`);
  }
  return [...b];
}
