/**
 * Matrix products by blocks: parts of the operands are copied to where the tile functions read them
 * fastest, unless they lie well already.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import { finishFunction } from "./finish.ts";
import type { Functions } from "./functions.ts";
import {
  assign,
  difference,
  each,
  held,
  type Index,
  least,
  most,
  offsetAt,
  push,
  sum,
  times,
} from "../assembler/index.ts";
import { packPanel, type Panel } from "./pack.ts";
import type { Operand, Problem } from "./problem.ts";
import { eachShare } from "./share.ts";
import { callTile, tileFunction } from "./tile.ts";

/** The rows of a tile. */
const mostRows = 5;

/** The columns of tiles with as many rows, in vectors: what fits into 16 registers. */
const vectorsOf = (rows: number) => rows === 1 ? 8 : rows === 2 ? 4 : rows === 3 ? 3 : 2;

/** How many places are summed up before the sum is added to the result. */
const summedAtOnce = 256;

/** How many rows of the left operand stay in the second-level cache, and panels of the right one. */
const [rowsAtOnce, panelsAtOnce] = [120, 64];

/** How a product is cut into blocks. */
interface Blocks {
  /** Tiles of rows: `big` of them have one row more than `rows`. */
  readonly tiles: number;
  readonly rows: number;
  readonly big: number;
  readonly panels: number;
  /** Columns of a panel, and of the last one. */
  readonly width: number;
  readonly lastWidth: number;
  /** Places summed at once. */
  readonly depth: number;
  readonly packLeft: boolean;
  readonly packRight: boolean;
  /** What threads share out: tiles of rows, or panels of columns. */
  readonly split: "rows" | "columns";
  /** Bytes for the copies of the left and of the right operand. */
  readonly leftBytes: number;
  readonly rightBytes: number;
}

/** Decides how a product is cut. */
function blocksOf({ arithmetic, m, n, k, a, b }: Problem): Blocks {
  const { lanes, size } = arithmetic;
  const width = vectorsOf(m) * lanes;
  const tiles = Math.ceil(m / mostRows);
  const rows = Math.floor(m / Math.max(tiles, 1));
  const panels = Math.ceil(n / width);
  const times = Math.max(1, Math.ceil(k / summedAtOnce));
  const depth = Math.ceil(k / times / lanes) * lanes;
  const flat = ({ free, summed }: Operand) => free.sizes.length < 2 && summed.sizes.length < 2;
  const packLeft = !flat(a) ||
    (k > 1 && a.summed.strides[0] !== 1 && m > 1 && a.free.strides[0] !== 1) ||
    (m * k * size > 65536 && panels > 2);
  const packRight = !flat(b) || (n > 1 && b.free.strides[0] !== 1) ||
    (k * n * size > 16384 && tiles > 2);
  const round = (bytes: number) => Math.ceil(bytes / 64) * 64;
  return {
    tiles,
    rows,
    big: tiles === 0 ? 0 : m % tiles,
    panels,
    width,
    lastWidth: n - (panels - 1) * width,
    depth,
    packLeft,
    packRight,
    split: tiles >= panels ? "rows" : "columns",
    leftBytes: packLeft ? round(Math.min(m, rowsAtOnce + mostRows) * depth * size) : 0,
    rightBytes: packRight ? round(Math.min(panels, panelsAtOnce) * width * depth * size) : 0,
  };
}

/** The bytes that a thread needs for copies. */
export function blocksBytes(problem: Problem): number {
  const { leftBytes, rightBytes } = blocksOf(problem);
  return leftBytes + rightBytes;
}

/** Writes a function `(thread, threads)` that computes a thread's share; gives it. */
export function blockedFunction(
  functions: Functions,
  problem: Problem,
  scratch: number,
  name: string,
): Callee {
  const blocks = blocksOf(problem);
  const finish = finishFunction(functions, problem, `${name}_finish`);
  return functions.module.function(name, ["i32", "i32"], [], (code) => {
    const [thread] = code.parameters;
    const { leftBytes, rightBytes, split } = blocks;
    const left = held(code, sum(scratch, times(thread, leftBytes + rightBytes)));
    const right = held(code, sum(left, leftBytes));
    const shared = split === "rows" ? blocks.tiles : blocks.panels;
    const writer = new Writer(code, functions, problem, blocks, { left, right, finish });
    eachShare(code, problem.batch, shared, (batch, from, to) => {
      writer.part(
        batch,
        split === "rows" ? [from, to] : [0, blocks.tiles],
        split === "columns" ? [from, to] : [0, blocks.panels],
      );
    });
  });
}

