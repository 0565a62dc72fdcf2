/**
 * Cutting data into parts: to train on, to choose by, and to test on.
 *
 * @module
 */
import type { random } from "../../mod.ts";
import type { Compare, NotWhole, Sub } from "../shape/arithmetic.ts";
import { rowCount, rowOrder, type RowsOf, takeRows, type WithRows } from "./rows.ts";
import { classesOf, countsOf, type RowLabels, shareOut } from "./strata.ts";

/**
 * The rows in random order, of every tensor of a tree alike.
 *
 * @throws {RangeError} Where tensors differ in rows.
 *
 * @example
 * ```ts
 * import { arange, random } from "@katachi/katachi";
 * import { shuffle } from "@katachi/katachi/data";
 *
 * const data = { x: arange(4).reshape([4, 1]), y: arange(4) };
 * const { x, y } = shuffle(random.key(1), data);
 * x.flatten().sub(y).toArray(); // [0, 0, 0, 0]: each row has its label still
 * ```
 */
export function shuffle<T>(key: random.Key, data: T): T {
  return takeRows(data, rowOrder(key, rowCount("shuffle", data))) as T;
}

/** How {@linkcode trainTestSplit} chooses rows. */
export interface SplitOptions<V extends number | undefined = number | undefined> {
  /** A key, by which rows are shuffled; unless given, they stay in order. */
  readonly key?: random.Key;
  /** A label for each row: each part gets its share of every class. */
  readonly stratify?: RowLabels;
  /** Rows for a third part, `validation`: how many, or which fraction of all. */
  readonly validation?: V;
}

/** The parts of {@linkcode trainTestSplit}: `N` rows to test on and, where asked for, `V` to validate. */
export type TrainTest<T, N extends number, V extends number | undefined> = V extends number ? {
    /** The rows to train on. */
    train: WithRows<T, RowsLess<RowsLess<RowsOf<T>, N>, V>>;
    /** The rows to choose between models by. */
    validation: WithRows<T, Counted<V>>;
    /** The rows to judge the chosen model by. */
    test: WithRows<T, Counted<N>>;
  }
  : {
    /** The rows to train on. */
    train: WithRows<T, RowsLess<RowsOf<T>, N>>;
    /** The rows to judge the trained model by. */
    test: WithRows<T, Counted<N>>;
  };

/**
 * The rows that a size stands for, as far as the compiler can tell: a fraction is `number`.
 *
 * @internal
 */
type Counted<N extends number> = number extends N ? number
  : NotWhole<N> extends true ? number
  : N;

/**
 * The rows that are left when some are taken.
 *
 * @internal
 */
type RowsLess<Rows extends number, N extends number> = number extends Rows ? number
  : number extends Counted<N> ? number
  : Compare<Rows, N> extends "less" ? number
  : Sub<Rows, N>;

/**
 * A tree of tensors cut into rows to train on and rows to test on: `testSize` of them, or that
 * fraction of all rows, rounded up, where it is below 1.
 *
 * Without a key the rows stay in order and the last ones are tested on, as a series wants it; data
 * that comes sorted must be shuffled, by `key`. `stratify` takes as much of each class (with a key at
 * random, else its last rows), and `validation` makes a third part.
 *
 * @throws {RangeError} Where tensors differ in rows, or the parts ask for more rows than there are.
 * @throws {ShapeError} Where there is not one label for each row.
 *
 * @example
 * ```ts
 * import { arange, random } from "@katachi/katachi";
 * import { trainTestSplit } from "@katachi/katachi/data";
 *
 * const data = { x: arange(10) };
 * const { train, test } = trainTestSplit(data, 2);
 * train.x.shape; // [8]
 * test.x.toArray(); // [8, 9]
 *
 * const key = random.key(0);
 * const parts = trainTestSplit(data, 0.2, { key, validation: 0.1 });
 * parts.validation.x.shape; // [1]
 * parts.train.x.shape; // [7]
 * ```
 */
export function trainTestSplit<
  T,
  const N extends number,
  const V extends number | undefined = undefined,
>(data: T, testSize: N, options: SplitOptions<V> = {}): TrainTest<T, N, V> {
  const { key, stratify, validation } = options;
  const rows = rowCount("trainTestSplit", data);
  const test = partRows(testSize, rows, rows, "test on");
  const order = rowOrder(key, rows);
  const classes = stratify === undefined
    ? new Int32Array(rows)
    : classesOf("trainTestSplit", "stratify", stratify, rows);
  const [rest, tested] = lastOfEach(order, classes, test);
  if (validation === undefined) {
    return { train: takeRows(data, rest), test: takeRows(data, tested) } as TrainTest<T, N, V>;
  }
  const chosen = partRows(validation, rows, rest.length, "validate on");
  const [trained, validated] = lastOfEach(rest, classes, chosen);
  return {
    train: takeRows(data, trained),
    validation: takeRows(data, validated),
    test: takeRows(data, tested),
  } as TrainTest<T, N, V>;
}

/** How many rows a size stands for: itself, or a fraction of all. */
function partRows(size: number, all: number, left: number, purpose: string): number {
  const rows = size > 0 && size < 1 ? Math.ceil(all * size) : size;
  if (!Number.isSafeInteger(rows) || rows < 0 || rows > left) {
    throw new RangeError(`trainTestSplit: cannot take ${size} of ${left} rows to ${purpose}`);
  }
  return rows;
}

/** Takes rows off an order, from each class its share, the last of them; says what is left and taken. */
function lastOfEach(
  order: Int32Array,
  classes: Int32Array,
  take: number,
): readonly [left: Int32Array, taken: Int32Array] {
  const counts = countsOf(order.map((row) => classes[row]));
  const stay = shareOut(order.length - take, counts);
  const isTaken = (row: number) => stay[classes[row]]-- <= 0;
  const taken = order.map((row) => isTaken(row) ? 1 : 0);
  return [order.filter((_, i) => taken[i] === 0), order.filter((_, i) => taken[i] === 1)];
}
