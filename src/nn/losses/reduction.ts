/**
 * From a loss for each element or row to what is asked for.
 *
 * @module
 */
import { type AnyTensor, astype, type DType, mean, type Shape, sum } from "../../../mod.ts";
import { sameShape } from "../../shape/same.ts";
import { floating } from "../../tensor/dtype.ts";

/** What becomes of the losses of elements or rows: their mean, their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

/** The shape of losses of shape `S` after a reduction. */
export type Reduced<S extends Shape, R extends Reduction> = [R] extends ["none"] ? S
  : [R] extends ["mean" | "sum"] ? []
  : Shape;

/** What every loss can be told. */
export interface LossOptions<R extends Reduction = Reduction> {
  /** What becomes of the losses of elements or rows; `"mean"` unless given. */
  readonly reduction?: R;
}

/** The mean of losses, their sum, or they themselves. */
export function reduced(losses: AnyTensor, { reduction = "mean" }: LossOptions = {}): AnyTensor {
  switch (reduction) {
    case "mean":
      return mean(losses);
    case "sum":
      return sum(losses);
    case "none":
      return losses;
    default:
      throw new RangeError(
        `reduction must be "mean", "sum" or "none", got ${JSON.stringify(reduction)}`,
      );
  }
}

/** Predictions as floats, and targets of the same shape in the dtype of the predictions. */
export function pair(
  operation: string,
  predictions: AnyTensor,
  targets: AnyTensor,
): readonly [predictions: AnyTensor, targets: AnyTensor] {
  sameShape(operation, predictions.shape, targets.shape);
  const dtype: DType = floating(predictions.dtype);
  return [astype(predictions, dtype), astype(targets, dtype)];
}

/** The losses of elements, one from each prediction and its target, reduced. */
export function elementwiseLoss(
  operation: string,
  predictions: unknown,
  targets: unknown,
  options: LossOptions | undefined,
  loss: (prediction: AnyTensor, target: AnyTensor) => AnyTensor,
): AnyTensor {
  const [p, t] = pair(operation, predictions as AnyTensor, targets as AnyTensor);
  return reduced(loss(p, t), options);
}

/** Refuses a setting that is not above 0. */
export function requirePositive(operation: string, name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${operation}: ${name} must be above 0, got ${value}`);
}
