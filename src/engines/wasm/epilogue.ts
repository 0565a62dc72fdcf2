/**
 * Elementwise work on the result of a contraction becomes part of it: it is done on blocks that have
 * just been computed and are still in the cache.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import { columnsOf } from "./contract_kernel.ts";
import { fits } from "./group.ts";
import { bytesOf, inOrder, readsOf, writesOf } from "./memory.ts";
import type { ContractKernel, Kernel, LoopKernel, Store } from "./program.ts";
import {
  type Affine,
  type Buffer,
  leavesOf,
  type Load,
  reshape,
  rowMajor,
  type Source,
  type Symbolic,
  view,
} from "./symbolic.ts";

/** How far back a loop looks for a contraction. */
const reach = 48;

/** Lets contractions do what loops do with their results. */
export function fuseEpilogues(kernels: readonly Kernel[]): readonly Kernel[] {
  const result: Kernel[] = [];
  for (const kernel of kernels) {
    if (kernel.kind !== "loop" || !joins(kernel, result)) result.push(kernel);
  }
  return result;
}

/** Makes a loop part of the contraction whose result it reads, if there is one. */
function joins(loop: LoopKernel, before: Kernel[]): boolean {
  const reads = new Set(readsOf(loop));
  for (let at = before.length - 1; at >= Math.max(0, before.length - reach); at--) {
    const kernel = before[at];
    if (kernel.kind !== "contract" || !writesOf(kernel).some((buffer) => reads.has(buffer))) {
      continue;
    }
    const fused = withEpilogue(kernel, loop);
    const after = fused && withNeeds(kernel, before.slice(at + 1), loop, fused);
    if (after === undefined) continue;
    before.splice(at, before.length - at, ...after);
    return true;
  }
  return false;
}

/**
 * The kernels between a contraction and a loop, with the contraction that does the loop's work after
 * those that it needs. There is no such order if these need the contraction themselves, and it is
 * not worth it if they need much memory, which is taken for longer.
 */
function withNeeds(
  kernel: ContractKernel,
  between: readonly Kernel[],
  loop: LoopKernel,
  fused: ContractKernel,
): readonly Kernel[] | undefined {
  const needed: Kernel[] = [];
  for (const other of between.toReversed()) {
    if ([loop, ...needed].some((later) => inOrder(other, later))) needed.unshift(other);
  }
  const bytes = needed.flatMap(writesOf).reduce((sum, buffer) => sum + bytesOf(buffer), 0);
  if (bytes > bytesOf(fused.buffer)) return undefined;
  if (needed.some((other) => inOrder(kernel, other))) return undefined;
  return [...needed, fused, ...between.filter((other) => !needed.includes(other))];
}

/** The contraction with a loop's work, if that can be done row by row of the result. */
function withEpilogue(kernel: ContractKernel, loop: LoopKernel): ContractKernel | undefined {
  const { buffer, epilogue } = kernel;
  if (sizeOf(loop.shape) !== sizeOf(buffer.shape)) return undefined;
  const inPlace = placeIn(kernel, loop);
  const order = inPlace && orderOf(inPlace, loop.shape);
  const shape = order &&
    (epilogue?.shape ?? inRows(order.map((axis) => loop.shape[axis]), columnsOf(kernel)));
  if (shape === undefined) return undefined;
  const own = rearranged(loop, order!, shape);
  const whole: Store = { buffer, to: { offset: 0, strides: rowMajor(shape) }, value: inPlace! };
  if (own === undefined || scattered(own, buffer) > scattered(loop, buffer)) return undefined;
  const before: LoopKernel = epilogue ?? { kind: "loop", shape, stores: [] };
  if (!fits(own, { ...before, stores: [whole, ...before.stores] })) return undefined;
  return { ...kernel, epilogue: { ...before, stores: [...before.stores, ...own.stores] } };
}

/** How many accesses, but for those of a buffer, go over elements that do not lie side by side. */
function scattered({ shape, stores }: LoopKernel, but: Buffer): number {
  const last = shape.findLastIndex((dim) => dim !== 1);
  const loads = stores.flatMap(({ value }) => leavesOf(value)).filter((leaf) =>
    leaf.kind === "load" && leaf.shape.length > 0 && leaf.buffer !== but
  ) as readonly Load[];
  const strides = [...loads, ...stores.map(({ to }) => to)].map(({ strides }) => strides[last]);
  return strides.filter((stride) => stride !== undefined && stride !== 0 && stride !== 1).length;
}

/** A load of the result, or of what was computed from it and lies as it does. */
function placeIn({ buffer, epilogue }: ContractKernel, loop: LoopKernel): Load | undefined {
  const alike = new Set<Buffer>([buffer]);
  for (const { buffer, to } of epilogue?.stores ?? []) {
    if (to.offset === 0 && `${to.strides}` === `${rowMajor(epilogue!.shape)}`) alike.add(buffer);
  }
  return loop.stores.flatMap(({ value }) => leavesOf(value)).find((leaf): leaf is Load =>
    leaf.kind === "load" && leaf.shape.length > 0 && alike.has(leaf.buffer)
  );
}

/** The axes in the order in which an access goes over all elements one by one, if it does. */
function orderOf(
  { offset, strides }: Affine,
  shape: readonly number[],
): readonly number[] | undefined {
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1)
    .sort((a, b) => strides[b] - strides[a]);
  const own = rowMajor(axes.map((axis) => shape[axis]));
  return offset === 0 && axes.every((axis, i) => strides[axis] === own[i]) ? axes : undefined;
}

/** The shape with its last axes as one of that length, where it can be cut there. */
function inRows(shape: readonly number[], columns: number): readonly number[] | undefined {
  let inside = 1;
  for (let axis = shape.length; axis >= 0; axis--) {
    if (inside === columns) return [...shape.slice(0, axis), columns];
    if (axis === 0) return undefined;
    const dim = shape[axis - 1];
    if (inside * dim > columns) {
      const part = columns / inside;
      return Number.isInteger(part) && dim % part === 0
        ? [...shape.slice(0, axis - 1), dim / part, columns]
        : undefined;
    }
    inside *= dim;
  }
}

/** The loop over its axes in another order, and these under another shape. */
function rearranged(
  { shape: from, stores }: LoopKernel,
  order: readonly number[],
  shape: readonly number[],
): LoopKernel | undefined {
  const under = (value: Symbolic): Symbolic | undefined => {
    if (value.shape.length === 0) return value;
    const sources = value.shape.map((_, axis): Source =>
      order.includes(axis)
        ? { axis: order.indexOf(axis), start: 0, scale: 1 }
        : { start: 0, scale: 1 }
    );
    return reshape(view(value, order.map((axis) => value.shape[axis]), sources), shape);
  };
  const own: Store[] = [];
  for (const store of stores) {
    const { buffer, to } = store;
    const value = under(store.value);
    const place = under({
      kind: "load",
      buffer,
      ...to,
      shape: from,
      dtype: buffer.dtype,
    });
    if (value === undefined || place?.kind !== "load") return undefined;
    own.push({ ...store, value, to: { offset: place.offset, strides: place.strides } });
  }
  return { kind: "loop", shape, stores: own };
}
