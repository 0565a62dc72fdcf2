/**
 * Random numbers of many distributions, each drawn as JAX draws it.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { argmax } from "../functions/reductions.ts";
import { add, log, maximum, minimum, mul, neg, rem } from "../primitives/arithmetic.ts";
import { less } from "../primitives/compare.ts";
import { convert, requireDType, scalar } from "../primitives/operands.ts";
import { erfOf } from "../primitives/special/erf.ts";
import { erfInv } from "../primitives/special/erf_inv.ts";
import { columns } from "../engines/interpreter/scalars.ts";
import { shiftRight } from "../primitives/logic.ts";
import type { Shape } from "../shape/dim.ts";
import { normalizeAxis } from "../shape/axis.ts";
import { type Arg, type Ok, ShapeError, showShape } from "../shape/fail.ts";
import { checkDims, type FromDims } from "../shape/literal.ts";
import { type Reduce, reduceShape } from "../shape/reduce.ts";
import { broadcastShapes } from "../shape/broadcast.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import type { AnyTensor, Operand, ShapeOf, Tensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/storage.ts";
import { fraction52, type Key, randomBits, splitFor } from "./key.ts";

/**
 * The shape of what is drawn: a scalar unless told.
 *
 * @internal
 */
type Drawn<S extends Shape, K> = Ok<FromDims<S, K>>;

/** Bounds and dtype of {@linkcode uniform}. */
export interface UniformOptions<D extends FloatDType = FloatDType> {
  /** The least value; 0 unless given. */
  readonly minval?: number;
  /** The value that is not reached; 1 unless given. */
  readonly maxval?: number;
  /** `float32` unless given. */
  readonly dtype?: D;
}

/** The dtype of a distribution of real numbers. */
export interface FloatOptions<D extends FloatDType = FloatDType> {
  /** `float32` unless given. */
  readonly dtype?: D;
}

/** The dtype of {@linkcode randint}. */
export interface IntegerOptions<D extends "int32" | "uint32" = "int32" | "uint32"> {
  /** `int32` unless given. */
  readonly dtype?: D;
}

/**
 * 32 random bits for each element.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.bits(random.key(0), [4]).dtype; // "uint32"
 * ```
 */
export function bits<const S extends Shape = [], K extends string = "bits">(
  key: Key,
  shape?: Arg<FromDims<S, K>, S>,
): Tensor<Drawn<S, K>, "uint32"> {
  return bitsOf(key as never, shape as never) as never;
}

function bitsOf(key: Key, shape: Shape = []): AnyTensor {
  checkDims("random.bits", shape);
  return randomBits("bits", key, shape);
}

/**
 * Numbers spread evenly from `minval` to before `maxval`.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.uniform(random.key(0), [2, 3], { minval: -1 }).shape; // [2, 3]
 * ```
 */
export function uniform<
  const S extends Shape = [],
  D extends FloatDType = "float32",
  K extends string = "uniform",
>(
  key: Key,
  shape?: Arg<FromDims<S, K>, S>,
  options?: UniformOptions<D>,
): Tensor<Drawn<S, K>, NoInfer<D>> {
  return uniformOf(key as never, shape as never, options as never) as never;
}

function uniformOf(key: Key, shape: Shape = [], options: UniformOptions = {}): AnyTensor {
  checkDims("random.uniform", shape);
  const { minval = 0, maxval = 1, dtype = "float32" } = options;
  return between("uniform", key, shape, dtype, minval, maxval);
}

/** Uniform numbers: the mantissa's bits are random, then scaled and shifted. */
function between(
  operation: string,
  key: Key,
  shape: Shape,
  dtype: FloatDType,
  low: number,
  high: number,
): AnyTensor {
  requireDType(`random.${operation}`, dtype, ["float32", "float64"]);
  const unit = dtype === "float64"
    ? fraction52(operation, key, shape)
    : mul(convert(shiftRight(randomBits(operation, key, shape), 9), "float32"), 2 ** -23);
  const round = dtype === "float32" ? Math.fround : (x: number) => x;
  const [from, to] = [round(low), round(high)];
  if (from === 0 && to === 1) return unit;
  return maximum(from, add(mul(unit, round(to - from)), from));
}

