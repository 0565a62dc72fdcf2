/**
 * Grids spanned by vectors.
 *
 * @module
 */
import type { Shape, UnknownRank } from "./dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "./fail.ts";

/** Whether the first two axes of a grid are columns and rows, or rows and columns. */
export type Indexing = "xy" | "ij";

/** The shape of the grid that vectors of the shapes `L` span. */
export type MeshGrid<
  L extends readonly Shape[],
  I extends Indexing,
  K extends string = "meshgrid",
> = number extends L["length"] ? Shape
  : Indexing extends I ? Shape
  : Lengths<L, K> extends infer D
    ? I extends "xy" ? D extends readonly [infer x, infer y, ...infer T] ? [y, x, ...T] : D
    : D
  : never;

/** @internal */
type Lengths<L extends readonly Shape[], K extends string, Out extends readonly unknown[] = []> =
  L extends readonly [infer S extends Shape, ...infer T extends readonly Shape[]]
    ? UnknownRank<S, K> extends true ? Lengths<T, K, [...Out, number]>
    : S extends readonly [infer D] ? Lengths<T, K, [...Out, D]>
    : Fail<`${K}: needs vectors, got ${Show<S, K>}`>
    : Out;

/** The run-time twin of {@linkcode MeshGrid}. */
export function meshgridShape(shapes: readonly Shape[], indexing: Indexing): number[] {
  const wrong = shapes.find((shape) => shape.length !== 1);
  if (wrong) throw new ShapeError(`meshgrid: needs vectors, got ${showShape(wrong)}`);
  const [x, y, ...rest] = shapes.map(([length]) => length);
  if (y === undefined) return x === undefined ? [] : [x];
  return indexing === "xy" ? [y, x, ...rest] : [x, y, ...rest];
}
