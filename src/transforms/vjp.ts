/**
 * `vjp`: a function's value and its pullback.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { showShape } from "../shape/fail.ts";
import { DTypeError, isFloating } from "../tensor/dtype.ts";
import { flattenTree, type FlatTree, requireSameTree, TreeError } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { ShapeError } from "../shape/fail.ts";
import { linearizeReverse } from "./pullback.ts";

/**
 * The value of a function at some arguments, and its vector-Jacobian product there: a function from
 * a cotangent, a tree like the result, to the arguments' cotangents, trees like the arguments. It
 * may be called any number of times.
 *
 * @throws {DTypeError} Where a leaf of an argument is not `float32` or `float64`.
 * @throws {TreeError} Where an argument, the result or a cotangent has another form.
 *
 * @example
 * ```ts
 * import { mul, tensor, type Tensor, vjp } from "@katachi/katachi";
 *
 * const product = (a: Tensor<[2]>, b: Tensor<[2]>) => mul(a, b);
 * const [y, pullback] = vjp(product, tensor([1, 2]), tensor([3, 4]));
 * y.toArray(); // [3, 8]
 * const [da, db] = pullback(tensor([1, 10]));
 * da.toArray(); // [3, 40]
 * db.toArray(); // [1, 20]
 * ```
 */
export function vjp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...args: A
): [value: R, pullback: (cotangent: R) => A] {
  const inputs = differentiable("vjp", args, args.map((_, i) => i));
  let result: FlatTree | undefined;
  const { outputs, pullback } = linearizeReverse("vjp", inputs.leaves, (leaves) => {
    result = flattenTree(f(...inputs.build(leaves) as unknown as A), "vjp", "the result");
    return result.leaves;
  });
  const { structure } = result!;
  return [
    structure.build(outputs) as R,
    (cotangent) => {
      const seed = flattenTree(cotangent, "vjp", "the cotangent");
      requireSameTree("vjp", "the result", structure, "the cotangent", seed.structure);
      for (const [i, leaf] of seed.leaves.entries()) {
        requireLike(leaf, outputs[i], structure.paths[i]);
      }
      return inputs.build(pullback(seed.leaves)) as unknown as A;
    },
  ];
}

/** The chosen arguments' leaves, and a way to put others in their places. */
export interface Differentiable {
  readonly leaves: readonly AnyTensor[];
  /** All arguments again, with new leaves in the chosen ones. */
  readonly build: (leaves: readonly AnyTensor[]) => unknown[];
}

/** Takes the arguments to differentiate by apart; they must be trees of floats. */
export function differentiable(
  operation: string,
  args: readonly unknown[],
  argnums: readonly number[],
): Differentiable {
  for (const i of argnums) {
    if (!Number.isInteger(i) || i < 0 || i >= args.length) {
      throw new TreeError(
        `${operation}: there is no argument ${i}, the function got ${args.length}`,
      );
    }
  }
  const trees = argnums.map((i) => flattenTree(args[i], operation, `argument ${i}`));
  for (const [k, { leaves, structure }] of trees.entries()) {
    for (const [j, { dtype }] of leaves.entries()) {
      if (!isFloating(dtype)) {
        throw new DTypeError(
          `${operation}: argument ${argnums[k]}${
            structure.paths[j]
          } is ${dtype}, and gradients are of float32 and float64 only; ` +
            `convert it with astype, or leave it out with argnums`,
        );
      }
    }
  }
  return {
    leaves: trees.flatMap(({ leaves }) => leaves),
    build: (leaves) => {
      const built = [...args];
      let at = 0;
      for (const [k, tree] of trees.entries()) {
        const count = tree.leaves.length;
        built[argnums[k]] = tree.structure.build(leaves.slice(at, at + count));
        at += count;
      }
      return built;
    },
  };
}

function requireLike(cotangent: AnyTensor, output: AnyTensor, path: string): void {
  if (
    !equalShapes(cotangent.shape, output.shape) || cotangent.dtype !== output.dtype
  ) {
    throw new ShapeError(
      `vjp: the cotangent${path} is ${cotangent.dtype}${
        showShape(cotangent.shape)
      }, the result is ${output.dtype}${showShape(output.shape)}`,
    );
  }
}
