/**
 * A vector times a matrix whose summed places lie side by side in memory: dot products.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import {
  assign,
  each,
  held,
  type Index,
  least,
  offsetAt,
  push,
  sum,
  times,
} from "../assembler/index.ts";
import { packPanel } from "./pack.ts";
import type { Operand, Problem } from "./problem.ts";
import { eachShare } from "./share.ts";

/** How many vectors each sum takes in before it is added to the next level's, which do the same. */
const block = 128;

/** How many levels of sums there are above the innermost: enough for all that memory holds. */
const sumLevels = 3;

/** The longest vector of which a copy is made. */
const longestCopy = 65536;

/** Whether the summed places of the right operand lie side by side, and there is one row. */
export function isDots({ m, k, a, b, arithmetic: { lanes } }: Problem): boolean {
  const along = b.summed.sizes.length < 2 && b.summed.strides[0] === 1;
  return m === 1 && along && b.free.sizes.length < 2 && k >= 2 * lanes &&
    (straight(a) || k <= longestCopy);
}

/** The bytes that a thread needs for a copy of the left operand. */
export function dotsBytes({ a, k, arithmetic: { size } }: Problem): number {
  return straight(a) ? 0 : Math.ceil(k * size / 64) * 64;
}

function straight({ summed }: Operand): boolean {
  return summed.sizes.length < 2 && summed.strides[0] === 1;
}

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function dotsFunction(
  functions: Functions,
  problem: Problem,
  scratch: number,
  name: string,
): Callee {
  const { arithmetic, a, b, k, n, out, batch } = problem;
  const { lanes, size } = arithmetic;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  const whole = Math.floor(n / lanes);
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    const [thread] = code.parameters;
    eachShare(code, batch, Math.ceil(n / lanes), (own, from, to) => {
      const base = (operand: Operand) =>
        held(code, sum(operand.address, times(offsetAt(own, operand.batch), size)));
      const [left, right] = [base(a), base(b)];
      if (!straight(a)) {
        const copy = held(code, sum(scratch, times(thread, dotsBytes(problem))));
        const at = held(code, 0);
        const panel = { width: 1, used: 1 };
        const place = { to: copy, base: left, at, start: 0, count: k };
        packPanel(code, functions, arithmetic, panel, a, place);
        assign(code, left, copy);
        code.release(copy, at);
      }
      const column = (b.free.strides[0] ?? 0) * size;
      const call = (together: number, first: Index, groups: Index) => {
        push(code, left);
        push(code, sum(right, times(first, column)));
        push(code, column);
        push(code, sum(out, times(own, n * size), times(first, size)));
        push(code, groups);
        push(code, k);
        code.call(sumFunction(functions, arithmetic, together));
      };
      if (whole > 0) {
        const groups: Index = (c) => {
          push(c, least(to, whole));
          push(c, from);
          c.op("i32.sub");
        };
        call(lanes, times(from, lanes), groups);
      }
      if (n % lanes > 0) {
        code.get(to);
        code.i32(whole);
        code.op("i32.gt_s");
        code.if(() => call(1, whole * lanes, n % lanes));
      }
      if (finish !== undefined) {
        push(code, own);
        push(code, sum(own, 1));
        push(code, times(from, lanes));
        push(code, least(n, times(to, lanes)));
        code.call(finish);
      }
      code.release(left, right);
    });
  });
}

/**
 * A function that computes groups of dot products of a vector with columns, `together` at a time, as
 * many as there are lanes, or one.
 */
