/**
 * Choices: `cond` and `switchCase`.
 *
 * @module
 */
import { eitherUses, useKeysOf } from "../../random/reuse.ts";
import { equalShapes } from "../../shape/same.ts";
import { ShapeError, showShape } from "../../shape/fail.ts";
import { DTypeError } from "../../tensor/dtype.ts";
import { isTensor } from "../../tensor/storage.ts";
import { flattenTree, requireSameTree, TreeError } from "../../tensor/tree.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { optimize } from "../../tape/passes/optimize.ts";
import { bind } from "../../tape/recorder.ts";
import { convert, scalar } from "../../primitives/operands.ts";
import { closeOverAll } from "../call.ts";
import { trace } from "../trace.ts";
import { condPrimitive } from "./cond_primitive.ts";

/**
 * Applies `onTrue` to the operands where `condition` holds, else `onFalse`. Only one of them is
 * executed, chosen while the program runs; both are recorded, and must give results of one form.
 * Where examples of a batch choose differently (under `vmap`), both are executed and each example
 * gets its own result.
 *
 * `where` chooses element by element between values that are there already.
 *
 * @throws {TreeError} Where the branches give different trees.
 * @throws {ShapeError} Where results differ in shape or dtype, or the condition is no scalar.
 * @throws {DTypeError} Where the condition is no bool.
 *
 * @example
 * ```ts
 * import { cond, less, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[]>) => cond(less(x, 0), (x) => x.mul(0.1), (x) => x, x);
 * f(tensor(-10)).item(); // -1
 * ```
 */
export function cond<A extends readonly unknown[], R>(
  condition: boolean | Tensor<[], "bool">,
  onTrue: (...operands: NoInfer<A>) => R,
  onFalse: (...operands: NoInfer<A>) => NoInfer<R>,
  ...operands: A
): R {
  const predicate = typeof condition === "boolean" ? scalar(condition, "bool") : condition;
  requireScalar("cond", "the condition", predicate as AnyTensor, ["bool"]);
  // The number of the branch: 0 for false, 1 for true.
  return choose("cond", ["onFalse", "onTrue"], predicate as AnyTensor, [onFalse, onTrue], operands);
}

/**
 * Applies one of several functions to the operands: the one whose number `index` is, an `int32`
 * scalar clamped into range. As {@linkcode cond}, for more than two.
 *
 * @throws {TreeError} Where the branches give different trees, or there is none.
 * @throws {ShapeError} Where results differ in shape or dtype, or the index is no scalar.
 * @throws {DTypeError} Where the index is not `int32` or `uint32`.
 * @throws {RangeError} Where the index is a number, but no whole one.
 *
 * @example
 * ```ts
 * import { switchCase, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (i: Tensor<[], "int32">, x: Tensor<[]>) =>
 *   switchCase(i, [(x) => x, (x) => x.neg(), (x) => x.square()], x);
 * f(tensor(2, "int32"), tensor(3)).item(); // 9
 * ```
 */
export function switchCase<A extends readonly unknown[], R>(
  index: number | Tensor<[], "int32"> | Tensor<[], "uint32">,
  branches: readonly ((...operands: NoInfer<A>) => R)[],
  ...operands: A
): R {
  if (branches.length === 0) throw new TreeError("switchCase: needs at least one branch");
  if (typeof index === "number" && !Number.isInteger(index)) {
    throw new RangeError(`switchCase: the index must be a whole number, got ${index}`);
  }
  const chosen = typeof index === "number" ? scalar(index, "int32", "switchCase") : index;
  requireScalar("switchCase", "the index", chosen as AnyTensor, ["int32", "uint32"]);
  const names = branches.map((_, i) => `branch ${i}`);
  return choose("switchCase", names, chosen as AnyTensor, branches, operands);
}

function choose<A extends readonly unknown[], R>(
  operation: string,
  names: readonly string[],
  index: AnyTensor,
  branches: readonly ((...operands: A) => R)[],
  operands: A,
): R {
  const { leaves, structure } = flattenTree(operands, operation, "operand ");
  const traced = branches.map((branch) => trace(operation, branch, structure, leaves));
  const [{ tape: first, output }] = traced;
  for (const [i, { tape, output: other }] of traced.entries()) {
    requireSameTree(
      operation,
      `the result of ${names[0]}`,
      output,
      `the result of ${names[i]}`,
      other,
    );
    for (const [j, { shape, dtype }] of first.outputs.entries()) {
      const own = tape.outputs[j];
      if (!equalShapes(own.shape, shape) || own.dtype !== dtype) {
        throw new ShapeError(
          `${operation}: the result${output.paths[j]} is ${dtype}${showShape(shape)} from ${
            names[0]
          } and ${own.dtype}${showShape(own.shape)} from ${names[i]}`,
        );
      }
    }
  }
  useKeysOf(eitherUses(traced.map(({ keyUses }) => keyUses)), leaves);
  const { tapes, captured } = closeOverAll(traced.map(({ tape }) => tape));
  const inputs = [convert(index, "int32"), ...leaves, ...captured];
  return output.build(bind(condPrimitive, inputs, { branches: tapes.map(optimize) })) as R;
}

function requireScalar(
  operation: string,
  what: string,
  value: AnyTensor,
  dtypes: readonly string[],
): void {
  if (!isTensor(value)) {
    throw new TypeError(
      `${operation}: ${what} must be a scalar ${dtypes.join(" or ")} tensor, got ${typeof value}`,
    );
  }
  if (value.shape.length !== 0) {
    throw new ShapeError(`${operation}: ${what} must be a scalar, got ${showShape(value.shape)}`);
  }
  if (!dtypes.includes(value.dtype)) {
    throw new DTypeError(
      `${operation}: ${what} must be ${dtypes.join(" or ")}, got ${value.dtype}`,
    );
  }
}