/** The least number above -1. */
function aboveMinusOne(dtype: FloatDType): number {
  return dtype === "float32" ? -1 + 2 ** -24 : -1 + 2 ** -53;
}

/**
 * Numbers of the standard normal distribution, by the inverse error function.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.normal(random.key(0), [2, 3]).mul(0.1).add(1); // mean 1, standard deviation 0.1
 * ```
 */
export function normal<
  const S extends Shape = [],
  D extends FloatDType = "float32",
  K extends string = "normal",
>(
  key: Key,
  shape?: Arg<FromDims<S, K>, S>,
  options?: FloatOptions<D>,
): Tensor<Drawn<S, K>, NoInfer<D>> {
  return normalOf(key as never, shape as never, options as never) as never;
}

function normalOf(key: Key, shape: Shape = [], options: FloatOptions = {}): AnyTensor {
  checkDims("random.normal", shape);
  const { dtype = "float32" } = options;
  const u = between("normal", key, shape, dtype, aboveMinusOne(dtype), 1);
  return mul(erfInv(u), Math.SQRT2);
}

/**
 * Numbers of the standard normal distribution between two bounds.
 *
 * @throws {RangeError} Where `lower` is not below `upper`.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.truncatedNormal(random.key(0), -2, 2, [100]).max().item() < 2; // true
 * ```
 */
export function truncatedNormal<
  const S extends Shape = [],
  D extends FloatDType = "float32",
  K extends string = "truncatedNormal",
>(
  key: Key,
  lower: number,
  upper: number,
  shape?: Arg<FromDims<S, K>, S>,
  options?: FloatOptions<D>,
): Tensor<Drawn<S, K>, NoInfer<D>> {
  return truncatedNormalOf(
    key as never,
    lower as never,
    upper as never,
    shape as never,
    options as never,
  ) as never;
}

function truncatedNormalOf(
  key: Key,
  lower: number,
  upper: number,
  shape: Shape = [],
  options: FloatOptions = {},
): AnyTensor {
  checkDims("random.truncatedNormal", shape);
  if (!(lower < upper)) {
    throw new RangeError(`random.truncatedNormal: ${lower} is not below ${upper}`);
  }
  const { dtype = "float32" } = options;
  const erf = (x: number) => erfOf(columns("float64", 1), x / Math.SQRT2) as number;
  const [from, to] = [erf(lower), erf(upper)];
  const u = between("truncatedNormal", key, shape, dtype, from, to);
  const inside = mul(erfInv(u), Math.SQRT2);
  return minimum(maximum(inside, next(lower, dtype, 1)), next(upper, dtype, -1));
}

/** The neighbour of a float in a direction. */
function next(x: number, dtype: FloatDType, direction: 1 | -1): number {
  if (!Number.isFinite(x)) return direction === 1 ? -largest(dtype) : largest(dtype);
  const view = new DataView(new ArrayBuffer(8));
  if (x === 0) return direction * (dtype === "float32" ? 2 ** -149 : 2 ** -1074);
  const up = (x > 0) === (direction === 1);
  if (dtype === "float32") {
    view.setFloat32(0, x);
    view.setUint32(0, view.getUint32(0) + (up ? 1 : -1));
    return view.getFloat32(0);
  }
  view.setFloat64(0, x);
  view.setBigUint64(0, view.getBigUint64(0) + (up ? 1n : -1n));
  return view.getFloat64(0);
}

function largest(dtype: FloatDType): number {
  return dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
}

/**
 * `true` with probability `p`, which may be a tensor and broadcasts to the shape. The shape is that
 * of `p` unless given.
 *
 * @throws {ShapeError} Where `p` does not broadcast to the shape.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.bernoulli(random.key(0), 0.3, [4]).dtype; // "bool"
 * ```
 */
export function bernoulli<
  P extends Operand,
  const S extends Shape = ShapeOf<P>,
  K extends string = "bernoulli",
>(
  key: Key,
  p: P,
  shape?: Arg<FromDims<S, K>, S>,
): Tensor<Drawn<S, K>, "bool"> {
  return bernoulliOf(key as never, p as never, shape as never) as never;
}

