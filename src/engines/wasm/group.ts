/**
 * Loops over the same shape become one: what one stores and another reads stays in a register, and
 * what nobody else reads is not stored at all.
 *
 * @module
 */
import { equalShapes } from "../../shape/same.ts";
import { readsOf, writesOf } from "./memory.ts";
import type { Kernel, LoopKernel, Store } from "./program.ts";
import { type Affine, type Buffer, leavesOf } from "./symbolic.ts";

/** So many values in one loop are enough. */
const most = 12;

/** How far back a loop looks for another one. */
const reach = 48;

/** Puts loops together. `kept` are the buffers that are read afterwards. */
export function groupLoops(kernels: readonly Kernel[], kept: readonly Buffer[]): readonly Kernel[] {
  const result: Kernel[] = [];
  for (const kernel of kernels) {
    const at = kernel.kind === "loop" ? placeFor(kernel, result) : undefined;
    if (at === undefined) result.push(kernel);
    else {
      const into = result[at] as LoopKernel;
      const { stores } = kernel as LoopKernel;
      result[at] = { ...into, stores: [...into.stores, ...stores] };
    }
  }
  return withoutUnread(result, new Set(kept));
}

/** The loop that a loop can be part of, looking back past whatever does not matter to it. */
function placeFor(kernel: LoopKernel, before: readonly Kernel[]): number | undefined {
  const reads = new Set(readsOf(kernel));
  const writes = new Set(writesOf(kernel));
  for (let at = before.length - 1; at >= Math.max(0, before.length - reach); at--) {
    const other = before[at];
    if (other.kind === "loop" && equalShapes(other.shape, kernel.shape) && fits(kernel, other)) {
      return at;
    }
    const inTheWay = writesOf(other).some((buffer) => reads.has(buffer) || writes.has(buffer)) ||
      readsOf(other).some((buffer) => writes.has(buffer));
    if (inTheWay) return undefined;
  }
  return undefined;
}

/** Whether a loop reads what another one stores only where that has just stored it. */
export function fits(kernel: LoopKernel, other: LoopKernel): boolean {
  if (kernel.stores.length + other.stores.length > most) return false;
  const written = new Map(other.stores.map(({ buffer, to }) => [buffer, to]));
  if (kernel.stores.some(({ buffer }) => written.has(buffer))) return false;
  if (readsOf(other).some((buffer) => writesOf(kernel).includes(buffer))) return false;
  return kernel.stores.every(({ value }) =>
    leavesOf(value).every((leaf) => {
      if (leaf.kind !== "load") return true;
      const to = written.get(leaf.buffer);
      return to === undefined || (leaf.shape.length > 0 && samePlace(leaf, to, kernel));
    })
  );
}

function samePlace(a: Affine, b: Affine, { shape }: LoopKernel): boolean {
  return a.offset === b.offset &&
    shape.every((dim, axis) => dim === 1 || a.strides[axis] === b.strides[axis]);
}

/** Marks the stores that only their own loop reads. */
function withoutUnread(kernels: readonly Kernel[], kept: ReadonlySet<Buffer>): readonly Kernel[] {
  const readers = new Map<Buffer, Set<Kernel>>();
  for (const kernel of kernels) {
    for (const buffer of readsOf(kernel)) {
      const own = readers.get(buffer);
      if (own === undefined) readers.set(buffer, new Set([kernel]));
      else own.add(kernel);
    }
  }
  const alone = (kernel: Kernel, buffer: Buffer) =>
    !kept.has(buffer) && [...readers.get(buffer) ?? []].every((reader) => reader === kernel);
  const withRegisters = (loop: LoopKernel, kernel: Kernel): LoopKernel => ({
    ...loop,
    stores: loop.stores.map((store): Store =>
      alone(kernel, store.buffer) ? { ...store, temporary: true } : store
    ),
  });
  return kernels.map((kernel) => {
    if (kernel.kind === "loop") return withRegisters(kernel, kernel);
    if (kernel.kind !== "contract" || kernel.epilogue === undefined) return kernel;
    const epilogue = withRegisters(kernel.epilogue, kernel);
    return { ...kernel, epilogue, temporary: alone(kernel, kernel.buffer) };
  });
}
