/**
 * The settings of a scan.
 *
 * @module
 */
import type { Tape } from "../../tape/tape.ts";

/** A scan. Operands, and inputs of the body: constants, carry, slices. Outputs: carry, slices. */
export interface ScanParams {
  /** One step. */
  readonly body: Tape;
  /** How many operands are the same in every step. */
  readonly constants: number;
  /** How many go round: each step takes them from the one before. */
  readonly carry: number;
  /** How many steps there are. */
  readonly length: number;
  /** Whether the last slice comes first. */
  readonly reverse: boolean;
}

/** Things for the operands of a scan, in three groups. */
export function groups<T>(
  items: readonly T[],
  { constants, carry }: ScanParams,
): readonly [constants: readonly T[], carry: readonly T[], slices: readonly T[]] {
  return [
    items.slice(0, constants),
    items.slice(constants, constants + carry),
    items.slice(constants + carry),
  ];
}
