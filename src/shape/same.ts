/**
 * Operands of one shape, where broadcasting would hide a mistake.
 *
 * @module
 */
import type { Agreed, EqualDim, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";

/**
 * The shape that two shapes both are.
 *
 * @internal
 */
export type Same<A extends Shape, B extends Shape, K extends string> = UnknownRank<A, K> extends
  true ? UnknownRank<B, K> extends true ? Rankless<B, K> : B
  : UnknownRank<B, K> extends true ? A
  : Merged<A, B, K> extends infer M ? [M] extends [-1] ? Fail<
        `${K}: shapes differ: ${Show<A, K>} and ${Show<B, K>}`
      >
    : M
  : never;

/**
 * Two known shapes as one, known dims winning over unknown ones; -1 where they differ.
 *
 * @internal
 */
export type Merged<A, B, K, Out extends readonly unknown[] = []> = A extends
  readonly [infer a, ...infer AT]
  ? B extends readonly [infer b, ...infer BT]
    ? EqualDim<a, b, K> extends Agreed<infer D> ? Merged<AT, BT, K, [...Out, D]> : -1
  : -1
  : B extends readonly [] ? Out
  : -1;

/** Whether two shapes, or other lists of whole numbers, are the same. */
export function equalShapes(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The run-time twin of {@linkcode Same}. */
export function sameShape(operation: string, a: Shape, b: Shape): number[] {
  if (!equalShapes(a, b)) {
    throw new ShapeError(`${operation}: shapes differ: ${showShape(a)} and ${showShape(b)}`);
  }
  return [...a];
}
