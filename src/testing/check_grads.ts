/**
 * Gradients held against finite differences.
 *
 * @module
 */
import { add, type AnyTensor, astype, fromBuffer, mul, sum, vjp } from "../../mod.ts";
import { KatachiError } from "../errors.ts";
import { flattenTree } from "../tensor/tree.ts";
import { isFloating } from "../tensor/dtype.ts";
import { sizeOf } from "../tensor/storage.ts";

/** How {@linkcode checkGrads} checks. */
export interface CheckGradsOptions {
  /** How many times to differentiate: 1 checks gradients, 2 also gradients of gradients. 1 unless given. */
  readonly order?: 1 | 2;
  /** Relative and absolute tolerance; 1e-6 for order 1 and 1e-5 for order 2 unless given. */
  readonly tolerance?: number;
  /** Seed of the random cotangents and directions; 0 unless given. */
  readonly seed?: number;
}

/** A gradient that differs from the finite difference. */
export class GradientError extends KatachiError {
  /** Always `"GradientError"`. */
  override readonly name = "GradientError";
}

/**
 * Checks the gradients of a function by central differences in float64.
 *
 * For a random cotangent `u`, the gradient of `<f(x), u>` by every element of every argument is
 * compared with `(<f(x + h), u> - <f(x - h), u>) / 2h`, the step `h` scaled to the element and
 * improved by Richardson's extrapolation. With `order: 2` the same is done for the gradient along a
 * random direction. All leaves of the arguments are converted to `float64` first; leaves that are no
 * floats are held fixed.
 *
 * @throws {GradientError} Where they differ: the message names the argument, the element and both values.
 *
 * @example
 * ```ts
 * import { sin, type Tensor, tensor } from "@katachi/katachi";
 * import { checkGrads } from "@katachi/katachi/testing";
 *
 * checkGrads((x: Tensor<[2], "float64">) => sin(x).mul(x), [tensor([1, 2], "float64")], { order: 2 });
 * ```
 */
export function checkGrads<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  args: A,
  options: CheckGradsOptions = {},
): void {
  const { order = 1, seed = 0 } = options;
  const flat = flattenTree(args, "checkGrads", "argument ");
  const leaves = flat.leaves.map((leaf) => isFloating(leaf.dtype) ? astype(leaf, "float64") : leaf);
  const free = leaves.flatMap(({ dtype }, i) => dtype === "float64" ? [i] : []);
  const rebuild = (floats: readonly AnyTensor[]): A => {
    const all = [...leaves];
    free.forEach((at, i) => all[at] = floats[i]);
    return flat.structure.build(all) as A;
  };
  const paths = free.map((at) => `argument ${flat.structure.paths[at].slice(1).replace("]", "")}`);
  const floats = free.map((at) => leaves[at]);
  const random = generator(seed);
  const weights: AnyTensor[] = [];
  const projected = (xs: readonly AnyTensor[]): AnyTensor => {
    const outputs = flattenTree(f(...rebuild(xs)), "checkGrads", "the result").leaves
      .filter(({ dtype }) => isFloating(dtype));
    return project(outputs, weights, random);
  };
  compare(projected, floats, paths, options.tolerance ?? 1e-6, "gradient");
  if (order === 2) {
    const directions: AnyTensor[] = [];
    const slope = (xs: readonly AnyTensor[]): AnyTensor =>
      project(gradient(projected, xs), directions, random);
    compare(slope, floats, paths, options.tolerance ?? 1e-5, "second gradient");
  }
}

/** The sum of products with weights, which are drawn when they are first needed. */
function project(xs: readonly AnyTensor[], weights: AnyTensor[], random: () => number): AnyTensor {
  return xs.map((x, i) => {
    weights[i] ??= fromBuffer(Float64Array.from({ length: x.size }, random), x.shape);
    return sum(mul(astype(x, "float64"), weights[i])) as AnyTensor;
  }).reduce((a, b) => add(a, b), fromBuffer(new Float64Array(1), []) as AnyTensor);
}

function gradient(
  f: (xs: readonly AnyTensor[]) => AnyTensor,
  xs: readonly AnyTensor[],
): readonly AnyTensor[] {
  const [value, pullback] = vjp((...args: AnyTensor[]) => f(args), ...xs);
  return pullback(fromBuffer(new Float64Array([1]), value.shape));
}

function compare(
  f: (xs: readonly AnyTensor[]) => AnyTensor,
  xs: readonly AnyTensor[],
  paths: readonly string[],
  tolerance: number,
  what: string,
): void {
  const gradients = gradient(f, xs);
  for (const [i, x] of xs.entries()) {
    const data = x.data;
    const found = gradients[i].data;
    for (let j = 0; j < data.length; j++) {
      const at = (value: number): number => {
        const moved = Float64Array.from(data);
        moved[j] = value;
        const y = f(xs.with(i, fromBuffer(moved, x.shape)));
        return Number(y.item());
      };
      const expected = difference(at, data[j]);
      const scale = Math.max(1, Math.abs(expected), Math.abs(found[j]));
      if (!(Math.abs(expected - found[j]) <= tolerance * scale)) {
        throw new GradientError(
          `checkGrads: ${what} by ${paths[i]}${indexText(x.shape, j)} at ${data[j]} is ${
            found[j]
          }, the finite difference ${expected}`,
        );
      }
    }
  }
}

/** The derivative of a function of one number: central differences of two steps, extrapolated. */
function difference(f: (x: number) => number, x: number): number {
  const step = 1e-3 * Math.max(1, Math.abs(x));
  const slope = (h: number) => (f(x + h) - f(x - h)) / (x + h - (x - h));
  return (4 * slope(step / 2) - slope(step)) / 3;
}

function indexText(shape: readonly number[], flat: number): string {
  let rest = flat;
  const index = shape.map((_, axis) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const at = Math.floor(rest / inner);
    rest -= at * inner;
    return at;
  });
  return index.length === 0 ? "" : `[${index.join("][")}]`;
}

/** Numbers from -1 to 1 (a linear congruential generator; Knuth's MMIX constants). */
function generator(seed: number): () => number {
  let state = BigInt(seed) + 1n;
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 52 - 1;
  };
}
