/**
 * From what a user passes as operands to tensors of one dtype.
 *
 * @module
 */
import { allocate, type DType, DTypeError, isElement, promote } from "../tensor/dtype.ts";
import { isTensor, wrap } from "../tensor/storage.ts";
import type { AnyTensor, Operand } from "../tensor/tensor.ts";
import { bind } from "../tape/recorder.ts";
import { convertPrimitive } from "./convert.ts";

/** A concrete scalar. A number that an integer dtype cannot hold is refused, not rounded. */
export function scalar(value: number | boolean, dtype: DType, operation = "scalar"): AnyTensor {
  const number = Number(value);
  if (!isElement(number, dtype)) {
    throw new DTypeError(
      `${operation}: ${number} is not an element of ${dtype}; convert the tensor first, as in x.astype("float32")`,
    );
  }
  const data = allocate(dtype, 1);
  data[0] = number;
  return wrap([], dtype, data);
}

/** A tensor in another dtype; the same tensor where it has it already. */
export function convert(x: AnyTensor, dtype: DType): AnyTensor {
  return x.dtype === dtype ? x : bind(convertPrimitive, [x], { dtype })[0];
}

/** An operand in the dtype of a tensor that it goes into and that can hold it. */
export function into(operation: string, value: Operand, dtype: DType): AnyTensor {
  if (!isTensor(value)) return scalar(value, dtype, operation);
  if (promote(value.dtype, dtype) !== dtype) {
    throw new DTypeError(
      `${operation}: ${value.dtype} does not go into ${dtype}; convert with astype`,
    );
  }
  return convert(value, dtype);
}

/**
 * Operands as tensors of one dtype: tensors by promotion, numbers in the dtype that the tensors
 * have. `atLeast` lifts the common dtype, as `float32` does for division.
 */
export function unify(
  operation: string,
  operands: readonly Operand[],
  lift: (dtype: DType) => DType = (dtype) => dtype,
): readonly AnyTensor[] {
  for (const [i, operand] of operands.entries()) requireOperand(operation, operand, i);
  const tensors = operands.filter(isTensor);
  const common = lift(
    tensors.length === 0 ? "float32" : tensors.map(({ dtype }) => dtype).reduce(promote),
  );
  return operands.map((operand) =>
    isTensor(operand) ? convert(operand, common) : scalar(operand as number, common, operation)
  );
}

function requireOperand(operation: string, operand: unknown, position: number): void {
  if (!isTensor(operand) && typeof operand !== "number") {
    const found = operand === null ? "null" : Array.isArray(operand) ? "an array" : typeof operand;
    throw new TypeError(
      `${operation}: operand ${position + 1} is ${found}, not a tensor or a number${
        Array.isArray(operand) ? "; write tensor([...])" : ""
      }`,
    );
  }
}

/** Refuses dtypes that an operation has no meaning for. */
export function requireDType(
  operation: string,
  dtype: DType,
  accepted: readonly DType[],
): void {
  if (!accepted.includes(dtype)) {
    throw new DTypeError(
      `${operation}: needs ${accepted.join(", ")}, got ${dtype}; convert with astype`,
    );
  }
}
