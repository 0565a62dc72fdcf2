/**
 * Which part of a kernel's work is a thread's.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import { each, held, type Index, least, push, sum, times } from "../assembler/index.ts";

/** A range of places on an axis: from the first to before the second. */
export interface Share {
  readonly from: Local;
  readonly to: Local;
}

/** Products of places and threads have 32 bits. */
const mostUnits = 65536;

/**
 * A thread's share of `count` places on an axis. All shares but the last one are whole numbers of
 * `unit` places. The function's parameters are the thread and the number of threads.
 */
export function shareOf(code: Code, count: number, unit: number): Share {
  const [thread, threads] = code.parameters;
  const together = unit * Math.ceil(count / unit / mostUnits);
  const units = Math.ceil(count / together);
  const bound = (number: typeof thread | ReturnType<typeof sum>) =>
    held(
      code,
      least(
        count,
        times((c) => {
          push(c, times(number, units));
          push(c, threads);
          c.op("i32.div_u");
        }, together),
      ),
    );
  return { from: bound(thread), to: bound(sum(thread, 1)) };
}

/** A loop over a thread's share of `count` places, or over all of them where nothing is shared. */
export function eachOwn(code: Code, count: number, body: (at: Local) => void): void {
  if (code.parameters.length === 0) return each(code, 0, count, 1, body);
  const { from, to } = shareOf(code, count, 1);
  each(code, from, to, 1, body);
  code.release(from, to);
}

/** A thread's part of memory of which each has so many bytes. */
export function ownPart(code: Code, start: number, bytes: number): Index {
  return code.parameters.length === 0 ? start : sum(start, times(code.parameters[0], bytes));
}
