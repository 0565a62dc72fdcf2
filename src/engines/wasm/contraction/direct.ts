/**
 * Products with few rows whose right operand is a view of overlapping windows, as in convolutions of
 * each channel on its own: vectors are read from where they lie, and nothing is copied.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import {
  assign,
  difference,
  type Digits,
  each,
  eachRun,
  held,
  type Index,
  least,
  offsetAt,
  push,
  quotient,
  sum,
  times,
} from "../assembler/index.ts";
import { loadApart, type Loop, mover, nested } from "./lines.ts";
import type { Operand, Problem } from "./problem.ts";
import { eachShare } from "./share.ts";

/** How many rows are computed together. */
const rowsTogether = 4;

/** From so many summed places on, copies of panels pay off where there are more rows. */
const mostSummed = 64;

/** How many vectors of results stay in registers beside the factors of as many rows. */
const heldFor = (rows: number) => rows <= 2 ? 12 : rows === 3 ? 9 : 8;

/** How many lines of columns are computed together at most, so that short ones fill registers. */
const mostLines = 4;

/** How many summed places are written out at most. */
const mostWritten = 12;

/** How many places are summed up before the sum is added to the result. */
const summedAtOnce = 256;

/** The most places: so many sums are added to a result. */
const longest = 256 * summedAtOnce;

/** Whether there are few rows or sums are short, and columns in lines that vectors are read from. */
export function isDirect(
  { arithmetic: { lanes }, m, k, a, b: { free, summed } }: Problem,
): boolean {
  const [line, step] = [free.sizes.at(-1) ?? 1, free.strides.at(-1)];
  const flat = free.sizes.length < 2 && summed.sizes.length < 2;
  return !flat && k >= 1 && k <= longest && (step === 1 || step === 2) &&
    (m <= rowsTogether
      ? line >= lanes
      : step === 1 && k <= mostSummed && line >= 4 * lanes && a.free.sizes.length < 2);
}

/** The lines that columns lie in. */
function linesOf({ free: { sizes, strides } }: Operand): {
  readonly line: number;
  readonly step: number;
  readonly outer: Digits;
} {
  const outer = { sizes: sizes.slice(0, -1), strides: strides.slice(0, -1) };
  return { line: sizes.at(-1)!, step: strides.at(-1)!, outer };
}

/** How a product is cut into tiles. */
interface Cut {
  /** Groups of rows: `big` of them have as many as `rows`, and the others one less. */
  readonly groups: number;
  readonly rows: number;
  readonly big: number;
  /** Vectors of a line that are computed together, and how many lines. */
  readonly width: number;
  readonly lines: number;
}

