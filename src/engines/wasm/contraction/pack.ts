/**
 * Copies of panels of an operand, in the order in which tiles read them.
 *
 * A panel is some places of the operand's free axis and a stretch of its summed axis. The left
 * operand's places each have vectors along the summed axis, and those of all places stand side by
 * side; the right operand's panel has for each summed place a row of all free places.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Functions } from "./functions.ts";
import {
  assign,
  difference,
  type Digits,
  each,
  eachRun,
  type Index,
  push,
  sum,
  times,
} from "./index.ts";
import type { Operand } from "./problem.ts";

/** The form of a panel. */
export interface Panel {
  readonly side: "left" | "right";
  /** How many free places there is room for. */
  readonly width: number;
  /** How many there are. */
  readonly used: number;
}

/** Writes the code that copies a panel to `to`: free places from `at` on, summed ones from `start`. */
export function packPanel(
  code: Code,
  functions: Functions,
  arithmetic: Arithmetic,
  panel: Panel,
  { free, summed }: Operand,
  { to, base, at, start, count }: {
    readonly to: Local;
    /** The address of the operand's first element. */
    readonly base: Index;
    readonly at: Local;
    readonly start: number | Local;
    readonly count: number | Local;
  },
): void {
  const { lanes, size } = arithmetic;
  const even = ({ sizes }: Digits) => sizes.length < 2;
  const stride = ({ strides }: Digits) => strides.at(-1) ?? 0;
  const bytes = (digits: Digits) => stride(digits) * size;
  const address = (...offsets: readonly Index[]) => sum(base, times(sum(...offsets), size));
  const call = (callee: Callee, ...given: readonly Index[]) => {
    for (const x of given) push(code, x);
    code.call(callee);
  };
  if (even(free) && even(summed)) {
    const from = address(times(at, stride(free)), times(start, stride(summed)));
    const along = stride(free) === 1 || panel.used === 1 && stride(summed) !== 1
      ? packAlongFree
      : stride(summed) === 1
      ? packAlongSummed
      : undefined;
    if (along !== undefined) {
      const other = along === packAlongFree ? bytes(summed) : bytes(free);
      return call(along(functions, arithmetic, panel), to, from, other, count);
    }
  }
  // Whole vectors of the left operand's rows.
  const vectors = panel.side === "left" && stride(summed) === 1 &&
    (even(summed) || summed.sizes.at(-1)! % lanes === 0);
  eachRun(code, free, at, panel.used, (row, rows, freeOffset) => {
    eachRun(code, summed, start, count, (before, length, summedOffset) => {
      if (vectors) {
        const row16 = times(row, 16);
        const target = sum(to, row16, times(before, panel.width * size));
        const from = address(freeOffset, summedOffset);
        call(copyRows(functions, arithmetic, panel.width), target, from, rows, bytes(free), length);
        return;
      }
      const from = address(freeOffset, summedOffset);
      const scattered = packScattered(functions, arithmetic, panel);
      call(scattered, to, from, row, rows, bytes(free), before, length, bytes(summed));
    });
  });
}

/** How far a place of a panel is from its beginning, in elements. */
function placeIn(
  { side, width }: Panel,
  { lanes }: Arithmetic,
  free: Index,
  summed: Local,
): Index {
  if (side === "right") return sum(free, times(summed, width));
  const lane: Index = (code) => {
    code.get(summed);
    code.i32(lanes - 1);
    code.op("i32.and");
  };
  return sum(times(difference(summed, lane), width), lane, times(free, lanes));
}

/** Copies element by element. */
function packScattered(functions: Functions, arithmetic: Arithmetic, panel: Panel): Callee {
  const { size, lanes } = arithmetic;
  const name = `pack_${size}_${panel.side}_${panel.width}`;
  return functions.get(name, (module) =>
    module.function(name, Array(8).fill("i32"), [], (code) => {
      const [to, from, row, rows, rowStep, start, count, step] = code.parameters;
      const [source, target, summed] = ["i32", "i32", "i32"].map(() => code.local("i32"));
      const [load, store] = size === 4
        ? ["i32.load", "i32.store"] as const
        : ["i64.load", "i64.store"] as const;
      each(code, 0, count, 1, (i) => {
        assign(code, source, from);
        assign(code, summed, sum(start, i));
        assign(code, target, sum(to, times(placeIn(panel, arithmetic, row, summed), size)));
        each(code, 0, rows, 1, () => {
          code.get(target);
          code.get(source);
          code.access(load);
          code.access(store);
          assign(code, source, sum(source, rowStep));
          assign(code, target, sum(target, size * (panel.side === "left" ? lanes : 1)));
        });
        assign(code, from, sum(from, step));
      });
    }));
}

/** Copies rows of the left operand, vector by vector; their ends may be followed by anything. */
function copyRows(functions: Functions, arithmetic: Arithmetic, width: number): Callee {
  const name = `copy_${arithmetic.size}_${width}`;
  return functions.get(name, (module) =>
    module.function(name, Array(5).fill("i32"), [], (code) => {
      const [to, from, rows, rowStep, count] = code.parameters;
      const [source, target] = [code.local("i32"), code.local("i32")];
      each(code, 0, rows, 1, () => {
        assign(code, source, from);
        assign(code, target, to);
        each(code, 0, count, arithmetic.lanes, () => {
          code.get(target);
          code.get(source);
          arithmetic.load(code);
          arithmetic.store(code);
          assign(code, source, sum(source, 16));
          assign(code, target, sum(target, 16 * width));
        });
        assign(code, from, sum(from, rowStep));
        assign(code, to, sum(to, 16));
      });
    }));
}

