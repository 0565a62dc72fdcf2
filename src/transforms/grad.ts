/**
 * `grad` and `valueAndGrad`.
 *
 * @module
 */
import { ShapeError, showShape } from "../shape/fail.ts";
import { DTypeError, isFloating } from "../tensor/dtype.ts";
import { isTensor } from "../tensor/storage.ts";
import { flattenTree, TreeError } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { ones } from "../primitives/create.ts";
import type { GradOptions, GradResult, Loss, ValueAndGradResult } from "./grad_types.ts";
import { linearizeReverse } from "./pullback.ts";
import { differentiable } from "./vjp.ts";

/**
 * The gradient of a function with a scalar result: a function of the same arguments that gives the
 * derivatives by the first argument, a tree of the same type as it.
 *
 * `argnums` chooses other arguments: a number, or a list for a tuple of gradients. With `hasAux` the
 * function returns `[loss, aux]`, and the gradient function `[gradient, aux]`.
 *
 * JavaScript control flow on values (`if (x.item() > 0)`, loops, recursion) is differentiated as it
 * went. Gradients of gradients, of compiled functions and of anything built from these work alike.
 *
 * @throws {ShapeError} Where the result is not a scalar.
 * @throws {DTypeError} Where the result or a leaf to differentiate by is not a float.
 * @throws {TreeError} Where there is no such argument, or a leaf is not a tensor.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[]>) => x.mul(x).add(x.mul(4)).add(3); // x² + 4x + 3
 * grad(f)(tensor(2)).item(); // 8
 * grad(grad(f))(tensor(2)).item(); // 2
 * ```
 */
export function grad<A extends readonly unknown[], R, const O extends GradOptions = GradOptions>(
  f: (...args: A) => Loss<R, O, "grad">,
  options?: O,
): (...args: A) => GradResult<A, R, O> {
  return gradOf("grad", f as never, options as never) as never;
}

/** The gradient function of a function, on behalf of an operation. */
export function gradOf(
  operation: string,
  f: (...args: unknown[]) => unknown,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  return (...args) => {
    const { gradient, aux } = differentiate(operation, f, options, args);
    return options.hasAux ? [gradient, aux] : gradient;
  };
}

/**
 * As {@linkcode grad}, but the function gives the value too: `[value, gradient]`, and
 * `[[value, aux], gradient]` with `hasAux`.
 *
 * @throws {ShapeError} Where the result is not a scalar.
 * @throws {DTypeError} Where the result or a leaf to differentiate by is not a float.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor, valueAndGrad } from "@katachi/katachi";
 *
 * const f = (p: { x: Tensor<[]> }) => p.x.mul(p.x);
 * const [value, gradient] = valueAndGrad(f)({ x: tensor(3) });
 * value.item(); // 9
 * gradient.x.item(); // 6
 * ```
 */
export function valueAndGrad<
  A extends readonly unknown[],
  R,
  const O extends GradOptions = GradOptions,
>(
  f: (...args: A) => Loss<R, O, "valueAndGrad">,
  options?: O,
): (...args: A) => ValueAndGradResult<A, R, O> {
  return valueAndGradOf(f as never, options as never) as never;
}

function valueAndGradOf(
  f: (...args: unknown[]) => unknown,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  return (...args) => {
    const { value, gradient, aux } = differentiate("valueAndGrad", f, options, args);
    return [options.hasAux ? [value, aux] : value, gradient];
  };
}

interface Differentiated {
  readonly value: AnyTensor;
  readonly gradient: unknown;
  readonly aux: unknown;
}

function differentiate(
  operation: string,
  f: (...args: unknown[]) => unknown,
  { argnums = 0, hasAux = false }: GradOptions,
  args: readonly unknown[],
): Differentiated {
  const chosen = typeof argnums === "number" ? [argnums] : argnums;
  const inputs = differentiable(operation, args, chosen);
  let buildAux: (leaves: readonly AnyTensor[]) => unknown = () => undefined;
  const { outputs, pullback } = linearizeReverse(operation, inputs.leaves, (leaves) => {
    const result = f(...inputs.build(leaves));
    const [loss, aux] = hasAux ? lossAndAux(operation, result) : [result, undefined];
    const flat = flattenTree(aux, operation, "the auxiliary result");
    buildAux = flat.structure.build;
    return [scalarLoss(operation, loss), ...flat.leaves];
  });
  const [value, ...aux] = outputs;
  const seeds = [ones([], value.dtype), ...aux.map(() => undefined)];
  const gradients = inputs.build(pullback(seeds));
  return {
    value,
    gradient: typeof argnums === "number"
      ? gradients[argnums]
      : argnums.map((argnum) => gradients[argnum]),
    aux: buildAux(aux),
  };
}

function lossAndAux(operation: string, result: unknown): [unknown, unknown] {
  if (!Array.isArray(result) || result.length !== 2) {
    throw new TreeError(`${operation}: with hasAux the function must return [loss, aux]`);
  }
  return [result[0], result[1]];
}

function scalarLoss(operation: string, loss: unknown): AnyTensor {
  const hint = loss instanceof Promise ? "; it cannot be async" : "";
  if (!isTensor(loss)) {
    const found = loss instanceof Promise
      ? "a Promise"
      : loss === undefined
      ? "nothing"
      : typeof loss;
    throw new TreeError(
      `${operation}: the function must return a scalar tensor, got ${found}${hint}`,
    );
  }
  if (loss.shape.length !== 0) {
    throw new ShapeError(
      `${operation}: the function must return a scalar, got ${showShape(loss.shape)}`,
    );
  }
  if (!isFloating(loss.dtype)) {
    throw new DTypeError(`${operation}: the function must return a float, got ${loss.dtype}`);
  }
  return loss;
}
