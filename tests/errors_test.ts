/** Errors point at the user's line, not at the library's. */
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  DTypeError,
  grad,
  jit,
  KatachiError,
  matmul,
  random,
  ShapeError,
  type Tensor,
  TraceError,
  zeros,
} from "@katachi/katachi";
import { captureStack, trimStack, userPlace } from "../src/errors.ts";

const here = new URL(import.meta.url).href;

/** The line in this file of the first frame of a stack. */
function firstLine(error: Error): string {
  const [frame] = error.stack!.split("\n").filter((line) => /^ +at /.test(line));
  assert(frame.includes(here), error.stack);
  return frame.match(/:(\d+):\d+\)?$/)![1];
}

/** The error that a function throws. */
function thrown(f: () => unknown): Error {
  return assertThrows(f) as Error;
}

const wrong = zeros([7, 7]) as Tensor;
const mistake = (x: Tensor): Tensor<[]> => matmul(x, wrong).sum() as Tensor<[]>;
const mistakeLine = thrown(() => mistake(zeros([2, 3]))).stack!.match(/errors_test\.ts:(\d+)/)![1];

Deno.test("a stack begins with the line that made the mistake, at once and in every trace", () => {
  const x = zeros([2, 3]) as Tensor;
  for (const f of [mistake, grad(mistake), jit(mistake), grad(jit(mistake)), jit(grad(mistake))]) {
    const error = thrown(() => f(x));
    assertInstanceOf(error, ShapeError);
    assertInstanceOf(error, KatachiError);
    assertEquals(firstLine(error), mistakeLine);
  }
});

Deno.test("the head of a stack is the error's name and message", () => {
  assertEquals(
    thrown(() => mistake(zeros([2, 3]))).stack!.split("\n")[0],
    "ShapeError: matmul: inner dimensions differ: [2, 3] x [7, 7] (3 != 7)",
  );
  const traced = thrown(() => jit((x: Tensor<[]>) => x.item())(zeros([])));
  assertInstanceOf(traced, TraceError);
  assertEquals(traced.stack!.startsWith("TraceError: item(): the value of a traced"), true);
});

Deno.test("a stack can be captured below a function, as below an error's constructor", () => {
  const inner = (below?: unknown) => captureStack(below);
  const outer = (below?: unknown) => inner(below);
  const first = (trace: { stack?: string }) => trace.stack!.split("\n")[1].trim().split(" ")[1];
  assertEquals([first(outer()), first(outer(inner))], ["inner", "outer"]);
});

Deno.test("errors of JavaScript's own classes are trimmed where they leave a trace", () => {
  const f = (x: Tensor<[]>) => x.add(random.uniform(random.key(0.5)));
  const error = thrown(() => grad(f)(zeros([])));
  assertInstanceOf(error, RangeError);
  assert(error.stack!.split("\n")[1].startsWith(`    at f (${here}`), error.stack);
});

Deno.test("an error of the user's own keeps its stack", () => {
  const own = new Error("mine");
  const before = own.stack;
  const error = thrown(() =>
    grad((_: Tensor<[]>): Tensor<[]> => {
      throw own;
    })(zeros([]))
  );
  assertEquals(error, own);
  assertEquals(error.stack, before);
});

Deno.test("a stack without a line of the user's, or in another engine's style, stays as it is", () => {
  const library = new URL("../src/", import.meta.url).href;
  const foreign = `f@${here}:1:2\ng@${library}a.ts:3:4`;
  const inside = `DTypeError: x\n    at f (${library}a.ts:1:2)\n    at Array.map (<anonymous>)`;
  for (const stack of [foreign, inside, ""]) {
    const error = new DTypeError("x");
    error.stack = stack;
    assertEquals(trimStack(error).stack, stack);
    assertEquals(userPlace(stack), undefined);
  }
  const mixed = `Error: x\n    at f (${library}a.ts:1:2)\n    at async https://site/app.ts:5:6`;
  assertEquals(userPlace(mixed), "https://site/app.ts:5:6");
  assertEquals(
    userPlace(mixed.replace("async https", "g (https") + ")"),
    "https://site/app.ts:5:6",
  );
});
