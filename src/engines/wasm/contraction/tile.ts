/**
 * The innermost part of a matrix product: tiles of the result that stay in registers.
 *
 * @module
 */
import type { Callee, Code, Local } from "../assembler/code.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Functions } from "./functions.ts";
import { assign, type Index, push, sum } from "./index.ts";

/** What a tile is: rows, and columns in vectors, of which the last may be a part. */
export interface TileShape {
  readonly rows: number;
  readonly vectors: number;
  /** How many lanes of a row's last vector are stored. */
  readonly last: number;
}

/** What a tile function is called with; addresses and distances are in bytes. */
export interface TileArguments {
  /** The left operand's first element. */
  readonly a: Index;
  /** From a tile to the next below. */
  readonly aTile: Index;
  /** From a row to the next. */
  readonly aRow: Index;
  /** From a vector of summed places to the next. */
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
  "aRow",
  "aStep",
  "b",
  "bStep",
  "c",
  "cRow",
  "tiles",
  "k",
  "accumulate",
] as const satisfies readonly (keyof TileArguments)[];

/** Calls a tile function. */
export function callTile(code: Code, callee: Callee, given: TileArguments): void {
  for (const name of order) push(code, given[name]);
  code.call(callee);
}

/**
 * A function that multiplies a panel of rows, several tiles, with a panel of columns. Along the
 * summed axis the left operand's elements lie in vectors, side by side, and the right operand's rows
 * lie in vectors.
 */
export function tileFunction(
  functions: Functions,
  arithmetic: Arithmetic,
  { rows, vectors, last }: TileShape,
): Callee {
  const name = `tile_${arithmetic.key}_${rows}x${vectors}_${last}`;
  const { lanes, size } = arithmetic;
  return functions.get(
    name,
    (module) =>
      module.function(name, order.map(() => "i32"), [], (code) => {
        const [a, aTile, aRow, aStep, b, bStep, c, cRow, tiles, k, accumulate] = code.parameters;
        const sums = grid(rows, vectors, () => code.local("v128"));
        const right = Array.from({ length: vectors }, () => code.local("v128"));
        const left = Array.from({ length: rows }, () => code.local("v128"));
        const factor = code.local("v128");
        const [at, groups, from] = [code.local("i32"), code.local("i32"), code.local("i32")];
        const pointers = Array.from({ length: rows }, () => code.local("i32"));

        const loadRight = () => {
          for (const [j, vector] of right.entries()) {
            code.get(at);
            arithmetic.load(code, j * 16);
            code.set(vector);
          }
          assign(code, at, sum(at, bStep));
        };
        const multiplyRow = (i: number) => {
          for (let j = 0; j < vectors; j++) {
            arithmetic.multiplyAdd(code, sums[i][j], () =>
              code.get(factor), () =>
              code.get(right[j]));
          }
        };
        const group = () => {
          for (const [i, vector] of left.entries()) {
            code.get(pointers[i]);
            arithmetic.load(code);
            code.set(vector);
            assign(code, pointers[i], sum(pointers[i], aStep));
          }
          for (let lane = 0; lane < lanes; lane++) {
            loadRight();
            for (const [i, vector] of left.entries()) {
              arithmetic.repeat(code, vector, lane);
              code.set(factor);
              multiplyRow(i);
            }
          }
        };
        const single = () => {
          loadRight();
          for (const [i, pointer] of pointers.entries()) {
            code.get(pointer);
            code.access(arithmetic.splat);
            code.set(factor);
            multiplyRow(i);
            assign(code, pointer, sum(pointer, size));
          }
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
              const count = j === vectors - 1 ? last : lanes;
              arithmetic.storeFirst(
                code,
                () =>
                  code.get(from),
                sums[i][j],
                count,
                j * 16,
              );
            }
            if (i < rows - 1) {
              assign(code, from, sum(from, cRow));
            }
          }
        };

        repeat(code, tiles, () => {
          for (const [i, pointer] of pointers.entries()) {
            assign(code, pointer, i === 0 ? a : sum(pointers[i - 1], aRow));
          }
          assign(code, at, b);
          for (const local of sums.flat()) {
            code.v128(new Uint8Array(16));
            code.set(local);
          }
          code.get(k);
          code.i32(Math.log2(lanes));
          code.op("i32.shr_u");
          code.set(groups);
          repeat(code, groups, group);
          code.get(k);
          code.i32(lanes - 1);
          code.op("i32.and");
          code.set(groups);
          repeat(code, groups, single);
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
