/**
 * Line searches: how far to go in a direction.
 *
 * @module
 */
import { type FloatDType, type Tensor, tensor } from "../../mod.ts";
import { backtrack, type Line, type LineEnd } from "./backtrack.ts";
import {
  along,
  dot,
  type Evaluated,
  flatProblem,
  moved,
  type Objective,
  type Scalar,
} from "./flat.ts";
import { requireCount, requireRange } from "./hyperparameter.ts";
import { narrow } from "./wolfe.ts";

/** How {@linkcode backtracking} searches. */
export interface BacktrackingOptions {
  /** The first step that is tried; 1 unless given. */
  readonly initialStep?: number;
  /** What a step that is too long is multiplied by; 0.5 unless given. */
  readonly shrink?: number;
  /** Which part of the decrease that the slope promises is enough; 1e-4 unless given. */
  readonly sufficientDecrease?: number;
  /** How many steps are tried at most; 30 unless given. */
  readonly maxEvaluations?: number;
}

/** How {@linkcode strongWolfe} searches. */
export interface WolfeOptions {
  /** The first step that is tried; 1 unless given. */
  readonly initialStep?: number;
  /** `c₁`: which part of the decrease that the slope promises is enough; 1e-4 unless given. */
  readonly sufficientDecrease?: number;
  /** `c₂`: which part of the slope may be left; 0.9 unless given. */
  readonly curvature?: number;
  /** How many steps are tried at most; 25 unless given. */
  readonly maxEvaluations?: number;
}

/** Where a line search ended. */
export interface LineSearchResult<P, D extends FloatDType> {
  /** How far it went, as a multiple of the direction; 0 where no step was good. */
  readonly step: Tensor<[], "float64">;
  /** The parameters there. */
  readonly params: P;
  /** The loss there. */
  readonly value: Tensor<[], D>;
  /** The gradient there. */
  readonly gradient: P;
  /** How many steps were tried. */
  readonly evaluations: Tensor<[], "int32">;
  /** Whether the conditions of the search hold there. */
  readonly found: Tensor<[], "bool">;
}

/**
 * Goes along a direction by the first of the steps `t, ρ t, ρ² t, …` that decreases the loss enough
 * (Armijo's condition): `f(x + t d) ≤ f(x) + c t ∇f(x)·d`. Only values are computed while it
 * searches, and the gradient at its end.
 *
 * A step to where the loss is NaN or infinite is too long. If the direction does not descend, or the
 * loss or slope is not finite to begin with, nothing is tried and the step is 0; so it is if no step
 * was good.
 *
 * @throws {RangeError} Where an option is out of its range.
 * @throws {DTypeError} Where a parameter is no float.
 *
 * @source J. Nocedal and S. J. Wright, "Numerical optimization", 2nd ed. 2006, algorithm 3.1;
 * L. Armijo, "Minimization of functions having Lipschitz continuous first partial derivatives", 1966.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { backtracking } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[]>) => x.square();
 * const x: Tensor<[]> = tensor(3);
 * const { step, params } = backtracking(loss, x, grad(loss)(x).neg());
 * step.item(); // 0.5: at 1 it would be at -3, which is no better
 * params.item(); // 0
 * ```
 */
export function backtracking<P, D extends FloatDType>(
  loss: (params: P) => Tensor<[], D>,
  params: P,
  direction: P,
  options: BacktrackingOptions = {},
): LineSearchResult<P, D> {
  const { initialStep, ...rules } = backtrackingRules("backtracking", options);
  return search(
    "backtracking",
    loss,
    params,
    direction,
    (line, start, slope) => backtrack(line, start, slope, tensor(initialStep, "float64"), rules),
  );
}

