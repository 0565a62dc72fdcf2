/**
 * The rate of generated matrix products on one thread, beside what the best innermost loop reaches
 * when all that it reads is in the first-level cache. The best tile is measured anew right before
 * each product, and the ratio is the median of such pairs: other work on the machine slows both.
 *
 * ```sh
 * deno run bench/contraction.ts
 * deno run --allow-run=deno bench/contraction.ts --revectorized
 * ```
 *
 * With the switch there is a column more: the same, measured in turn in a process that runs with V8's
 * flag `--experimental-wasm-revectorize`, and tiles in a form that gains by it.
 *
 * @module
 */
import { features } from "../src/engines/wasm/features.ts";
import { type Form, type Layout, make } from "../tests/engines/wasm/contractions.ts";
import { ceilings } from "./ceiling.ts";
import { constantTile } from "./constant_tile.ts";
import { otherProcess, serve } from "./other_process.ts";

const rounds = 15;
const [serves, revectorized] = ["--serve", "--revectorized"].map((x) => Deno.args.includes(x));

/** Something to measure: `run(times)` does it again and again. */
interface Case {
  readonly name: string;
  readonly flops: number;
  /** Read and written at least. */
  readonly bytes: number;
  readonly run: (times: number) => void;
  /** Milliseconds, of each round. */
  readonly times: number[];
}

interface Shape {
  readonly name: string;
  readonly sizes: readonly [m: number, n: number, k: number];
  readonly batch?: number;
  /** Operands that lie transposed. */
  readonly transposed?: string;
}

function product({ name, sizes: [m, n, k], batch = 1, transposed = "" }: Shape): Case {
  const layout = (rows: number, columns: number, flipped: boolean): Layout => ({
    offset: 0,
    length: batch * rows * columns,
    batch: [rows * columns],
    row: [flipped ? 1 : columns],
    column: [flipped ? rows : 1],
  });
  const form: Form = {
    dtype: "float32",
    batch: [batch],
    m: [m],
    n: [n],
    k: [k],
    a: layout(m, k, transposed.includes("A")),
    b: layout(k, n, transposed.includes("B")),
  };
  const made = make(form, features());
  for (const operand of [made.a, made.b]) {
    for (let i = 0; i < operand.length; i++) operand[i] = Math.sin(i);
  }
  return {
    name: `${name}${transposed && `, ${[...transposed].join(" and ")} transposed`}`,
    flops: 2 * batch * m * n * k,
    bytes: 4 * batch * (m * k + k * n + m * n),
    run: (times) => made.repeat(times),
    times: [],
  };
}

const square = (n: number, transposed?: string): Shape => ({
  name: `${n}`,
  sizes: [n, n, n],
  transposed,
});

const shapes: readonly Shape[] = [
  ...[16, 32, 64, 128, 256, 512, 1024, 2048].map((n) => square(n)),
  ...[64, 512].flatMap((n) => ["A", "B", "AB"].map((transposed) => square(n, transposed))),
  { name: "77x131x55", sizes: [77, 131, 55] },
  { name: "layer 128x512x784", sizes: [128, 512, 784] },
  { name: "gradient 784x512x128", sizes: [784, 512, 128], transposed: "A" },
  { name: "gradient 128x784x512", sizes: [128, 784, 512], transposed: "B" },
  { name: "layer 128x10x256", sizes: [128, 10, 256] },
  { name: "gradient 256x10x128", sizes: [256, 10, 128], transposed: "A" },
  { name: "gradient 128x256x10", sizes: [128, 256, 10], transposed: "B" },
  { name: "scores 32 of 64x64x32", sizes: [64, 64, 32], batch: 32, transposed: "B" },
  { name: "mixing 32 of 64x32x64", sizes: [64, 32, 64], batch: 32 },
  { name: "2x512x512", sizes: [2, 512, 512] },
  { name: "4x512x512", sizes: [4, 512, 512] },
  { name: "512x4x512", sizes: [512, 4, 512] },
  { name: "matrix by vector 1024", sizes: [1024, 1, 1024] },
  { name: "matrix by vector 1024", sizes: [1024, 1, 1024], transposed: "A" },
  { name: "outer product 1024", sizes: [1024, 1024, 1] },
  { name: "dot product 10^6", sizes: [1, 1, 1e6] },
  { name: "4x8x2", sizes: [4, 8, 2] },
  { name: "2x8x4", sizes: [2, 8, 4], transposed: "A" },
  { name: "4x1x8", sizes: [4, 1, 8] },
];

const tiles = ceilings().map((tile): Case => ({ ...tile, bytes: 0, times: [] }));
const constant = serves || revectorized
  ? [[5, 2], [4, 4], [6, 4]].map(([rows, vectors]): Case => ({
    ...constantTile(rows, vectors),
    bytes: 0,
    times: [],
  }))
  : [];
const products = shapes.map(product);
const all = [...tiles, ...constant, ...products];

const perRound = ({ flops }: Case) => Math.max(1, Math.round(2e8 / (flops + 500)));
/** Billions of operations in a second. */
const measure = (own: Case): number => {
  const times = perRound(own);
  const start = performance.now();
  own.run(times);
  const time = (performance.now() - start) / times;
  own.times.push(time);
  return own.flops / time / 1e6;
};
for (const own of all) {
  const start = performance.now();
  // The first calls run in code that is not optimized yet.
  do own.run(Math.ceil(perRound(own) / 8)); while (performance.now() - start < 50);
}
if (serves) {
  await serve((number) => measure(all[number]));
  Deno.exit();
}

const other = revectorized
  ? otherProcess(import.meta.filename!, ["--serve"], "--experimental-wasm-revectorize")
  : undefined;
const middle = (values: readonly number[]) =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)];
const rate = (own: Case) => own.flops / middle(own.times) / 1e6;
for (let round = 0; round < rounds; round++) tiles.forEach(measure);
const best = tiles.reduce((x, y) => rate(x) > rate(y) ? x : y);
const ratios = new Map(products.map((own) => [own, [] as number[]]));
const others = new Map(all.map((own) => [own, [] as number[]]));
for (let round = 0; round < rounds; round++) {
  for (const [number, own] of all.entries()) {
    if (other !== undefined) others.get(own)!.push(await other.ask(number));
    const found = ratios.get(own);
    if (found === undefined) measure(own);
    else found.push(1 / measure(best) * measure(own));
  }
}
await other?.end();
const fused = features().relaxed ? "with" : "without";
console.log(`float32, one thread, ${fused} fused multiply-add; medians of ${rounds}\n`);
const columns = ["microseconds", "GFLOP/s", "of the best tile", "GB/s"];
if (revectorized) columns.push("revectorized, GFLOP/s");
console.log(`| product | ${columns.join(" | ")} |`);
console.log(`|---|${"---:|".repeat(columns.length)}`);
for (const own of all) {
  const found = ratios.get(own);
  const cells = [
    own === best ? `${own.name} (the best)` : own.name,
    (middle(own.times) * 1e3).toPrecision(3),
    rate(own).toFixed(1),
    found === undefined ? "" : middle(found).toFixed(2),
    own.bytes === 0 ? "" : (own.bytes / middle(own.times) / 1e6).toFixed(1),
  ];
  if (revectorized) cells.push(middle(others.get(own)!).toFixed(1));
  console.log(`| ${cells.join(" | ")} |`);
}
