/**
 * Results in the place of what they are computed from.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import { bytesOf, elementSize } from "./memory.ts";
import type { Kernel, LoopKernel } from "./program.ts";
import { type Affine, type Buffer, leavesOf, type Load, type Symbolic } from "./symbolic.ts";

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
  const inOrder = stores.flatMap(({ value }) => loadsOf(value)).every((leaf) =>
    leaf.buffer !== input || samePlace(leaf, to, shape)
  );
  // What is in a register only is computed where the first store needs it.
  const inRegister = new Map(
    stores.filter(({ temporary }) => temporary).map(({ buffer, value }) => [buffer, value]),
  );
  const reads = (value: Symbolic): boolean =>
    loadsOf(value).some(({ buffer }) => {
      const computed = inRegister.get(buffer);
      return buffer === input || (computed !== undefined && reads(computed));
    });
  // What is read once stays in a register for whatever is computed after.
  const readBefore = stores.slice(0, own + 1).some(({ value, temporary }) =>
    !temporary && reads(value)
  );
  return inOrder && (readBefore || !stores.some(({ value }) => reads(value)));
}

function loadsOf(value: Symbolic): readonly Load[] {
  return leavesOf(value).filter((leaf) => leaf.kind === "load");
}

/** Whether a load is, at each index, where an element is stored. */
function samePlace(leaf: Load, to: Affine, shape: Shape): boolean {
  return leaf.offset === to.offset && leaf.shape.length === shape.length &&
    shape.every((dim, axis) => dim === 1 || leaf.strides[axis] === to.strides[axis]);
}
