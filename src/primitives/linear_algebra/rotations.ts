/**
 * Lists of vectors turned in pairs, as Jacobi's methods for eigenvalues and singular values do it.
 *
 * @module
 */

/** What rounding may leave of 1. */
export const epsilon = 2 ** -53;

/** The inner product. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The Euclidean length, without overflow. */
export function lengthOf(v: Float64Array): number {
  const largest = largestOf(v);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** The largest magnitude; NaN if there is a NaN. */
export function largestOf(v: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]));
  return largest;
}

/** A rotation in a plane. */
export interface Rotation {
  readonly cosine: number;
  readonly sine: number;
  /** Sine over cosine. */
  readonly tangent: number;
}

/** The smaller rotation that makes `[[a, b], [b, c]]` diagonal, for `b` that is not 0. */
export function diagonalizing(a: number, b: number, c: number): Rotation {
  const cotangent = (c - a) / (2 * b);
  const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.hypot(cotangent, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  return { cosine, sine: tangent * cosine, tangent };
}

/** Turns two vectors in their plane. */
export function rotate(x: Float64Array, y: Float64Array, { cosine, sine }: Rotation): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]];
    x[i] = cosine * a - sine * b;
    y[i] = sine * a + cosine * b;
  }
}

/** The unit vectors along `n` axes. */
export function unitVectors(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1));
}

/** -1 where the element of largest magnitude, the first of several, is negative, else 1. */
export function orientation(v: Float64Array): number {
  let at = 0;
  for (let i = 1; i < v.length; i++) if (Math.abs(v[i]) > Math.abs(v[at])) at = i;
  return v[at] < 0 ? -1 : 1;
}

/** Applies pairwise steps to `n` vectors, sweep after sweep, until none of a sweep does anything. */
export function sweep(n: number, step: (p: number, q: number) => boolean): void {
  for (let round = 0, moved = true; moved && round < 60; round++) {
    moved = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) moved = step(p, q) || moved;
    }
  }
}
