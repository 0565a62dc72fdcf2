/**
 * What is worth being shared out among threads.
 *
 * @module
 */
import { bytesOf, partsOf, readsOf, writesOf } from "../memory.ts";
import type { Kernel, Program } from "../program.ts";
import { flopsOfKernel } from "../report.ts";

/** How much work is worth being shared out. */
export interface Worth {
  /** A kernel with so much work takes longer than threads take to meet. */
  readonly kernel: number;
  /** So much work for each thread takes longer than one takes to wake up. */
  readonly thread: number;
}

/** Measured: two threads that are awake meet in less than a microsecond, and wake up in thirty. */
export const measured: Worth = { kernel: 200_000, thread: 2_000_000 };

/** Operations, and bytes that go to memory and come from it: as many of each take about as long. */
function workOf(kernel: Kernel): number {
  const parts = partsOf(kernel);
  if (parts.length > 0) {
    const rounds = kernel.kind === "scan" ? kernel.length : 1;
    return rounds * parts.reduce((sum, part) => sum + workOfProgram(part), 0);
  }
  const buffers = new Set([...readsOf(kernel), ...writesOf(kernel)]);
  return flopsOfKernel(kernel) + [...buffers].reduce((sum, buffer) => sum + bytesOf(buffer), 0);
}

function workOfProgram({ kernels }: Program): number {
  return kernels.reduce((sum, kernel) => sum + workOf(kernel), 0);
}

/** Whether threads share a kernel's work, or that of one inside it. */
export function isShared(kernel: Kernel, worth: Worth): boolean {
  switch (kernel.kind) {
    case "host":
      return false;
    case "code":
      return kernel.shared === true && workOf(kernel) >= worth.kernel;
    case "scan":
    case "while":
    case "choose":
      return partsOf(kernel).some(({ kernels }) => kernels.some((inner) => isShared(inner, worth)));
    default:
      return workOf(kernel) >= worth.kernel;
  }
}

/** How many threads a program gains by, of the most that there are: each has its share of the work. */
export function threadsFor(program: Program, most: number, worth: Worth): number {
  const shared = ({ kernels }: Program): number =>
    kernels.filter((kernel) => isShared(kernel, worth)).reduce(
      (sum, kernel) => sum + sharedIn(kernel),
      0,
    );
  const sharedIn = (kernel: Kernel): number => {
    const parts = partsOf(kernel);
    if (parts.length === 0) return workOf(kernel);
    const rounds = kernel.kind === "scan" ? kernel.length : 1;
    return rounds * parts.reduce((sum, part) => sum + shared(part), 0);
  };
  const work = shared(program);
  return work < 2 * worth.thread ? 1 : Math.min(most, Math.floor(work / worth.thread));
}
