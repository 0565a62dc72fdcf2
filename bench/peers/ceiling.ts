/**
 * The most that a generated matrix product can reach: its innermost loop alone, over panels that stay
 * in the first cache. Several tiles are tried, and the fastest is taken.
 *
 * @module
 */
import { ModuleBuilder } from "../../src/engines/wasm/assembler/module.ts";
import { Arithmetic } from "../../src/engines/wasm/contraction/arithmetic.ts";
import { features } from "../../src/engines/wasm/features.ts";

/** Rows, and columns in vectors of 4, of the tiles that fit into 16 registers. */
const tiles = [[5, 2], [4, 2], [3, 3], [2, 4]] as const;
type Tile = (typeof tiles)[number];

const depth = 256;
const [left, right] = [1024, 16384];

const flopsOf = ([rows, vectors]: Tile) => 2 * rows * 4 * vectors * depth;

/** A function that goes over the panels so many times. */
function compile([rows, vectors]: Tile): (times: number) => void {
  const arithmetic = new Arithmetic("float32", features());
  const module = new ModuleBuilder({ pages: 1 });
  const tile = module.function("tile", [], [], (code) => {
    const locals = (length: number) => Array.from({ length }, () => code.local("v128"));
    const [sums, lefts, rights] = [
      locals(rows * vectors),
      locals(rows),
      locals(vectors),
    ];
    const factor = code.local("v128");
    const [from, at] = [code.local("i32"), code.local("i32")];
    const end = right + depth * vectors * 16;
    code.i32(left);
    code.set(from);
    // A round takes 16 bytes of each row of the left panel, and 4 rows of the right one.
    code.count(at, right, end, 4 * vectors * 16, () => {
      for (const [i, row] of lefts.entries()) {
        code.get(from);
        arithmetic.load(code, i * 16);
        code.set(row);
      }
      for (let lane = 0; lane < 4; lane++) {
        for (const [j, vector] of rights.entries()) {
          code.get(at);
          arithmetic.load(code, (lane * vectors + j) * 16);
          code.set(vector);
        }
        for (const [i, row] of lefts.entries()) {
          arithmetic.repeat(code, row, lane);
          code.set(factor);
          for (const [j, vector] of rights.entries()) {
            arithmetic.multiplyAdd(
              code,
              sums[i * vectors + j],
              () => code.get(factor),
              () => code.get(vector),
            );
          }
        }
      }
      code.get(from);
      code.i32(rows * 16);
      code.op("i32.add");
      code.set(from);
    });
    for (const [i, sum] of sums.entries()) {
      code.i32(0);
      code.get(sum);
      code.access("v128.store", 64 + 16 * i);
    }
  });
  const run = module.function("run", ["i32"], [], (code) => {
    const at = code.local("i32");
    code.count(at, 0, code.parameters[0], 1, () => code.call(tile));
  });
  module.export("run", run);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(module.encode()),
    {
      env: { memory },
    },
  );
  return instance.exports.run as (times: number) => void;
}
/** The fastest tile's function, and its operations. */
export function fastest(): { run: (times: number) => void; flops: number } {
  const candidates = tiles.map((tile) => {
    const [run, flops] = [compile(tile), flopsOf(tile)];
    let best = Infinity;
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      run(1e7 / flops);
      best = Math.min(best, performance.now() - start);
    }
    return { run, flops, best };
  });
  return candidates.reduce((a, b) => a.best <= b.best ? a : b);
}
