/**
 * The most that a generated matrix product can reach: the innermost loop alone, on operands that stay in
 * the first-level cache.
 *
 * @module
 */
import { ModuleBuilder } from "../src/engines/wasm/assembler/module.ts";
import { Arithmetic } from "../src/engines/wasm/contraction/arithmetic.ts";
import { Functions } from "../src/engines/wasm/contraction/contraction.ts";
import { callTile, tileFunction, type TileShape } from "../src/engines/wasm/contraction/tile.ts";
import { features } from "../src/engines/wasm/features.ts";

/** A tile, again and again. */
export interface Ceiling {
  readonly name: string;
  /** Of one time. */
  readonly flops: number;
  readonly run: (times: number) => void;
}

function ceiling(shape: TileShape): Ceiling {
  const [depth, tiles, margin] = [256, 4, 1024];
  const { rows, vectors, left } = shape;
  const module = new ModuleBuilder({ pages: 2 });
  const functions = new Functions(module, features());
  const callee = tileFunction(functions, new Arithmetic("float32", features()), shape);
  const b = margin + rows * tiles * depth * 4;
  module.export(
    "run",
    module.function("run", ["i32"], [], (code) => {
      const at = code.local("i32");
      code.count(at, 0, code.parameters[0], 1, () =>
        callTile(code, callee, {
          a: margin,
          aTile: rows * depth * 4,
          aStep: left === "rows" ? rows * 4 : depth * 4,
          b,
          bStep: vectors * 16,
          c: b + depth * vectors * 16,
          cRow: vectors * 16,
          tiles,
          k: depth,
          accumulate: 0,
        }));
    }),
  );
  const memory = new WebAssembly.Memory({ initial: 2 });
  new Float32Array(memory.buffer).fill(0.5);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), {
    env: { memory },
  });
  return {
    name: `tile ${rows}x${vectors * 4}, ${left} side by side`,
    flops: 2 * depth * rows * tiles * vectors * 4,
    run: instance.exports.run as Ceiling["run"],
  };
}

/** The tiles that fit into registers. */
export const ceilings = (): readonly Ceiling[] =>
  ([
    { rows: 5, vectors: 2, left: "rows" },
    { rows: 5, vectors: 2, left: "summed" },
    { rows: 4, vectors: 2, left: "rows" },
    { rows: 3, vectors: 3, left: "summed" },
    { rows: 2, vectors: 4, left: "summed" },
  ] as const).map((shape) => ceiling({ ...shape, last: 4 }));

/** The fastest of them. */
export function fastest(): Ceiling {
  const times = ceilings().map((tile) => {
    let best = Infinity;
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      tile.run(Math.round(1e7 / tile.flops));
      best = Math.min(best, performance.now() - start);
    }
    return { tile, best };
  });
  return times.reduce((a, b) => a.best <= b.best ? a : b).tile;
}
