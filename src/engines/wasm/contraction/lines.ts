/**
 * Going through operands where they lie: pointers into both that move from place to place.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { assign, each, sum } from "../assembler/index.ts";

/** A summed axis: its length, and the distances of its places in both operands, in elements. */
export interface Loop {
  readonly size: number;
  readonly steps: readonly [number, number];
}

/** Moves the pointers into both operands by so many times some elements. */
export type Move = (by: readonly [number, number], times: number) => void;

/** Moves of some pointers into the left operand, and some into the right one. */
export function mover(
  code: Code,
  size: number,
  pointers: readonly [readonly Local[], readonly Local[]],
): Move {
  return (by, times) => {
    for (const side of [0, 1] as const) {
      const bytes = by[side] * times * size;
      if (bytes === 0) continue;
      for (const pointer of pointers[side]) assign(code, pointer, sum(pointer, bytes));
    }
  };
}

/** Loops over axes, which leave the pointers where they were. */
export function nested(
  code: Code,
  loops: readonly Loop[],
  move: Move,
  body: () => void,
): void {
  loops.reduceRight<() => void>((inside, { size, steps }) => () => {
    each(code, 0, size, 1, () => {
      inside();
      move(steps, 1);
    });
    move(steps, -size);
  }, body)();
}

/** Pushes a vector of the first `count` elements from a pointer on, side by side or every other one. */
export function loadApart(
  code: Code,
  arithmetic: Arithmetic,
  pointer: Local,
  offset: number,
  step: number,
  count: number,
): void {
  const { lanes, size } = arithmetic;
  code.get(pointer);
  arithmetic.load(code, offset);
  if (step === 1) return;
  // The second vector begins with the last element of the first one: nothing behind is read.
  const second = (lanes - 1) * size;
  code.get(pointer);
  arithmetic.load(code, count > lanes / 2 ? offset + second : offset);
  code.shuffle(Array.from({ length: 16 }, (_, i) => {
    const at = 2 * Math.floor(i / size) * size + i % size;
    return at < 16 ? at : count > lanes / 2 ? 16 + (at - second) % 16 : i;
  }));
}
