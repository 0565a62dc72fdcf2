import { random, type Tensor } from "../../../mod.ts";
import { wrap } from "../../tensor/storage.ts";
import { checkCount, checkSize } from "./points.ts";

/** Numbers and what a function of them was measured to be. */
export interface Curve<N extends number = number> {
  /** Where it was measured. */
  readonly x: Tensor<[N, 1]>;
  /** What was measured there. */
  readonly y: Tensor<[N, 1]>;
}

/** Where a function is measured, and how well. */
export interface CurveOptions {
  /** What `x` is between, evenly distributed; -1 and 1 unless told. */
  readonly range?: readonly [low: number, high: number];
  /** The standard deviation of the normal noise on `y`; 0.1 unless told. */
  readonly noise?: number;
}

/** Measures a function at random places within a range. */
export function measure<N extends number>(
  operation: string,
  key: random.Key,
  n: N,
  { range: [low, high] = [-1, 1], noise = 0.1 }: CurveOptions,
  f: (x: number) => number,
): Curve<N> {
  checkCount(operation, n);
  if (!(low <= high && high - low < Infinity)) {
    throw new RangeError(`${operation}: range goes from a low to a high, got [${low}, ${high}]`);
  }
  const [placeKey, noiseKey] = random.split(key);
  const places = random.uniform(placeKey, [n], { minval: low, maxval: high }).data;
  return measureAt(operation, noiseKey, n, places, noise, f);
}

/** Measures a function at given places. */
export function measureAt<N extends number>(
  operation: string,
  key: random.Key,
  n: N,
  places: Float32Array,
  noise: number,
  f: (x: number) => number,
): Curve<N> {
  checkSize(operation, "noise", noise);
  const strays = random.normal(key, [n]).data;
  const values = Float32Array.from(places, (x, i) => f(x) + noise * strays[i]);
  const column: [N, 1] = [n, 1];
  return { x: wrap(column, "float32", places.slice()), y: wrap(column, "float32", values) };
}
