/**
 * A loss of a tree of parameters as a function of one vector.
 *
 * @module
 */
import {
  abs,
  add,
  type AnyTensor,
  astype,
  concat,
  DTypeError,
  equal,
  type FloatDType,
  max,
  mul,
  reshape,
  slice,
  type Tensor,
  valueAndGrad,
  vdot,
  where,
  zeros,
} from "../../mod.ts";
import { isFloating } from "../tensor/dtype.ts";
import { flattenTree } from "../tensor/tree.ts";

/** A scalar of the arithmetic of line searches. */
export type Scalar = Tensor<[], "float64">;

/** What is minimized: from parameters, a tree of floats, to a scalar. */
export type Objective<P, D extends FloatDType> = (params: P) => Tensor<[], D>;

/** A value and the gradient, a vector. */
export interface Evaluated<D extends FloatDType> {
  readonly value: Tensor<[], D>;
  readonly gradient: AnyTensor;
}

/** A loss of vectors. All leaves are joined, in the order of the tree. */
export interface Problem<P, D extends FloatDType> {
  /** A tree like the parameters as a vector. */
  pack(tree: P): AnyTensor;
  /** A vector as a tree like the parameters. */
  unpack(x: AnyTensor): P;
  /** The loss. */
  value(x: AnyTensor): Tensor<[], D>;
  /** The loss and its gradient. */
  evaluate(x: AnyTensor): Evaluated<D>;
}

/** The loss as a function of a vector; a vector of `float64` where leaves have several dtypes. */
export function flatProblem<P, D extends FloatDType>(
  operation: string,
  loss: Objective<P, D>,
  params: P,
): Problem<P, D> {
  const { leaves, structure } = flattenTree(params, operation, "params");
  const odd = leaves.findIndex(({ dtype }) => !isFloating(dtype));
  if (odd >= 0) {
    throw new DTypeError(
      `${operation}: params${structure.paths[odd]} must be of floats, got ${leaves[odd].dtype}`,
    );
  }
  const [first] = leaves;
  const dtype = leaves.length > 0 && leaves.every((leaf) => leaf.dtype === first.dtype)
    ? first.dtype
    : "float64";
  const pack = (tree: P): AnyTensor => {
    const parts = flattenTree(tree, operation, "params").leaves;
    if (parts.length === 0) return zeros([0], "float64");
    const flat = parts.map((leaf) => reshape(astype(leaf, dtype), [leaf.size]));
    return concat(flat, 0) as AnyTensor;
  };
  const unpack = (x: AnyTensor): P => {
    let from = 0;
    return structure.build(leaves.map(({ shape, size, dtype }) => {
      const part = slice(x as Tensor<[number], FloatDType>, [[from, from += size]]);
      return astype(reshape(part as AnyTensor, shape), dtype);
    })) as P;
  };
  const both = valueAndGrad(loss as never) as (params: P) => [Tensor<[], D>, P];
  return {
    pack,
    unpack,
    value: (x) => loss(unpack(x)),
    evaluate: (x) => {
      const [value, gradient] = both(unpack(x));
      return { value, gradient: pack(gradient) };
    },
  };
}

/** The inner product of two vectors. */
export function dot(a: AnyTensor, b: AnyTensor): Scalar {
  return vdot(a as Tensor<[number], FloatDType>, b as Tensor<[number], FloatDType>).astype(
    "float64",
  );
}

/** `x + step d`. */
export function along(x: AnyTensor, step: Scalar, d: AnyTensor): AnyTensor {
  return add(x, mul(d, step.astype(x.dtype))) as AnyTensor;
}

/** `x + step d`, and `x` itself after no step, whatever the direction. */
export function moved(x: AnyTensor, step: Scalar, d: AnyTensor): AnyTensor {
  return where(equal(step, 0), x, along(x, step, d)) as AnyTensor;
}

/** The largest absolute value of a vector; 0 of none. */
export function greatest(x: AnyTensor): Scalar {
  return max(abs(concat([x.astype("float64"), zeros([1], "float64")] as never)) as never) as never;
}
