/**
 * What was made from a tape once and is good for every later use of it.
 *
 * @module
 */
import type { Tape } from "./tape.ts";

/** A function of a tape and a key, computed once for each pair; it lives as long as the tape. */
export function perTape<A extends readonly unknown[], R>(
  make: (tape: Tape, ...args: A) => R,
): (tape: Tape, ...args: A) => R {
  const made = new WeakMap<Tape, Map<string, R>>();
  return (tape, ...args) => {
    let ways = made.get(tape);
    if (ways === undefined) made.set(tape, ways = new Map());
    const key = args.length === 0 ? "" : JSON.stringify(args);
    if (!ways.has(key)) ways.set(key, make(tape, ...args));
    return ways.get(key)!;
  };
}
