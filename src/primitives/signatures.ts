/**
 * The types of elementwise functions.
 *
 * @module
 */
import type { Broadcast, Broadcast3 } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import type { DType, Floating } from "../tensor/dtype.ts";
import type { CommonDType, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";

/** A function of two operands that broadcast, with a result of their common dtype. */
export type Binary<Op extends string> = <
  A extends Operand,
  B extends Operand,
  K extends string = Op,
>(
  a: A,
  b: Arg<Broadcast<ShapeOf<A>, ShapeOf<B>, K>, B>,
) => Tensor<Ok<Broadcast<ShapeOf<A>, ShapeOf<B>, K>>, CommonDType<A, B>>;

/** As {@linkcode Binary}, with a float result. */
export type RealBinary<Op extends string> = <
  A extends Operand,
  B extends Operand,
  K extends string = Op,
>(
  a: A,
  b: Arg<Broadcast<ShapeOf<A>, ShapeOf<B>, K>, B>,
) => Tensor<Ok<Broadcast<ShapeOf<A>, ShapeOf<B>, K>>, Floating<CommonDType<A, B>>>;

/** As {@linkcode Binary}, with a `bool` result. */
export type Comparison<Op extends string> = <
  A extends Operand,
  B extends Operand,
  K extends string = Op,
>(
  a: A,
  b: Arg<Broadcast<ShapeOf<A>, ShapeOf<B>, K>, B>,
) => Tensor<Ok<Broadcast<ShapeOf<A>, ShapeOf<B>, K>>, "bool">;

/** A function of one tensor that keeps shape and dtype. */
export type SameUnary = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;

/** A function of one tensor that keeps the shape and gives floats. */
export type RealUnary = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
) => Tensor<S, Floating<D>>;

/** A function of one tensor that keeps the shape and gives booleans. */
export type Predicate = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, "bool">;

/** The choice between two operands; all three broadcast. */
export type Where = <
  C extends Operand,
  A extends Operand,
  B extends Operand,
  K extends string = "where",
>(
  condition: C,
  a: A,
  b: Arg<Broadcast3<ShapeOf<C>, ShapeOf<A>, ShapeOf<B>, K>, B>,
) => Tensor<Ok<Broadcast3<ShapeOf<C>, ShapeOf<A>, ShapeOf<B>, K>>, CommonDType<A, B>>;
