/**
 * Copies of pieces of memory whose size is known.
 *
 * @module
 */
import type { Code } from "./assembler/code.ts";
import { difference, type Index, push, sum } from "./assembler/index.ts";
import { shareOf } from "./threads/share.ts";

/** From so many bytes on there is an instruction that does it faster. */
const many = 128;

/** Copies bytes, exactly so many. */
export function copyBytes(code: Code, from: Index, to: Index, bytes: number): void {
  if (bytes > many) {
    push(code, to);
    push(code, from);
    code.i32(bytes);
    return code.op("memory.copy");
  }
  const pieces = [
    [16, "v128.load", "v128.store"],
    [8, "i64.load", "i64.store"],
    [4, "i32.load", "i32.store"],
    [1, "i32.load8_u", "i32.store8"],
  ] as const;
  let at = 0;
  for (const [size, load, store] of pieces) {
    for (; at + size <= bytes; at += size) {
      push(code, to);
      push(code, from);
      code.access(load, at, 0);
      code.access(store, at, 0);
    }
  }
}

/** So many bytes are not worth being shared out. */
const few = 4096;

/** As {@linkcode copyBytes}, in a function that all threads call. */
export function copyShare(code: Code, from: Index, to: Index, bytes: number): void {
  if (bytes <= few) {
    code.get(code.parameters[0]);
    code.op("i32.eqz");
    return code.if(() => copyBytes(code, from, to, bytes));
  }
  const own = shareOf(code, bytes, 64);
  push(code, sum(to, own.from));
  push(code, sum(from, own.from));
  push(code, difference(own.to, own.from));
  code.op("memory.copy");
  code.release(own.from, own.to);
}
