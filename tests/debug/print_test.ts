/** What a program prints: the same in every transformation, once, in order. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  type AnyTensor,
  arange,
  checkpoint,
  cond,
  debug,
  grad,
  jit,
  jvp,
  less,
  makeTape,
  runTape,
  scan,
  sin,
  type Tensor,
  tensor,
  TreeError,
  valueAndGrad,
  vjp,
  vmap,
  whileLoop,
  zeros,
} from "@katachi/katachi";
import { optimize } from "../../src/tape/passes/optimize.ts";
import { batchTape } from "../../src/transforms/batch.ts";
import { printedBy } from "./console.ts";

const noisy = (x: Tensor<[2]>): Tensor<[]> => {
  debug.print(x, "x");
  const y = sin(x).mul(2);
  debug.print(y.sum(0), "sum");
  debug.print(x, "x");
  return x.square().sum();
};
const x = tensor([0, 0]);
const expected = ["x: float32[2] [0, 0]", "sum: float32[] 0", "x: float32[2] [0, 0]"];

Deno.test("printing is part of the program: at once, compiled, differentiated, and mixed", () => {
  const gradients = (f: (x: Tensor<[2]>) => Tensor<[]>) =>
    grad((x: Tensor<[2]>) => grad(f)(x).square().sum());
  for (
    const f of [
      noisy,
      jit(noisy),
      jit(jit(noisy)),
      grad(noisy),
      grad(jit(noisy)),
      jit(grad(noisy)),
      jit(grad(jit(noisy))),
      valueAndGrad(jit((x: Tensor<[2]>) => jit(noisy)(x))),
      gradients(noisy),
      gradients(jit(noisy)),
      jit(gradients(jit(noisy))),
    ] as ((x: AnyTensor) => unknown)[]
  ) {
    assertEquals(printedBy(() => f(x)), expected);
    assertEquals(printedBy(() => f(x)), expected, "again");
  }
});

Deno.test("a pullback prints nothing, however often it is called", () => {
  let pullback: ((cotangent: Tensor<[]>) => unknown) | undefined;
  assertEquals(printedBy(() => [, pullback] = vjp(jit(noisy), x)), expected);
  assertEquals(printedBy(() => [pullback!(tensor(1)), pullback!(tensor(2))]), []);
});

Deno.test("equal prints stay apart, prints of constants stay, and so do calls that only print", () => {
  const shout = jit((x: Tensor<[2]>) => {
    debug.print(tensor([1, 2]), "constant");
    debug.print(x, "twice");
    debug.print(x, "twice");
    return x;
  });
  const f = jit((x: Tensor<[2]>) => {
    shout(x);
    shout(x);
    return x;
  });
  const once = [
    "constant: float32[2] [1, 2]",
    "twice: float32[2] [0, 0]",
    "twice: float32[2] [0, 0]",
  ];
  assertEquals(printedBy(() => f(x)), [...once, ...once]);
  assertEquals(printedBy(() => grad((x: Tensor<[2]>) => f(x).sum())(x)), [...once, ...once]);
});

Deno.test("tracing prints nothing, and the optimizer keeps what the print reads", () => {
  let text = "";
  assertEquals(
    printedBy(() => text = optimize(makeTape(noisy)(x)).toString()),
    [],
  );
  assertEquals(
    text,
    `tape (a: float32[2]) {
  print[label=x] a
  b: float32[2] = sin a
  c: float32[2] = mul b 2
  d: float32[] = sum[axes=[0]] c
  print[label=sum] d
  print[label=x] a
  e: float32[2] = mul a a
  f: float32[] = sum[axes=[0]] e
  return f
}`,
  );
});

Deno.test("what the way back makes again rather than keep is not printed again", () => {
  const wide = jit((x: Tensor<[]>) => {
    debug.print(x, "x");
    return x.add(1).broadcastTo([2, 3]);
  });
  const f = jit((x: Tensor<[]>) => wide(x).mul(wide(x)).sum());
  assertEquals(printedBy(() => grad(f)(tensor(1))), ["x: float32[] 1", "x: float32[] 1"]);
});

Deno.test("a batch is printed example by example, a batch of batches by both indices", () => {
  const tape = makeTape((x: Tensor<[3]>) => (debug.print(x, "x"), debug.print(x.sum(), "sum"), x))(
    zeros([3]),
  );
  const { tape: batch } = batchTape(tape, [true], 2);
  assertEquals(printedBy(() => runTape(batch, arange(6).reshape([2, 3]))), [
    "x: 2 examples of float32[3]\n  [0] [0, 1, 2]\n  [1] [3, 4, 5]",
    "sum: 2 examples of float32[]\n  [0] 3\n  [1] 12",
  ]);
  const { tape: batches } = batchTape(batch, [true], 1);
  assertEquals(printedBy(() => runTape(batches, arange(6).reshape([1, 2, 3]))), [
    "x: 1 x 2 examples of float32[3]\n  [0, 0] [0, 1, 2]\n  [0, 1] [3, 4, 5]",
    "sum: 1 x 2 examples of float32[]\n  [0, 0] 3\n  [0, 1] 12",
  ]);
  const { tape: same } = batchTape(tape, [false], 2);
  assertEquals(printedBy(() => runTape(same, arange(3))), [
    "x: float32[3] [0, 1, 2]",
    "sum: float32[] 3",
  ]);
});

Deno.test("vmap prints its examples together, once", () => {
  const f = (x: Tensor<[]>): Tensor<[]> => {
    debug.print(x, "x");
    debug.print(tensor([1, 2]), "shared");
    return sin(x);
  };
  const once = ["x: 2 examples of float32[]\n  [0] 0\n  [1] 1", "shared: float32[2] [1, 2]"];
  const xs = tensor([0, 1]);
  for (const g of [vmap(f), jit(vmap(f)), vmap(jit(f)), vmap(grad(f)), vmap(grad(jit(f)))]) {
    assertEquals(printedBy(() => g(xs)), once);
  }
});

Deno.test("loops print in each round, choices what is chosen, forward only", () => {
  const steps = (x: Tensor<[]>) =>
    scan(
      (carry: Tensor<[]>, y: Tensor<[]>) => {
        debug.print(y, "y");
        return [carry.mul(y), carry];
      },
      x,
      tensor([2, 3]),
    )[0];
  const rounds = ["y: float32[] 2", "y: float32[] 3"];
  const chosen = (x: Tensor<[]>) =>
    cond(
      tensor(true),
      (a: Tensor<[]>) => (debug.print(a, "yes"), sin(a)),
      (a: Tensor<[]>) => (debug.print(a, "no"), a),
      x,
    );
  const counted = (x: Tensor<[]>) =>
    whileLoop((n: Tensor<[]>) => less(n, 3), (n) => (debug.print(n, "n"), n.add(2)), x);
  const one = tensor(1);
  for (const f of [steps, jit(steps), grad(steps), jit(grad(steps)), grad(grad(steps))]) {
    assertEquals(printedBy(() => f(one)), rounds);
  }
  for (const f of [chosen, jit(chosen), grad(chosen), jit(grad(chosen)), grad(grad(chosen))]) {
    assertEquals(printedBy(() => f(one)), ["yes: float32[] 1"]);
  }
  assertEquals(printedBy(() => counted(one)), ["n: float32[] 1"]);
  for (const f of [noisyScalar, jit(noisyScalar), counted]) {
    assertEquals(printedBy(() => jvp(f, [one], [one])), ["n: float32[] 1"]);
  }
});

const noisyScalar = (x: Tensor<[]>): Tensor<[]> => (debug.print(x, "n"), sin(x));

Deno.test("what the way back computes again prints nothing", () => {
  const again = checkpoint(noisyScalar);
  const deep = checkpoint(jit(noisyScalar));
  for (const f of [again, deep]) {
    for (const g of [f, grad(f), jit(grad(f)), grad(jit(f)), grad(grad(f))]) {
      assertEquals(printedBy(() => g(tensor(1))), ["n: float32[] 1"]);
    }
  }
});

Deno.test("short values follow their name, long ones stand below; trees print leaf by leaf", () => {
  assertEquals(printedBy(() => debug.print(tensor(1.5))), ["float32[] 1.5"]);
  assertEquals(
    printedBy(() => debug.print({ b: tensor([true, false]), a: [zeros([2, 0])] }, "p")),
    ["p.a[0]: float32[2, 0] [[], []]", "p.b: bool[2] [ true, false]"],
  );
  const wide = zeros([2, 20], "int32");
  assertEquals(printedBy(() => debug.print(wide, "wide")), [
    `wide: int32[2, 20]
  [[${Array(20).fill(0).join(", ")}],
   [${Array(20).fill(0).join(", ")}]]`,
  ]);
  assertThrows(
    () => debug.print(3),
    TreeError,
    "debug.print: the value is the number 3, not a tensor; write tensor(3)",
  );
});
