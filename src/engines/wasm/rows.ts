/**
 * Kernels that go over the same rows go over them together: a softmax reads and writes memory once,
 * with everything in between in the cache. What only they read is kept for one row at a time.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import { newBuffer, readsOf, writesOf } from "./memory.ts";
import type { Kernel, LoopKernel, ReduceKernel, RowPart, RowsKernel } from "./program.ts";
import {
  type Buffer,
  leavesOf,
  type Load,
  replaceLoads,
  rowMajor,
  type Symbolic,
} from "./symbolic.ts";

/** Shorter rows are gone through faster as one long one. */
const shortest = 64;

/** What fits into the first cache has nothing to gain. */
const smallest = 8192;

/** Puts kernels over the same rows together. `kept` are the buffers that are read afterwards. */
export function fuseRows(kernels: readonly Kernel[], kept: readonly Buffer[]): readonly Kernel[] {
  const result: Kernel[] = [];
  for (let from = 0; from < kernels.length;) {
    let to = from + 1;
    while (to < kernels.length && joins(kernels.slice(from, to), kernels[to])) to++;
    const run = kernels.slice(from, to) as readonly RowPart[];
    const worth = run.length > 1 && run.some(({ kind }) => kind === "reduce");
    if (!worth) {
      result.push(kernels[from]);
      from++;
      continue;
    }
    const others = [...kernels.slice(0, from), ...kernels.slice(to)].flatMap(readsOf);
    result.push(asRows(run, new Set([...kept, ...others])));
    from = to;
  }
  return result;
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

/** Whether a kernel goes over the rows of those before it, and reads of their results its row only. */
function joins(before: readonly Kernel[], kernel: Kernel): boolean {
  if (![...before, kernel].every((part) => isPart(part) && hasRows(part))) return false;
  const parts = before as readonly RowPart[];
  const [rows] = shapeOf(parts[0]);
  if (shapeOf(kernel as RowPart)[0] !== rows) return false;
  const written = new Set(parts.flatMap(writesOf));
  if (writesOf(kernel).some((buffer) => written.has(buffer))) return false;
  const loads = valuesOf(kernel as RowPart).flatMap(leavesOf).filter((leaf) =>
    leaf.kind === "load" && written.has(leaf.buffer)
  ) as readonly Load[];
  return loads.length > 0 && loads.every((load) => staysInRow(load, rows));
}

/** Whether a kernel's first axis counts rows that are long enough, one after another. */
function hasRows(part: RowPart): boolean {
  const shape = shapeOf(part);
  const [rows, ...row] = shape;
  if (shape.length < 2 || rows < 2 || sizeOf(row) < shortest || sizeOf(shape) < smallest) {
    return false;
  }
  if (part.kind === "reduce") return !part.axes.includes(0);
  return part.stores.every(({ buffer, to }) => {
    const own = rowMajor(shape);
    return to.offset === 0 && sizeOf(buffer.shape) === sizeOf(shape) &&
      shape.every((dim, axis) => dim === 1 || to.strides[axis] === own[axis]);
  });
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
