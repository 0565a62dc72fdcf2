/**
 * Cross-validation: every row is tested on once, by a model that was trained on others.
 *
 * The folds are those of scikit-learn's `model_selection`.
 *
 * @module
 */
import type { random } from "../../mod.ts";
import type { DivRem, Sub } from "../shape/arithmetic.ts";
import { requireWhole, rowCount, rowOrder, type RowsOf, takeRows, type WithRows } from "./rows.ts";
import { classesOf, countsOf, type RowLabels } from "./strata.ts";

/** One round of cross-validation: rows to train on, and `Test` others to test on. */
export interface Fold<T, Train extends number = number, Test extends number = number> {
  /** The rows to train on, in the data's order. */
  readonly train: WithRows<T, Train>;
  /** The rows to test on, in the data's order. */
  readonly test: WithRows<T, Test>;
}

/** A fold of `K`, whose rows the compiler can count where all folds have the same number. */
export type EvenFold<T, K extends number> = Even<RowsOf<T>, K> extends
  [infer Train extends number, infer Test extends number] ? Fold<T, Train, Test>
  : Fold<T>;

/**
 * The rows to train and to test on, where they divide.
 *
 * @internal
 */
type Even<Rows extends number, K extends number> = number extends Rows | K ? undefined
  : `${K}` extends "0" | `-${string}` | `${string}.${string}` ? undefined
  : DivRem<Rows, K> extends [infer Test extends number, 0] ? [Sub<Rows, Test>, Test]
  : undefined;

/** How rows come into folds. */
export interface FoldOptions {
  /** A key, by which rows come into folds at random; unless given, neighbours stay together. */
  readonly key?: random.Key;
}

/**
 * The rows of a tree of tensors in `folds` parts of the same size, up to one row: each in turn is
 * tested on, and the others are trained on.
 *
 * Without a key, a fold is a run of neighbouring rows, so that data that comes sorted needs one. As
 * many folds as rows leave one out at a time. The folds of `arange(n)` are the positions of rows.
 *
 * A series is for {@linkcode timeSeriesSplit}: here most models would know the future.
 *
 * @throws {RangeError} Where tensors differ in rows, or there are not 2 folds, or more than rows.
 *
 * @example
 * ```ts
 * import { arange } from "@katachi/katachi";
 * import { kFold } from "@katachi/katachi/data";
 *
 * const folds = [...kFold({ x: arange(6) }, 3)];
 * folds.map(({ test }) => test.x.toArray()); // [[0, 1], [2, 3], [4, 5]]
 * folds[0].train.x.toArray(); // [2, 3, 4, 5]
 * ```
 */
export function kFold<T, const K extends number>(
  data: T,
  folds: K,
  options: FoldOptions = {},
): Generator<EvenFold<T, K>, void, undefined> {
  const rows = rowCount("kFold", data);
  requireFolds("kFold", folds, rows, "rows");
  const foldOf = new Int32Array(rows);
  rowOrder(options.key, rows).forEach((row, i) => foldOf[row] = partOf(i, rows, folds));
  return foldsOf(data, folds, foldOf) as Generator<EvenFold<T, K>, void, undefined>;
}

/**
 * As {@linkcode kFold}, with the same part of every class in each fold: up to one row.
 *
 * @throws {RangeError} Where tensors differ in rows, or there are not 2 folds, or more than any class
 * has rows.
 * @throws {ShapeError} Where there is not one label for each row.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { stratifiedKFold } from "@katachi/katachi/data";
 *
 * const y = tensor([0, 0, 0, 0, 1, 1], "int32");
 * for (const { test } of stratifiedKFold({ y }, y, 2)) {
 *   test.y.toArray(); // [0, 0, 1], twice
 * }
 * ```
 */
