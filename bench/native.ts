/**
 * Sorting, linear algebra and the like: milliseconds compiled, and by the reference kernels.
 *
 * ```sh
 * deno run bench/native.ts [NAME]
 * ```
 *
 * @module
 */
import { type AnyTensor, fromBuffer, jit } from "../mod.ts";
import "../tools/all_primitives.ts";
import { interpreter } from "../src/engines/interpreter/interpreter.ts";
import { type Params, primitives } from "../src/tape/primitive.ts";
import { bind } from "../src/tape/recorder.ts";

const matrix = (n: number) => [n, n];
const rows: readonly (readonly [name: string, shapes: readonly number[][], params?: Params])[] = [
  ["argsort", [[1_000_000]], { axis: 0 }],
  ["argsort", [[1000, 1000]], { axis: 1 }],
  ["argsort", [[20000, 30]], { axis: 1 }],
  ["cumlogsumexp", [[1000, 100]], { axis: 1, reverse: false }],
  ["cumlogsumexp", [[100, 1000]], { axis: 0, reverse: false }],
  ["cholesky", [matrix(256)]],
  ["cholesky", [[1000, 8, 8]]],
  ["triangularSolve", [matrix(256), matrix(256)], {
    lower: true,
    transpose: false,
    unitDiagonal: false,
  }],
  ["lu", [matrix(256)]],
  ["lu", [matrix(512)]],
  ["det", [[1000, 8, 8]]],
  ["qr", [matrix(256)], { complete: false }],
  ["eigh", [matrix(100)]],
  ["eigh", [[1000, 4, 4]]],
  ["svd", [matrix(100)], { full: false }],
  ["pinv", [[100, 50]], { rtol: 1e-6 }],
];

/** Numbers between -1 and 1; square matrices have a heavy diagonal. */
function drawn(shape: readonly number[]): AnyTensor {
  const n = shape[shape.length - 1];
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => Math.random() * 2 - 1 + (i % (n * n) % (n + 1) === 0 ? n : 0),
  );
  return fromBuffer(data, shape as number[]);
}

/** The best of several runs, after some. */
function milliseconds(run: () => unknown): number {
  let best = Infinity;
  const end = performance.now() + 600;
  for (let i = 0; i < 4 || performance.now() < end; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const numbers = Float32Array.from({ length: 1_000_000 }, () => Math.random() * 2 - 1);
const [only] = Deno.args;
console.log("work".padEnd(40), "compiled  reference");
for (const [name, shapes, params] of rows) {
  if (only !== undefined && only !== name) continue;
  const primitive = primitives().find((each) => each.name === name)!;
  const operands = shapes.map(drawn);
  const compiled = jit((xs: readonly AnyTensor[]) => [...bind(primitive, xs, params)]);
  const outputs = primitive.infer(operands, params);
  const own = milliseconds(() => compiled(operands));
  const reference = milliseconds(() => interpreter.evaluate(primitive, params, operands, outputs));
  const title = `${name} ${shapes.map((shape) => `[${shape}]`).join(" ")}`;
  console.log(title.padEnd(40), own.toFixed(2).padStart(8), reference.toFixed(2).padStart(10));
}
const sorted = milliseconds(() => numbers.slice().sort());
console.log(
  "Float32Array.prototype.sort, 10^6".padEnd(40),
  " ".repeat(8),
  sorted.toFixed(2).padStart(10),
);