function bernoulliOf(key: Key, p: Operand, shape?: Shape): AnyTensor {
  const own = isTensor(p) ? p.shape : [];
  const drawn = shape ?? own;
  checkDims("random.bernoulli", drawn);
  if (!equalShapes(broadcastShapes("random.bernoulli", own, drawn), drawn)) {
    throw new ShapeError(
      `random.bernoulli: p ${showShape(own)} does not broadcast to ${showShape(drawn)}`,
    );
  }
  const dtype = isTensor(p) && p.dtype === "float64" ? "float64" : "float32";
  return less(between("bernoulli", key, drawn, dtype, 0, 1), p);
}

/** Numbers of the Gumbel distribution. */
function gumbel(operation: string, key: Key, shape: Shape, dtype: FloatDType): AnyTensor {
  const tiny = dtype === "float32" ? 2 ** -126 : 2 ** -1022;
  return neg(log(neg(log(between(operation, key, shape, dtype, tiny, 1)))));
}

/**
 * Classes drawn with probabilities `softmax(logits)` along an axis, the last unless told, by the
 * Gumbel-max trick: one draw for each of the other positions.
 *
 * @throws {ShapeError} Where the axis is out of range.
 *
 * @example
 * ```ts
 * import { random, tensor } from "@katachi/katachi";
 *
 * random.categorical(random.key(0), tensor([[0, -Infinity], [-Infinity, 0]])).toArray(); // [0, 1]
 * ```
 */
export function categorical<
  S extends Shape,
  const X extends number = -1,
  K extends string = "categorical",
>(
  key: Key,
  logits: Tensor<S, FloatDType>,
  axis?: Arg<Reduce<S, X, false, K>, X>,
): Tensor<Ok<Reduce<S, X, false, K>>, "int32"> {
  return categoricalOf(key as never, logits as never, axis as never) as never;
}

function categoricalOf(key: Key, logits: AnyTensor, axis = -1): AnyTensor {
  const { dtype } = logits;
  requireDType("random.categorical", dtype, ["float32", "float64"]);
  reduceShape("categorical", logits.shape, axis, false);
  const at = normalizeAxis("categorical", axis, logits.shape);
  const noise = gumbel("categorical", key, logits.shape, dtype as FloatDType);
  return argmax(add(noise, logits), at);
}

/**
 * Whole numbers from `minval` to before `maxval`.
 *
 * @throws {RangeError} Where the bounds are not whole numbers of the dtype, or out of order.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.randint(random.key(0), [5], 0, 10).dtype; // "int32"
 * ```
 */
export function randint<
  const S extends Shape,
  D extends "int32" | "uint32" = "int32",
  K extends string = "randint",
>(
  key: Key,
  shape: Arg<FromDims<S, K>, S>,
  minval: number,
  maxval: number,
  options?: IntegerOptions<D>,
): Tensor<Drawn<S, K>, NoInfer<D>> {
  return randintOf(
    key as never,
    shape as never,
    minval as never,
    maxval as never,
    options as never,
  ) as never;
}

function randintOf(
  key: Key,
  shape: Shape,
  minval: number,
  maxval: number,
  { dtype = "int32" }: IntegerOptions = {},
): AnyTensor {
  checkDims("random.randint", shape);
  if (!Number.isInteger(minval) || !Number.isInteger(maxval) || minval >= maxval) {
    throw new RangeError(
      `random.randint: needs whole numbers with minval below maxval, got ${minval} and ${maxval}`,
    );
  }
  const [highKey, lowKey] = splitFor("randint", key);
  const span = maxval - minval;
  if (span >= 2 ** 32) throw new RangeError(`random.randint: the range ${span} is above 2^32 - 1`);
  // 64 random bits modulo the span, in 32-bit arithmetic.
  const half = 2 ** 16 % span;
  const multiplier = Math.imul(half, half) >>> 0;
  const modulo = (x: AnyTensor) => rem(x, span);
  const high = modulo(randomBits("randint", highKey, shape));
  const low = modulo(randomBits("randint", lowKey, shape));
  const offset = modulo(add(mul(high, multiplier % span), low));
  return add(convert(offset, dtype), scalar(minval, dtype, "random.randint"));
}
