/**
 * Whole Jacobians, Hessians, and products with a Hessian.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import type { Shape } from "../shape/dim.ts";
import { sizeOf } from "../tensor/storage.ts";
import { type DType, DTypeError, isFloating } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { flattenTree, type FlatTree, type TreeStructure } from "../tensor/tree.ts";
import { eye } from "../primitives/create.ts";
import { convert } from "../primitives/operands.ts";
import { transposeRaw } from "../primitives/movement.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { sliceRaw } from "../primitives/slice.ts";
import { gradOf } from "./grad.ts";
import type { ByArgument, GradOptions, Loss } from "./grad_types.ts";
import { linearized, linearizeForward } from "./jvp.ts";
import { linearizeReverse } from "./pullback.ts";
import { type Differentiable, differentiable } from "./vjp.ts";
import { vmapLeaves } from "./vmap.ts";

/** Which argument to differentiate by. */
export interface JacobianOptions {
  /** The argument, or several for a tuple of derivatives; 0 unless given. */
  readonly argnums?: number | readonly number[];
}

/**
 * The derivatives of every leaf of a result `R` by every leaf of an argument `P`: a tree like the
 * result, of trees like the argument; a leaf has the result's axes, then the argument's.
 */
export type Jacobian<R, P> = R extends Tensor<infer S extends Shape, infer D extends DType>
  ? ByLeaf<S, D, P>
  : R extends object ? { [N in keyof R]: Jacobian<R[N], P> }
  : R;

/** @internal */
type ByLeaf<S extends Shape, D extends DType, P> = P extends Tensor<infer T extends Shape, DType>
  ? Tensor<Joined<S, T>, D>
  : P extends object ? { [N in keyof P]: ByLeaf<S, D, P[N]> }
  : P;

/** @internal */
type Joined<S extends Shape, T extends Shape> = number extends (S | T)["length"] ? Shape
  : [...S, ...T];

/**
 * The Jacobian by reverse mode: one pass back for each element of the result, all at once. The
 * choice where the result is smaller than the argument.
 *
 * The result is a tree like the function's, in which every leaf has become a tree like the argument;
 * a leaf of that has the result's axes, then the argument's, and the result's dtype.
 *
 * @throws {DTypeError} Where a leaf to differentiate by, or of the result, is not a float.
 * @throws {TreeError} Where there is no such argument, or a leaf is not a tensor.
 *
 * @example
 * ```ts
 * import { jacrev, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[3]>) => x.square().sum().mul(x.slice([[0, 2]])); // [2]
 * jacrev(f)(tensor([1, 2, 3])).shape; // [2, 3]
 * ```
 */
export function jacrev<
  A extends readonly unknown[],
  R,
  const O extends JacobianOptions = Record<never, never>,
>(f: (...args: A) => R, options?: O): (...args: A) => Jacobian<R, ByArgument<A, O>> {
  return jacobianOf("jacrev", f as never, options, reverseBlocks) as never;
}

/**
 * The Jacobian by forward mode: one pass forward for each element of the argument, all at once. The
 * choice where the argument is smaller than the result. The form is that of {@linkcode jacrev}.
 *
 * @throws {DTypeError} Where a leaf to differentiate by, or of the result, is not a float.
 * @throws {TreeError} Where there is no such argument, or a leaf is not a tensor.
 *
 * @example
 * ```ts
 * import { jacfwd, type Tensor, tensor } from "@katachi/katachi";
 *
 * jacfwd((x: Tensor<[2]>) => x.square())(tensor([1, 3])).toArray(); // [[2, 0], [0, 6]]
 * ```
 */
export function jacfwd<
  A extends readonly unknown[],
  R,
  const O extends JacobianOptions = Record<never, never>,
>(f: (...args: A) => R, options?: O): (...args: A) => Jacobian<R, ByArgument<A, O>> {
  return jacobianOf("jacfwd", f as never, options, forwardBlocks) as never;
}

/**
 * The Hessian, all second derivatives: forward mode over reverse mode. For a scalar result and an
 * argument of shape `[n]` it is `[n, n]`; for trees it has the form of {@linkcode jacfwd} of
 * {@linkcode jacrev}.
 *
 * @throws {DTypeError} Where a leaf to differentiate by, or of the result, is not a float.
 *
 * @example
 * ```ts
 * import { hessian, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[2]>) => x.square().sum().square(); // (a² + b²)²
 * hessian(f)(tensor([1, 1])).toArray(); // [[16, 8], [8, 16]]
 * ```
 */
export function hessian<
  A extends readonly unknown[],
  R,
  const O extends JacobianOptions = Record<never, never>,
>(
  f: (...args: A) => R,
  options?: O,
): (...args: A) => Jacobian<Jacobian<R, ByArgument<A, O>>, ByArgument<A, O>> {
  return jacfwd(jacrev(f, options), options) as never;
}