type Range = readonly [from: number | Local, to: number | Local];

/** Writes the loops over blocks. */
class Writer {
  readonly #code: Code;
  readonly #functions: Functions;
  readonly #problem: Problem;
  readonly #blocks: Blocks;
  readonly #left: Local;
  readonly #right: Local;
  readonly #finish: Callee | undefined;

  constructor(
    code: Code,
    functions: Functions,
    problem: Problem,
    blocks: Blocks,
    { left, right, finish }: { left: Local; right: Local; finish: Callee | undefined },
  ) {
    this.#code = code;
    this.#functions = functions;
    this.#problem = problem;
    this.#blocks = blocks;
    this.#left = left;
    this.#right = right;
    this.#finish = finish;
  }

  /** Some tiles of rows, and some panels, of one batch. */
  part(batch: Local, tiles: Range, panels: Range): void {
    const code = this.#code;
    const { a, b, k, m, n, out, arithmetic: { size } } = this.#problem;
    const { depth } = this.#blocks;
    const base = ({ address, batch: digits }: Operand) =>
      held(code, sum(address, times(offsetAt(batch, digits), size)));
    const [aBase, bBase] = [base(a), base(b)];
    const result = held(code, sum(out, times(batch, m * n * size)));
    eachBlock(code, panels, panelsAtOnce, (panelFrom, panelTo) => {
      // Without anything to sum up there is one block, with zeros.
      eachBlock(code, [0, Math.max(k, 1)], Math.max(depth, 1), (start, end) => {
        const count = k === 0 ? 0 : value(difference(end, start), code);
        if (this.#blocks.packRight) this.#packRight(bBase, panelFrom, panelTo, start, count);
        eachBlock(code, tiles, Math.floor(rowsAtOnce / mostRows), (tileFrom, tileTo) => {
          if (this.#blocks.packLeft) this.#packLeft(aBase, tileFrom, tileTo, start, count);
          this.#multiply(
            aBase,
            bBase,
            result,
            [tileFrom, tileTo],
            [panelFrom, panelTo],
            start,
            count,
          );
          this.#finishBlock(batch, [tileFrom, tileTo], [panelFrom, panelTo], end);
        });
        if (typeof count === "object") code.release(count);
      });
    });
    code.release(aBase, bBase, result);
  }

  /** The first row of a tile. */
  #row(tile: number | Local): Index {
    const { rows, big } = this.#blocks;
    return sum(times(tile, rows), big === 0 ? 0 : least(tile, big));
  }