function sumFunction(functions: Functions, arithmetic: Arithmetic, together: number): Callee {
  const { lanes, size, key } = arithmetic;
  const unrolled = together === 1 ? 8 : 8 / together;
  return functions.get(
    `dots_${key}_${together}`,
    (module, name) =>
      module.function(name, Array(6).fill("i32"), [], (code) => {
        const [a, b, column, c, groups, k] = code.parameters;
        const vectors = (count: number) => Array.from({ length: count }, () => code.local("v128"));
        const sums = Array.from({ length: together }, () => vectors(unrolled));
        const levels = Array.from({ length: sumLevels }, () => vectors(together));
        const total = levels[sumLevels - 1];
        const factor = code.local("v128");
        const at = code.local("i32");
        const pointers = Array.from({ length: together }, () => code.local("i32"));
        const [left, steps, blocks] = ["i32", "i32", "i32"].map(() => code.local("i32"));

        const clear = (locals: readonly Local[]) => {
          for (const local of locals) {
            code.v128(new Uint8Array(16));
            code.set(local);
          }
        };
        const addTo = (target: Local, ...sources: readonly Local[]) => {
          code.get(target);
          for (const source of sources) {
            code.get(source);
            arithmetic.add(code);
          }
          code.set(target);
        };
        const advance = (bytes: number) => {
          for (const pointer of [at, ...pointers]) assign(code, pointer, sum(pointer, bytes));
        };
        const multiply = (load: (offset: number) => void, bytes: number, times: number) => {
          for (let step = 0; step < times; step++) {
            code.get(at);
            load(step * bytes);
            code.set(factor);
            for (const [j, pointer] of pointers.entries()) {
              arithmetic.multiplyAdd(code, sums[j][step], () => code.get(factor), () => {
                code.get(pointer);
                load(step * bytes);
              });
            }
          }
          advance(times * bytes);
        };
        const whole = (offset: number) => arithmetic.load(code, offset);
        const single = (offset: number) =>
          code.access(size === 4 ? "v128.load32_zero" : "v128.load64_zero", offset);
        // Sums that are complete go into those of the next level.
        const fold = () => {
          for (const [j, own] of sums.entries()) {
            let count = unrolled;
            for (; count > 1; count /= 2) {
              for (let i = 0; i < count / 2; i++) addTo(own[i], own[i + count / 2]);
            }
            addTo(levels[0][j], own[0]);
          }
        };
        const foldLevel = (level: number) => {
          for (const [j, own] of levels[level + 1].entries()) addTo(own, levels[level][j]);
        };
        // After so many blocks a level has taken in as many sums as it should.
        const foldLevels = (level: number) => {
          if (level + 1 === sumLevels) return;
          code.get(blocks);
          code.i32(block ** (level + 1) - 1);
          code.op("i32.and", "i32.eqz");
          code.if(() => {
            foldLevel(level);
            clear(levels[level]);
            foldLevels(level + 1);
          });
        };

        each(code, 0, groups, 1, () => {
          assign(code, at, a);
          for (const [j, pointer] of pointers.entries()) {
            assign(code, pointer, j === 0 ? b : sum(pointers[j - 1], column));
          }
          clear(levels.flat());
          const bySteps = unrolled * lanes;
          code.get(k);
          code.i32(Math.log2(bySteps));
          code.op("i32.shr_u");
          code.set(left);
          code.i32(0);
          code.set(blocks);
          code.loop((again) => {
            clear(sums.flat());
            assign(code, steps, least(left, block));
            each(code, 0, steps, 1, () => multiply(whole, 16, unrolled));
            fold();
            assign(code, blocks, sum(blocks, 1));
            foldLevels(0);
            code.get(left);
            code.get(steps);
            code.op("i32.sub");
            code.tee(left);
            code.brIf(again);
          });
          clear(sums.flat());
          // What is less than a step: vectors, and then elements.
          const rest = (bits: number, shift: number): Index => (c) => {
            c.get(k);
            c.i32(bits);
            c.op("i32.and");
            c.i32(shift);
            c.op("i32.shr_u");
          };
          const vectorsLeft = rest(bySteps - lanes, Math.log2(lanes));
          if (unrolled > 1) each(code, 0, vectorsLeft, 1, () => multiply(whole, 16, 1));
          each(code, 0, rest(lanes - 1, 0), 1, () => multiply(single, size, 1));
          fold();
          for (let level = 0; level + 1 < sumLevels; level++) foldLevel(level);
          code.get(c);
          if (together === 1) {
            addAcross(code, arithmetic, total[0]);
            code.accessLane(arithmetic.storeLane, 0);
          } else {
            const parts = vectors(lanes);
            arithmetic.transpose(code, total, (i, value) => {
              code.get(value);
              code.set(parts[i]);
            });
            addTo(parts[0], parts[1]);
            if (lanes === 4) {
              addTo(parts[2], parts[3]);
              addTo(parts[0], parts[2]);
            }
            code.get(parts[0]);
            arithmetic.store(code);
            code.release(...parts);
          }
          assign(code, c, sum(c, together * size));
          // The pointers stand at the ends of columns.
          assign(code, b, (c_) => {
            c_.get(pointers[0]);
            c_.get(at);
            c_.get(a);
            c_.op("i32.sub", "i32.sub");
            for (let j = 0; j < together; j++) {
              c_.get(column);
              c_.op("i32.add");
            }
          });
        });
      }),
  );
}

/** Puts the sum of all lanes on the stack, in each of them. */
export function addAcross(code: Code, arithmetic: Arithmetic, vector: Local): void {
  for (let distance = 8; distance >= arithmetic.size; distance /= 2) {
    code.get(vector);
    code.get(vector);
    code.get(vector);
    code.shuffle(Array.from({ length: 16 }, (_, i) => (i + distance) % 16));
    arithmetic.add(code);
    code.set(vector);
  }
  code.get(vector);
}