/**
 * The product of the Hessian of a scalar function with a vector, at the cost of a few gradients: the
 * derivative of the gradient along `tangent`. The Hessian itself is never made.
 *
 * @throws {ShapeError} Where the function's result is not a scalar.
 * @throws {TreeError} Where the tangent has another form than the argument.
 *
 * @source B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994.
 *
 * @example
 * ```ts
 * import { hvp, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[2]>) => x.square().sum().square();
 * hvp(f, tensor([1, 1]), tensor([1, 0])).toArray(); // [16, 8]
 * ```
 */
export function hvp<P, R>(f: (x: P) => Loss<R, GradOptions, "hvp">, x: P, tangent: P): P {
  const gradient = gradOf("hvp", f as never) as (x: P) => P;
  return linearized("hvp", gradient, [x]).push([tangent]);
}

/** The blocks of a Jacobian: for each output leaf, for each input leaf. */
type Blocks = readonly (readonly AnyTensor[])[];

/** A function from leaves to leaves to the blocks of its Jacobian. */
type MakeBlocks = (
  operation: string,
  inputs: readonly AnyTensor[],
  f: (leaves: readonly AnyTensor[]) => readonly AnyTensor[],
) => Blocks;

const reverseBlocks: MakeBlocks = (operation, inputs, f) => {
  const { outputs, pullback } = linearizeReverse(operation, inputs, f);
  const { basis, total, cut } = standardBasis(outputs);
  const rows = vmapLeaves(pullback, basis, total);
  return outputs.map((output, i) =>
    inputs.map((input, j) => {
      const block = reshapeRaw(cut(rows[j], i), [...output.shape, ...input.shape]);
      // A cotangent has the dtype of its argument.
      return convert(block, output.dtype);
    })
  );
};

const forwardBlocks: MakeBlocks = (operation, inputs, f) => {
  const { outputs, pushforward } = linearizeForward(operation, inputs, f);
  const { basis, total, cut } = standardBasis(inputs);
  const columns = vmapLeaves(pushforward, basis, total);
  return outputs.map((output, i) =>
    inputs.map((input, j) => {
      const block = reshapeRaw(cut(columns[i], j), [...input.shape, ...output.shape]);
      const axes = block.shape.map((_, axis) => axis);
      const lead = input.shape.length;
      return transposeRaw(block, [...axes.slice(lead), ...axes.slice(0, lead)]);
    })
  );
};

interface Basis {
  /** For each leaf, its part of every basis vector, along a first axis. */
  readonly basis: readonly AnyTensor[];
  /** How many basis vectors there are: the elements of all leaves. */
  readonly total: number;
  /** The part of a first axis over basis vectors that belongs to one leaf. */
  readonly cut: (x: AnyTensor, leaf: number) => AnyTensor;
}

/** The unit vectors of the space that all leaves together span. */
function standardBasis(leaves: readonly AnyTensor[]): Basis {
  const sizes = leaves.map(({ shape }) => sizeOf(shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const startOf = (leaf: number) => sizes.slice(0, leaf).reduce((sum, size) => sum + size, 0);
  const cutAxis = (x: AnyTensor, leaf: number, axis: number) => {
    const start = x.shape.map((_, a) => a === axis ? startOf(leaf) : 0);
    const stop = x.shape.map((dim, a) => a === axis ? startOf(leaf + 1) : dim);
    return sliceRaw(x, start, stop, x.shape.map(() => 1));
  };
  return {
    basis: leaves.map(({ shape, dtype }, leaf) =>
      reshapeRaw(cutAxis(eye(total, dtype), leaf, 1), [total, ...shape])
    ),
    total,
    cut: (x, leaf) => cutAxis(x, leaf, 0),
  };
}

function jacobianOf(
  operation: string,
  f: (...args: unknown[]) => unknown,
  { argnums = 0 }: JacobianOptions = {},
  makeBlocks: MakeBlocks,
): (...args: unknown[]) => unknown {
  return (...args) => {
    const chosen = typeof argnums === "number" ? [argnums] : argnums;
    const inputs = differentiable(operation, args, chosen);
    let result: FlatTree | undefined;
    const blocks = makeBlocks(operation, inputs.leaves, (leaves) => {
      result = flattenTree(f(...inputs.build(leaves)), operation, "the result");
      result.leaves.forEach((leaf, i) => requireFloat(operation, leaf, result!.structure.paths[i]));
      return result.leaves;
    });
    return build(result!.structure, inputs, chosen, blocks, typeof argnums === "number");
  };
}

/** A tree like the result, of trees like the chosen arguments. */
function build(
  output: TreeStructure,
  inputs: Differentiable,
  chosen: readonly number[],
  blocks: Blocks,
  single: boolean,
): unknown {
  return output.build(blocks.map((row) => {
    const args = inputs.build(row);
    return single ? args[chosen[0]] : chosen.map((argnum) => args[argnum]);
  }));
}

function requireFloat(operation: string, { shape, dtype }: AnyTensor, path: string): void {
  if (!isFloating(dtype)) {
    throw new DTypeError(
      `${operation}: the result${path} is ${dtype}${
        showShape(shape)
      }, and only floats have derivatives`,
    );
  }
}
