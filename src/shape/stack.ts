/**
 * Laying tensors of one shape along a new axis.
 *
 * @module
 */
import type { AxisOf, Vague } from "./axis.ts";
import type { Add } from "./arithmetic.ts";
import type { Long } from "./concat.ts";
import type { IsUnion, Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";
import { equalShapes, type Merged } from "./same.ts";

/** The shape of tensors of the shapes `L` laid along a new axis. */
export type Stack<L extends readonly Shape[], X extends number, K extends string = "stack"> =
  L extends readonly [] ? Fail<`${K}: needs at least one tensor`>
    : UnknownRank<L[number], K> extends true ? Shape
    : Vague<[X]> extends true ? Shape
    : number extends L["length"]
      ? IsUnion<L[number]> extends true ? Shape : Placed<L[number], L[number], X, number, K>
    : L extends Long ? Placed<L[0], L[0], X, L["length"], K>
    : L extends readonly [infer First extends Shape, ...infer T extends readonly Shape[]]
      ? UnknownRank<First, K> extends true ? Shape
      : Same<T, K, First> extends infer S
        ? S extends Fail<unknown> ? S : Placed<S, First, X, L["length"], K>
      : never
    : never;

/** @internal */
type Placed<S, First extends Shape, X extends number, Count extends number, K extends string> =
  AxisOf<X, Add<First["length"], 1>> extends infer N extends number
    ? [N] extends [-1] ? Fail<`${K}: axis ${X} is out of range for ${Show<First, K>}`>
    : Inserted<S, N, Count>
    : never;

type Inserted<S, N, Count, Out extends readonly unknown[] = []> = Out["length"] extends N
  ? S extends readonly unknown[] ? [...Out, Count, ...S] : never
  : S extends readonly [infer D, ...infer T] ? Inserted<T, N, Count, [...Out, D]>
  : never;

/**
 * The shape that all have, known dims winning over unknown ones.
 *
 * @internal
 */
type Same<L extends readonly Shape[], K extends string, Acc extends readonly unknown[]> = L extends
  readonly [infer S extends Shape, ...infer T extends readonly Shape[]]
  ? UnknownRank<S, K> extends true ? Same<T, K, Acc>
  : Merged<Acc, S, K> extends infer M ? M extends readonly unknown[] ? Same<T, K, M>
    : Fail<`${K}: shapes differ: ${Show<Acc, K>} and ${Show<S, K>}`>
  : never
  : Acc;

/** The run-time twin of {@linkcode Stack}. */
export function stackShape(shapes: readonly Shape[], axis: number): number[] {
  if (shapes.length === 0) throw new ShapeError("stack: needs at least one tensor");
  const [first] = shapes;
  for (const shape of shapes) {
    if (!equalShapes(shape, first)) {
      throw new ShapeError(`stack: shapes differ: ${showShape(first)} and ${showShape(shape)}`);
    }
  }
  const at = axis < 0 ? axis + first.length + 1 : axis;
  if (!Number.isInteger(axis) || at < 0 || at > first.length) {
    throw new ShapeError(`stack: axis ${axis} is out of range for ${showShape(first)}`);
  }
  return first.toSpliced(at, 0, shapes.length);
}
