/**
 * Which part of a kernel's work is a thread's.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import { held, least, push, sum, times } from "../contraction/index.ts";

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
