/**
 * Line searches: how far to go in a direction.
 *
 * @module
 */
import {
  abs,
  add,
  type AnyTensor,
  div,
  type FloatDType,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  sqrt,
  sub,
  type Tensor,
  tensor,
  where,
  whileLoop,
} from "../../mod.ts";
import {
  along,
  dot,
  type Evaluated,
  flatProblem,
  moved,
  type Objective,
  type Scalar,
} from "./flat.ts";

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
 * params.item(); // close to 1
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

/** The loss along a direction. */
export interface Line<D extends FloatDType> {
  /** The loss after a step. */
  value(step: Scalar): Tensor<[], D>;
  /** The loss and its gradient after a step. */
  evaluate(step: Scalar): Evaluated<D>;
  /** How fast the loss changes along the direction, from its gradient. */
  slope(gradient: AnyTensor): Scalar;
}

/** Where a search along a line ended. */
export interface LineEnd<D extends FloatDType> {
  readonly step: Scalar;
  readonly point: Evaluated<D>;
  readonly evaluations: Tensor<[], "int32">;
  readonly found: Tensor<[], "bool">;
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

/** Shrinks a step until it decreases the loss enough. */
export function backtrack<D extends FloatDType>(
  line: Line<D>,
  start: Evaluated<D>,
  slope: Scalar,
  first: Scalar,
  { shrink, sufficientDecrease, maxEvaluations }: Omit<
    Required<BacktrackingOptions>,
    "initialStep"
  >,
): LineEnd<D> {
  const begin = start.value.astype("float64");
  const descends = logicalAnd(less(slope, 0), isFinite(slope));
  const going = logicalAnd(descends, isFinite(begin));
  const { trial, evaluations, found } = whileLoop(
    ({ found, evaluations }) =>
      logicalAnd(going, logicalAnd(logicalNot(found), less(evaluations, maxEvaluations))),
    ({ trial, evaluations }) => {
      const value = line.value(trial).astype("float64");
      const enough = add(begin, mul(mul(trial, sufficientDecrease), slope));
      const found = logicalAnd(isFinite(value), lessEqual(value, enough));
      return {
        trial: where(found, trial, mul(trial, shrink)),
        evaluations: add(evaluations, 1),
        found,
      };
    },
    { trial: first, evaluations: tensor(0, "int32"), found: tensor(false) },
  );
  const point = line.evaluate(trial);
  return {
    step: where(found, trial, 0),
    point: {
      value: where(found, point.value, start.value) as Tensor<[], D>,
      gradient: where(found, point.gradient, start.gradient) as AnyTensor,
    },
    evaluations,
    found,
  };
}

/** Narrows an interval down to a point where the strong Wolfe conditions hold. */
export function narrow<D extends FloatDType>(
  line: Line<D>,
  start: Evaluated<D>,
  slope: Scalar,
  first: Scalar,
  { sufficientDecrease, curvature, maxEvaluations }: Omit<Required<WolfeOptions>, "initialStep">,
): LineEnd<D> {
  const begin = start.value.astype("float64");
  const rounding = mul(abs(begin), start.value.dtype === "float64" ? 2 ** -50 : 2 ** -21);
  const possible = logicalAnd(logicalAnd(less(slope, 0), isFinite(slope)), isFinite(begin));

  const round = ({ low, lowPoint, high, trial, widths, evaluations }: Interval<D>): Interval<D> => {
    const point = line.evaluate(trial);
    const now = {
      step: trial,
      value: point.value.astype("float64"),
      slope: line.slope(point.gradient),
    };
    const finite = logicalAnd(isFinite(now.value), isFinite(now.slope));
    const armijo = lessEqual(now.value, add(begin, mul(mul(trial, sufficientDecrease), slope)));
    const bySlopes = logicalAnd(
      lessEqual(abs(sub(now.value, begin)), rounding),
      lessEqual(now.slope, mul(slope, 2 * sufficientDecrease - 1)),
    );
    const decreased = logicalAnd(finite, logicalOr(armijo, bySlopes));
    const found = logicalAnd(decreased, lessEqual(abs(now.slope), mul(slope, -curvature)));
    const long = logicalAnd(
      logicalNot(found),
      logicalOr(logicalNot(decreased), greaterEqual(now.value, low.value)),
    );
    // The loss rises from here towards the other end, so the minimum is on this side of it.
    const turned = greaterEqual(mul(now.slope, sub(high.step, low.step)), 0);
    const nextLow = choose(long, low, now);
    const nextHigh = choose(long, now, choose(turned, low, high));
    const open = logicalNot(isFinite(nextHigh.step));
    const width = abs(sub(nextHigh.step, nextLow.step));
    return {
      low: nextLow,
      lowPoint: {
        value: where(long, lowPoint.value, point.value) as Tensor<[], D>,
        gradient: where(long, lowPoint.gradient, point.gradient) as AnyTensor,
      },
      high: nextHigh,
      trial: where(
        open,
        outward(low, now),
        inward(nextLow, nextHigh, greater(width, mul(widths[1], 0.66))),
      ),
      widths: [width, widths[0]],
      evaluations: add(evaluations, 1),
      found,
    };
  };

  const origin = { step: tensor(0, "float64"), value: begin, slope };
  const infinite = tensor(Infinity, "float64");
  const end = whileLoop(
    ({ found, evaluations, low, high, trial }) => {
      const inside = logicalAnd(notEqual(trial, low.step), notEqual(trial, high.step));
      const more = logicalAnd(less(evaluations, maxEvaluations), inside);
      return logicalAnd(possible, logicalAnd(logicalNot(found), more));
    },
    round,
    {
      low: origin,
      lowPoint: start,
      high: { ...origin, step: infinite },
      trial: first,
      widths: [infinite, infinite],
      evaluations: tensor(0, "int32"),
      found: tensor(false),
    },
  );
  return {
    step: end.low.step,
    point: end.lowPoint,
    evaluations: end.evaluations,
    found: end.found,
  };
}

/** An end of an interval: how far, and value and slope there. */
interface End {
  readonly step: Scalar;
  readonly value: Scalar;
  readonly slope: Scalar;
}

/** What goes round the search. */
interface Interval<D extends FloatDType> {
  /** The end that has decreased enough, with the lowest value so far. */
  readonly low: End;
  readonly lowPoint: Evaluated<D>;
  /** The other end; at infinity until a step was too long. */
  readonly high: End;
  /** The step to try next. */
  readonly trial: Scalar;
  /** How wide the last intervals were, the last one first. */
  readonly widths: readonly [Scalar, Scalar];
  readonly evaluations: Tensor<[], "int32">;
  readonly found: Tensor<[], "bool">;
}

function choose(condition: Tensor<[], "bool">, a: End, b: End): End {
  return {
    step: where(condition, a.step, b.step),
    value: where(condition, a.value, b.value),
    slope: where(condition, a.slope, b.slope),
  };
}

/** A step beyond the second of two: where the cubic through both is lowest, 1.1 to 4 times as far on. */
function outward(from: End, to: End): Scalar {
  const gone = sub(to.step, from.step);
  const [near, far] = [add(to.step, mul(gone, 1.1)), add(to.step, mul(gone, 4))];
  const best = lowest(from, to);
  return where(isFinite(best), minimum(maximum(best, near), far), far);
}

/** A step between two: where the cubic through both is lowest, not too close to them, or halfway. */
function inward(a: End, b: End, slow: Tensor<[], "bool">): Scalar {
  const span = sub(b.step, a.step);
  const part = div(sub(lowest(a, b), a.step), span);
  const halve = logicalOr(slow, logicalNot(isFinite(part)));
  return add(a.step, mul(span, where(halve, 0.5, minimum(maximum(part, 0.1), 0.9))));
}

/** Where the cubic with two values and slopes has its minimum (Nocedal and Wright, equation 3.59). */
function lowest(a: End, b: End): Scalar {
  const span = sub(b.step, a.step);
  const d1 = sub(add(a.slope, b.slope), mul(div(sub(b.value, a.value), span), 3));
  const root = sqrt(sub(mul(d1, d1), mul(a.slope, b.slope)));
  const d2 = where(less(span, 0), neg(root), root);
  const part = div(sub(add(b.slope, d2), d1), add(sub(b.slope, a.slope), mul(d2, 2)));
  return sub(b.step, mul(span, part));
}

/** The options of backtracking with their defaults. */
export function backtrackingRules(
  operation: string,
  options: BacktrackingOptions,
): Required<BacktrackingOptions> {
  const { initialStep = 1, shrink = 0.5, sufficientDecrease = 1e-4, maxEvaluations = 30 } = options;
  positive(operation, "initialStep", initialStep);
  between(operation, "shrink", shrink, 0, 1);
  between(operation, "sufficientDecrease", sufficientDecrease, 0, 1);
  count(operation, "maxEvaluations", maxEvaluations);
  return { initialStep, shrink, sufficientDecrease, maxEvaluations };
}

/** The options of a search for a strong Wolfe point with their defaults. */
export function wolfeRules(operation: string, options: WolfeOptions): Required<WolfeOptions> {
  const { initialStep = 1, sufficientDecrease = 1e-4, curvature = 0.9, maxEvaluations = 25 } =
    options;
  positive(operation, "initialStep", initialStep);
  between(operation, "sufficientDecrease", sufficientDecrease, 0, 1);
  between(operation, "curvature", curvature, sufficientDecrease, 1);
  count(operation, "maxEvaluations", maxEvaluations);
  return { initialStep, sufficientDecrease, curvature, maxEvaluations };
}

function positive(operation: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(`${operation}: ${name} must be above 0 and finite, got ${value}`);
  }
}

function between(operation: string, name: string, value: number, low: number, high: number): void {
  if (!(value > low && value < high)) {
    throw new RangeError(
      `${operation}: ${name} must be above ${low} and below ${high}, got ${value}`,
    );
  }
}

/** Refuses what is no whole number from 1. */
export function count(operation: string, name: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${operation}: ${name} must be a whole number from 1, got ${value}`);
  }
}
