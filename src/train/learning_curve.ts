/**
 * Errors against the amount of data.
 *
 * @module
 */
import { random } from "../../mod.ts";
import { rowCount, rowOrder, takeRows, type WithRows } from "../data/rows.ts";
import { requireCount } from "../optim/hyperparameter.ts";
import { type CrossValidated, type Scored, spreads } from "./cross_validate.ts";

/** How {@linkcode learningCurve} goes about it. */
export interface LearningCurveOptions {
  /** How many rows to train on, in turn. */
  readonly sizes: readonly number[];
  /** How often it trains on each number of rows, on other rows each time; 3 unless given. */
  readonly repeats?: number;
}

/** What a training of {@linkcode learningCurve} gets. */
export interface Sample<T> {
  /** The rows to train on. */
  readonly train: WithRows<T, number>;
  /** A key of its own. */
  readonly key: random.Key;
}

/** What {@linkcode learningCurve} has found. */
export interface LearningCurve<N extends string> {
  /** How many rows were trained on. */
  readonly sizes: readonly number[];
  /** For each number of rows the scores by name, how they spread over the repetitions. */
  readonly points: readonly CrossValidated<N>[];
}

/**
 * Scores against the amount of data: `run` trains on the rows that it is given, and gives scores by
 * name, such as the errors on these rows (`train`) and on others (`validation`). Where both are high
 * the model is too simple, and more data does not help; where they lie apart it does.
 *
 * In each repetition the rows are in another random order, and fewer rows are the first of more.
 *
 * @throws {RangeError} Where a size is not a whole number from 1 to the number of rows, there are none,
 * or there are no repetitions.
 * @throws {TypeError} Where a training gives other scores than the first.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { learningCurve } from "@katachi/katachi/train";
 *
 * const data = { y: random.normal(random.key(0), [100]) };
 * const { sizes, points } = await learningCurve(
 *   random.key(1),
 *   data,
 *   ({ train }) => {
 *     const guess = train.y.mean();
 *     const error = (y: typeof train.y) => y.sub(guess).square().mean().item();
 *     return { train: error(train.y), validation: error(data.y) };
 *   },
 *   { sizes: [2, 10, 50], repeats: 20 },
 * );
 * sizes; // [2, 10, 50]
 * points.map(({ validation }) => validation.mean); // falls
 * points.map(({ train }) => train.mean); // rises
 * ```
 */
export async function learningCurve<T, N extends string>(
  key: random.Key,
  data: T,
  run: (sample: Sample<T>) => Scored<N> | Promise<Scored<N>>,
  { sizes, repeats = 3 }: LearningCurveOptions,
): Promise<LearningCurve<N>> {
  const rows = rowCount("learningCurve", data);
  requireCount("learningCurve", "repeats", repeats);
  if (sizes.length === 0) throw new RangeError("learningCurve: there are no sizes");
  for (const size of sizes) {
    if (Number.isSafeInteger(size) && size >= 1 && size <= rows) continue;
    throw new RangeError(`learningCurve: sizes are whole numbers from 1 to ${rows}, got ${size}`);
  }
  const [orderKey, runKey] = random.split(key);
  const orders = Array.from(
    { length: repeats },
    (_, i) => rowOrder(random.foldIn(orderKey, i), rows),
  );
  const points: CrossValidated<N>[] = [];
  for (const [at, size] of sizes.entries()) {
    const found: Scored<N>[] = [];
    for (const [i, order] of orders.entries()) {
      const train = takeRows<T, number>(data, order.slice(0, size));
      found.push(await run({ train, key: random.foldIn(runKey, at * repeats + i) }));
    }
    points.push(spreads("learningCurve", found));
  }
  return { sizes: [...sizes], points };
}
