/**
 * Code for running sums, products and extrema along an axis.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Local } from "./assembler/code.ts";
import type { Plain } from "./assembler/opcodes.ts";
import { assign, each, type Index, sum, times } from "./contraction/index.ts";
import { elementSize } from "./memory.ts";
import type { CodeKernel, Combine } from "./program.ts";
import type { Buffer, Load } from "./symbolic.ts";

/** What is kept while running: doubles for floats, so that float32 is rounded once. */
function instructionOf(combine: Combine, { dtype }: Load): Plain {
  const name = { sum: "add", prod: "mul", max: "max", min: "min" }[combine];
  if (dtype === "float32" || dtype === "float64") return `f64x2.${name}` as Plain;
  const sign = combine === "sum" || combine === "prod" ? "" : dtype === "int32" ? "_s" : "_u";
  return `i32x4.${name}${sign}` as Plain;
}

/** How many vectors of a row, or else rows, are gone through at once: a sum waits for the one before. */
const [vectorsTogether, rowsTogether] = [8, 4];

/** The result so far at each place of an axis, from its beginning or from its end. */
export function runningKernel(
  combine: Combine,
  x: Load,
  { axis, reverse }: { readonly axis: number; readonly reverse: boolean },
  out: Buffer,
): CodeKernel {
  return {
    kind: "code",
    name: `running_${combine}`,
    reads: [x.buffer],
    writes: [out],
    write: (code, addressOf) => {
      const { shape, dtype } = x;
      const [n, inner] = [shape[axis], sizeOf(shape.slice(axis + 1))];
      const outer = sizeOf(shape.slice(0, axis));
      const size = elementSize(dtype);
      const instruction = instructionOf(combine, x);
      const lanes = dtype === "float32" || dtype === "float64" ? 2 : 4;
      const step = (reverse ? -inner : inner) * size;
      const first = (reverse ? (n - 1) * inner : 0) * size;
      const [from, to, at] = ["i32", "i32", "i32"].map(() => code.local("i32"));
      const totals = Array.from({ length: vectorsTogether }, () => code.local("v128"));
      const load = (offset: number, count: number) => {
        code.get(from);
        if (count * size === 16) code.access("v128.load", offset, 2);
        else code.access(count * size === 8 ? "v128.load64_zero" : "v128.load32_zero", offset, 2);
        if (dtype === "float32") code.op("f64x2.promote_low_f32x4");
      };
      const store = (total: Local, offset: number, count: number) => {
        code.get(to);
        code.get(total);
        if (dtype === "float32") code.op("f32x4.demote_f64x2_zero");
        if (count * size === 16) code.access("v128.store", offset, 2);
        else if (count * size === 8) code.accessLane("v128.store64_lane", 0, offset, 2);
        else code.accessLane("v128.store32_lane", 0, offset, 2);
      };
      /** Goes along the axis with so many vectors of so many elements, some bytes apart. */
      const run = (vectors: number, count: number, apart: number) => {
        const used = totals.slice(0, vectors);
        assign(code, from, sum(at, addressOf(x.buffer) + first));
        assign(code, to, sum(at, addressOf(out) + first));
        for (const [i, total] of used.entries()) {
          load(i * apart, count);
          code.set(total);
          store(total, i * apart, count);
        }
        each(code, 1, n, 1, () => {
          assign(code, from, sum(from, step));
          assign(code, to, sum(to, step));
          for (const [i, total] of used.entries()) {
            code.get(total);
            load(i * apart, count);
            code.op(instruction);
            code.set(total);
            store(total, i * apart, count);
          }
        });
      };
      const whole = inner - inner % lanes;
      /** Columns of all that lies inside, in whole vectors first. */
      const columns = (from: number, body: (count: number, column: Index) => void) => {
        if (from < whole) each(code, from, whole, lanes, (column) => body(lanes, column));
        if (whole < inner) each(code, whole, inner, 1, (column) => body(1, column));
      };
      const start = (row: Index, column: Index) =>
        assign(code, at, sum(times(row, n * inner * size), times(column, size)));
      if (inner >= vectorsTogether * lanes) {
        const together = inner - inner % (vectorsTogether * lanes);
        each(code, 0, outer, 1, (row) => {
          each(code, 0, together, vectorsTogether * lanes, (column) => {
            start(row, column);
            run(vectorsTogether, lanes, lanes * size);
          });
          columns(together, (count, column) => {
            start(row, column);
            run(1, count, 0);
          });
        });
      } else {
        const together = outer - outer % rowsTogether;
        columns(0, (count, column) => {
          each(code, 0, together, rowsTogether, (row) => {
            start(row, column);
            run(rowsTogether, count, n * inner * size);
          });
          each(code, together, outer, 1, (row) => {
            start(row, column);
            run(1, count, 0);
          });
        });
      }
      code.release(from, to, at, ...totals);
    },
  };
}
