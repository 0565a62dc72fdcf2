/**
 * Kernels that go over the same rows go over them together: a softmax reads and writes memory once,
 * with everything in between in the cache. What only they read is kept for one row at a time.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import { inOrder, newBuffer, readsOf, writesOf } from "./memory.ts";
import type { Kernel, LoopKernel, ReduceKernel, RowPart, RowsKernel, Store } from "./program.ts";
import {
  type Buffer,
  leavesOf,
  type Load,
  replaceLoads,
  reshape,
  rowMajor,
  type Symbolic,
} from "./symbolic.ts";

/** Shorter rows are gone through faster as one long one. */
const shortest = 64;

/** From this length on, rows that are shorter, and so stay in the cache, are better. */
const long = 1024;

/** What fits into the first cache has nothing to gain. */
const smallest = 8192;

/** How far ahead a kernel looks for others over its rows. */
const reach = 24;

/** Puts kernels over the same rows together. `kept` are the buffers that are read afterwards. */
export function fuseRows(kernels: readonly Kernel[], kept: readonly Buffer[]): readonly Kernel[] {
  const result: Kernel[] = [];
  let left = kernels;
  while (left.length > 0) {
    const [first] = left;
    const run = longest(countsOf(first).map((rows) => runFrom(left, rows)));
    if (run === undefined) {
      result.push(first);
      left = left.slice(1);
      continue;
    }
    left = left.filter((kernel) => !run.kernels.includes(kernel));
    const others = [...result, ...left].flatMap(readsOf);
    result.push(asRows(run.parts, new Set([...kept, ...others])));
  }
  return result;
}

/** Kernels over the same rows, and what they are when their first axis counts these. */
interface Run {
  readonly kernels: readonly Kernel[];
  readonly parts: readonly RowPart[];
}

/** The run of most kernels that is worth being one; of equally long ones the first. */
function longest(runs: readonly Run[]): Run | undefined {
  const worth = runs.filter(({ parts }) =>
    parts.filter(isLarge).length > 1 && parts.some(({ kind }) => kind === "reduce")
  );
  return worth.toSorted((a, b) => b.parts.length - a.parts.length)[0];
}

/** The numbers of rows that a kernel may be cut into, best first. */
function countsOf(kernel: Kernel): readonly number[] {
  if (!isPart(kernel)) return [];
  const shape = shapeOf(kernel);
  const free = kernel.kind === "loop"
    ? shape.length - 1
    : Math.min(shape.length - 1, ...kernel.axes);
  const counts = shape.slice(0, Math.max(free, 0)).map((_, axis) =>
    sizeOf(shape.slice(0, axis + 1))
  );
  const possible = [...new Set(counts)].filter((rows) => {
    const part = withRows(kernel, rows);
    return part !== undefined && isLarge(part);
  });
  const isLong = (rows: number) => sizeOf(shape) / rows >= long;
  return [...possible.filter(isLong).reverse(), ...possible.filter((rows) => !isLong(rows))];
}

/** The first kernel, and those after it that go over its rows and may run at once. */
function runFrom(kernels: readonly Kernel[], rows: number): Run {
  const own: Kernel[] = [];
  const parts: RowPart[] = [];
  const skipped: Kernel[] = [];
  for (const kernel of kernels.slice(0, reach)) {
    const part = isPart(kernel) ? withRows(kernel, rows) : undefined;
    if (
      part !== undefined && (parts.length === 0 || joins(parts, part)) &&
      !skipped.some((other) => inOrder(other, kernel))
    ) {
      own.push(kernel);
      parts.push(part);
    } else skipped.push(kernel);
  }
  return { kernels: own, parts };
}

function isPart(kernel: Kernel): kernel is RowPart {
  return kernel.kind === "loop" || kernel.kind === "reduce";
}

function shapeOf(part: RowPart): readonly number[] {
  return part.kind === "loop" ? part.shape : part.value.shape;
}

function valuesOf(part: RowPart): readonly Symbolic[] {
  return part.kind === "loop" ? part.stores.map(({ value }) => value) : [part.value];
}

