/**
 * Ranges of places whose bounds are known when the code is written, or only when it runs.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import { each, held, type Index, least, push, sum } from "../assembler/index.ts";

/** The places from one to before another. */
export type Range = readonly [from: number | Local, to: number | Local];

/** A loop over ranges of at most `size`. */
export function eachBlock(
  code: Code,
  [from, to]: Range,
  size: number,
  body: (from: number | Local, to: number | Local) => void,
): void {
  if (typeof from === "number" && typeof to === "number" && to - from <= size) {
    if (from < to) body(from, to);
    return;
  }
  each(code, from, to, size, (start) => {
    const end = held(code, least(sum(start, size), to));
    body(start, end);
    code.release(end);
  });
}

/** Whether a place is behind another: 1 or 0. */
export function isPast(place: number | Local, first: number | Local): Index {
  if (typeof place === "number" && typeof first === "number") return Number(place > first);
  return (code) => {
    push(code, place);
    push(code, first);
    code.op("i32.ne");
  };
}

/** A number that is known, or a variable with it. */
export function value(x: Index, code: Code): number | Local {
  return typeof x === "number" ? x : held(code, x);
}
