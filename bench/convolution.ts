/**
 * Convolutions and their gradients: GFLOP/s of one compiled program each, against a matrix product of
 * the same run, and the milliseconds of a training step.
 *
 *     deno run bench/convolution.ts [THREADS]
 *
 * @module
 */
import {
  type AnyTensor,
  argmax,
  conv2d,
  cumsum,
  grad,
  jit,
  matmul,
  maxPool,
  profile,
  random,
  setThreads,
  take,
  valueAndGrad,
} from "../mod.ts";
import { relu, softmaxCrossEntropy } from "../src/nn/mod.ts";

setThreads(Number(Deno.args[0] ?? 1));

const key = random.key(0);

function drawn(shape: readonly number[]): AnyTensor {
  return random.normal(key, shape as number[]) as AnyTensor;
}

/** The best and the middle of many repeats, in milliseconds. */
function milliseconds(run: () => void): readonly [best: number, median: number] {
  const times: number[] = [];
  const end = performance.now() + 1500;
  while (times.length < 8 || performance.now() < end) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return [times[0], times[times.length >> 1]];
}

let ceiling = 0;

function report(name: string, flops: number, run: () => void): void {
  const [best, median] = milliseconds(run);
  const rate = flops / best / 1e6;
  ceiling ||= rate;
  console.log(
    name.padEnd(44),
    `${best.toFixed(2).padStart(8)} ms best ${median.toFixed(2).padStart(8)} ms median`,
    flops > 0
      ? `${rate.toFixed(1).padStart(7)} GFLOP/s ${(rate / ceiling).toFixed(2).padStart(6)}`
      : "",
  );
}

const [a, b] = [drawn([512, 512]), drawn([512, 512])];
const product = jit((x: AnyTensor, y: AnyTensor) => matmul(x as never, y as never) as AnyTensor);
report("matmul 512x512x512", 2 * 512 ** 3, () => product(a, b));

interface Case {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly stride?: number;
  readonly padding?: "SAME" | "VALID";
  readonly groups?: number;
}

const cases: Readonly<Record<string, Case>> = {
  "28x28x1, 32 of 6x6": { x: [64, 1, 28, 28], w: [32, 1, 6, 6] },
  "23x23x32, 64 of 3x3": { x: [64, 32, 23, 23], w: [64, 32, 3, 3] },
  "14x14x128, 128 of 3x3, SAME": { x: [16, 128, 14, 14], w: [128, 128, 3, 3], padding: "SAME" },
  "28x28x64, 64 of 3x3, strides 2": { x: [16, 64, 28, 28], w: [64, 64, 3, 3], stride: 2 },
  "28x28x128, 128 of 1x1": { x: [16, 128, 28, 28], w: [128, 128, 1, 1] },
  "7x7x256, 256 of 3x3, SAME": { x: [16, 256, 7, 7], w: [256, 256, 3, 3], padding: "SAME" },
  "56x56x64, depthwise 3x3, SAME": {
    x: [8, 64, 56, 56],
    w: [64, 1, 3, 3],
    padding: "SAME",
    groups: 64,
  },
  "56x56x64, depthwise 3x3, strides 2": {
    x: [8, 64, 56, 56],
    w: [64, 1, 3, 3],
    stride: 2,
    padding: "SAME",
    groups: 64,
  },
  "7x7x512, depthwise 3x3, SAME": {
    x: [8, 512, 7, 7],
    w: [512, 1, 3, 3],
    padding: "SAME",
    groups: 512,
  },
  "32x32x3, 32 of 3x3, SAME": { x: [32, 3, 32, 32], w: [32, 3, 3, 3], padding: "SAME" },
};

type Convolve = (x: AnyTensor, w: AnyTensor) => AnyTensor;

for (const [name, { x, w, stride = 1, padding = "VALID", groups = 1 }] of Object.entries(cases)) {
  const convolve = ((x: AnyTensor, w: AnyTensor) =>
    conv2d(x as never, w as never, { stride, padding, groups } as never)) as unknown as Convolve;
  const [input, kernel] = [drawn(x), drawn(w)];
  const run = jit(convolve);
  const [, features, ...positions] = run(input, kernel).shape;
  const flops = 2 * x[0] * features * w[1] * w[2] * w[3] * positions[0] * positions[1];
  const weights = drawn([x[0], features, ...positions]);
  const loss = (x: AnyTensor, w: AnyTensor) =>
    (convolve(x, w) as never as { mul(y: AnyTensor): { sum(): AnyTensor } }).mul(weights).sum();
  const byInput = jit(grad(loss as never) as never) as unknown as Convolve;
  const byKernel = jit(grad(
    ((w: AnyTensor, x: AnyTensor) =>
      loss(x, w)) as never,
  ) as never) as unknown as Convolve;
  report(name, flops, () => run(input, kernel));
  report(`${name}, by input`, flops, () => byInput(input, kernel));
  report(`${name}, by kernel`, flops, () => byKernel(kernel, input));
}

