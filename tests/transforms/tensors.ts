/** Tensors to try transformations on, and how they are compared. */
import { assertEquals } from "@std/assert";
import { type AnyTensor, fromBuffer, type Tensor } from "@katachi/katachi";
import { assertClose } from "../fixtures/figures.ts";

/** A tensor of doubles. */
export type Wide<S extends readonly number[]> = Tensor<S, "float64">;

/** A scalar of doubles. */
export type Scalar = Wide<[]>;

/** A vector of doubles. */
export type Vector = Wide<[number]>;

/** Numbers between -1 and 1, different at each place and for each start, in a shape. */
export function numbered<const S extends readonly number[]>(
  shape: S,
  start = 1,
): Wide<{ -readonly [I in keyof S]: S[I] }> {
  const size = shape.reduce((a, b) => a * b, 1);
  return fromBuffer(
    Float64Array.from({ length: size }, (_, i) => Math.sin(start + i)),
    shape,
  ) as never;
}

/** Two tensors agree in shape, dtype and, up to rounding, in their numbers. */
export function close(
  actual: AnyTensor,
  expected: AnyTensor,
  what = "",
  tolerance = 1e-11,
): void {
  assertEquals([...actual.shape], [...expected.shape], what);
  assertEquals(actual.dtype, expected.dtype, what);
  assertClose([...actual.data], [...expected.data], tolerance, what, 1);
}

/** The example of a batch at `i`, along an axis; all of it where there is no axis. */
export function example(x: AnyTensor, i: number, axis: number | null = 0): AnyTensor {
  if (axis === null) return x;
  const at = axis < 0 ? axis + x.shape.length : axis;
  const index = x.shape.map((_, a): number | [null, null] => a === at ? i : [null, null]);
  return x.slice(index) as AnyTensor;
}