function cutOf({ arithmetic: { lanes }, m, n, b }: Problem): Cut {
  const groups = Math.ceil(m / rowsTogether);
  const rows = Math.ceil(m / groups);
  const big = m - (rows - 1) * groups;
  const { line } = linesOf(b);
  const vectors = Math.ceil(line / lanes);
  const most = heldFor(rows);
  const width = Math.ceil(vectors / Math.ceil(vectors * rows / most));
  const fitting = groups > 1 ? 1 : Math.floor(most / (rows * width));
  const lines = Math.max(1, Math.min(fitting, mostLines, n / line));
  return { groups, rows, big, width, lines };
}

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function directFunction(functions: Functions, problem: Problem, name: string): Callee {
  const { arithmetic: { lanes, size }, batch, m, n, a, b, out } = problem;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  const { line, step, outer } = linesOf(b);
  const { groups, rows, big, width, lines } = cutOf(problem);
  const [across, down] = [(a.free.strides[0] ?? 0) * size, (outer.strides.at(-1) ?? 0) * size];
  // A share begins and ends with a whole vector of the result.
  const unit = line % lanes === 0 ? lines : lines * lanes;
  const count = n / line;
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    eachShare(code, batch, Math.ceil(count / unit), (own, from, to) => {
      const base = ({ address, batch: digits }: Operand) =>
        held(code, sum(address, times(offsetAt(own, digits), size)));
      const [left, right] = [base(a), base(b)];
      const first = held(code, times(from, unit));
      const last = held(code, least(count, times(to, unit)));
      const all = held(code, difference(last, first));
      const target = held(code, sum(out, times(own, m * n * size), times(first, line * size)));
      const [start, result] = [code.local("i32"), code.local("i32")];

      /** Lines from `start` on: so many times some. */
      const compute = (count: Index, lines: number) => {
        const piece = (column: Local | number, vectors: number, last: number) => {
          const call = (rows: number, row: number, count: Index) => {
            const tile = { rows, lines, vectors, last };
            push(code, sum(left, row * across));
            push(code, sum(start, times(column, step * size)));
            push(code, sum(result, times(column, size), row * n * size));
            push(code, count);
            code.call(tileFunction(functions, problem, name, tile));
          };
          if (groups === 1) return call(rows, 0, count);
          call(rows, 0, big);
          if (big < groups) call(rows - 1, big * rows, groups - big);
        };
        // All pieces of a line are as wide but for the last one, which may end within a vector.
        const whole = line - line % (width * lanes);
        if (whole > 0) each(code, 0, whole, width * lanes, (at) => piece(at, width, lanes));
        if (whole === line) return;
        const vectors = Math.ceil((line - whole) / lanes);
        piece(whole, vectors, line - whole - (vectors - 1) * lanes);
      };
      const advance = (count: Index) => {
        assign(code, start, sum(start, times(count, down)));
        assign(code, result, sum(result, times(count, line * size)));
      };

      eachRun(code, outer, first, all, (before, length, offset) => {
        assign(code, start, sum(right, times(offset, size)));
        assign(code, result, sum(target, times(before, line * size)));
        if (groups > 1) {
          return each(code, 0, length, 1, () => {
            compute(1, 1);
            advance(1);
          });
        }
        const blocks = held(code, quotient(length, lines));
        compute(blocks, lines);
        if (lines > 1) {
          advance(times(blocks, lines));
          compute(difference(length, times(blocks, lines)), 1);
        }
        code.release(blocks);
      });
      if (finish !== undefined) {
        push(code, times(own, m));
        push(code, sum(times(own, m), m));
        push(code, times(first, line));
        push(code, times(last, line));
        code.call(finish);
      }
      code.release(left, right, first, last, all, target, start, result);
    });
  });
}

/** Vectors of results: of so many rows and lines, and in the last of each so many lanes. */
interface Tile {
  readonly rows: number;
  readonly lines: number;
  readonly vectors: number;
  readonly last: number;
}

/** Summed axes: those that loops go over, from the outermost one, and what is written out. */
interface Sums {
  /** The offset of each row of the left operand, and of each line of the right one. */
  readonly rows: readonly number[];
  readonly lines: readonly number[];
  readonly loops: readonly Loop[];
  /** The offsets of the places that are written out, in both operands, and from the first one. */
  readonly written: readonly (readonly [number, number])[];
  /** How far the lowest of these places lies from the pointers. */
  readonly start: readonly [number, number];
}

function sumsOf({ a, b }: Problem, tile: Tile): Sums {
  const down = linesOf(b).outer.strides.at(-1) ?? 0;
  const rows = Array.from({ length: tile.rows }, (_, i) => offsetAt(i, a.free) as number);
  const lines = Array.from({ length: tile.lines }, (_, i) => i * down);
  const axes = a.summed.sizes.map((size, i) => ({
    size,
    steps: [a.summed.strides[i], b.summed.strides[i]] as [number, number],
  }));
  const written: typeof axes = [];
  for (let places = 1; axes.length > 0;) {
    const { size, steps } = axes.at(-1)!;
    let part = Math.min(size, Math.floor(mostWritten / places));
    if (part < size) {
      if (written.length > 0) break;
      while (size % part !== 0) part--;
    }
    axes.pop();
    written.unshift({ size: part, steps });
    places *= part;
    if (part === size) continue;
    axes.push({ size: size / part, steps: [steps[0] * part, steps[1] * part] });
    break;
  }
  const lowest = (side: 0 | 1) =>
    written.reduce((sum, { size, steps }) => sum + Math.min(steps[side], 0) * (size - 1), 0);
  const start: [number, number] = [
    lowest(0) + Math.min(...rows),
    lowest(1) + Math.min(...lines),
  ];
  const offsets = written.reduce<[number, number][]>(
    (found, { size, steps }) =>
      found.flatMap(([x, y]) =>
        Array.from(
          { length: size },
          (_, i): [number, number] => [x + i * steps[0], y + i * steps[1]],
        )
      ),
    [[0 - start[0], 0 - start[1]]],
  );
  return { rows, lines, loops: axes, written: offsets, start };
}

