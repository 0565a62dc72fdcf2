/**
 * Programs that several threads run: the same bits, whatever their number.
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  argmax,
  cond,
  conv2d,
  cumlogsumexp,
  debug,
  equal,
  foriLoop,
  grad,
  greater,
  jit,
  less,
  logSumExp,
  matmul,
  maxPool,
  random,
  rem,
  scan,
  setThreads,
  softmax,
  sort,
  take,
  tanh,
  type Tensor,
  threads,
  whileLoop,
} from "@katachi/katachi";
import { det, qr, svd } from "@katachi/katachi/linalg";
import { wasm } from "../../../src/engines/wasm/engine.ts";
import { features } from "../../../src/engines/wasm/features.ts";
import { compileTape } from "../../../src/engines/wasm/instance.ts";
import { present } from "../../../src/engines/wasm/threads/team.ts";
import { type Engine, useEngine } from "../../../src/tape/engine.ts";
import { pairs, type Vector } from "../../transforms/programs.ts";

/** The engine with so many threads, for the smallest of kernels, too. */
function engineOf(threads: number): Engine {
  const worth = { kernel: 0, thread: 1 };
  return {
    ...wasm,
    compile: (tape, donated) =>
      compileTape(tape, { features: features(), donated, threads, worth }),
  };
}

/** What a function gives on each of several numbers of threads, all of which take part. */
async function onEach(
  counts: readonly number[],
  f: (...args: AnyTensor[]) => AnyTensor | readonly AnyTensor[],
  ...args: AnyTensor[]
): Promise<readonly (readonly AnyTensor[])[]> {
  const results = [];
  setThreads(Math.max(...counts));
  for (const count of counts) {
    useEngine(engineOf(count));
    try {
      const compiled = jit(f as never) as unknown as typeof f;
      compiled(...args);
      while (present() < count) await new Promise((resolve) => setTimeout(resolve, 1));
      results.push([compiled(...args)].flat());
    } finally {
      useEngine(wasm);
    }
  }
  return results;
}

