/**
 * Code for running sums, products and extrema along an axis.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Plain } from "./assembler/opcodes.ts";
import { assign, each, sum, times } from "./assembler/index.ts";
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
      const total = code.local("v128");
      const load = (count: number) => {
        code.get(from);
        if (count * size === 16) code.access("v128.load", 0, 2);
        else code.access(count * size === 8 ? "v128.load64_zero" : "v128.load32_zero", 0, 2);
        if (dtype === "float32") code.op("f64x2.promote_low_f32x4");
      };
      const store = (count: number) => {
        code.get(to);
        code.get(total);
        if (dtype === "float32") code.op("f32x4.demote_f64x2_zero");
        if (count * size === 16) code.access("v128.store", 0, 2);
        else if (count * size === 8) code.accessLane("v128.store64_lane", 0, 0, 2);
        else code.accessLane("v128.store32_lane", 0, 0, 2);
      };
      const column = (count: number) => {
        assign(code, from, sum(at, addressOf(x.buffer) + first));
        assign(code, to, sum(at, addressOf(out) + first));
        load(count);
        code.set(total);
        store(count);
        each(code, 1, n, 1, () => {
          assign(code, from, sum(from, step));
          assign(code, to, sum(to, step));
          code.get(total);
          load(count);
          code.op(instruction);
          code.set(total);
          store(count);
        });
      };
      each(code, 0, outer, 1, (i) => {
        const columns = (start: number, stop: number, count: number) =>
          each(code, start, stop, count, (j) => {
            assign(code, at, sum(times(i, n * inner * size), times(j, size)));
            column(count);
          });
        const whole = inner - inner % lanes;
        if (whole > 0) columns(0, whole, lanes);
        if (whole < inner) columns(whole, inner, 1);
      });
      code.release(from, to, at, total);
    },
  };
}
