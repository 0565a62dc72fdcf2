/**
 * How threads share out a contraction.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import {
  assign,
  difference,
  held,
  type Index,
  least,
  push,
  quotient,
  remainder,
  sum,
  times,
} from "../assembler/index.ts";

/**
 * Writes a loop over a thread's share of `batch` times `units`: of each batch that it has a part of,
 * the units between two. The function's parameters are the thread and the number of threads.
 */
export function eachShare(
  code: Code,
  batch: number,
  units: number,
  body: (batch: Local, from: Local, to: Local) => void,
): void {
  const [thread, threads] = code.parameters;
  const bound = (t: Index): Index => (c) => {
    push(c, times(t, batch * units));
    push(c, threads);
    c.op("i32.div_u");
  };
  const [at, end] = [held(code, bound(thread)), held(code, bound(sum(thread, 1)))];
  const [own, from, to] = ["i32", "i32", "i32"].map(() => code.local("i32"));
  code.block((done) => {
    code.loop((again) => {
      push(code, at);
      push(code, end);
      code.op("i32.ge_s");
      code.brIf(done);
      assign(code, own, quotient(at, units));
      assign(code, from, remainder(at, units));
      assign(code, to, least(units, sum(from, difference(end, at))));
      assign(code, at, sum(at, difference(to, from)));
      body(own, from, to);
      code.br(again);
    });
  });
  code.release(at, end, own, from, to);
}
