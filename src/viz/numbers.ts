/**
 * Numbers to draw, from tensors and arrays.
 *
 * @module
 */
import { type AnyTensor, type DType, ShapeError, type Tensor } from "../../mod.ts";
import { showShape } from "../shape/fail.ts";
import { isTensor } from "../tensor/storage.ts";

/** Numbers in a row: a tensor of one axis, or an array. */
export type Numbers = readonly number[] | Tensor<[number], DType>;

/** The numbers of a row. */
export function numbersOf(operation: string, name: string, numbers: Numbers): readonly number[] {
  if (!isTensor(numbers)) return numbers;
  requireRank(operation, name, numbers, 1, "[N]");
  return elementsOf(numbers);
}

/** The elements of a tensor as numbers, in row-major order. */
export function elementsOf(tensor: AnyTensor): readonly number[] {
  return Array.from(tensor.data, Number);
}

/** Refuses a tensor of another rank. */
export function requireRank(
  operation: string,
  name: string,
  { shape }: AnyTensor,
  rank: number,
  wanted: string,
): void {
  if (shape.length !== rank) {
    throw new ShapeError(`${operation}: ${name} must be ${wanted}, got ${showShape(shape)}`);
  }
}

/** Refuses two rows of different length. */
export function requireSameLength(
  operation: string,
  nameA: string,
  a: ArrayLike<unknown>,
  nameB: string,
  b: ArrayLike<unknown>,
): void {
  if (a.length !== b.length) {
    throw new ShapeError(
      `${operation}: ${nameA} and ${nameB} differ in length: ${a.length} and ${b.length}`,
    );
  }
}

/** The least and the greatest of the finite numbers, if there is one. */
export function extent(values: Iterable<number>): readonly [number, number] | undefined {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return least > greatest ? undefined : [least, greatest];
}
