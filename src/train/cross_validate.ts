/**
 * Cross-validation.
 *
 * @module
 */
import { random } from "../../mod.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** One round of {@linkcode crossValidate}: what to train on, what to test on, and a key. */
export interface Round<F> {
  /** What to train on, and what to test on. */
  readonly fold: F;
  /** A key of its own. */
  readonly key: random.Key;
  /** Which round it is, from 0 on. */
  readonly index: number;
}

/** What {@linkcode crossValidate} has found, for each score by its name. */
export type CrossValidated<N extends string> = { readonly [K in N]: Spread };

/**
 * Trains and tests a model once for each fold: `run` trains on `fold.train` and gives scores on
 * `fold.test`, by name. Folds come from `kFold`, `stratifiedKFold`, `timeSeriesSplit` and the like.
 * What is learned from data before the training, as means to subtract, belongs into `run`.
 *
 * @throws {RangeError} Where there are no folds.
 * @throws {TypeError} Where a round gives other scores than the first.
 *
 * @example
 * ```ts
 * import { arange, random } from "@katachi/katachi";
 * import { kFold } from "@katachi/katachi/data";
 * import { crossValidate } from "@katachi/katachi/train";
 *
 * // How far off is the mean of the other rows?
 * const folds = kFold({ y: arange(6) }, 3);
 * const { error } = await crossValidate(random.key(0), folds, ({ fold: { train, test } }) => ({
 *   error: test.y.sub(train.y.mean()).abs().mean().item(),
 * }));
 * error.scores; // [3, 0.5, 3]
 * error.mean; // 2.1666666666666665
 * ```
 */
export async function crossValidate<F, N extends string>(
  key: random.Key,
  folds: Iterable<F>,
  run: (round: Round<F>) => Scored<N> | Promise<Scored<N>>,
): Promise<CrossValidated<N>> {
  const found: Scored<N>[] = [];
  for (const fold of folds) {
    const index = found.length;
    found.push(await run({ fold, key: random.foldIn(key, index), index }));
  }
  if (found.length === 0) throw new RangeError("crossValidate: there are no folds");
  return spreads("crossValidate", found);
}

/** Scores by name. */
export type Scored<N extends string> = { readonly [K in N]: number };

/**
 * The spread of each score.
 *
 * @internal
 */
export function spreads<N extends string>(
  operation: string,
  found: readonly Scored<N>[],
): CrossValidated<N> {
  const names = Object.keys(found[0]) as N[];
  for (const [i, scores] of found.entries()) {
    if (Object.keys(scores).sort().join() === names.toSorted().join()) continue;
    throw new TypeError(
      `${operation}: round ${i} gives { ${Object.keys(scores).join(", ")} }, the first one { ${
        names.join(", ")
      } }`,
    );
  }
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(found.map((scores) => scores[name]))]),
  ) as CrossValidated<N>;
}
