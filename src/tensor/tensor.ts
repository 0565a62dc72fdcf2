/**
 * The tensor's type: what a user sees.
 *
 * @module
 */
import type { Exact, Shape } from "../shape/dim.ts";
import type { DType, Element, Promote, TypedArray } from "./dtype.ts";
import type { TensorMethods } from "./methods.ts";

/**
 * An immutable array of numbers or booleans. `S` is its shape, a tuple of dims: a literal (checked by
 * the compiler), `number` (checked when the program runs) or a type parameter `B extends Dim`. `D` is
 * its element type. A bare `Tensor` has unknown rank.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "@katachi/katachi";
 *
 * const x: Tensor<[2, 2]> = tensor([[1, 2], [3, 4]]);
 * x.matmul(x).add(1).toArray(); // [[8, 11], [16, 23]]
 * ```
 */
export interface Tensor<S extends Shape = Shape, out D extends DType = "float32">
  extends TensorMethods {
  /** The dims, outermost first; `[]` for a scalar. */
  readonly shape: S;
  /** The element type. */
  readonly dtype: D;
  /** How many dims there are. */
  readonly rank: S["length"];
  /** How many elements there are. */
  readonly size: number;
  /** A copy of the elements in row-major order. `bool` elements are the bytes 0 and 1. */
  readonly data: TypedArray<D>;
  /**
   * The one element of a tensor that has one.
   *
   * @throws {TypeError} Where there are more, or none.
   */
  item(): Element<D>;
  /** The elements as nested JavaScript arrays; a scalar as the value itself. */
  toArray<A extends Shape, E extends DType>(this: Tensor<A, E>): Nested<A, E>;
  /** Shape, dtype and values as text, laid out like NumPy's. */
  toString(): string;
  /** Never there: keeps the compiler from joining different dims into a union. */
  readonly "~exact"?: Exact<S>;
}

/** A tensor of any shape and dtype. */
export type AnyTensor = Tensor<Shape, DType>;

/** What an elementwise function takes: a tensor, or a number, which takes the other's dtype. */
export type Operand = number | AnyTensor;

/** The shape of an operand: a number is a scalar. */
export type ShapeOf<T> = T extends { readonly shape: infer S extends Shape } ? S : [];

/** The dtype of a tensor. */
export type DTypeOf<T> = T extends { readonly dtype: infer D extends DType } ? D : never;

/** The dtype that two operands share; a number takes the other's. */
export type CommonDType<A extends Operand, B extends Operand> = A extends number
  ? B extends number ? "float32" : DTypeOf<B>
  : B extends number ? DTypeOf<A>
  : Promote<DTypeOf<A>, DTypeOf<B>>;

/** Elements nested as deep as the shape has dims. */
export type Nested<S extends Shape, D extends DType> = number extends S["length"] ? AnyNested<D>
  : S extends readonly [Shape[number], ...infer Rest extends Shape] ? Nested<Rest, D>[]
  : Element<D>;

/** Elements nested to a depth that is not known. */
export type AnyNested<D extends DType> = Element<D> | AnyNested<D>[];