/**
 * Goes along a direction to where both of the strong Wolfe conditions hold: the loss has decreased
 * enough, `f(x + t d) ≤ f(x) + c₁ t ∇f(x)·d`, and the slope is nearly gone,
 * `|∇f(x + t d)·d| ≤ c₂ |∇f(x)·d|`. Steps grow until one is too long; then the interval between a
 * good and a long one is narrowed, at the minimum of the cubic through values and slopes of its ends.
 * Where values differ by no more than their rounding, slopes decide in their place, `∇f(x + t d)·d ≤
 * (2 c₁ - 1) ∇f(x)·d` (Hager and Zhang), so that it goes on close to a minimum.
 *
 * A step to where loss or slope are NaN or infinite is too long. If the direction does not descend, or
 * the loss or slope is not finite to begin with, nothing is tried and the step is 0. Where evaluations
 * run out, the best step so far is taken, which has decreased the loss enough; 0 if there is none.
 *
 * @throws {RangeError} Where an option is out of its range.
 * @throws {DTypeError} Where a parameter is no float.
 *
 * @source J. Nocedal and S. J. Wright, "Numerical optimization", 2nd ed. 2006, algorithms 3.5 and 3.6;
 * W. W. Hager and H. Zhang, "A new conjugate gradient method with guaranteed descent and an efficient
 * line search", SIAM J. Optim. 16, 2005.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { strongWolfe } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[], "float64">) => x.sub(1).pow(4);
 * const x = tensor(3, "float64");
 * const { found, params } = strongWolfe(loss, x, grad(loss)(x).neg(), { curvature: 0.1 });
 * found.item(); // true
 * params.item(); // 0.47: the slope is less than a tenth of that at 3
 * ```
 */
export function strongWolfe<P, D extends FloatDType>(
  loss: (params: P) => Tensor<[], D>,
  params: P,
  direction: P,
  options: WolfeOptions = {},
): LineSearchResult<P, D> {
  const { initialStep, ...rules } = wolfeRules("strongWolfe", options);
  return search(
    "strongWolfe",
    loss,
    params,
    direction,
    (line, start, slope) => narrow(line, start, slope, tensor(initialStep, "float64"), rules),
  );
}

function search<P, D extends FloatDType>(
  operation: string,
  loss: Objective<P, D>,
  params: P,
  direction: P,
  run: (line: Line<D>, start: Evaluated<D>, slope: Scalar) => LineEnd<D>,
): LineSearchResult<P, D> {
  const { pack, unpack, value, evaluate } = flatProblem(operation, loss, params);
  const [x, d] = [pack(params), pack(direction)];
  const start = evaluate(x);
  const line: Line<D> = {
    value: (step) => value(along(x, step, d)),
    evaluate: (step) => evaluate(along(x, step, d)),
    slope: (gradient) => dot(gradient, d),
  };
  const { step, point, evaluations, found } = run(line, start, line.slope(start.gradient));
  return {
    step,
    params: unpack(moved(x, step, d)),
    value: point.value,
    gradient: unpack(point.gradient),
    evaluations,
    found,
  };
}

/** The options of backtracking with their defaults. */
export function backtrackingRules(
  operation: string,
  options: BacktrackingOptions,
): Required<BacktrackingOptions> {
  const { initialStep = 1, shrink = 0.5, sufficientDecrease = 1e-4, maxEvaluations = 30 } = options;
  requireRange(operation, "initialStep", initialStep, { low: 0, open: true });
  requireRange(operation, "shrink", shrink, { low: 0, high: 1, open: true });
  requireRange(operation, "sufficientDecrease", sufficientDecrease, {
    low: 0,
    high: 1,
    open: true,
  });
  requireCount(operation, "maxEvaluations", maxEvaluations);
  return { initialStep, shrink, sufficientDecrease, maxEvaluations };
}

/** The options of a search for a strong Wolfe point with their defaults. */
export function wolfeRules(operation: string, options: WolfeOptions): Required<WolfeOptions> {
  const { initialStep = 1, sufficientDecrease = 1e-4, curvature = 0.9, maxEvaluations = 25 } =
    options;
  requireRange(operation, "initialStep", initialStep, { low: 0, open: true });
  requireRange(operation, "sufficientDecrease", sufficientDecrease, {
    low: 0,
    high: 1,
    open: true,
  });
  requireRange(operation, "curvature", curvature, { low: sufficientDecrease, high: 1, open: true });
  requireCount(operation, "maxEvaluations", maxEvaluations);
  return { initialStep, sufficientDecrease, curvature, maxEvaluations };
}
