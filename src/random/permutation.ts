/**
 * Random orders and choices.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { take } from "../functions/indexing.ts";
import { slice } from "../functions/shapes.ts";
import { sum } from "../functions/reductions.ts";
import { matmul } from "../functions/products.ts";
import { mul, sub } from "../primitives/arithmetic.ts";
import { less, lessEqual } from "../primitives/compare.ts";
import { iota } from "../primitives/create.ts";
import { gather } from "../primitives/indexing.ts";
import { convert } from "../primitives/operands.ts";
import { argsortRaw } from "../primitives/sort.ts";
import type { Shape } from "../shape/dim.ts";
import { type Arg, type Ok, ShapeError, showShape } from "../shape/fail.ts";
import { checkDims, type FromDims } from "../shape/literal.ts";
import type { DType, FloatDType } from "../tensor/dtype.ts";
import { isTensor, sizeOf } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { randint, uniform } from "./distributions.ts";
import { type Key, randomBits, splitFor } from "./key.ts";

/**
 * What can be permuted or chosen from: a tensor's first axis, or the numbers below a whole number.
 *
 * @internal
 */
type Source = number | AnyTensor;

/**
 * The shape of a source: `n` stands for the numbers below it.
 *
 * @internal
 */
type SourceShape<T> = T extends { readonly shape: infer S extends Shape } ? S
  : T extends number ? [T]
  : Shape;

/**
 * The dtype of a source.
 *
 * @internal
 */
type SourceDType<T> = T extends { readonly dtype: infer D extends DType } ? D : "int32";

/**
 * The numbers below `n`, or the slices of a tensor along its first axis, in random order.
 *
 * @throws {ShapeError} Where the tensor is a scalar.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.permutation(random.key(0), 5).sum().item(); // 10
 * ```
 */
export function permutation<T extends Source>(
  key: Key,
  source: T,
): Tensor<SourceShape<T>, SourceDType<T>> {
  return permutationOf(key as never, source as never) as never;
}

function permutationOf(key: Key, source: Source): AnyTensor {
  const n = count("permutation", source);
  const order = shuffled("permutation", key, n);
  return isTensor(source) ? gather(source, order, 0) : order;
}

function count(operation: string, source: Source): number {
  if (isTensor(source)) {
    if (source.shape.length === 0) {
      throw new ShapeError(`random.${operation}: needs at least one axis, got a scalar`);
    }
    return source.shape[0];
  }
  checkDims(`random.${operation}`, [source]);
  return source;
}

/** The numbers below `n`, sorted by random bits often enough that equal bits do not matter. */
function shuffled(operation: string, key: Key, n: number): AnyTensor {
  const rounds = Math.ceil(3 * Math.log(Math.max(1, n)) / Math.log(2 ** 32 - 1));
  let order = iota([n], 0, "int32");
  let rest = key;
  for (let round = 0; round < rounds; round++) {
    const [next, now] = splitFor(operation, rest);
    order = gather(order, argsortRaw(randomBits(operation, now, [n]), 0), 0);
    rest = next;
  }
  return order;
}

/** How {@linkcode choice} chooses. */
export interface ChoiceOptions {
  /** Whether the same one may be chosen again; `true` unless given. */
  readonly replace?: boolean;
  /** The probability of each; all alike unless given. Goes with `replace: true` only. */
  readonly p?: Tensor<Shape, FloatDType>;
}

/**
 * A choice, for each element of a shape, among the numbers below `n` or the slices of a tensor along
 * its first axis.
 *
 * @throws {ShapeError} Where more are to be chosen than there are, without replacement.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.choice(random.key(0), 10, [3], { replace: false }).shape; // [3]
 * ```
 */
export function choice<T extends Source, const S extends Shape = [], K extends string = "choice">(
  key: Key,
  source: T,
  shape?: Arg<FromDims<S, K>, S>,
  options?: ChoiceOptions,
): Tensor<Chosen<T, Ok<FromDims<S, K>>>, SourceDType<T>> {
  return choiceOf(key as never, source as never, shape as never, options as never) as never;
}

function choiceOf(
  key: Key,
  source: Source,
  shape: Shape = [],
  { replace = true, p }: ChoiceOptions = {},
): AnyTensor {
  checkDims("random.choice", shape);
  const n = count("choice", source);
  const positions = replace
    ? withReplacement(key, n, shape, p)
    : withoutReplacement(key, n, shape, p);
  return isTensor(source) ? take(source, positions, 0) : positions;
}

/**
 * The shape of chosen elements: that of the choice, and then that of each element.
 *
 * @internal
 */
type Chosen<T, S extends Shape> = SourceShape<T> extends
  readonly [number, ...infer Rest extends Shape] ? [...S, ...Rest]
  : Shape;

function withReplacement(
  key: Key,
  n: number,
  shape: Shape,
  p: AnyTensor | undefined,
): Tensor<Shape, "int32"> {
  if (n === 0 && sizeOf(shape) > 0) throw new ShapeError("random.choice: nothing to choose from");
  if (p === undefined) return randint(key, shape, 0, n);
  if (!equalShapes(p.shape, [n])) {
    throw new ShapeError(`random.choice: p must have the shape [${n}], got ${showShape(p.shape)}`);
  }
  // The distribution function, and for each draw how many of its steps lie below.
  const upTo = convert(lessEqual(iota([n, n], 0, "int32"), iota([n, n], 1, "int32")), p.dtype);
  const cumulative = matmul(p, upTo);
  const u = uniform(key, shape, { dtype: p.dtype as FloatDType });
  const level = mul(slice(cumulative, [-1]), sub(1, u));
  const steps = less(cumulative, level.reshape([...shape, 1]));
  return sum(steps, -1) as Tensor<Shape, "int32">;
}

function withoutReplacement(
  key: Key,
  n: number,
  shape: Shape,
  p: AnyTensor | undefined,
): Tensor<Shape, "int32"> {
  const draws = sizeOf(shape);
  if (draws > n) {
    throw new ShapeError(`random.choice: cannot choose ${draws} of ${n} without replacement`);
  }
  if (p !== undefined) {
    throw new TypeError("random.choice: probabilities p go with replace: true only");
  }
  return shuffled("choice", key, n).slice([[0, draws]]).reshape(shape) as Tensor<Shape, "int32">;
}
