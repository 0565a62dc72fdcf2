/**
 * The innermost part of a matrix product: tiles of the result that stay in registers.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Functions } from "./functions.ts";
import { assign, type Index, push, sum } from "../assembler/index.ts";

/** What a tile is, and how the left operand lies. */
export interface TileShape {
  readonly rows: number;
  /** Columns, in vectors. */
  readonly vectors: number;
  /** How many lanes of a row's last vector are stored. */
  readonly last: number;
  /** Which places of the left operand stand side by side: those summed over, or rows. */
  readonly left: "summed" | "rows";
}

/** What a tile function is called with; addresses and distances are in bytes. */
export interface TileArguments {
  /** The left operand's first element. */
  readonly a: Index;
  /** From a tile to the next below. */
  readonly aTile: Index;
  /** From a row to the next, or from a summed place to the next: what does not stand side by side. */
  readonly aStep: Index;
  readonly b: Index;
  /** From a summed place to the next. */
  readonly bStep: Index;
  readonly c: Index;
  readonly cRow: Index;
  /** How many tiles, one below the other. */
  readonly tiles: Index;
  /** How many places are summed over. */
  readonly k: Index;
  /** Whether the sums are added to what the result holds: 1 or 0. */
  readonly accumulate: Index;
}

const order = [
  "a",
  "aTile",
  "aStep",
  "b",
  "bStep",
  "c",
  "cRow",
  "tiles",
  "k",
  "accumulate",
] as const satisfies readonly (keyof TileArguments)[];

/** How many summed places the innermost loop goes through at once. */
const unrolled = 4;

/** Calls a tile function. */
export function callTile(code: Code, callee: Callee, given: TileArguments): void {
  for (const name of order) push(code, given[name]);
  code.call(callee);
}

/**
 * A function that multiplies a panel of rows, several tiles, with a panel of columns, whose elements
 * stand side by side.
 */
export function tileFunction(
  functions: Functions,
  arithmetic: Arithmetic,
  { rows, vectors, last, left }: TileShape,
): Callee {
  const { lanes, size, key } = arithmetic;
  return functions.get(
    `tile_${key}_${rows}x${vectors}_${last}_${left}`,
    (module, name) =>
      module.function(name, order.map(() => "i32"), [], (code) => {
        const [a, aTile, aStep, b, bStep, c, cRow, tiles, k, accumulate] = code.parameters;
        const sums = grid(rows, vectors, () => code.local("v128"));
        const right = Array.from({ length: vectors }, () => code.local("v128"));
        const [several, factor] = [code.local("v128"), code.local("v128")];
        const [at, count, from] = [code.local("i32"), code.local("i32"), code.local("i32")];
        const pointers = Array.from(
          { length: left === "summed" ? rows : 1 },
          () => code.local("i32"),
        );

        // The left operand's element of a row, in all lanes, as the factor.
        const loadFactor = (row: number, step: number) => {
          if (left === "rows" && row - row % lanes + lanes <= rows) {
            if (row % lanes === 0) {
              code.get(pointers[0]);
              arithmetic.load(code, row * size);
              code.set(several);
            }
            arithmetic.repeat(code, several, row % lanes);
          } else {
            code.get(left === "rows" ? pointers[0] : pointers[row]);
            code.access(arithmetic.splat, (left === "rows" ? row : step) * size);
          }
          code.set(factor);
        };
        const add = (places: number) => {
          for (let step = 0; step < places; step++) {
            for (const [j, vector] of right.entries()) {
              code.get(at);
              arithmetic.load(code, j * 16);
              code.set(vector);
            }
            assign(code, at, sum(at, bStep));
            for (let i = 0; i < rows; i++) {
              loadFactor(i, step);
              for (let j = 0; j < vectors; j++) {
                arithmetic.multiplyAdd(
                  code,
                  sums[i][j],
                  () => code.get(factor),
                  () => code.get(right[j]),
                );
              }
            }
            if (left === "rows") assign(code, pointers[0], sum(pointers[0], aStep));
          }
          if (left === "rows") return;
          for (const pointer of pointers) assign(code, pointer, sum(pointer, places * size));
        };
        const store = () => {
          assign(code, from, c);
          for (let i = 0; i < rows; i++) {
            for (let j = 0; j < vectors; j++) {
              code.get(accumulate);
              code.if(() => {
                code.get(from);
                arithmetic.load(code, j * 16);
                code.get(sums[i][j]);
                arithmetic.add(code);
                code.set(sums[i][j]);
              });
              const lanesKept = j === vectors - 1 ? last : lanes;
              arithmetic.storeFirst(code, () => code.get(from), sums[i][j], lanesKept, j * 16);
            }
            if (i < rows - 1) assign(code, from, sum(from, cRow));
          }
        };

        repeat(code, tiles, () => {
          for (const [i, pointer] of pointers.entries()) {
            assign(code, pointer, i === 0 ? a : sum(pointers[i - 1], aStep));
          }
          assign(code, at, b);
          for (const local of sums.flat()) {
            code.v128(new Uint8Array(16));
            code.set(local);
          }
          code.get(k);
          code.i32(Math.log2(unrolled));
          code.op("i32.shr_u");
          code.set(count);
          repeat(code, count, () => add(unrolled));
          code.get(k);
          code.i32(unrolled - 1);
          code.op("i32.and");
          code.set(count);
          repeat(code, count, () => add(1));
          store();
          assign(code, a, sum(a, aTile));
          assign(code, c, sum(from, cRow));
        });
      }),
  );
}

/** A loop that counts a variable down to 0. */
function repeat(code: Code, count: Local, body: () => void): void {
  code.block((done) => {
    code.get(count);
    code.op("i32.eqz");
    code.brIf(done);
    code.loop((again) => {
      body();
      code.get(count);
      code.i32(-1);
      code.op("i32.add");
      code.tee(count);
      code.brIf(again);
    });
  });
}

function grid<T>(rows: number, columns: number, make: () => T): T[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, make));
}
