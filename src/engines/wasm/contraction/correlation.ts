/**
 * Products with few rows and columns whose summed places lie in lines: one line after the other is
 * multiplied with itself moved about, and nothing is copied.
 *
 * Sums have three levels, of which the lower two take in fewer than 256 vectors each.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import { addAcross } from "./dots.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import {
  assign,
  difference,
  each,
  held,
  type Index,
  least,
  offsetAt,
  push,
  sum,
  times,
} from "../assembler/index.ts";
import { loadApart, mover, nested } from "./lines.ts";
import type { Operand, Problem } from "./problem.ts";
import { eachShare } from "./share.ts";

/** The most rows, and the most columns. */
const [mostRows, mostColumns] = [3, 64];

/** How many columns are computed together with as many rows: whole vectors of results. */
const columnsFor = (rows: number) => rows === 1 ? 12 : 4;

/** After so many vectors, sums are added to those of the next level, which do the same. */
const block = 128;

/** Whether there are few results, and their summed places lie in long lines, but not all in one. */
export function isCorrelation({ arithmetic: { lanes }, m, n, a, b }: Problem): boolean {
  const [line, step] = [b.summed.sizes.at(-1) ?? 1, b.summed.strides.at(-1)];
  return m <= mostRows && n <= mostColumns && b.summed.sizes.length > 1 &&
    line >= lanes && line >= (b.free.sizes.at(-1) ?? 1) &&
    a.summed.strides.at(-1) === 1 && (step === 1 || step === 2);
}

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function correlationFunction(functions: Functions, problem: Problem, name: string): Callee {
  const { arithmetic: { size }, batch, m, n, a, b, out } = problem;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  const width = columnsFor(m);
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    eachShare(code, batch, Math.ceil(n / width), (own, from, to) => {
      const base = ({ address, batch: digits }: Operand) =>
        held(code, sum(address, times(offsetAt(own, digits), size)));
      const pointers = [base(a), base(b)] as const;
      const target = held(code, sum(out, times(own, m * n * size)));
      for (let column = 0; column < n; column += width) {
        const inShare: Index = (c) => {
          c.i32(column / width);
          c.get(from);
          c.op("i32.ge_s");
          c.i32(column / width);
          c.get(to);
          c.op("i32.lt_s", "i32.and");
        };
        push(code, inShare);
        code.if(() =>
          writeColumns(code, problem, column, Math.min(width, n - column), pointers, target)
        );
      }
      if (finish !== undefined) {
        push(code, times(own, m));
        push(code, sum(times(own, m), m));
        push(code, times(from, width));
        push(code, least(n, times(to, width)));
        code.call(finish);
      }
      code.release(...pointers, target);
    });
  });
}

/** Writes the sums of some columns, with all rows. */
function writeColumns(
  code: Code,
  { arithmetic, m, n, a, b }: Problem,
  first: number,
  count: number,
  pointers: readonly [Local, Local],
  target: Local,
): void {
  const { lanes, size } = arithmetic;
  const rows = Array.from({ length: m }, (_, i) => offsetAt(i, a.free) as number);
  const columns = Array.from({ length: count }, (_, j) => offsetAt(first + j, b.free) as number);
  const start = [Math.min(...rows), Math.min(...columns)] as const;
  const line = b.summed.sizes.at(-1)!;
  const step = b.summed.strides.at(-1)!;
  const rest = line % lanes;
  const loops = b.summed.sizes.slice(0, -1).map((size, i) => ({
    size,
    steps: [a.summed.strides[i], b.summed.strides[i]] as const,
  }));
  const vectors = (count: number) => Array.from({ length: count }, () => code.local("v128"));
  const [sums, middle, total] = [0, 1, 2].map(() => vectors(m * count));
  const factors = vectors(m);
  const [value, mask] = vectors(2);
  const move = mover(code, size, [[pointers[0]], [pointers[1]]]);
  const clear = (locals: readonly Local[]) => {
    for (const local of locals) {
      code.v128(new Uint8Array(16));
      code.set(local);
    }
  };
  const addTo = (targets: readonly Local[], sources: readonly Local[]) => {
    for (const [i, local] of targets.entries()) {
      code.get(local);
      code.get(sources[i]);
      arithmetic.add(code);
      code.set(local);
    }
    clear(sources);
  };
  const multiply = (load: (pointer: Local, offset: number, step: number) => void) => {
    for (const [i, factor] of factors.entries()) {
      load(pointers[0], (rows[i] - start[0]) * size, 1);
      code.set(factor);
    }
    for (const [j, column] of columns.entries()) {
      load(pointers[1], (column - start[1]) * size, step);
      code.set(value);
      for (const [i, factor] of factors.entries()) {
        arithmetic.multiplyAdd(
          code,
          sums[i * count + j],
          () => code.get(factor),
          () => code.get(value),
        );
      }
    }
  };
  const [since, folds] = [held(code, 0), held(code, 0)];
  /** Counts up, and does something every so often. */
  const after = (counter: Local, by: Index, body: () => void) => {
    assign(code, counter, sum(counter, by));
    code.get(counter);
    code.i32(block);
    code.op("i32.ge_s");
    code.if(() => {
      body();
      assign(code, counter, 0);
    });
  };
  // Behind the end of a line lies anything.
  code.v128(Uint8Array.from({ length: 16 }, (_, i) => i < rest * size ? 255 : 0));
  code.set(mask);
  clear([...sums, ...middle, ...total]);
  move(start, 1);
  nested(code, loops, move, () => {
    const whole = Math.floor(line / lanes);
    each(code, 0, whole, block, (at) => {
      const some = held(code, least(block, difference(whole, at)));
      each(code, 0, some, 1, () => {
        multiply((pointer, offset, step) =>
          loadApart(code, arithmetic, pointer, offset, step, lanes)
        );
        move([lanes, lanes * step], 1);
      });
      after(since, some, () => {
        addTo(middle, sums);
        after(folds, 1, () => addTo(total, middle));
      });
      code.release(some);
    });
    if (rest > 0) {
      multiply((pointer, offset, step) => {
        loadApart(code, arithmetic, pointer, offset, step, rest);
        code.get(mask);
        code.op("v128.and");
      });
    }
    move([lanes, lanes * step], -whole);
  });
  move(start, -1);
  addTo(middle, sums);
  addTo(total, middle);
  for (const [i, sum] of total.entries()) {
    const [row, column] = [Math.floor(i / count), i % count];
    code.get(target);
    addAcross(code, arithmetic, sum);
    code.accessLane(arithmetic.storeLane, 0, (row * n + first + column) * size);
  }
  code.release(since, folds, value, mask, ...factors, ...sums, ...middle, ...total);
}
