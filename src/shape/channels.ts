/**
 * Inputs with a batch and channels in front, `[N, C, …]`, for what treats each channel on its own.
 *
 * @module
 */
import type { Compare, NotWhole } from "./arithmetic.ts";
import type { Divides } from "./conv.ts";
import type { Disagreed, EqualDim, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";

/** A shape of some rank at least whose axis 1 has `C` channels. */
export type Channelled<
  S extends Shape,
  C extends number,
  Rank extends number,
  K extends string,
> = UnknownRank<S, K> extends true ? Rankless<S, K>
  : Compare<S["length"], Rank> extends "less"
    ? Fail<`${K}: needs an input of rank ${Rank} or more, got ${Show<S, K>}`>
  : EqualDim<S[1], C, K> extends Disagreed
    ? Fail<`${K}: channels differ: input ${Show<S, K>} has ${S[1]}, wanted are ${C}`>
  : S;

/** The run-time twin of {@linkcode Channelled}. */
export function channelledShape(
  operation: string,
  shape: Shape,
  channels: number,
  rank: number,
): number[] {
  if (shape.length < rank) {
    throw new ShapeError(
      `${operation}: needs an input of rank ${rank} or more, got ${showShape(shape)}`,
    );
  }
  if (shape[1] !== channels) {
    throw new ShapeError(
      `${operation}: channels differ: input ${showShape(shape)} has ${
        shape[1]
      }, wanted are ${channels}`,
    );
  }
  return [...shape];
}

/** A shape whose channels are divided into `G` groups of one size. */
export type Grouped<S extends Shape, G extends number, K extends string> = NotWhole<G, "0"> extends
  true ? Fail<`${K}: groups must be a whole number from 1 on, got ${G}`>
  : UnknownRank<S, K> extends true ? Rankless<S, K>
  : Compare<S["length"], 2> extends "less"
    ? Fail<`${K}: needs an input of rank 2 or more, got ${Show<S, K>}`>
  : Divides<G, S[1], K> extends false
    ? Fail<`${K}: ${G} groups do not divide the ${S[1]} channels of ${Show<S, K>}`>
  : S;

/** The run-time twin of {@linkcode Grouped}. */
export function groupedShape(operation: string, shape: Shape, groups: number): number[] {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ShapeError(`${operation}: groups must be a whole number from 1 on, got ${groups}`);
  }
  if (shape.length < 2) {
    throw new ShapeError(`${operation}: needs an input of rank 2 or more, got ${showShape(shape)}`);
  }
  if (shape[1] % groups !== 0) {
    throw new ShapeError(
      `${operation}: ${groups} groups do not divide the ${shape[1]} channels of ${
        showShape(shape)
      }`,
    );
  }
  return [...shape];
}
