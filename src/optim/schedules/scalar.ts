/**
 * What schedules are written with: scalars in float64.
 *
 * @module
 */
import { add, clip, cos, div, mul, sub, type Tensor } from "../../../mod.ts";
import type { StepCount } from "../hyperparameter.ts";

/**
 * A value of a schedule.
 *
 * @internal
 */
export type Value = Tensor<[], "float64">;

/**
 * How far a step is on the way from one step to a later one: from 0, at the first and before, to 1.
 *
 * @internal
 */
export function progress(step: StepCount, from: number, to: number): Value {
  return clip(div(sub(step.astype("float64"), from), to - from), 0, 1) as Value;
}

/**
 * A point on the straight way from one value to another.
 *
 * @internal
 */
export function between(from: number, to: number, part: Value): Value {
  return add(mul(part, to - from), from) as Value;
}

/**
 * The part of the way that half a wave of the cosine has gone, flat at both ends.
 *
 * @internal
 */
export function eased(part: Value): Value {
  return mul(sub(1, cos(mul(part, Math.PI))), 0.5) as Value;
}
