/**
 * The operations that a tensor carries as methods, so that expressions read from left to right. Each
 * is the function of the same name with the tensor as its first argument.
 *
 * Methods take `this: Tensor<A, E>` with a shape of their own, so that they do not decide which
 * tensors are assignable to which.
 *
 * @module
 */
import type { Broadcast, BroadcastTo } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import type { MatMul } from "../shape/matmul.ts";
import type { Reduce } from "../shape/reduce.ts";
import type { Flatten, Reshape } from "../shape/reshape.ts";
import type { Index, Slice } from "../shape/slice.ts";
import type { ExpandDims, Squeeze } from "../shape/squeeze.ts";
import type { Transpose } from "../shape/transpose.ts";
import type { DType, Floating, Promote, Summed } from "./dtype.ts";
import type { CommonDType, Operand, ShapeOf, Tensor } from "./tensor.ts";

/** One axis, several, or all of them. */
export type Axes = number | readonly number[] | undefined;

/** Whether reduced axes stay, with a dim of 1. */
export interface KeepDims<Keep extends boolean = boolean> {
  /** `true` keeps reduced axes with a dim of 1; `false` unless given. */
  readonly keepDims?: Keep;
}

/** The methods of {@linkcode Tensor}. */
export interface TensorMethods {
  /** The sum with another operand; see `add`. */
  add<A extends Shape, E extends DType, B extends Operand, K extends string = "add">(
    this: Tensor<A, E>,
    other: Arg<Broadcast<A, ShapeOf<B>, K>, B>,
  ): Tensor<Ok<Broadcast<A, ShapeOf<B>, K>>, CommonDType<Tensor<A, E>, B>>;
  /** The difference from another operand; see `sub`. */
  sub<A extends Shape, E extends DType, B extends Operand, K extends string = "sub">(
    this: Tensor<A, E>,
    other: Arg<Broadcast<A, ShapeOf<B>, K>, B>,
  ): Tensor<Ok<Broadcast<A, ShapeOf<B>, K>>, CommonDType<Tensor<A, E>, B>>;
  /** The product with another operand, element by element; see `mul`. */
  mul<A extends Shape, E extends DType, B extends Operand, K extends string = "mul">(
    this: Tensor<A, E>,
    other: Arg<Broadcast<A, ShapeOf<B>, K>, B>,
  ): Tensor<Ok<Broadcast<A, ShapeOf<B>, K>>, CommonDType<Tensor<A, E>, B>>;
  /** The quotient by another operand; see `div`. */
  div<A extends Shape, E extends DType, B extends Operand, K extends string = "div">(
    this: Tensor<A, E>,
    other: Arg<Broadcast<A, ShapeOf<B>, K>, B>,
  ): Tensor<Ok<Broadcast<A, ShapeOf<B>, K>>, Floating<CommonDType<Tensor<A, E>, B>>>;
  /** The power with another operand as exponent; see `pow`. */
  pow<A extends Shape, E extends DType, B extends Operand, K extends string = "pow">(
    this: Tensor<A, E>,
    other: Arg<Broadcast<A, ShapeOf<B>, K>, B>,
  ): Tensor<Ok<Broadcast<A, ShapeOf<B>, K>>, CommonDType<Tensor<A, E>, B>>;
  /** The negative; see `neg`. */
  neg<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, E>;
  /** The absolute value; see `abs`. */
  abs<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, E>;
  /** The square; see `square`. */
  square<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, E>;
  /** The square root; see `sqrt`. */
  sqrt<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, Floating<E>>;
  /** The exponential; see `exp`. */
  exp<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, Floating<E>>;
  /** The natural logarithm; see `log`. */
  log<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, Floating<E>>;
  /** The sine; see `sin`. */
  sin<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, Floating<E>>;
  /** The cosine; see `cos`. */
  cos<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, Floating<E>>;
  /** The hyperbolic tangent; see `tanh`. */
  tanh<A extends Shape, E extends DType>(this: Tensor<A, E>): Tensor<A, Floating<E>>;
  /** The elements in another dtype; see `astype`. */
  astype<A extends Shape, T extends DType>(this: Tensor<A, DType>, dtype: T): Tensor<A, T>;
  /** The matrix product; see `matmul`. */
  matmul<
    A extends Shape,
    E extends DType,
    B extends Shape,
    F extends DType,
    K extends string = "matmul",
  >(
    this: Tensor<A, E>,
    other: Arg<MatMul<A, B, K>, Tensor<B, F>>,
  ): Tensor<Ok<MatMul<A, B, K>>, Promote<E, F>>;
  /** The sum along axes; see `sum`. */
  sum<
    A extends Shape,
    E extends DType,
    const X extends Axes = undefined,
    Keep extends boolean = false,
    K extends string = "sum",
  >(
    this: Tensor<A, E>,
    axis?: Arg<Reduce<A, X, Keep, K>, X>,
    options?: KeepDims<Keep>,
  ): Tensor<Ok<Reduce<A, X, Keep, K>>, Summed<E>>;
  /** The mean along axes; see `mean`. */
  mean<
    A extends Shape,
    E extends DType,
    const X extends Axes = undefined,
    Keep extends boolean = false,
    K extends string = "mean",
  >(
    this: Tensor<A, E>,
    axis?: Arg<Reduce<A, X, Keep, K>, X>,
    options?: KeepDims<Keep>,
  ): Tensor<Ok<Reduce<A, X, Keep, K>>, Floating<E>>;
  /** The largest along axes; see `max`. */
  max<
    A extends Shape,
    E extends DType,
    const X extends Axes = undefined,
    Keep extends boolean = false,
    K extends string = "max",
  >(
    this: Tensor<A, E>,
    axis?: Arg<Reduce<A, X, Keep, K>, X>,
    options?: KeepDims<Keep>,
  ): Tensor<Ok<Reduce<A, X, Keep, K>>, E>;
  /** The smallest along axes; see `min`. */
  min<
    A extends Shape,
    E extends DType,
    const X extends Axes = undefined,
    Keep extends boolean = false,
    K extends string = "min",
  >(
    this: Tensor<A, E>,
    axis?: Arg<Reduce<A, X, Keep, K>, X>,
    options?: KeepDims<Keep>,
  ): Tensor<Ok<Reduce<A, X, Keep, K>>, E>;
  /** The position of the largest along an axis; see `argmax`. */
  argmax<
    A extends Shape,
    const X extends number | undefined = undefined,
    Keep extends boolean = false,
    K extends string = "argmax",
  >(
    this: Tensor<A, DType>,
    axis?: Arg<Reduce<A, X, Keep, K>, X>,
    options?: KeepDims<Keep>,
  ): Tensor<Ok<Reduce<A, X, Keep, K>>, "int32">;
  /** Another shape for the same elements; see `reshape`. */
  reshape<A extends Shape, E extends DType, const B extends Shape, K extends string = "reshape">(
    this: Tensor<A, E>,
    shape: Arg<Reshape<A, B, K>, B>,
  ): Tensor<Ok<Reshape<A, B, K>>, E>;
  /** Axes joined into one; see `flatten`. */
  flatten<
    A extends Shape,
    E extends DType,
    const Start extends number = 0,
    const End extends number = -1,
    K extends string = "flatten",
  >(
    this: Tensor<A, E>,
    start?: Arg<Flatten<A, Start, End, K>, Start>,
    end?: End,
  ): Tensor<Ok<Flatten<A, Start, End, K>>, E>;
  /** Axes in another order, reversed unless told; see `transpose`. */
  transpose<
    A extends Shape,
    E extends DType,
    const P extends readonly number[] | undefined = undefined,
    K extends string = "transpose",
  >(
    this: Tensor<A, E>,
    permutation?: Arg<Transpose<A, P, K>, P>,
  ): Tensor<Ok<Transpose<A, P, K>>, E>;
  /** Axes of 1 taken away; see `squeeze`. */
  squeeze<
    A extends Shape,
    E extends DType,
    const X extends Axes = undefined,
    K extends string = "squeeze",
  >(
    this: Tensor<A, E>,
    axis?: Arg<Squeeze<A, X, K>, X>,
  ): Tensor<Ok<Squeeze<A, X, K>>, E>;
  /** A new axis of 1; see `expandDims`. */
  expandDims<
    A extends Shape,
    E extends DType,
    const X extends number | readonly number[],
    K extends string = "expandDims",
  >(
    this: Tensor<A, E>,
    axis: Arg<ExpandDims<A, X, K>, X>,
  ): Tensor<Ok<ExpandDims<A, X, K>>, E>;
  /** Repeated along new axes and axes of 1; see `broadcastTo`. */
  broadcastTo<
    A extends Shape,
    E extends DType,
    const B extends Shape,
    K extends string = "broadcastTo",
  >(
    this: Tensor<A, E>,
    shape: Arg<BroadcastTo<A, B, K>, B>,
  ): Tensor<Ok<BroadcastTo<A, B, K>>, E>;
  /** A part of each axis; see `slice`. */
  slice<A extends Shape, E extends DType, const I extends Index, K extends string = "slice">(
    this: Tensor<A, E>,
    index: Arg<Slice<A, I, K>, I>,
  ): Tensor<Ok<Slice<A, I, K>>, E>;
}