  #packRight(
    base: Local,
    from: number | Local,
    to: number | Local,
    start: number | Local,
    count: number | Local,
  ): void {
    const { b, arithmetic } = this.#problem;
    const { width } = this.#blocks;
    const code = this.#code;
    const target = held(code, this.#right);
    this.#eachWidth(from, to, (first, last, used) => {
      each(code, first, last, 1, (panel) => {
        const at = held(code, times(panel, width));
        packPanel(code, this.#functions, arithmetic, this.#panel(used), b, {
          to: target,
          base,
          at,
          start,
          count,
        });
        assign(code, target, sum(target, width * this.#blocks.depth * arithmetic.size));
        code.release(at);
      });
    });
    code.release(target);
  }

  #panel(used: number): Panel {
    const { lanes } = this.#problem.arithmetic;
    return { used, width: Math.ceil(used / lanes) * lanes };
  }

  /** The panels between two that have all columns, and the last one if it has fewer. */
  #eachWidth(
    from: number | Local,
    to: number | Local,
    body: (from: Index, to: Index, used: number) => void,
  ): void {
    const { panels, width, lastWidth } = this.#blocks;
    if (lastWidth === width) return body(from, to, width);
    const full = panels - 1;
    if (full > 0) body(from, least(to, full), width);
    body(most(from, full), to, lastWidth);
  }

  /** The tiles between two by their height: where they begin and end. */
  #eachHeight(
    [from, to]: Range,
    body: (from: Index, to: Index, rows: number) => void,
  ): void {
    const { rows, big, tiles } = this.#blocks;
    if (big > 0) body(from, least(to, big), rows + 1);
    if (big < tiles) body(most(from, big), to, rows);
  }

  #packLeft(
    base: Local,
    from: number | Local,
    to: number | Local,
    start: number | Local,
    count: number | Local,
  ): void {
    const { a, arithmetic } = this.#problem;
    const code = this.#code;
    const target = held(code, this.#left);
    this.#eachHeight([from, to], (first, last, rows) => {
      each(code, first, last, 1, (tile) => {
        const at = held(code, this.#row(tile));
        packPanel(code, this.#functions, arithmetic, { width: rows, used: rows }, a, {
          to: target,
          base,
          at,
          start,
          count,
        });
        assign(code, target, sum(target, rows * this.#blocks.depth * arithmetic.size));
        code.release(at);
      });
    });
    code.release(target);
  }

  #multiply(
    aBase: Local,
    bBase: Local,
    result: Local,
    tiles: Range,
    panels: Range,
    start: number | Local,
    count: number | Local,
  ): void {
    const code = this.#code;
    const { a, b, n, k, arithmetic } = this.#problem;
    const { lanes, size } = arithmetic;
    const { packLeft, packRight, depth, width } = this.#blocks;
    const aRow = (a.free.strides[0] ?? 0) * size;
    const aColumn = (a.summed.strides[0] ?? 0) * size;
    const sideBySide = packLeft || (aColumn !== size && k > 1) ? "rows" : "summed";
    const bStep = (b.summed.strides[0] ?? 0) * size;
    this.#eachHeight(tiles, (first, last, rows) => {
      const [tile, count_] = [held(code, first), code.local("i32")];
      assign(code, count_, most(0, difference(last, tile)));
      const row = held(code, this.#row(tile));
      const before = difference(row, this.#row(tiles[0]));
      const left = held(
        code,
        packLeft
          ? sum(this.#left, times(before, depth * size))
          : sum(aBase, times(row, aRow), times(start, aColumn)),
      );
      this.#eachWidth(...panels, (from, to, used) => {
        const inVectors = Math.ceil(used / lanes);
        const callee = tileFunction(this.#functions, arithmetic, {
          rows,
          vectors: inVectors,
          last: used - (inVectors - 1) * lanes,
          left: sideBySide,
        });
        each(code, from, to, 1, (panel) => {
          callTile(code, callee, {
            a: left,
            aTile: rows * (packLeft ? depth * size : aRow),
            aStep: packLeft ? rows * size : sideBySide === "rows" ? aColumn : aRow,
            b: packRight
              ? sum(this.#right, times(difference(panel, panels[0]), width * depth * size))
              : sum(bBase, times(start, bStep), times(panel, width * size)),
            bStep: packRight ? inVectors * 16 : bStep,
            c: sum(result, times(row, n * size), times(panel, width * size)),
            cRow: n * size,
            tiles: count_,
            k: count,
            accumulate: typeof start === "number" ? Number(start > 0) : (c) => {
              c.get(start);
              c.i32(0);
              c.op("i32.ne");
            },
          });
        });
      });
      code.release(tile, count_, row, left);
    });
  }

  /** Elementwise work, once everything is summed up. */
  #finishBlock(batch: Local, tiles: Range, panels: Range, end: number | Local): void {
    const finish = this.#finish;
    if (finish === undefined) return;
    const code = this.#code;
    const { n, k, m } = this.#problem;
    const call = () => {
      const first = times(batch, m);
      push(code, sum(first, this.#row(tiles[0])));
      push(code, sum(first, this.#row(tiles[1])));
      push(code, times(panels[0], this.#blocks.width));
      push(code, least(n, times(panels[1], this.#blocks.width)));
      code.call(finish);
    };
    if (typeof end === "number") return end >= k ? call() : undefined;
    code.get(end);
    code.i32(k);
    code.op("i32.ge_s");
    code.if(call);
  }
}

/** A loop over ranges of at most `size`. */
function eachBlock(
  code: Code,
  [from, to]: Range,
  size: number,
  body: (from: number | Local, to: number | Local) => void,
): void {
  if (typeof from === "number" && typeof to === "number" && to - from <= size) {
    if (from < to) body(from, to);
    return;
  }
  each(code, from, to, size, (start) => {
    const end = held(code, least(sum(start, size), to));
    body(start, end);
    code.release(end);
  });
}

/** A number that is known, or a variable with it. */
function value(x: Index, code: Code): number | Local {
  return typeof x === "number" ? x : held(code, x);
}
