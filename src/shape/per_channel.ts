/**
 * Channels: the second axis, after the examples.
 *
 * @module
 */
import type { Dim, Disagreed, EqualDim, IsLiteral, Shape, UnknownRank } from "./dim.ts";
import { type Fail, type Rankless, ShapeError, type Show, showShape } from "./fail.ts";

/** The shape of what has one weight for each channel, or, where `N` is 1, one for all. */
export type PerChannel<S extends Shape, N extends Dim, K extends string = "perChannel"> =
  UnknownRank<S, K> extends true ? Rankless<S, K>
    : IsLiteral<N, K> extends true ? N extends 1 ? S : Channelled<S, N, K>
    : S["length"] extends 0 | 1 ? S
    : Channelled<S, N, K>;

/** @internal */
type Channelled<S extends Shape, N extends Dim, K extends string> = S["length"] extends 0 | 1
  ? Fail<`${K}: input ${Show<S, K>} has no channels, weight [${N}] wants ${N}`>
  : EqualDim<S[1], N, K> extends Disagreed
    ? Fail<`${K}: channels differ: input ${Show<S, K>} has ${S[1]}, weight [${N}] wants ${N}`>
  : S;

/** The run-time twin of {@linkcode PerChannel}. */
export function perChannelShape(operation: string, shape: Shape, channels: Dim): Shape {
  if (channels === 1) return shape;
  if (shape.length < 2) {
    throw new ShapeError(
      `${operation}: input ${
        showShape(shape)
      } has no channels, weight [${channels}] wants ${channels}`,
    );
  }
  if (shape[1] !== channels) {
    throw new ShapeError(
      `${operation}: channels differ: input ${showShape(shape)} has ${
        shape[1]
      }, weight [${channels}] wants ${channels}`,
    );
  }
  return shape;
}
