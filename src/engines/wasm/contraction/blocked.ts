/**
 * Matrix products by blocks: parts of the operands are copied to where the tile functions read them
 * fastest, unless they lie well already.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import {
  type Blocks,
  blocksBytes,
  blocksOf,
  panelsAtOnce,
  sumsAtOnce,
  tilesAtOnce,
  tilesInLevels,
} from "./blocks.ts";
import { finishFunction } from "./finish.ts";
import { foldFunction } from "./fold.ts";
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
import { eachBlock, isPast, type Range, value } from "./ranges.ts";
import { eachShare } from "./share.ts";
import { callTile, tileFunction } from "./tile.ts";

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
    const { leftBytes, split } = blocks;
    const left = held(code, sum(scratch, times(thread, blocksBytes(problem))));
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

/** A part of the result: tiles of rows by panels of columns, of a batch whose operands begin there. */
interface Part {
  readonly aBase: Local;
  readonly bBase: Local;
  readonly batch: Local;
  readonly tiles: Range;
  readonly panels: Range;
}

/** Where a block is summed up: the address of its first column in row 0, and from row to row. */
interface Sums {
  readonly address: Local;
  readonly row: number;
}

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
    const base = ({ address, batch: digits }: Operand) =>
      held(code, sum(address, times(offsetAt(batch, digits), size)));
    const [aBase, bBase] = [base(a), base(b)];
    const result = held(code, sum(out, times(batch, m * n * size)));
    const { width, levels, levelBytes, rightBytes } = this.#blocks;
    eachBlock(code, panels, panelsAtOnce, (panelFrom, panelTo) => {
      const sumTiles = (own: Range) => {
        const block: Part = { aBase, bBase, batch, tiles: own, panels: [panelFrom, panelTo] };
        const row = Math.min(this.#blocks.panels, panelsAtOnce) * width * size;
        const firstRow = this.#row(own[0]);
        const places = Array.from({ length: levels }, (_, i): Sums => {
          const address = sum(this.#right, rightBytes + i * levelBytes);
          return { row, address: held(code, difference(address, times(firstRow, row))) };
        });
        const address = held(code, sum(result, times(panelFrom, width * size)));
        // Without anything to sum up there is one block, with zeros.
        this.#sumLevels(block, [0, Math.max(k, 1)], [...places, { address, row: n * size }]);
        if (levels > 0) this.#finishBlock(block, k);
        code.release(address, ...places.map(({ address }) => address));
      };
      if (levels === 0) sumTiles(tiles);
      else eachBlock(code, tiles, tilesInLevels, (from, to) => sumTiles([from, to]));
    });
    code.release(aBase, bBase, result);
  }

  /** Sums over a range into the last place, by way of the others: each takes in a few sums. */
  #sumLevels(block: Part, range: Range, places: readonly Sums[]): void {
    const code = this.#code;
    const { n, arithmetic } = this.#problem;
    const { width, depth } = this.#blocks;
    const to = places[places.length - 1];
    const below = places.slice(0, -1);
    const from = below.at(-1);
    if (from === undefined) return this.#sumBlocks(block, range, to);
    const { tiles, panels } = block;
    eachBlock(code, range, depth * sumsAtOnce ** below.length, (start, end) => {
      this.#sumLevels(block, [start, end], below);
      const first = this.#row(tiles[0]);
      for (const { address, row } of [to, from]) {
        push(code, sum(address, times(first, row)));
        push(code, row);
      }
      push(code, difference(this.#row(tiles[1]), first));
      push(code, difference(least(n, times(panels[1], width)), times(panels[0], width)));
      push(code, isPast(start, range[0]));
      code.call(foldFunction(this.#functions, arithmetic, n % arithmetic.lanes));
    });
  }

  /** Sums over a range into a place, block by block. */
  #sumBlocks(block: Part, range: Range, into: Sums): void {
    const code = this.#code;
    const { aBase, bBase, tiles, panels } = block;
    const { k } = this.#problem;
    const { depth, levels, packLeft, packRight } = this.#blocks;
    eachBlock(code, range, Math.max(depth, 1), (start, end) => {
      const count = k === 0 ? 0 : value(difference(end, start), code);
      if (packRight) this.#packRight(bBase, ...panels, start, count);
      eachBlock(code, tiles, tilesAtOnce, (from, to) => {
        if (packLeft) this.#packLeft(aBase, from, to, start, count);
        const own: Part = { ...block, tiles: [from, to] };
        this.#multiply(own, into, start, count, isPast(start, range[0]));
        if (levels === 0) this.#finishBlock(own, end);
      });
      if (typeof count === "object") code.release(count);
    });
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
    { aBase, bBase, tiles, panels }: Part,
    into: Sums,
    start: number | Local,
    count: number | Local,
    accumulate: Index,
  ): void {
    const code = this.#code;
    const { a, b, k, arithmetic } = this.#problem;
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
            c: sum(
              into.address,
              times(row, into.row),
              times(difference(panel, panels[0]), width * size),
            ),
            cRow: into.row,
            tiles: count_,
            k: count,
            accumulate,
          });
        });
      });
      code.release(tile, count_, row, left);
    });
  }

  /** Elementwise work, once everything is summed up. */
  #finishBlock({ batch, tiles, panels }: Part, end: number | Local): void {
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