export function stratifiedKFold<T, const K extends number>(
  data: T,
  labels: RowLabels,
  folds: K,
  options: FoldOptions = {},
): Generator<EvenFold<T, K>, void, undefined> {
  const rows = rowCount("stratifiedKFold", data);
  const classes = classesOf("stratifiedKFold", "labels", labels, rows);
  const counts = countsOf(classes);
  requireFolds("stratifiedKFold", folds, Math.max(0, ...counts), "rows in the largest class");
  // Dealt out by class like cards, one fold after the other, which evens out the folds' sizes.
  let dealt = 0;
  const shares = counts.map((count) => {
    const share = Array<number>(folds).fill(0);
    for (let i = 0; i < count; i++) share[dealt++ % folds]++;
    return share;
  });
  const fullUpTo = shares.map(() => 0);
  const foldOf = new Int32Array(rows);
  for (const row of rowOrder(options.key, rows)) {
    const share = shares[classes[row]];
    while (share[fullUpTo[classes[row]]] === 0) fullUpTo[classes[row]]++;
    foldOf[row] = fullUpTo[classes[row]];
    share[foldOf[row]]--;
  }
  return foldsOf(data, folds, foldOf) as Generator<EvenFold<T, K>, void, undefined>;
}

/**
 * As {@linkcode kFold}, with all rows of a group in one fold: no model is tested on, say, a patient
 * that it was trained on. The largest groups come first, each into the fold with the fewest rows; with
 * a key, groups come into folds at random, the same number in each, up to one.
 *
 * @throws {RangeError} Where tensors differ in rows, or there are not 2 folds, or more than groups.
 * @throws {ShapeError} Where there is not one group for each row.
 *
 * @example
 * ```ts
 * import { arange, tensor } from "@katachi/katachi";
 * import { groupKFold } from "@katachi/katachi/data";
 *
 * const patients = tensor([7, 7, 3, 3, 3, 8], "int32");
 * const [first, second] = groupKFold({ x: arange(6) }, patients, 2);
 * first.test.x.toArray(); // [2, 3, 4]
 * second.test.x.toArray(); // [0, 1, 5]
 * ```
 */
export function groupKFold<T>(
  data: T,
  groups: RowLabels,
  folds: number,
  options: FoldOptions = {},
): Generator<Fold<T>, void, undefined> {
  const rows = rowCount("groupKFold", data);
  const groupOf = classesOf("groupKFold", "groups", groups, rows);
  const counts = countsOf(groupOf);
  requireFolds("groupKFold", folds, counts.length, "groups");
  const foldOfGroup = options.key === undefined
    ? lightestFirst(counts, labelOrder(groups, groupOf), folds)
    : new Int32Array(counts.length);
  if (options.key !== undefined) {
    rowOrder(options.key, counts.length).forEach((group, i) =>
      foldOfGroup[group] = partOf(i, counts.length, folds)
    );
  }
  return foldsOf(data, folds, groupOf.map((group) => foldOfGroup[group]));
}

/** The groups by their labels, the smallest first. */
function labelOrder(groups: RowLabels, groupOf: Int32Array): number[] {
  const labels: number[] = [];
  groups.data.forEach((label, row) => labels[groupOf[row]] = label);
  return [...labels.keys()].sort((a, b) => labels[a] - labels[b]);
}

/** Puts group after group, the largest first, into the fold that has the fewest rows. */
function lightestFirst(counts: readonly number[], order: number[], folds: number): Int32Array {
  const weights = Array<number>(folds).fill(0);
  const foldOf = new Int32Array(counts.length);
  for (const group of order.sort((a, b) => counts[a] - counts[b]).reverse()) {
    const lightest = weights.indexOf(Math.min(...weights));
    weights[lightest] += counts[group];
    foldOf[group] = lightest;
  }
  return foldOf;
}

/** In which of `parts` parts the item `i` of `count` is, where the first parts may have one more. */
function partOf(i: number, count: number, parts: number): number {
  const small = Math.floor(count / parts);
  const larger = count % parts;
  const inLarger = larger * (small + 1);
  return i < inLarger ? Math.floor(i / (small + 1)) : larger + Math.floor((i - inLarger) / small);
}

function* foldsOf<T>(data: T, folds: number, foldOf: Int32Array): Generator<Fold<T>> {
  const rows = rowOrder(undefined, foldOf.length);
  for (let fold = 0; fold < folds; fold++) {
    yield {
      train: takeRows(data, rows.filter((row) => foldOf[row] !== fold)),
      test: takeRows(data, rows.filter((row) => foldOf[row] === fold)),
    };
  }
}

function requireFolds(operation: string, folds: number, most: number, of: string): void {
  requireWhole(operation, "number of folds", folds, 2);
  if (folds > most) throw new RangeError(`${operation}: ${folds} folds of ${most} ${of}`);
}
