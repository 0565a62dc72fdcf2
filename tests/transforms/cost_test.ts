/** What programs cost, held against what one finds with pencil and paper. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  Cost,
  cost,
  countEquations,
  debug,
  grad,
  jit,
  less,
  makeTape,
  matmul,
  random,
  scan,
  sigmoid,
  sin,
  switchCase,
  tanh,
  tapeCost,
  type Tensor,
  tensor,
  whileLoop,
  zeros,
} from "@katachi/katachi";
import "../../tools/all_primitives.ts";
import { applicationsOf } from "../primitives/applications.ts";
import { optimize } from "../../src/tape/passes/optimize.ts";
import { definePrimitive, type Primitive, primitives } from "../../src/tape/primitive.ts";
import { bind } from "../../src/tape/recorder.ts";

Deno.test("a multilayer perceptron: 2mnk for each product, then one for each sum and tanh", () => {
  const [batch, inputs, hidden, outputs] = [32, 784, 128, 10];
  const mlp = (
    w1: Tensor<[784, 128]>,
    b1: Tensor<[128]>,
    w2: Tensor<[128, 10]>,
    b2: Tensor<[10]>,
    x: Tensor<[32, 784]>,
  ) => matmul(tanh(matmul(x, w1).add(b1)), w2).add(b2);
  const args = [
    zeros([784, 128]),
    zeros([128]),
    zeros([128, 10]),
    zeros([10]),
    zeros([32, 784]),
  ] as const;
  const forward = 2 * batch * inputs * hidden + 2 * batch * hidden + // product, sum and tanh
    2 * batch * hidden * outputs + batch * outputs;
  const found = cost(mlp, ...args);
  assertEquals(found.flops, forward);
  assertEquals(found.byPrimitive, {
    contract: { equations: 2, flops: 2 * batch * hidden * (inputs + outputs) },
    broadcast: { equations: 2, flops: 0 },
    add: { equations: 2, flops: batch * (hidden + outputs) },
    tanh: { equations: 1, flops: batch * hidden },
  });
  const inputsHeld = inputs * hidden + hidden + hidden * outputs + outputs + batch * inputs;
  // The product and the spread bias are held while the sum is made.
  assertEquals(found.peakBytes, 4 * (inputsHeld + 3 * batch * hidden));
  assertEquals(found.uncounted, []);
  assertEquals(cost(jit(mlp), ...args).flops, forward);
});

Deno.test("a chain holds its input and two values at a time, whatever its length", () => {
  const n = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(n, fc.integer({ min: 2, max: 20 }), (size, length) => {
      const chain = (x: AnyTensor): AnyTensor => {
        let y = x;
        for (let i = 0; i < length; i++) y = sin(y);
        return y;
      };
      const { flops, bytesRead, bytesWritten, peakBytes } = cost(chain, zeros([size], "float64"));
      assertEquals(flops, size * length);
      assertEquals(bytesRead, 8 * size * length);
      assertEquals(bytesWritten, 8 * size * length);
      assertEquals(peakBytes, 8 * size * 3);
      assertEquals(cost(jit(chain), zeros([size], "float64")).peakBytes, 8 * size * 3);
    }),
    { numRuns: 50 },
  );
});

Deno.test("what is read again later is held until then; results are held to the end", () => {
  const late = (x: Tensor<[10]>) => {
    const first = sin(x);
    return sin(sin(sin(first))).add(first);
  };
  // x, first and two values of the chain.
  assertEquals(cost(late, zeros([10])).peakBytes, 4 * 10 * 4);
  const all = (x: Tensor<[10]>) => [sin(x), sin(sin(x)), sin(sin(sin(x)))];
  assertEquals(cost(all, zeros([10])).peakBytes, 4 * 10 * 4);
  assertEquals(cost((x: Tensor<[10]>) => x, zeros([10])).peakBytes, 4 * 10);
});

Deno.test("captured tensors are held, literals are part of the program, an operand is read once", () => {
  const weights = random.normal(random.key(0), [10]);
  const found = cost((x: Tensor<[10]>) => x.mul(weights).mul(2), zeros([10]));
  assertEquals(found.peakBytes, 4 * 10 * 4);
  assertEquals(found.bytesRead, 4 * (20 + 10));
  assertEquals(cost((x: Tensor<[10]>) => x.mul(x), zeros([10])).bytesRead, 4 * 10);
});

Deno.test("elementwise expressions count their operations, other primitives say", () => {
  const flops = (f: (x: Tensor<[4, 8]>) => unknown) => cost(f, zeros([4, 8])).flops;
  assertEquals(flops((x) => x.add(1)), 32);
  assertEquals(flops((x) => sigmoid(x)), 4 * 32); // neg, exp, add, div
  assertEquals(flops((x) => x.sum(1)), 32);
  assertEquals(flops((x) => x.max()), 32);
  assertEquals(flops((x) => x.argmax(1)), 32);
  assertEquals(flops((x) => x.transpose().reshape([32]).astype("int32")), 0);
  assertEquals(flops((x) => matmul(x, x.transpose())), 2 * 4 * 4 * 8);
});

Deno.test("every primitive of the library says what it costs, or it follows from its meaning", () => {
  const draws = (primitive: Primitive) => fc.sample(applicationsOf(primitive, "float32"), 10);
  for (const primitive of primitives()) {
    for (const { operands, params } of draws(primitive)) {
      const f = (...xs: AnyTensor[]) => [...bind(primitive, xs, params)];
      const tape = makeTape(f)(...operands);
      const { flops, uncounted } = tapeCost(tape);
      // How often a loop goes round until a condition fails is not known.
      assertEquals(uncounted, primitive.name === "while" ? ["while"] : [], primitive.name);
      assert(Number.isInteger(flops) && flops >= 0, `${primitive.name}: ${flops}`);
    }
  }
});

Deno.test("a cost is additive over calls, and counts what countEquations counts", () => {
  const f = jit((x: Tensor<[6]>) => sin(x).mul(x));
  const twice = makeTape((x: Tensor<[6]>) => f(f(x)))(zeros([6]));
  const once = makeTape(f)(zeros([6]));
  assertEquals(tapeCost(twice).flops, 2 * tapeCost(once).flops);
  assertEquals(tapeCost(twice).bytesRead, 2 * tapeCost(once).bytesRead);
  for (const tape of [twice, makeTape(grad((x: Tensor<[6]>) => f(x).sum()))(zeros([6]))]) {
    const counts = Object.entries(tapeCost(tape).byPrimitive);
    assertEquals(
      Object.fromEntries(counts.map(([name, { equations }]) => [name, equations])),
      countEquations(tape),
    );
    assert(tapeCost(optimize(tape)).flops <= tapeCost(tape).flops);
  }
});

Deno.test("a scan costs its step as often as it goes; a choice its costliest branch", () => {
  const steps = (x: Tensor<[8]>, ys: Tensor<[5, 8]>) =>
    scan(
      (carry: Tensor<[8]>, y: Tensor<[8]>) => {
        const next = sin(carry).mul(y);
        return [next, next];
      },
      x,
      ys,
    );
  const found = cost(steps, zeros([8]), zeros([5, 8]));
  assertEquals(found.flops, 5 * 2 * 8);
  assertEquals(found.byPrimitive, {
    scan: { equations: 1, flops: 0 },
    sin: { equations: 1, flops: 40 },
    mul: { equations: 1, flops: 40 },
  });
  assertEquals(found.uncounted, []);
  assertEquals(found.bytesRead, 5 * 4 * (8 + 16));
  const choice = (i: Tensor<[], "int32">, x: Tensor<[8]>) =>
    switchCase(i, [(x: Tensor<[8]>) => x, (x) => sin(sin(x)), (x) => sin(x)], x);
  const chosen = cost(choice, tensor(0, "int32"), zeros([8]));
  assertEquals(chosen.flops, 16);
  assertEquals(chosen.byPrimitive.sin, { equations: 2, flops: 16 });
  const open = (x: Tensor<[]>) => whileLoop((x: Tensor<[]>) => less(x, 9), (x) => x.add(1), x);
  assertEquals(cost(open, tensor(0)).uncounted, ["while"]);
});

Deno.test("a kernel that does not say what it costs is named", () => {
  const [{ sample }] = primitives();
  const silent = definePrimitive({
    name: "silent",
    family: "test",
    summary: "for this test only",
    infer: ([x]) => [x],
    meaning: { kind: "kernel", run: () => {} },
    vjp: { notDifferentiable: "test" },
    batch: { params: () => undefined },
    sample,
  });
  const found = cost((x: Tensor<[2]>) => bind(silent, [sin(x)], undefined)[0], zeros([2]));
  assertEquals(found.uncounted, ["silent"]);
  assertEquals(
    found.toString(),
    `at least 2 FLOPs, 16 B read, 16 B written, at most 24 B held
  sin     1 equation  2 FLOPs
  silent  1 equation  ? FLOPs`,
  );
});

Deno.test("as text a cost is a table, the costliest primitive first", () => {
  const f = (x: Tensor<[32, 64]>, w: Tensor<[64, 16]>) => {
    debug.print(x, "x");
    return tanh(tanh(matmul(x, w))).sum();
  };
  const found = cost(f, zeros([32, 64]), zeros([64, 16]));
  const expected = `67,072 FLOPs, 26 KiB read, 6 KiB written, at most 16 KiB held
  contract  1 equation   65,536 FLOPs
  tanh      2 equations   1,024 FLOPs
  sum       1 equation      512 FLOPs
  print     1 equation        0 FLOPs`;
  assertEquals(found.toString(), expected);
  assertEquals(Deno.inspect(found), expected);
  assertEquals(
    new Cost({ ...found, byPrimitive: {}, peakBytes: 3 * 2 ** 40 }).toString(),
    "67,072 FLOPs, 26 KiB read, 6 KiB written, at most 3 TiB held",
  );
});
