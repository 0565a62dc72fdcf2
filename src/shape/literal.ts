/**
 * Shapes of JavaScript values, and shapes as arguments.
 *
 * @module
 */
import type { NotWhole } from "./arithmetic.ts";
import type { IsLiteral, Plain, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError } from "./fail.ts";

/** The shape of nested arrays, or a failure where rows differ in length. */
export type LiteralShape<T, K> = K extends string ? T extends number | boolean ? []
  : [Leaf<T>] extends [number | boolean] ? Rectangular<T, K>
  : Fail<`${K}: elements must be numbers or booleans`>
  : never;

/** The shape of nested arrays for a result, and unknown rank after a failure. */
export type LiteralResult<T> = Nesting<T> extends infer S extends Shape
  ? Several<S> extends true ? Shape : S
  : Shape;

/** Literals nest 16 deep at most: the compiler follows an unbound `T` down all the way. */
type Deep = { readonly length: 16 };

/**
 * What lies at the bottom of nested arrays.
 *
 * @internal
 */
type Leaf<T, Level extends readonly unknown[] = []> = Level extends Deep ? T
  : T extends readonly (infer R)[] ? Leaf<R, [...Level, R]>
  : T;

/** @internal */
type Rectangular<T, K extends string> = Nesting<T> extends infer S
  ? Several<S> extends true ? Fail<`${K}: rows of different lengths`> : S
  : never;

/** @internal */
type Several<T, All = T> = T extends unknown ? [All] extends [T] ? false : true : never;

/**
 * Read from the union of the rows, so that rows of different lengths give a union of shapes.
 *
 * @internal
 */
type Nesting<T, Level extends readonly unknown[] = []> = Level extends Deep ? []
  : T extends readonly unknown[] ? number extends T["length"] ? [number, ...Inner<T[number], Level>]
    : T extends readonly [] ? [0]
    : [T["length"], ...Inner<T[number], Level>]
  : [];

/** @internal */
type Inner<T, Level extends readonly unknown[]> = Nesting<T, [...Level, T]> extends
  infer S extends readonly unknown[] ? S : never;

/** The dtype of nested arrays of booleans or numbers. */
export type LiteralDType<T> = Leaf<T> extends infer L
  ? [L] extends [never] ? "float32" : [L] extends [boolean] ? "bool" : "float32"
  : never;

/** The run-time twin of {@linkcode LiteralShape}. */
export function literalShape(values: unknown): number[] {
  if (typeof values === "number" || typeof values === "boolean") return [];
  if (!Array.isArray(values)) throw new ShapeError("tensor: elements must be numbers or booleans");
  if (values.length === 0) return [0];
  const [first, ...others] = values.map(literalShape);
  if (others.some((shape) => shape.join() !== first.join())) {
    throw new ShapeError("tensor: rows of different lengths");
  }
  return [values.length, ...first];
}

/** The shape that a list of dims makes, or a failure where a dim is not a whole number from 0 on. */
export type FromDims<S extends Shape, K> = UnknownRank<S, K> extends true ? Rankless<S, K>
  : WrongDim<S, K> extends infer W ? [W] extends [never] ? Plain<S, K> : NotDim<W, K>
  : never;

/**
 * The first dim that is not a whole number, or `never`.
 *
 * @internal
 */
export type WrongDim<S extends Shape, K> = S extends readonly [infer D, ...infer T extends Shape]
  ? IsLiteral<D, K> extends false ? WrongDim<T, K>
  : NotWhole<D & number> extends true ? D
  : WrongDim<T, K>
  : never;

/** @internal */
export type NotDim<D, K> = Fail<
  `${K & string}: a dim must be a whole number from 0 on, got ${D & number}`
>;

/** The run-time twin of {@linkcode FromDims}. */
export function checkDims(operation: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`${operation}: a shape is a list of dims, got ${shape}`);
  }
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new ShapeError(`${operation}: a dim must be a whole number from 0 on, got ${dim}`);
    }
  }
}
