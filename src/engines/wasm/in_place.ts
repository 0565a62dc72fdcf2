/**
 * Results in the place of what they are computed from.
 *
 * @module
 */
import { bytesOf, elementSize } from "./memory.ts";
import type { Kernel, LoopKernel } from "./program.ts";
import { type Buffer, leavesOf } from "./symbolic.ts";

/** Whether a kernel reads every element of a buffer before it writes that of a result in its place. */
export function overwritesAsItReads(kernel: Kernel, input: Buffer, output: Buffer): boolean {
  const alike = bytesOf(input) === bytesOf(output) &&
    elementSize(input.dtype) === elementSize(output.dtype);
  if (!alike) return false;
  if (kernel.kind === "loop") return readsEachBefore(kernel, input, output);
  if (kernel.kind !== "contract" || kernel.epilogue === undefined) return false;
  // Blocks that come later read all of the operands.
  const operands = [kernel.left.buffer, kernel.right.buffer];
  return !operands.includes(input) && readsEachBefore(kernel.epilogue, input, output);
}

/** Whether a loop reads every element of the input before it writes the result's there. */
function readsEachBefore({ shape, stores }: LoopKernel, input: Buffer, output: Buffer): boolean {
  const own = stores.findIndex(({ buffer }) => buffer === output);
  if (own < 0) return false;
  const { to } = stores[own];
  const places = stores.map(({ value }) =>
    leavesOf(value).flatMap((leaf) => leaf.kind === "load" && leaf.buffer === input ? [leaf] : [])
  );
  const inOrder = places.flat().every(({ offset, strides, shape: { length } }) =>
    offset === to.offset && length === shape.length &&
    shape.every((dim, axis) => dim === 1 || strides[axis] === to.strides[axis])
  );
  // What is read once stays in a register for whatever is computed after.
  const readBefore = places.slice(0, own + 1).some((loads) => loads.length > 0);
  const readAfter = places.slice(own + 1).some((loads) => loads.length > 0);
  return inOrder && (readBefore || !readAfter);
}
