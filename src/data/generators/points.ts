import { random, type Tensor } from "../../../mod.ts";
import { wrap } from "../../tensor/storage.ts";

/** Points of a plane, each of a class. */
export interface Points<N extends number = number> {
  /** Where they are. */
  readonly x: Tensor<[N, 2]>;
  /** Which class each is of, from 0 on. */
  readonly y: Tensor<[N], "int32">;
}

/** How far points stray. */
export interface NoiseOptions {
  /** The standard deviation of the normal noise on every coordinate; 0 unless told. */
  readonly noise?: number;
}

/** Refuses what is no number of examples. */
export function checkCount(operation: string, n: number): void {
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new RangeError(`${operation}: n must be a whole number from 1 on, got ${n}`);
  }
}

/** Refuses what is no size of something, such as a standard deviation. */
export function checkSize(operation: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new RangeError(`${operation}: ${name} must be a number from 0 on, got ${value}`);
  }
}

/** Refuses what is no number of things, such as classes. */
export function checkWhole(operation: string, name: string, value: number, least = 1): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `${operation}: ${name} must be a whole number from ${least} on, got ${value}`,
    );
  }
}

/** Points told one by one, which come in random order and stray by the noise. */
export function scatter<N extends number>(
  operation: string,
  key: random.Key,
  n: N,
  noise: number,
  place: (i: number) => readonly [x: number, y: number, label: number],
): Points<N> {
  checkCount(operation, n);
  checkSize(operation, "noise", noise);
  const [orderKey, noiseKey] = random.split(key);
  const order = random.permutation(orderKey, n as number).data;
  const strays = random.normal(noiseKey, [n, 2]).data;
  const x = new Float32Array(2 * n);
  const y = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    const [across, up, label] = place(order[row]);
    x[2 * row] = across + noise * strays[2 * row];
    x[2 * row + 1] = up + noise * strays[2 * row + 1];
    y[row] = label;
  }
  return labelled(n, [n, 2] as const, x, y);
}

/** Tensors of the rows and their labels, which are taken over. */
export function labelled<const N extends number, const S extends readonly number[]>(
  n: N,
  shape: S,
  x: Float32Array<ArrayBuffer>,
  y: Int32Array<ArrayBuffer>,
): { x: Tensor<S>; y: Tensor<[N], "int32"> } {
  return { x: wrap(shape, "float32", x), y: wrap<[N], "int32">([n], "int32", y) };
}
