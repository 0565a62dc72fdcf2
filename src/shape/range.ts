/**
 * The length of a range of numbers.
 *
 * @module
 */
import type { DivCeil, Minus } from "./arithmetic.ts";
import type { Vague } from "./axis.ts";
import { type Fail, ShapeError } from "./fail.ts";

/** The shape of `arange(A, B, C)`: known for whole numbers from 0 on and a positive step. */
export type Arange<A extends number, B extends number | undefined, C extends number, K> = K extends
  string ? C extends 0 ? Fail<`${K}: the step is 0`>
  : Vague<[A, B, C]> extends true ? [number]
  : [B] extends [number] ? Whole<A | B | C> extends true ? [DivCeil<Minus<B, A>, C>] : [number]
  : Whole<A | C> extends true ? [DivCeil<A, C>]
  : [number]
  : never;

/**
 * Whether all are literals without sign, fraction or exponent.
 *
 * @internal
 */
type Whole<N extends number> = number extends N ? false
  : `${N}` extends `-${string}` | `${string}.${string}` | `${string}e${string}` ? false
  : [Extract<`${N}`, `-${string}` | `${string}.${string}` | `${string}e${string}`>] extends [never]
    ? true
  : false;

/** The run-time twin of {@linkcode Arange}. */
export function arangeLength(start: number, stop: number, step: number): number {
  if (step === 0) throw new ShapeError("arange: the step is 0");
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!Number.isSafeInteger(length)) {
    throw new ShapeError(`arange: from ${start} to ${stop} by ${step} is no range`);
  }
  return length;
}
