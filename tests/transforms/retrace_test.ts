/** Static arguments, and why a function is traced again. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  debug,
  grad,
  jit,
  type JitOptions,
  ones,
  type Tensor,
  tensor,
  traceCount,
  TraceError,
  zeros,
} from "@katachi/katachi";
import { printedBy } from "../debug/console.ts";

const power = (x: Tensor<[2]>, n: number): Tensor<[2]> =>
  n === 0 ? ones([2]) : power(x, n - 1).mul(x);

Deno.test("a static argument is a value: one program for each", () => {
  const f = jit(power, { staticArgnums: [1] });
  const x = tensor([2, 3]);
  assertEquals(f(x, 2).toArray(), [4, 9]);
  assertEquals(f(x, 3).toArray(), [8, 27]);
  assertEquals(f(x.add(1), 2).toArray(), [9, 16]);
  assertEquals(traceCount(f), 2);
  assertEquals(grad((x: Tensor<[2]>) => f(x, 3).sum())(x).toArray(), [12, 27]);
  assertEquals(jit((x: Tensor<[2]>) => f(x, 3))(x).toArray(), [8, 27]);
  assertEquals(traceCount(f), 2);
});

Deno.test("static values are the same where they are written the same, objects by identity", () => {
  // deno-lint-ignore no-explicit-any -- values of any kind
  const same = (a: any, b: any): boolean => {
    const f = jit((x: AnyTensor, _: unknown) => x, { staticArgnums: [1] });
    f(zeros([]), a);
    f(zeros([]), b);
    return traceCount(f) === 1;
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      assert(same(a, structuredClone(a)));
      assertEquals(same(a, b), JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
    }),
    { numRuns: 200 },
  );
  const symbol = Symbol("s");
  for (const value of [undefined, NaN, 10n, symbol, Symbol.for("s"), Math.sin, new Date(0)]) {
    assert(same(value, value));
  }
  const different: [unknown, unknown][] = [
    [0, -0],
    [1, "1"],
    [1, 1n],
    [null, undefined],
    ["null", null],
    [symbol, Symbol("s")],
    [symbol, Symbol.for("s")],
    [() => 1, () => 1],
    [new Date(0), new Date(0)],
    [[1, [2]], [[1, 2]]],
    [{ a: 1 }, [["a", 1]]],
  ];
  for (const [a, b] of different) assert(!same(a, b), `${String(a)} and ${String(b)}`);
});

/** A JSON value with the names of its objects in order, and without negative zeros. */
function sorted(value: unknown): unknown {
  if (Object.is(value, -0)) return "negative zero";
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([name, item]) => [name, sorted(item)]).sort(([a], [b]) =>
    (a as string) < (b as string) ? -1 : 1
  ).concat([["object"]]);
}

Deno.test("a tensor cannot be static, and positions are whole numbers", () => {
  const f = jit((x: AnyTensor, _: unknown) => x, { staticArgnums: [1] });
  const message = "jit: argument 1 is static, and a tensor is not; leave it out of staticArgnums";
  assertThrows(() => f(zeros([]), zeros([])), TypeError, message);
  assertThrows(() => f(zeros([]), { deep: [zeros([])] }), TypeError, message);
  for (const position of [-1, 0.5]) {
    assertThrows(
      () => jit((x: AnyTensor) => x, { staticArgnums: [position] }),
      RangeError,
      `jit: staticArgnums are positions of arguments, got ${position}`,
    );
  }
});

/** What is said about calling a function with several lists of arguments, one after the other. */
function explained(calls: readonly unknown[][], options: JitOptions = {}): string[] {
  using _explained = debug.retraces(true);
  const f = jit(function step(..._: unknown[]) {
    return zeros([]);
  }, options);
  return printedBy(() => calls.forEach((args) => f(...args)));
}

Deno.test("each trace after the first says what is new, against the most similar one before", () => {
  const [x, y, wide] = [zeros([2, 3]), zeros([4, 3]), zeros([2, 3], "float64")];
  assertEquals(
    explained([
      [{ w: x, b: [x] }],
      [{ w: x, b: [x] }],
      [{ w: y, b: [x] }],
      [{ w: y, b: [wide] }],
      [{ w: x, b: [x] }],
      [{ w: x, b: [wide.sum(0)] }],
      [{ w: x }],
      [{ w: x }, x],
    ]),
    [
      "jit: trace 2 of step: argument 0.w has the shape [4, 3], had [2, 3] (in trace 1)",
      "jit: trace 3 of step: argument 0.b[0] has the dtype float64, had float32 (in trace 2)",
      "jit: trace 4 of step: argument 0.b[0] is float64[3], was float32[2, 3] (in trace 1)",
      "jit: trace 5 of step: argument 0 has the form { w: * }, had { b: [*], w: * } (in trace 4)",
      "jit: trace 6 of step: there are 2 arguments, there were 1 (in trace 5)",
    ],
  );
});

Deno.test("static arguments are named, and many differences are counted", () => {
  const x = zeros([]);
  assertEquals(
    explained([[x, "sum"], [x, "mean"], [x, { depth: 2 }]], { staticArgnums: [1] }),
    [
      'jit: trace 2 of step: static argument 1 is "mean", was "sum" (in trace 1)',
      'jit: trace 3 of step: static argument 1 is { "depth": 2 }, was "mean" (in trace 2)',
    ],
  );
  const list = (n: number) => [Array.from({ length: 6 }, () => zeros([n]))];
  assertEquals(explained([list(1), list(2)]), [
    "jit: trace 2 of step: " +
    [0, 1, 2, 3].map((i) => `argument 0[${i}] has the shape [2], had [1]`).join("; ") +
    "; and 2 more (in trace 1)",
  ]);
});

Deno.test("a program for one enclosing trace only says so", () => {
  using _explained = debug.retraces(true);
  let captured: Tensor<[]> = zeros([]);
  const inner = jit(function plus(y: Tensor<[]>): Tensor<[]> {
    return y.add(captured);
  });
  const lines = printedBy(() => {
    for (let i = 0; i < 2; i++) {
      grad((x: Tensor<[]>) => {
        captured = x;
        return inner(x);
      })(tensor(1));
    }
  });
  assertEquals(lines, [
    "jit: trace 2 of plus: it captures a tensor of an enclosing trace, " +
    "so its program is good for that trace only",
  ]);
});

Deno.test("nothing is said unless it is asked for; maxTraces says the same", () => {
  const f = jit((x: AnyTensor) => x, { maxTraces: 2 });
  assertEquals(printedBy(() => [f(zeros([1])), f(zeros([2]))]), []);
  assertEquals(
    assertThrows(() => f(zeros([2], "int32")), TraceError).message,
    "jit: would trace the function more than maxTraces = 2 times: " +
      "argument 0 has the dtype int32, had float32 (in trace 2)",
  );
  assertEquals(
    assertThrows(() => jit((x: AnyTensor) => x, { maxTraces: 0 })(zeros([])), TraceError).message,
    "jit: would trace the function more than maxTraces = 0 times",
  );
});
