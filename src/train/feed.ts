/**
 * Data as batches, epoch by epoch.
 *
 * @module
 */
import { type random, treeLeaves } from "../../mod.ts";
import { batches } from "../data/batches.ts";
import { rowCount, type WithRows } from "../data/rows.ts";
import { requireCount } from "../optim/hyperparameter.ts";

/** What gives the batches of an epoch, from a key that no other epoch has, and the epoch from 1 on. */
export type BatchSource<B> = (key: random.Key, epoch: number) => Iterable<B> | AsyncIterable<B>;

/**
 * What data are in batches of `N` rows: all of them at once where no size is given. Of a
 * {@linkcode BatchSource} they are what it gives.
 */
export type DataBatch<D, N extends number> = D extends
  (key: random.Key, epoch: number) => Iterable<infer B> | AsyncIterable<infer B> ? B
  : [N] extends [never] ? Later<D>
  : WithRows<Later<D>, N>;

/**
 * The type itself, which the compiler infers from the data and not from the loss.
 *
 * @internal
 */
type Later<D> = [D][D extends unknown ? 0 : never];

/** The batches of an epoch, and how many there are, where that is known. */
export interface Feed {
  /** The batches of an epoch, without so many at the start; the key is made where it is needed. */
  of(key: () => random.Key, epoch: number, skip: number): Batches | Promise<Batches>;
  /** How many there are in an epoch, at most. */
  readonly steps?: number;
}

/** A feed of data that are a tree of tensors, or a source of batches. */
export function feedOf(
  operation: string,
  data: unknown,
  size: number | undefined,
  limit: number | undefined,
): Feed {
  if (limit !== undefined) requireCount(operation, "stepsPerEpoch", limit);
  if (typeof data === "function") {
    if (size !== undefined) {
      throw new TypeError(
        `${operation}: batchSize goes with a tree of tensors, not with a function that gives batches`,
      );
    }
    return {
      of: (key, epoch, skip) => without(skip, iterate(operation, data(key(), epoch))),
      steps: limit,
    };
  }
  if (treeLeaves(data).length === 0) throw new TypeError(`${operation}: the data have no tensors`);
  if (size === undefined) {
    return { of: (_, __, skip) => iterate(operation, skip === 0 ? [data] : []), steps: 1 };
  }
  requireCount(operation, "batchSize", size);
  const rows = rowCount(operation, data);
  if (size > rows) {
    throw new RangeError(`${operation}: batchSize is ${size}, but the data have ${rows} rows`);
  }
  const steps = Math.min(Math.floor(rows / size), limit ?? Infinity);
  return { of: (key, _, skip) => batches(key(), data, size, { skip }), steps };
}

/** Something that gives one batch after the other, at once or later. */
export type Batches = Pick<Iterator<unknown> | AsyncIterator<unknown>, "return"> & {
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>>;
};

function iterate(operation: string, of: unknown): Batches {
  const given = Object(of) as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
  const batches = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]?.();
  if (batches !== undefined) return batches;
  throw new TypeError(
    `${operation}: a function for data gives batches one after the other, as function* does; ` +
      `this one gave ${of instanceof Promise ? "a promise" : `a ${typeof of}`}`,
  );
}

/** The batches after those that are left out. */
async function without(skip: number, batches: Batches): Promise<Batches> {
  for (let i = 0; i < skip; i++) await batches.next();
  return batches;
}
