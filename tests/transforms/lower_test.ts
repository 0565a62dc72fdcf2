/** Looking at what a function becomes, and where its time goes. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  jit,
  type KernelReport,
  matmul,
  ones,
  profile,
  scan,
  tanh,
  type Tensor,
  traceCount,
  zeros,
} from "@katachi/katachi";
import { interpreter } from "../../src/engines/interpreter/interpreter.ts";
import { wasm } from "../../src/engines/wasm/engine.ts";
import { useEngine } from "../../src/tape/engine.ts";

const layer = (w: Tensor<[20, 30]>, x: Tensor<[10, 20]>) => tanh(matmul(x, w)).sum();

function all(kernels: readonly KernelReport[]): readonly KernelReport[] {
  return kernels.flatMap((kernel) => [kernel, ...all(kernel.inside)]);
}

Deno.test("lower shows the tape, the kernels and the memory of a program, and runs nothing", () => {
  const f = jit(layer);
  const lowered = f.lower(zeros([20, 30]), zeros([10, 20]));
  assertEquals(traceCount(f), 1);
  assertEquals(lowered.tape.inputs.map(({ shape }) => shape), [[20, 30], [10, 20]]);
  const product = lowered.kernels.find(({ kind }) => kind === "contract")!;
  assertEquals(product.flops, 2 * 10 * 20 * 30);
  assertEquals(product.bytesRead, 4 * (20 * 30 + 10 * 20));
  assertEquals(product.bytesWritten, 4 * 10 * 30);
  assert(WebAssembly.validate(lowered.module));
  for (const { address, bytes } of lowered.memory) assert(address + bytes <= lowered.peakBytes);
  const [a, b] = ["in0", "in1"].map((name) => lowered.memory.find((x) => x.name === name)!);
  assert(a.address + a.bytes <= b.address || b.address + b.bytes <= a.address);
  const text = `${lowered}`;
  for (const { name } of lowered.kernels) assertStringIncludes(text, `${name}: `);
  assertStringIncludes(text, "12,000 FLOPs");
  assertStringIncludes(text, "in0   float32[20,30]");
  f(ones([20, 30]), ones([10, 20]));
  assertEquals(traceCount(f), 1);
});

Deno.test("a donated argument and its result have one place", () => {
  const f = jit((x: Tensor<[100]>) => x.mul(2), { donate: [0] });
  const { memory } = f.lower(zeros([100]));
  const [input, output] = ["in0", "out0"].map((name) => memory.find((x) => x.name === name)!);
  assertEquals(input.address, output.address);
});

Deno.test("an engine that makes no modules says so", () => {
  try {
    useEngine(interpreter);
    assertThrows(() => jit(tanh).lower(zeros([])), TypeError, "interpreter makes no modules");
  } finally {
    useEngine(wasm);
  }
});

Deno.test("profile counts the calls of each kernel, and knows the lines", () => {
  const sums = jit((x: Tensor<[5, 8]>) => scan((c, row) => [c.add(row).tanh(), c], x.sum(0), x)[0]);
  const expected = sums(ones([5, 8])).toArray();
  const x = ones([5, 8]);
  const measured = profile(() => {
    sums(x);
    return sums(x).toArray();
  });
  assertEquals(measured.result, expected);
  const calls = (kind: string) =>
    measured.kernels.find(({ kernel }) => kernel.kind === kind)?.calls;
  assertEquals([calls("scan"), calls("reduce"), calls("loop")], [2, 2, 10]);
  for (const { kernel, milliseconds } of measured.kernels) {
    assert(milliseconds >= 0);
    assertStringIncludes(`${kernel.lines}`, "lower_test.ts:");
  }
  const total = measured.kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  assert(total + measured.compileMilliseconds <= measured.milliseconds + 1e-9);
  for (const { kernel } of measured.kernels) assertStringIncludes(`${measured}`, kernel.name);
  assertEquals(traceCount(sums), 1);
});

Deno.test("profile shows what is computed outside of programs, and ends when the function throws", () => {
  const { kernels } = profile(() => matmul(ones([3, 3]), ones([3, 3])).add(1));
  const add = kernels.find(({ kernel }) => kernel.name === "eager add")!;
  assertEquals([add.calls, add.kernel.flops, add.kernel.bytesWritten], [1, 9, 36]);
  const f = jit((x: Tensor<[2]>) => x.add(1), { maxTraces: 1 });
  f(zeros([2]));
  assertThrows(
    () =>
      profile(() => {
        f(zeros([2]));
        throw new RangeError("mine");
      }),
    RangeError,
    "mine",
  );
  assertEquals(all(f.lower(zeros([2])).kernels).flatMap(({ lines }) => lines), []);
});