/**
 * A function that computes so many tiles: of the left operand's address, the right one's, the
 * result's, and the number. They lie below each other: the next rows, or the next lines where there is
 * only one group of rows.
 */
function tileFunction(functions: Functions, problem: Problem, name: string, tile: Tile): Callee {
  const { arithmetic: { size }, m, n, a, b } = problem;
  const { line, outer } = linesOf(b);
  const { rows, lines, vectors, last } = tile;
  const byRows = m > rowsTogether;
  return functions.get(
    `${name}_${rows}_${lines}x${vectors}_${last}`,
    (module, name) =>
      module.function(name, Array(4).fill("i32"), [], (code) => {
        const [left, right, result, count] = code.parameters;
        const move = mover(code, size, [[left], [right]]);
        each(code, 0, count, 1, () => {
          writeTile(code, problem, tile, { left, right, result });
          if (byRows) move([a.free.strides[0], 0], rows);
          else move([0, outer.strides.at(-1) ?? 0], lines);
          assign(code, result, sum(result, (byRows ? rows * n : lines * line) * size));
        });
      }),
  );
}

/** Writes the sums of a tile. */
function writeTile(
  code: Code,
  problem: Problem,
  tile: Tile,
  { left, right, result }: {
    readonly left: Local;
    readonly right: Local;
    readonly result: Local;
  },
): void {
  const { arithmetic, n, k, b } = problem;
  const { lanes, size } = arithmetic;
  const { rows, lines, loops, written, start } = sumsOf(problem, tile);
  const { line, step } = linesOf(b);
  const vectors = (count: number) => Array.from({ length: count }, () => code.local("v128"));
  const sums = rows.map(() => lines.map(() => vectors(tile.vectors)));
  const factors = vectors(tile.rows);
  const [value] = vectors(1);
  const move = mover(code, size, [[left], [right]]);
  const clear = () => {
    for (const local of sums.flat(2)) {
      code.v128(new Uint8Array(16));
      code.set(local);
    }
  };
  const lanesOf = (vector: number) => vector === tile.vectors - 1 ? tile.last : lanes;
  const add = () => {
    for (const [x, y] of written) {
      for (const [i, factor] of factors.entries()) {
        code.get(left);
        code.access(arithmetic.splat, (x + rows[i]) * size);
        code.set(factor);
      }
      for (const [r, offsetOfLine] of lines.entries()) {
        for (let v = 0; v < tile.vectors; v++) {
          const offset = (y + offsetOfLine + v * lanes * step) * size;
          loadApart(code, arithmetic, right, offset, step, lanesOf(v));
          code.set(value);
          for (const [i, factor] of factors.entries()) {
            arithmetic.multiplyAdd(
              code,
              sums[i][r][v],
              () => code.get(factor),
              () => code.get(value),
            );
          }
        }
      }
    }
  };
  const store = (more: Local | undefined) => {
    for (let i = 0; i < tile.rows; i++) {
      for (let r = 0; r < tile.lines; r++) {
        for (let v = 0; v < tile.vectors; v++) {
          const offset = (i * n + r * line + v * lanes) * size;
          const own = sums[i][r][v];
          if (more !== undefined) {
            code.get(more);
            code.if(() => {
              code.get(result);
              arithmetic.load(code, offset);
              code.get(own);
              arithmetic.add(code);
              code.set(own);
            });
          }
          arithmetic.storeFirst(code, () => code.get(result), own, lanesOf(v), offset);
        }
      }
    }
  };
  move(start, 1);
  if (k <= summedAtOnce) {
    clear();
    nested(code, loops, move, add);
    store(undefined);
  } else {
    const more = held(code, 0);
    const inner = loops.at(-1)!;
    const together = Math.max(1, Math.floor(summedAtOnce / written.length));
    nested(code, loops.slice(0, -1), move, () => {
      each(code, 0, inner.size, together, (at) => {
        const end = held(code, least(sum(at, together), inner.size));
        clear();
        each(code, at, end, 1, () => {
          add();
          move(inner.steps, 1);
        });
        store(more);
        assign(code, more, 1);
        code.release(end);
      });
      move(inner.steps, -inner.size);
    });
    code.release(more);
  }
  move(start, -1);
  code.release(value, ...factors, ...sums.flat(2));
}
