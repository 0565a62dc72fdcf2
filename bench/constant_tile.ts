/**
 * Tiles of a matrix product whose right operand and result lie at constant addresses, with all of
 * the summed places written out. Loads from constant addresses need no check of bounds, so that
 * nothing stands between neighbours: V8 makes one instruction of 256 bits out of two of 128 where it
 * runs with `--experimental-wasm-revectorize`.
 *
 * @module
 */
import { ModuleBuilder } from "../src/engines/wasm/assembler/module.ts";
import { Arithmetic } from "../src/engines/wasm/contraction/arithmetic.ts";
import { features } from "../src/engines/wasm/features.ts";
import type { Ceiling } from "./ceiling.ts";

const [depth, tiles, start] = [64, 4, 1024];

/** A tile of so many rows, and columns in vectors. */
export function constantTile(rows: number, vectors: number): Ceiling {
  const arithmetic = new Arithmetic("float32", features());
  const b = start + rows * depth * tiles * 4;
  const c = b + depth * vectors * 16;
  const module = new ModuleBuilder({ pages: 2 });
  const tile = module.function("tile", ["i32"], [], (code) => {
    const [a] = code.parameters;
    const right = Array.from({ length: vectors }, () => code.local("v128"));
    const sums = Array.from({ length: rows * vectors }, () => code.local("v128"));
    const factor = code.local("v128");
    for (const [i, sum] of sums.entries()) {
      code.i32(0);
      arithmetic.load(code, c + i * 16);
      code.set(sum);
    }
    for (let step = 0; step < depth; step++) {
      for (const [j, vector] of right.entries()) {
        code.i32(0);
        arithmetic.load(code, b + (step * vectors + j) * 16);
        code.set(vector);
      }
      for (let i = 0; i < rows; i++) {
        code.get(a);
        code.access(arithmetic.splat, (step * rows + i) * 4);
        code.set(factor);
        for (let j = 0; j < vectors; j++) {
          arithmetic.multiplyAdd(
            code,
            sums[i * vectors + j],
            () => code.get(factor),
            () => code.get(right[j]),
          );
        }
      }
    }
    for (const [i, sum] of sums.entries()) {
      code.i32(0);
      code.get(sum);
      arithmetic.store(code, c + i * 16);
    }
  });
  module.export(
    "run",
    module.function("run", ["i32"], [], (code) => {
      const at = code.local("i32");
      code.count(at, 0, code.parameters[0], 1, () => {
        for (let i = 0; i < tiles; i++) {
          code.i32(start + i * rows * depth * 4);
          code.call(tile);
        }
      });
    }),
  );
  const memory = new WebAssembly.Memory({ initial: 2 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    env: { memory },
  });
  return {
    name: `tile ${rows}x${vectors * 4}, constant addresses`,
    flops: 2 * depth * rows * tiles * vectors * 4,
    run: instance.exports.run as Ceiling["run"],
  };
}
