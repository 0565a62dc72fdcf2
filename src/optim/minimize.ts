/**
 * Minimizing a loss from start to end.
 *
 * @module
 */
import {
  type FloatDType,
  jit,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  type Tensor,
  whileLoop,
} from "../../mod.ts";
import { flatProblem, greatest } from "./flat.ts";
import { requireAmount, requireCount } from "./hyperparameter.ts";
import { lbfgs } from "./lbfgs.ts";
import type { Minimizer } from "./minimizer.ts";

/** How {@linkcode minimize} goes on, and when it stops. */
export interface MinimizeOptions<M> {
  /** What makes the steps; {@linkcode lbfgs}() unless given. */
  readonly method?: Minimizer<M>;
  /** It stops where no component of the gradient is larger; 1e-5 unless given. */
  readonly tolerance?: number;
  /** How many steps it takes at most; 500 unless given. */
  readonly maxIterations?: number;
}

/** What {@linkcode minimize} has found. */
export interface Minimum<P, D extends FloatDType> {
  /** The parameters. */
  readonly params: P;
  /** The loss there. */
  readonly value: Tensor<[], D>;
  /** The gradient there. */
  readonly gradient: P;
  /** How many steps were taken. */
  readonly iterations: Tensor<[], "int32">;
  /** How often the loss was evaluated. */
  readonly evaluations: Tensor<[], "int32">;
  /** Whether the gradient is as small as was asked for. */
  readonly converged: Tensor<[], "bool">;
}

/**
 * Minimizes a loss, in one compiled program: steps of a method until the gradient is small, nowhere
 * lower is found, or there were enough.
 *
 * Where the loss or its gradient is NaN or infinite at the given parameters they are returned as they
 * are, not converged.
 *
 * @throws {RangeError} Where an option is out of its range.
 * @throws {DTypeError} Where a parameter is no float.
 *
 * @example
 * ```ts
 * import { type Tensor, tensor } from "@katachi/katachi";
 * import { minimize } from "@katachi/katachi/optim";
 *
 * // Rosenbrock's valley.
 * const loss = ({ x, y }: { x: Tensor<[], "float64">; y: Tensor<[], "float64"> }) =>
 *   x.neg().add(1).square().add(y.sub(x.square()).square().mul(100));
 * const start = { x: tensor(-1.2, "float64"), y: tensor(1, "float64") };
 * const { params, converged } = minimize(loss, start);
 * converged.item(); // true
 * params.x.item(); // 1 up to 1e-6
 * ```
 */
export function minimize<P, D extends FloatDType, M = unknown>(
  loss: (params: P) => Tensor<[], D>,
  params: P,
  options: MinimizeOptions<M> = {},
): Minimum<P, D> {
  const { method = lbfgs() as unknown as Minimizer<M>, tolerance = 1e-5, maxIterations = 500 } =
    options;
  requireAmount("minimize", "tolerance", tolerance);
  requireCount("minimize", "maxIterations", maxIterations);
  const small = (gradient: P): Tensor<[], "bool"> =>
    lessEqual(greatest(flatProblem("minimize", loss, params).pack(gradient)), tolerance);
  const run = (params: P): Minimum<P, D> => {
    const { memory: _, stalled: __, ...end } = whileLoop(
      ({ gradient, iterations, stalled }) =>
        logicalAnd(
          logicalAnd(logicalNot(stalled), logicalNot(small(gradient))),
          less(iterations, maxIterations),
        ),
      (progress) => method.step(loss, progress),
      method.init(loss, params),
    );
    return { ...end, converged: small(end.gradient) };
  };
  return (jit(run as never) as unknown as typeof run)(params);
}