/** Copies a panel whose free places lie side by side in memory. */
function packAlongFree(functions: Functions, arithmetic: Arithmetic, panel: Panel): Callee {
  const { side, width, used } = panel;
  const name = `pack_${arithmetic.size}_${side}_${width}_${used}_free`;
  return functions.get(name, (module) =>
    module.function(name, Array(4).fill("i32"), [], (code) => {
      const [to, from, step, count] = code.parameters;
      const { lanes, size } = arithmetic;
      const copyPlaces = () => {
        for (let i = 0; i < used; i += lanes) {
          code.get(to);
          code.get(from);
          arithmetic.load(code, i * size);
          arithmetic.store(code, i * size);
        }
      };
      if (side === "right") {
        return each(code, 0, count, 1, () => {
          copyPlaces();
          assign(code, from, sum(from, step));
          assign(code, to, sum(to, width * size));
        });
      }
      squares(code, arithmetic, count, () => {
        const rows = Array.from({ length: lanes }, () => code.local("v128"));
        const at = Array.from({ length: lanes }, () => code.local("i32"));
        for (const [i, local] of at.entries()) {
          assign(code, local, i === 0 ? from : sum(at[i - 1], step));
        }
        let place = 0;
        for (; place + lanes <= used; place += lanes) {
          for (const [i, row] of rows.entries()) {
            code.get(at[i]);
            arithmetic.load(code, place * size);
            code.set(row);
          }
          arithmetic.transpose(code, rows, (column, value) => {
            code.get(to);
            code.get(value);
            arithmetic.store(code, (place + column) * 16);
          });
        }
        for (; place < used; place++) {
          code.get(to);
          for (const [i, local] of at.entries()) {
            if (i === 0) {
              code.get(local);
              code.access(arithmetic.splat, place * size);
              code.set(rows[0]);
              continue;
            }
            code.get(local);
            code.get(rows[0]);
            code.accessLane(arithmetic.loadLane, i, place * size);
            code.set(rows[0]);
          }
          code.get(rows[0]);
          arithmetic.store(code, place * 16);
        }
        assign(code, from, sum(at[lanes - 1], step));
        assign(code, to, sum(to, 16 * width));
        code.release(...rows, ...at);
      }, () => {
        for (let place = 0; place < used; place++) {
          copyElement(code, size, to, place * 16, from, place * size);
        }
        assign(code, from, sum(from, step));
        assign(code, to, sum(to, size));
      });
    }));
}

/** Copies a panel whose summed places lie side by side in memory. */
function packAlongSummed(functions: Functions, arithmetic: Arithmetic, panel: Panel): Callee {
  const { side, width, used } = panel;
  const name = `pack_${arithmetic.size}_${side}_${width}_${used}_summed`;
  return functions.get(name, (module) =>
    module.function(name, Array(4).fill("i32"), [], (code) => {
      const [to, from, step, count] = code.parameters;
      const { lanes, size } = arithmetic;
      const at = Array.from({ length: used }, () => code.local("i32"));
      for (const [i, local] of at.entries()) {
        assign(code, local, i === 0 ? from : sum(at[i - 1], step));
      }
      const advance = (bytes: number) => {
        for (const local of at) {
          assign(code, local, sum(local, bytes));
        }
      };
      if (side === "left") {
        // Their ends may be followed by anything.
        return each(code, 0, count, lanes, () => {
          for (const [i, local] of at.entries()) {
            code.get(to);
            code.get(local);
            arithmetic.load(code);
            arithmetic.store(code, i * 16);
          }
          advance(16);
          assign(code, to, sum(to, width * 16));
        });
      }
      squares(code, arithmetic, count, () => {
        const rows = Array.from({ length: lanes }, () => code.local("v128"));
        let place = 0;
        for (; place + lanes <= used; place += lanes) {
          for (const [i, row] of rows.entries()) {
            code.get(at[place + i]);
            arithmetic.load(code);
            code.set(row);
          }
          arithmetic.transpose(code, rows, (column, value) => {
            code.get(to);
            code.get(value);
            arithmetic.store(code, (column * width + place) * size);
          });
        }
        for (; place < used; place++) {
          for (let lane = 0; lane < lanes; lane++) {
            copyElement(code, size, to, (lane * width + place) * size, at[place], lane * size);
          }
        }
        advance(16);
        assign(code, to, sum(to, width * 16));
        code.release(...rows);
      }, () => {
        for (const [place, local] of at.entries()) {
          copyElement(code, size, to, place * size, local, 0);
        }
        advance(size);
        assign(code, to, sum(to, width * size));
      });
    }));
}

/** A loop over the summed places a vector at a time, and then one by one. */
function squares(
  code: Code,
  { lanes }: Arithmetic,
  count: Local,
  whole: () => void,
  single: () => void,
): void {
  const end = code.local("i32");
  code.get(count);
  code.i32(-lanes);
  code.op("i32.and");
  code.set(end);
  each(code, 0, end, lanes, whole);
  each(code, end, count, 1, single);
  code.release(end);
}

function copyElement(
  code: Code,
  size: number,
  to: Local,
  toOffset: number,
  from: Local,
  fromOffset: number,
): void {
  const [load, store] = size === 4
    ? ["i32.load", "i32.store"] as const
    : ["i64.load", "i64.store"] as const;
  code.get(to);
  code.get(from);
  code.access(load, fromOffset);
  code.access(store, toOffset);
}
