/**
 * The shapes of attention: queries look at keys, and get a mean of the values.
 *
 * @module
 */
import { type Aligned, broadcastShapes } from "../shape/broadcast.ts";
import type { Dim, Disagreed, EqualDim, Shape, UnknownRank } from "../shape/dim.ts";
import { type Fail, ShapeError, type Show, showShape } from "../shape/fail.ts";

/** The shape of scores `[…, L, S]`, for queries `[…, L, E]` and keys `[…, S, E]`. */
export type Scores<Q extends Shape, KS extends Shape, K extends string> = UnknownRank<Q, K> extends
  true ? Shape
  : UnknownRank<KS, K> extends true ? Shape
  : Q extends readonly [...infer BQ extends Shape, infer L, infer E extends Dim]
    ? KS extends readonly [...infer BK extends Shape, infer N, infer F extends Dim]
      ? EqualDim<E, F, K> extends Disagreed ? Fail<
          `${K}: features of queries and keys differ: ${Show<Q, K>} and ${Show<
            KS,
            K
          >} (${E} != ${F})`
        >
      : Extended<Aligned<BQ, BK, K, Q, KS>, [L, N]>
    : Flat<"keys", KS, K>
  : Flat<"queries", Q, K>;

/** The shape `[…, L, F]` that attention makes of scores `[…, L, S]` and values `[…, S, F]`. */
export type Attended<R, KS extends Shape, V extends Shape, K extends string> =
  UnknownRank<V, K> extends true ? Shape
    : R extends readonly [...infer B extends Shape, infer L extends Dim, infer N extends Dim]
      ? V extends readonly [...infer BV extends Shape, infer M extends Dim, infer F]
        ? EqualDim<N, M, K> extends Disagreed ? Fail<
            `${K}: numbers of keys and values differ: ${Show<KS, K>} and ${Show<
              V,
              K
            >} (${N} != ${M})`
          >
        : Extended<Aligned<B, BV, K, R, V>, [L, F]>
      : Flat<"values", V, K>
    : R;

/** @internal */
type Flat<What extends string, S extends Shape, K extends string> = Fail<
  `${K}: ${What} need axes of positions and features, got ${Show<S, K>}`
>;

/** @internal */
type Extended<R, Last extends readonly unknown[]> = R extends readonly unknown[] ? [...R, ...Last]
  : R;

/** The run-time twin of {@linkcode Scores}. */
export function scoresShape(name: string, q: Shape, k: Shape): number[] {
  requireMatrix(name, "queries", q);
  requireMatrix(name, "keys", k);
  const [e, f] = [q[q.length - 1], k[k.length - 1]];
  if (e !== f) {
    throw new ShapeError(
      `${name}: features of queries and keys differ: ${showShape(q)} and ${
        showShape(k)
      } (${e} != ${f})`,
    );
  }
  const batch = broadcastShapes(name, q.slice(0, -2), k.slice(0, -2), q, k);
  return [...batch, q[q.length - 2], k[k.length - 2]];
}

/** The run-time twin of {@linkcode Attended}. */
export function attendedShape(name: string, scores: Shape, k: Shape, v: Shape): number[] {
  requireMatrix(name, "values", v);
  const [n, m] = [scores[scores.length - 1], v[v.length - 2]];
  if (n !== m) {
    throw new ShapeError(
      `${name}: numbers of keys and values differ: ${showShape(k)} and ${
        showShape(v)
      } (${n} != ${m})`,
    );
  }
  const batch = broadcastShapes(name, scores.slice(0, -2), v.slice(0, -2), scores, v);
  return [...batch, scores[scores.length - 2], v[v.length - 1]];
}

function requireMatrix(name: string, what: string, shape: Shape): void {
  if (shape.length < 2) {
    throw new ShapeError(
      `${name}: ${what} need axes of positions and features, got ${showShape(shape)}`,
    );
  }
}

/** A sequence `[…, T, C]`, or its failure; `Made` is what has been projected from it, `[…, T, M]`. */
export type Projected<S extends Shape, C extends Dim, M extends Dim, K extends string> =
  UnknownRank<S, K> extends true ? Shape
    : S extends readonly [...infer B extends Shape, infer T, infer F extends Dim]
      ? EqualDim<F, C, K> extends Disagreed
        ? Fail<`${K}: needs ${C} features, got ${Show<S, K>} (${F} != ${C})`>
      : [...B, T, M]
    : Fail<`${K}: needs axes of positions and features, got ${Show<S, K>}`>;

/** The run-time twin of {@linkcode Projected}. */
export function projectedShape(name: string, shape: Shape, features: Dim, made: Dim): number[] {
  if (shape.length < 2) {
    throw new ShapeError(`${name}: needs axes of positions and features, got ${showShape(shape)}`);
  }
  const last = shape[shape.length - 1];
  if (last !== features) {
    throw new ShapeError(
      `${name}: needs ${features} features, got ${showShape(shape)} (${last} != ${features})`,
    );
  }
  return [...shape.slice(0, -1), made];
}
