/**
 * Keys: where randomness comes from. A key is split into new ones, never used twice.
 *
 * @module
 */
import { concat } from "../functions/joining.ts";
import { reshape, slice } from "../functions/shapes.ts";
import { add, mul } from "../primitives/arithmetic.ts";
import { bitwiseXor, shiftRight } from "../primitives/logic.ts";
import { iota } from "../primitives/create.ts";
import { convert, requireDType, scalar } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import type { Shape } from "../shape/dim.ts";
import { isTensor, sizeOf, wrap } from "../tensor/storage.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { useKey } from "./reuse.ts";
import { threefry2x32 } from "./threefry.ts";

/** The state of a random generator: two 32-bit words. */
export type Key = Tensor<[2], "uint32">;

/** As many keys as asked for, as a tuple where the number is known. */
export type Keys<N extends number, L extends readonly Key[] = []> = number extends N ? Key[]
  : L["length"] extends N ? L
  : L["length"] extends 64 ? Key[]
  : Keys<N, [...L, Key]>;

/**
 * The key of a seed, a whole number.
 *
 * @throws {RangeError} Where the seed is not a whole number from `-2^53` to `2^53`.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * random.key(42).toArray(); // [0, 42]
 * ```
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`random.key: the seed must be a whole number, got ${seed}`);
  }
  // The two halves of the seed as a 64-bit integer in two's complement.
  const high = Math.floor(seed / 2 ** 32);
  return wrap([2], "uint32", new Uint32Array([high >>> 0, seed - high * 2 ** 32]));
}

/** The two words of a key as scalars. */
function words(operation: string, key: AnyTensor): readonly [AnyTensor, AnyTensor] {
  if (!isTensor(key)) {
    const found = Array.isArray(key) ? `a list of ${(key as unknown[]).length}` : typeof key;
    throw new TypeError(`random.${operation}: needs one key, made by random.key, got ${found}`);
  }
  requireDType(`random.${operation}`, key.dtype, ["uint32"]);
  if (key.shape.length !== 1 || key.shape[0] !== 2) {
    throw new ShapeError(
      `random.${operation}: a key has the shape [2], got ${showShape(key.shape)}`,
    );
  }
  return [slice(key, [0]), slice(key, [1])];
}

/** The positions in a shape as 64-bit counters: high words, low words. */
function counters(shape: Shape): readonly [AnyTensor, AnyTensor] {
  const size = sizeOf(shape);
  return [scalar(0, "uint32"), reshapeRaw(iota([size], 0, "uint32"), shape)];
}

/**
 * New keys that have nothing to do with each other or with the old one, which must not be used
 * again: two unless told.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * const [k1, k2] = random.split(random.key(0));
 * random.normal(k1, [3]);
 * random.normal(k2, [3]);
 * ```
 */
export function split<const N extends number = 2>(key: Key, count?: N): Keys<N> {
  return splitOf(key as never, count as never) as never;
}

function splitOf(key: Key, count = 2): Key[] {
  return splitFor("split", key, count);
}

/** New keys on behalf of an operation. */
export function splitFor(operation: string, key: Key, count = 2): Key[] {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`random.split: the number of keys must be a whole number, got ${count}`);
  }
  const [first, second] = generate(operation, key, [count]);
  const pairs = concat([reshape(first, [count, 1]), reshape(second, [count, 1])], 1);
  return Array.from({ length: count }, (_, i) => slice(pairs, [i]) as Key);
}

/**
 * A new key from a key and a whole number, as the index of a step.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * const key = random.key(0);
 * const keys = [0, 1, 2].map((step) => random.foldIn(key, step));
 * ```
 */
export function foldIn(key: Key, data: number | Tensor<[], "int32" | "uint32">): Key {
  return foldInOf(key as never, data as never) as never;
}

function foldInOf(key: Key, data: number | AnyTensor): Key {
  const [k0, k1] = words("foldIn", key);
  if (typeof data === "number" && !Number.isSafeInteger(data)) {
    throw new RangeError(`random.foldIn: needs a whole number, got ${data}`);
  }
  const low = isTensor(data) ? convert(data, "uint32") : scalar(data >>> 0, "uint32");
  const [first, second] = threefry2x32(k0, k1, scalar(0, "uint32"), low);
  return concat([reshape(first, [1]), reshape(second, [1])]) as Key;
}

/** Two random words for each position of a shape. */
export function generate(
  operation: string,
  key: Key,
  shape: Shape,
): readonly [AnyTensor, AnyTensor] {
  const [k0, k1] = words(operation, key);
  useKey(operation, key);
  const [high, low] = counters(shape);
  return threefry2x32(k0, k1, high, low);
}

/** 32 random bits for each position of a shape. */
export function randomBits(operation: string, key: Key, shape: Shape): AnyTensor {
  const [first, second] = generate(operation, key, shape);
  return bitwiseXor(first, second);
}

/** The upper 52 of 64 random bits for each position of a shape, as a float64 from 0 to below 1. */
export function fraction52(operation: string, key: Key, shape: Shape): AnyTensor {
  const [high, low] = generate(operation, key, shape);
  const upper = mul(convert(high, "float64"), 2 ** 20);
  return mul(add(upper, convert(shiftRight(low, 12), "float64")), 2 ** -52);
}
