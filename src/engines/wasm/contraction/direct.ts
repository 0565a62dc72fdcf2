/**
 * Products with few rows whose right operand is a view of overlapping windows, as in convolutions of
 * each channel on its own: vectors are read from where they lie, and nothing is copied.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import { assign, type Digits, each, held, least, offsetAt, push, sum, times } from "./index.ts";
import { loadApart, type Loop, mover, nested } from "./lines.ts";
import { type Operand, type Problem } from "./problem.ts";
import { eachShare } from "./share.ts";

/** The most rows. */
const mostRows = 4;

/** How many vectors of results stay in registers beside the factors of as many rows. */
const heldFor = (rows: number) => rows <= 2 ? 12 : rows === 3 ? 9 : 8;

/** How many lines of columns are computed together at most, so that short ones fill registers. */
const mostLines = 4;

/** How many summed places are written out at most. */
const mostWritten = 49;

/** How many places are summed up before the sum is added to the result. */
const summedAtOnce = 256;

/** Whether there are few rows, and columns in lines that vectors can be read from. */
export function isDirect({ arithmetic: { lanes }, m, k, b: { free, summed } }: Problem): boolean {
  const [line, step] = [free.sizes.at(-1) ?? 1, free.strides.at(-1)];
  const flat = free.sizes.length < 2 && summed.sizes.length < 2;
  return m <= mostRows && k >= 1 && !flat && line >= lanes && (step === 1 || step === 2);
}

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function directFunction(functions: Functions, problem: Problem, name: string): Callee {
  const { arithmetic, batch, m, n, a, b, out } = problem;
  const { lanes, size } = arithmetic;
  const finish = finishFunction(functions, problem, `${name}_finish`);
  const line = b.free.sizes.at(-1)!;
  const count = n / line;
  const outer: Digits = {
    sizes: b.free.sizes.slice(0, -1),
    strides: b.free.strides.slice(0, -1),
  };
  const vectors = Math.ceil(line / lanes);
  const most = heldFor(m);
  const pieces = Math.ceil(vectors * m / most);
  const width = Math.ceil(vectors / pieces);
  const fitting = Math.floor(most / (m * width));
  const lines = fitting >= mostLines && count >= mostLines ? mostLines : fitting >= 2 ? 2 : 1;
  // A share begins and ends with a whole vector of the result.
  const unit = Math.max(lines, line % lanes === 0 ? 1 : line % 2 === 0 ? lanes / 2 : lanes);
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    const left = code.local("i32");
    const pointers = Array.from({ length: lines }, () => code.local("i32"));
    const result = code.local("i32");
    eachShare(code, batch, Math.ceil(count / unit), (own, from, to) => {
      const base = ({ address, batch: digits }: Operand) =>
        held(code, sum(address, times(offsetAt(own, digits), size)));
      const [leftBase, rightBase] = [base(a), base(b)];
      const [first, last] = [
        held(code, times(from, unit)),
        held(code, least(count, times(to, unit))),
      ];
      const target = held(code, sum(out, times(own, m * n * size)));
      const at = held(code, first);
      const some = (together: number) => {
        const starts = pointers.slice(0, together).map((_, i) => {
          const start = code.local("i32");
          const place = held(code, sum(at, i));
          assign(code, start, sum(rightBase, times(offsetAt(place, outer), size)));
          code.release(place);
          return start;
        });
        const tile = (column: Local | number, inVectors: number, kept: number) => {
          const tile = { lines: together, vectors: inVectors, last: kept };
          for (const [i, start] of starts.entries()) {
            assign(
              code,
              pointers[i],
              sum(start, times(column, b.free.strides.at(-1)! * size)),
            );
          }
          assign(code, left, leftBase);
          assign(code, result, sum(target, times(at, line * size), times(column, size)));
          writeTile(code, problem, tile, { left, right: pointers.slice(0, together), result });
        };
        // All pieces of a line are as wide but for the last one, which may end within a vector.
        const whole = Math.floor(line / (width * lanes));
        const rest = line - whole * width * lanes;
        if (whole > 0) {
          each(code, 0, whole * width * lanes, width * lanes, (c) => tile(c, width, lanes));
        }
        if (rest > 0) {
          const inVectors = Math.ceil(rest / lanes);
          tile(whole * width * lanes, inVectors, rest - (inVectors - 1) * lanes);
        }
        code.release(...starts);
        assign(code, at, sum(at, together));
      };
      const loop = (together: number) =>
        code.block((done) => {
          code.loop((again) => {
            push(code, sum(at, together));
            push(code, last);
            code.op("i32.gt_s");
            code.brIf(done);
            some(together);
            code.br(again);
          });
        });
      loop(lines);
      if (lines > 1) loop(1);
      if (finish !== undefined) {
        push(code, times(own, m));
        push(code, sum(times(own, m), m));
        push(code, times(first, line));
        push(code, times(last, line));
        code.call(finish);
      }
      code.release(leftBase, rightBase, first, last, target, at);
    });
    code.release(left, result, ...pointers);
  });
}

/** Vectors of results: of so many lines, and in the last of each so many lanes. */
interface Tile {
  readonly lines: number;
  readonly vectors: number;
  readonly last: number;
}

/** Where a tile's operands and its result begin. */
interface Pointers {
  readonly left: Local;
  readonly right: readonly Local[];
  readonly result: Local;
}

/** Summed axes: those that loops go over, from the outermost one, and what is written out. */
interface Sums {
  /** The offset of each row of the left operand. */
  readonly rows: readonly number[];
  readonly loops: readonly Loop[];
  /** The offsets of the places that are written out, in both operands, and from the first one. */
  readonly written: readonly (readonly [number, number])[];
  /** How far the lowest of these places lies from the pointers. */
  readonly start: readonly [number, number];
}

function sumsOf({ m, a, b }: Problem): Sums {
  const rows = Array.from({ length: m }, (_, i) => offsetAt(i, a.free) as number);
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
  const start: [number, number] = [lowest(0) + Math.min(...rows), lowest(1)];
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
  return { rows, loops: axes, written: offsets, start };
}

/** Writes the sums of a tile; moves the pointers. */
function writeTile(code: Code, problem: Problem, tile: Tile, pointers: Pointers): void {
  const { arithmetic, m, n, k, b } = problem;
  const { lanes, size } = arithmetic;
  const { left, right, result } = pointers;
  const { rows, loops, written, start } = sumsOf(problem);
  const line = b.free.sizes.at(-1)!;
  const step = b.free.strides.at(-1)!;
  const vectors = (count: number) => Array.from({ length: count }, () => code.local("v128"));
  const sums = Array.from({ length: m }, () => right.map(() => vectors(tile.vectors)));
  const factors = vectors(m);
  const [value] = vectors(1);
  const move = mover(code, size, [[left], right]);
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
      for (const [r, pointer] of right.entries()) {
        for (let v = 0; v < tile.vectors; v++) {
          const offset = (y + v * lanes * step) * size;
          loadApart(code, arithmetic, pointer, offset, step, lanesOf(v));
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
    for (let i = 0; i < m; i++) {
      for (const [r] of right.entries()) {
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
  code.release(value, ...factors, ...sums.flat(2));
}