function assertSameBits(results: readonly (readonly AnyTensor[])[], text: string): void {
  const bits = (tensor: AnyTensor) => {
    const { buffer, byteOffset, byteLength } = tensor.data;
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  for (const result of results) {
    for (const [i, tensor] of result.entries()) {
      assertEquals(tensor.shape, results[0][i].shape, text);
      assertEquals(bits(tensor), bits(results[0][i]), text);
    }
  }
}

const normal = (seed: number, ...shape: number[]) => random.normal(random.key(seed), shape);

type Matrix = Tensor<[number, number]>;

/** Programs whose kernels are of every kind, with what they are applied to. */
const programs: Record<
  string,
  readonly [(...args: never[]) => AnyTensor | AnyTensor[], AnyTensor[]]
> = {
  elementwise: [(x: Matrix) => tanh(x).add(x.transpose()).astype("float64"), [normal(0, 65, 65)]],
  "a long row": [(x: Matrix) => greater(x.mul(2), 0.5), [normal(1, 1, 1003)]],
  "sums of everything": [(x: Matrix) => [x.sum(), x.sum(0), x.sum(1), x.max()], [
    normal(2, 301, 77),
  ]],
  "long sums": [(x: Matrix) => [x.sum(), x.max(), x.sum(1), x.min()], [normal(2, 2, 100_003)]],
  "rows together": [
    (x: Matrix) => [softmax(x), x.sub(x.mean(1).expandDims(1)).square().mean(1)],
    [normal(3, 129, 200)],
  ],
  products: [
    (x: Matrix, y: Matrix) => [matmul(x, y), matmul(x.transpose(), y.transpose())],
    [normal(4, 77, 77), normal(5, 77, 77)],
  ],
  "a gradient": [
    grad((w: Matrix, x: Matrix) => logSumExp(tanh(matmul(x, w)), 1).mean()) as never,
    [normal(6, 40, 30), normal(7, 50, 40)],
  ],
  convolutions: [
    grad((w: AnyTensor, x: AnyTensor) =>
      maxPool(conv2d(x as never, w as never) as never, { window: 2 } as never).square()
        .sum() as never
    ) as never,
    [normal(8, 4, 3, 5, 5), normal(9, 3, 3, 20, 20)],
  ],
  "convolutions of each channel": [
    grad((x: AnyTensor, w: AnyTensor) =>
      conv2d(x as never, w as never, { groups: 4, padding: "SAME" } as never).square()
        .sum() as never
    ) as never,
    [normal(16, 2, 4, 13, 13), normal(17, 4, 1, 3, 3)],
  ],
  "positions and slices at them": [
    (x: Matrix) => {
      const first = argmax(x, -1) as AnyTensor;
      return [first, take(x, first as never, 0) as AnyTensor];
    },
    [normal(18, 101, 100)],
  ],
  "what one thread does between": [
    (x: Matrix) => sort(x.mul(3).reshape([-1] as never) as never).add(1) as AnyTensor,
    [normal(10, 33, 35)],
  ],
  "rows in order": [
    (x: AnyTensor) => [sort(x as never, 0), sort(x as never), cumlogsumexp(x as never, 1)],
    [normal(16, 5, 90, 7)],
  ],
  "matrices of a batch": [
    (x: Tensor<[number, number, number]>) => {
      const { u, s, vh } = svd(x, { fullMatrices: true });
      const { q, r } = qr(x);
      return [u, s, vh, q, r, det(matmul(x.transpose([0, 2, 1]), x))];
    },
    [normal(17, 7, 9, 5)],
  ],
  "a scan": [
    (x: Matrix, w: Matrix) => {
      const step = (carry: AnyTensor, row: AnyTensor) => {
        const next = tanh(matmul(carry as Matrix, w).add(row as never));
        return [next, next.sum(0)];
      };
      return (scan as never as (...args: unknown[]) => AnyTensor[])(step, x.mul(0), x);
    },
    [normal(11, 60, 60), normal(12, 60, 60).mul(0.1)],
  ],
  "a loop of loops": [
    (x: Matrix) =>
      foriLoop(0, 3, (_, y) => foriLoop(0, 4, (_, z) => tanh(matmul(z, x)), y), x) as AnyTensor,
    [normal(13, 50, 50).mul(0.1)],
  ],
  "a loop with a condition": [
    (x: Matrix) =>
      whileLoop(
        (y: Matrix) => less(y.square().sum(), 1e6),
        (y: Matrix) => matmul(y, x).add(y) as never,
        x,
      ) as AnyTensor,
    [normal(14, 40, 40)],
  ],
  "a choice": [
    (x: Matrix) =>
      foriLoop(
        0,
        4,
        (i, y) =>
          cond(equal(rem(i, 2), 0) as never, (y: Matrix) =>
            tanh(y), (y: Matrix) =>
            matmul(y, x) as never, y) as never,
        x,
      ) as AnyTensor,
    [normal(15, 45, 45).mul(0.2)],
  ],
};

for (const [name, [f, args]] of Object.entries(programs)) {
  Deno.test(`${name}: the same bits on one, two and three threads`, async () => {
    const results = await onEach([1, 2, 3], f as never, ...args);
    assertSameBits(results, name);
  });
}

Deno.test("random programs give the same bits on one and on two threads", async () => {
  await fc.assert(
    fc.asyncProperty(pairs, fc.nat(), async ({ real, text, size }, seed) => {
      const x = normal(seed, size).astype("float64") as unknown as Vector;
      assertSameBits(await onEach([1, 2], real as never, x as AnyTensor), text);
    }),
    { numRuns: 100 },
  );
});

Deno.test("an error in the middle of a program leaves the threads as they were", async () => {
  const x = normal(0, 100, 100);
  const f = (x: AnyTensor) => tanh(sort(tanh(x.mul(2)) as never) as AnyTensor).mul(x);
  const [expected] = await onEach([2], f as never, x);
  useEngine(engineOf(2));
  const { log } = console;
  try {
    const g = jit(
      ((x: Matrix) => {
        debug.print(tanh(x).sum());
        return f(x);
      }) as never,
    ) as unknown as (x: AnyTensor) => AnyTensor;
    console.log = () => {
      throw new Error("in the middle");
    };
    assertThrows(() => g(x), Error, "in the middle");
    while (present() < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let i = 0; i < 5; i++) assertThrows(() => g(x), Error, "in the middle");
    console.log = () => {};
    assertEquals(g(x).toArray(), expected[0].toArray());
  } finally {
    console.log = log;
    useEngine(wasm);
  }
});

Deno.test("the number of threads is a whole one from 1 on", () => {
  for (const count of [0, -1, 1.5, NaN]) {
    assertThrows(() => setThreads(count), RangeError, "from 1 on");
  }
  setThreads(1);
  assertEquals(threads(), 1);
});
