/**
 * Copies of pieces of memory whose size is known.
 *
 * @module
 */
import type { Code } from "./assembler/code.ts";
import { type Index, push } from "./assembler/index.ts";

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
