/**
 * Data as batches, epoch by epoch.
 *
 * @module
 */
import { type random, treeLeaves } from "../../mod.ts";
import { batches, type WithRows } from "../data/batches.ts";

/** What gives the batches of an epoch, from a key that no other epoch has, and the epoch from 1 on. */
export type BatchSource<B> = (key: random.Key, epoch: number) => Iterable<B> | AsyncIterable<B>;

/**
 * What data are in batches of `N` rows: all of them at once where no size is given. Of a
 * {@linkcode BatchSource} they are what it gives.
 */
export type BatchOf<D, N extends number> = D extends
  (key: random.Key, epoch: number) => Iterable<infer B> | AsyncIterable<infer B> ? B
  : [N] extends [never] ? D
  : WithRows<D, N>;

/** The batches of an epoch, and how many there are, where that is known. */
export interface Feed {
  /** The batches; the first `skip` of them are left out. */
  of(key: random.Key, epoch: number, skip: number): Iterable<unknown> | AsyncIterable<unknown>;
  /** How many there are in an epoch. */
  readonly steps?: number;
}

/** A feed of data that are a tree of tensors, or a source of batches. */
export function feedOf(
  operation: string,
  data: unknown,
  size: number | undefined,
  stepsPerEpoch: number | undefined,
): Feed {
  if (typeof data === "function") {
    if (size !== undefined) {
      throw new TypeError(`${operation}: batchSize goes with data that are a tree of tensors`);
    }
    return { of: (key, epoch) => data(key, epoch), steps: stepsPerEpoch };
  }
  const rows = treeLeaves(data)[0]?.shape[0];
  if (size === undefined) return { of: () => [data], steps: 1 };
  if (rows !== undefined && size > rows) {
    throw new RangeError(`${operation}: a batch of ${size} rows cannot be had of ${rows}`);
  }
  return {
    of: (key) => batches(key, data, size),
    steps: rows === undefined ? undefined : Math.floor(rows / size),
  };
}
