/**
 * Rows of scores and the classes that they should choose.
 *
 * @module
 */
import {
  type AnyTensor,
  astype,
  DTypeError,
  expandDims,
  mul,
  type Shape,
  ShapeError,
  squeeze,
  takeAlong,
  type Tensor,
} from "../../../mod.ts";
import { elementsOf } from "../../tensor/storage.ts";
import { isReadable } from "../../tape/recorder.ts";
import { classTargetsShape, classWeightsShape } from "../class_targets.ts";

/** Refuses targets that are bool, or whose shape does not go with the rows. */
export function requireTargets(operation: string, rows: AnyTensor, targets: AnyTensor): void {
  if (targets.dtype === "bool") {
    throw new DTypeError(`${operation}: targets are bool; convert with astype`);
  }
  classTargetsShape(operation, rows.shape, targets.shape, targets.dtype);
}

/** Refuses targets that can be read and are not from 0 to below the number of classes. */
export function requireClasses(
  operation: string,
  targets: AnyTensor,
  classes: number,
  ignoreIndex?: number,
): void {
  if (!isReadable(targets)) return;
  for (const target of elementsOf(targets, operation)) {
    if ((target < 0 || target >= classes) && target !== ignoreIndex) {
      throw new ShapeError(`${operation}: class ${target} is not from 0 to ${classes - 1}`);
    }
  }
}

/** Of each row the element of its class. */
export function chosenFrom(rows: AnyTensor, classes: AnyTensor): AnyTensor {
  const positions = expandDims(classes, -1) as Tensor<Shape, "int32">;
  return squeeze(takeAlong(rows, positions, -1) as AnyTensor, -1);
}

/** The weights of classes in the dtype of the rows. */
export function weightOf(
  operation: string,
  rows: AnyTensor,
  weight: AnyTensor | undefined,
): AnyTensor | undefined {
  if (weight === undefined) return undefined;
  classWeightsShape(operation, rows.shape, weight.shape);
  return astype(weight, rows.dtype);
}

/** Times the weights, if there are any. */
export function weighted(x: AnyTensor, weight: AnyTensor | undefined): AnyTensor {
  return weight ? mul(x, weight) : x;
}
