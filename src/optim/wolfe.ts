/**
 * Narrowing a line down to where both Wolfe conditions hold.
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
import type { Line, LineEnd } from "./backtrack.ts";
import type { Evaluated, Scalar } from "./flat.ts";
import type { WolfeOptions } from "./line_search.ts";

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
