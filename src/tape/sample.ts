/**
 * How a primitive says what to check it with: a function that draws operands and settings. Tests
 * turn it into a fast-check arbitrary; the library itself depends on no test tool.
 *
 * @module
 */
import type { DType } from "../tensor/dtype.ts";
import type { Abstract } from "./tape.ts";

/** A source of choices. */
export interface Draw {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** One of several. */
  pick<T>(choices: readonly T[]): T;
  /** A shape of `minRank` to `maxRank` dims, each from `minDim` (0 unless told) to 4. */
  shape(minRank: number, maxRank: number, minDim?: number): number[];
}

/** One operand to draw: where its values lie. */
export interface OperandSample extends Abstract {
  /** Range of the values; -2 to 2 for floats unless told. */
  readonly range?: readonly [number, number];
  /** Values that the derivative is not to be probed at, as 0 for `abs`: kept 0.1 away. */
  readonly avoid?: readonly number[];
  /** Values are kept 0.1 apart from each other, where ties have a convention of their own. */
  readonly distinct?: boolean;
  /**
   * Each matrix (the last two axes) is led by a diagonal, this far to the right and around the end:
   * 2, 4, 6, … there, and the values drawn, made small, are added everywhere. So its factors exist,
   * are unique, and jump nowhere near.
   */
  readonly diagonal?: number;
}

/** A drawn application. */
export interface Sample<P> {
  /** Its operands. */
  readonly operands: readonly OperandSample[];
  /** Its settings. */
  readonly params: P;
}

/** Draws an application of a primitive, with float operands of the dtype asked for. */
export type Sampler<P> = (draw: Draw, float: DType) => Sample<P>;