/** Milliseconds of what is not a product, and the gigabytes per second that it reads and writes. */
function passes(name: string, bytes: number, run: () => void): void {
  const [best, median] = milliseconds(run);
  console.log(
    name.padEnd(44),
    `${best.toFixed(2).padStart(8)} ms best ${median.toFixed(2).padStart(8)} ms median`,
    `${(bytes / best / 1e6).toFixed(1).padStart(7)} GB/s`,
  );
}

const planes = random.normal(key, [64, 64, 28, 28]);
const pool = (x: typeof planes) => maxPool(x, { window: 2 });
const pooled = jit(pool);
const byPlanes = jit(grad((x: typeof planes) => pool(x).sum()));
passes("largest of 2x2 of 64x64x28x28", planes.size * 5, () => pooled(planes));
passes("its gradient", planes.size * 8, () => byPlanes(planes));

const table = random.normal(key, [10_000, 128]);
const words = random.randint(key, [64, 128], 0, 10_000);
const embedded = jit((x: typeof table) => take(x, words, 0));
const byTable = jit(grad((x: typeof table) => take(x, words, 0).sum()));
passes("8192 of 10,000 rows of 128", words.size * 128 * 8, () => embedded(table));
passes("its gradient", words.size * 128 * 12 + table.size * 4, () => byTable(table));

const scores = random.normal(key, [4096, 1000]);
const best = jit((x: typeof scores) => argmax(x, -1));
const running = jit((x: typeof scores) => cumsum(x, -1));
const down = jit((x: typeof scores) => cumsum(x, 0));
passes("positions of the largest of 4096 x 1000", scores.size * 4, () => best(scores));
const line = random.normal(key, [1_000_000]);
const bestOfLine = jit((x: typeof line) => argmax(x, 0));
passes("position of the largest of 1,000,000", line.size * 4, () => bestOfLine(line));
passes("running sums along rows of 4096 x 1000", scores.size * 8, () => running(scores));
passes("running sums along columns of 4096 x 1000", scores.size * 8, () => down(scores));

const images = random.normal(key, [64, 1, 28, 28]);
const labels = random.randint(key, [64], 0, 10);
const weights = {
  first: random.normal(key, [32, 1, 6, 6]),
  second: random.normal(key, [64, 32, 3, 3]),
  third: random.normal(key, [6400, 128]),
  fourth: random.normal(key, [128, 10]),
  a: random.normal(key, [32, 1, 1]),
  b: random.normal(key, [64, 1, 1]),
  c: random.normal(key, [128]),
  d: random.normal(key, [10]),
};

function lossOf({ first, second, third, fourth, a, b, c, d }: typeof weights) {
  const edges = relu(conv2d(images, first).add(a));
  const parts = relu(conv2d(edges, second).add(b));
  const pooled = maxPool(parts, { window: 2 }).reshape([64, 6400]);
  const hidden = relu(pooled.matmul(third).add(c));
  return softmaxCrossEntropy(hidden.matmul(fourth).add(d), labels);
}

type Weights = typeof weights;

const over = (f: (...xs: AnyTensor[]) => AnyTensor, ...trees: Weights[]): Weights =>
  Object.fromEntries(
    Object.keys(weights).map((key) => [key, f(...trees.map((tree) => tree[key as keyof Weights]))]),
  ) as Weights;

type Numbers = { add(y: AnyTensor): Numbers; mul(y: number): Numbers } & AnyTensor;

/** The loss, the next weights and the next velocities. */
const step = jit((w: Weights, v: Weights) => {
  const [loss, slopes] = valueAndGrad(lossOf)(w);
  const next = over((v, g) => (v as Numbers).mul(0.9).add(g), v, slopes as Weights);
  return [loss, over((w, v) => (w as Numbers).add((v as Numbers).mul(-0.01)), w, next), next];
});
const still = over((w) => (w as Numbers).mul(0), weights);
const convolutions = 64 * 2 * (32 * 529 * 36 * 2 + 64 * 441 * 288 * 3);
const dense = 64 * 2 * 3 * (6400 * 128 + 1280);
report(
  "step of a network of 32 @ 6x6, 64 @ 3x3",
  convolutions + dense,
  () => step(weights, still),
);

const rounds = 10;
const { kernels } = profile(() => {
  for (let i = 0; i < rounds; i++) step(weights, still);
});
console.log("\nThe step's kernels:");
const own = kernels.filter(({ calls }) => calls === rounds);
for (const { kernel, milliseconds, calls } of own.slice(0, 20)) {
  const each = milliseconds / calls;
  console.log(
    `${each.toFixed(3).padStart(8)} ms ${
      (kernel.flops / each / 1e6).toFixed(1).padStart(6)
    } GFLOP/s`,
    `${((kernel.bytesRead + kernel.bytesWritten) / each / 1e6).toFixed(1).padStart(6)} GB/s`,
    ` ${kernel.name.padEnd(18)} ${kernel.text.slice(0, 90)}`,
  );
}