/** Whether rows are so long, and so many, that memory decides how fast they are gone through. */
function isLarge(part: RowPart): boolean {
  const [rows, ...row] = shapeOf(part);
  return rows > 1 && sizeOf(row) >= shortest && rows * sizeOf(row) >= smallest;
}

/** The kernel with a first axis that counts rows, which lie one after another. */
function withRows(part: RowPart, rows: number): RowPart | undefined {
  const shape = shapeOf(part);
  const first = shape.findIndex((_, axis) => sizeOf(shape.slice(0, axis + 1)) === rows) + 1;
  if (first === 0) return undefined;
  const under = [rows, ...shape.slice(first)];
  const moved = (value: Symbolic) => value.shape.length === 0 ? value : reshape(value, under);
  if (part.kind === "reduce") {
    const value = moved(part.value);
    if (value === undefined || part.axes.some((axis) => axis < first)) return undefined;
    return { ...part, value, axes: part.axes.map((axis) => axis - first + 1) };
  }
  const stores: Store[] = [];
  for (const store of part.stores) {
    const { buffer, to } = store;
    const value = moved(store.value);
    const together = to.offset === 0 && sizeOf(buffer.shape) === sizeOf(shape) &&
      shape.every((dim, axis) => dim === 1 || to.strides[axis] === rowMajor(shape)[axis]);
    if (value === undefined || !together) return undefined;
    stores.push({ ...store, value, to: { offset: 0, strides: rowMajor(under) } });
  }
  return { kind: "loop", shape: under, stores };
}

/** Whether a kernel reads what others before it write, and of that its row only. */
function joins(before: readonly RowPart[], part: RowPart): boolean {
  const written = new Set(before.flatMap(writesOf));
  if (writesOf(part).some((buffer) => written.has(buffer))) return false;
  const loads = valuesOf(part).flatMap(leavesOf).filter((leaf) =>
    leaf.kind === "load" && written.has(leaf.buffer)
  ) as readonly Load[];
  const [rows] = shapeOf(part);
  return loads.length > 0 && loads.every((load) => staysInRow(load, rows));
}

/** Whether a load reads, in each row, that row of its buffer alone. */
function staysInRow({ buffer, shape, offset, strides }: Load, rows: number): boolean {
  const length = sizeOf(buffer.shape) / rows;
  if (shape.length === 0 || shape[0] !== rows || strides[0] !== length) return false;
  const reach = shape.slice(1).reduce((sum, dim, i) => sum + (dim - 1) * strides[i + 1], offset);
  return offset >= 0 && strides.every((stride) => stride >= 0) && reach < length;
}

/** The parts as one kernel; buffers that nobody else reads have one row. */
function asRows(parts: readonly RowPart[], elsewhere: ReadonlySet<Buffer>): RowsKernel {
  const [rows] = shapeOf(parts[0]);
  const own = new Map<Buffer, Buffer>();
  for (const buffer of new Set(parts.flatMap(writesOf))) {
    if (!elsewhere.has(buffer)) {
      const row = newBuffer([sizeOf(buffer.shape) / rows], buffer.dtype);
      own.set(buffer, { ...row, perThread: true });
    }
  }
  const still = (strides: readonly number[]) => strides.with(0, 0);
  const inRow = (value: Symbolic): Symbolic =>
    replaceLoads(value, (leaf) => {
      const buffer = own.get(leaf.buffer);
      return buffer && { ...leaf, buffer, strides: still(leaf.strides) };
    });
  return {
    kind: "rows",
    rows,
    parts: parts.map((part): LoopKernel | ReduceKernel => {
      if (part.kind === "reduce") {
        const buffer = own.get(part.buffer);
        return {
          ...part,
          value: inRow(part.value),
          buffer: buffer ?? part.buffer,
          inRow: buffer !== undefined,
        };
      }
      return {
        ...part,
        stores: part.stores.map((store) => {
          const buffer = own.get(store.buffer);
          const value = inRow(store.value);
          if (buffer === undefined) return { ...store, value };
          const to = { ...store.to, strides: still(store.to.strides) };
          return { ...store, buffer, to, value };
        }),
      };
    }),
  };
}
