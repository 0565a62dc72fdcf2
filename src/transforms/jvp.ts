/**
 * Forward mode: `jvp` and `linearize`, from the reverse rules.
 *
 * The pullback of a function is linear in the cotangent, so its own pullback, anywhere, is its
 * transpose: the pushforward. What the first pullback would compute is recorded and never run.
 *
 * @module
 */
import { showShape } from "../shape/fail.ts";
import { equalShapes } from "../shape/same.ts";
import { ShapeError } from "../shape/fail.ts";
import { isFloating } from "../tensor/dtype.ts";
import {
  flattenTree,
  type FlatTree,
  placeName,
  requireSameTree,
  TreeError,
} from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { zeros } from "../primitives/create.ts";
import { withoutEffects } from "../tape/effects.ts";
import { evaluateTape } from "../tape/evaluate.ts";
import { removeDead } from "../tape/passes/dead.ts";
import { withRecorder } from "../tape/recorder.ts";
import { linearizeReverse } from "./pullback.ts";
import { differentiable } from "./vjp.ts";

/** Tangents of the inputs in, tangents of the outputs out. */
export type Pushforward = (tangents: readonly AnyTensor[]) => readonly AnyTensor[];

/** The outputs of a function from leaves to leaves at some inputs, and its pushforward there. */
export function linearizeForward(
  operation: string,
  inputs: readonly AnyTensor[],
  f: (leaves: readonly AnyTensor[]) => readonly AnyTensor[],
): { readonly outputs: readonly AnyTensor[]; readonly pushforward: Pushforward } {
  const { outputs, pullback } = linearizeReverse(operation, inputs, f);
  const floats = outputs.filter(({ dtype }) => isFloating(dtype));
  const tape = withRecorder(operation, { abstract: true }, (recorder) => {
    const tangents = inputs.map((input) => recorder.input(input));
    // The pullback is linear, so where its pullback is taken does not matter: at zeros.
    const origin = floats.map(({ shape, dtype }) => zeros(shape, dtype));
    const transposed = linearizeReverse(operation, origin, (cotangents) => {
      const rest = [...cotangents];
      return pullback(outputs.map(({ dtype }) => isFloating(dtype) ? rest.shift() : undefined));
    });
    // What has an effect has had it when `f` was called.
    return removeDead(withoutEffects(recorder.tape(transposed.pullback(tangents))));
  });
  return {
    outputs,
    pushforward: (tangents) => {
      const pushed = [...evaluateTape(tape, tangents)];
      return outputs.map(({ shape, dtype }) =>
        isFloating(dtype) ? pushed.shift()! : zeros(shape, dtype)
      );
    },
  };
}

/**
 * The value of a function at `primals`, and the derivative of it along `tangents`: the
 * Jacobian-vector product. Both are lists of all arguments, trees of floats alike. The derivative of
 * a result that is not a float is zero.
 *
 * The cost is a small multiple of the function's own, whatever the sizes. {@linkcode vjp} is the
 * other way round: from a cotangent of the result to those of the arguments.
 *
 * @throws {DTypeError} Where a leaf of an argument is not `float32` or `float64`.
 * @throws {TreeError} Where tangents have another form than primals.
 * @throws {ShapeError} Where a tangent's shape or dtype is not its primal's.
 *
 * @example
 * ```ts
 * import { jvp, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[2]>) => x.square();
 * const [y, dy] = jvp(f, [tensor([1, 3])], [tensor([1, 10])]);
 * y.toArray(); // [1, 9]
 * dy.toArray(); // [2, 60]
 * ```
 */
export function jvp<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  primals: readonly [...A],
  tangents: readonly [...A],
): [value: R, derivative: R] {
  const { value, push } = linearized("jvp", f, primals);
  return [value, push(tangents)];
}

/**
 * The value of a function at some arguments and its derivative there, a linear function of
 * tangents: {@linkcode jvp} with the function run once, for as many tangents as are asked for.
 *
 * @throws {DTypeError} Where a leaf of an argument is not `float32` or `float64`.
 *
 * @example
 * ```ts
 * import { linearize, type Tensor, tensor } from "@katachi/katachi";
 *
 * const [y, derivative] = linearize((x: Tensor<[]>) => x.square(), tensor(3));
 * y.item(); // 9
 * derivative(tensor(1)).item(); // 6
 * derivative(tensor(10)).item(); // 60
 * ```
 */
export function linearize<A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...primals: A
): [value: R, derivative: (...tangents: A) => R] {
  const { value, push } = linearized("linearize", f, primals);
  return [value, (...tangents) => push(tangents)];
}

/** The value of a function at some arguments, and its derivative there. */
export function linearized<A extends readonly unknown[], R>(
  operation: string,
  f: (...args: A) => R,
  primals: readonly [...A],
): { readonly value: R; readonly push: (tangents: readonly unknown[]) => R } {
  if (!Array.isArray(primals)) {
    throw new TreeError(`${operation}: primals and tangents are lists of all arguments`);
  }
  const inputs = differentiable(operation, primals, primals.map((_, i) => i));
  const form = flattenTree(primals, operation, "primal ");
  let result: FlatTree | undefined;
  const { outputs, pushforward } = linearizeForward(operation, inputs.leaves, (leaves) => {
    result = flattenTree(f(...inputs.build(leaves) as unknown as A), operation, "the result");
    return result.leaves;
  });
  const { structure } = result!;
  return {
    value: structure.build(outputs) as R,
    push: (tangents) => {
      const flat = flattenTree(tangents, operation, "tangent ");
      requireSameTree(operation, "the primals", form.structure, "the tangents", flat.structure);
      for (const [i, { shape, dtype }] of flat.leaves.entries()) {
        const primal = inputs.leaves[i];
        if (!equalShapes(shape, primal.shape) || dtype !== primal.dtype) {
          throw new ShapeError(
            `${operation}: ${placeName("tangent ", form.structure.paths[i])} is ${dtype}${
              showShape(shape)
            }, the primal is ${primal.dtype}${showShape(primal.shape)}`,
          );
        }
      }
      return structure.build(pushforward(flat.leaves)) as R;
    },
  };
}
