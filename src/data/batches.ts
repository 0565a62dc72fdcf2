/**
 * Cutting data into batches.
 *
 * @module
 */
import { fromBuffer, type random, type Tensor } from "../../mod.ts";
import { requireWhole, rowCount, rowOrder, takeRows, type WithRows } from "./rows.ts";

/**
 * What becomes of rows that do not fill a last batch: they are left out (`"drop"`), come as a smaller
 * batch (`"keep"`), or as a batch that is filled up with rows that were there before, marked by a mask
 * (`"pad"`).
 */
export type Remainder = "drop" | "keep" | "pad";

/** How {@linkcode batches} and {@linkcode orderedBatches} cut. */
export interface BatchOptions<R extends Remainder = Remainder> {
  /** What becomes of rows that do not fill a last batch; `"drop"` unless given. */
  readonly remainder?: R;
  /** How many batches to leave out at the start, at no cost; 0 unless given. */
  readonly skip?: number;
}

/**
 * A batch of `N` rows: a tree like the data, of `number` rows where the last batch may be smaller. A
 * padded one is a pair of the tree and the mask, `true` for the rows that count.
 */
export type BatchOf<T, N extends number, R extends Remainder> = R extends "pad"
  ? [batch: WithRows<T, N>, mask: Tensor<[N], "bool">]
  : WithRows<T, R extends "keep" ? number : N>;

/**
 * The rows of a tree of tensors in random order, `size` at a time. All batches have the same shape,
 * so that a compiled step is compiled once: rows that do not fill a last batch are left out, unless
 * `remainder` says otherwise.
 *
 * `skip` goes on in the middle of an epoch: with the same key, data and size, the batches that remain
 * are the very same.
 *
 * @throws {RangeError} Where tensors differ in rows, `size` is not a whole number from 1 on, or `skip`
 * is not one from 0 on.
 *
 * @example
 * ```ts
 * import { arange, random } from "@katachi/katachi";
 * import { batches } from "@katachi/katachi/data";
 *
 * const data = { x: arange(10).reshape([10, 1]), y: arange(10) };
 * for (const { x, y } of batches(random.key(0), data, 4)) {
 *   x.shape; // [4, 1], twice
 *   y.shape; // [4]
 * }
 * for (const [{ x }, mask] of batches(random.key(0), data, 4, { remainder: "pad" })) {
 *   x.shape; // [4, 1], three times
 *   mask.toArray(); // [true, true, false, false] at last
 * }
 * ```
 */
export function batches<T, const N extends number, R extends Remainder = "drop">(
  key: random.Key,
  data: T,
  size: N,
  options: BatchOptions<R> = {},
): Generator<BatchOf<T, N, R>, void, undefined> {
  const rows = requireBatches("batches", data, size, options);
  return cut(data, rowOrder(key, rows), size, options);
}

/**
 * The rows of a tree of tensors as they come, `size` at a time, to evaluate a model on. Rows that do
 * not fill a last batch are left out, unless `remainder` says otherwise.
 *
 * @throws {RangeError} Where tensors differ in rows, `size` is not a whole number from 1 on, or `skip`
 * is not one from 0 on.
 *
 * @example
 * ```ts
 * import { arange } from "@katachi/katachi";
 * import { orderedBatches } from "@katachi/katachi/data";
 *
 * const all = [...orderedBatches({ x: arange(5) }, 2, { remainder: "keep" })];
 * all.map(({ x }) => x.toArray()); // [[0, 1], [2, 3], [4]]
 * ```
 */
export function orderedBatches<T, const N extends number, R extends Remainder = "drop">(
  data: T,
  size: N,
  options: BatchOptions<R> = {},
): Generator<BatchOf<T, N, R>, void, undefined> {
  const rows = requireBatches("orderedBatches", data, size, options);
  return cut(data, rowOrder(undefined, rows), size, options);
}

function requireBatches(
  operation: string,
  data: unknown,
  size: number,
  { skip = 0, remainder = "drop" }: BatchOptions,
): number {
  const rows = rowCount(operation, data);
  requireWhole(operation, "size", size, 1);
  requireWhole(operation, "number of batches to skip", skip, 0);
  if (!["drop", "keep", "pad"].includes(remainder)) {
    throw new RangeError(
      `${operation}: the remainder is "drop", "keep" or "pad", got "${remainder}"`,
    );
  }
  return rows;
}

function* cut<T, N extends number, R extends Remainder>(
  data: T,
  order: Int32Array<ArrayBuffer>,
  size: N,
  { remainder, skip = 0 }: BatchOptions<R>,
): Generator<BatchOf<T, N, R>, void, undefined> {
  const rows = order.length;
  const whole = rows - rows % size;
  for (let start = skip * size; start < whole; start += size) {
    yield batch(order.subarray(start, start + size), size);
  }
  if (whole < rows && skip * size <= whole && (remainder === "keep" || remainder === "pad")) {
    const positions = remainder === "keep"
      ? order.subarray(whole)
      : Int32Array.from({ length: size }, (_, i) => order[(whole + i) % rows]);
    yield batch(positions, rows - whole);
  }

  function batch(positions: Int32Array, count: number): BatchOf<T, N, R> {
    const chosen = takeRows<T, N>(data, positions);
    if (remainder !== "pad") return chosen as BatchOf<T, N, R>;
    const mask = Uint8Array.from(positions, (_, i) => i < count ? 1 : 0);
    return [chosen, fromBuffer(mask, [size])] as BatchOf<T, N, R>;
  }
}
