/**
 * Going back along a line until the loss has decreased enough.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type FloatDType,
  isFinite,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  mul,
  type Tensor,
  tensor,
  where,
  whileLoop,
} from "../../mod.ts";
import type { Evaluated, Scalar } from "./flat.ts";
import type { BacktrackingOptions } from "./line_search.ts";

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
