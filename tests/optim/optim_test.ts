/** Optimizers against the formulas of their papers, written out for numbers. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { grad, jit, ones, type Tensor, tensor, TreeError } from "@katachi/katachi";
import { adam, applyUpdates, type Optimizer, sgd, type StateFamily } from "@katachi/katachi/optim";

type Vector = Tensor<[2], "float64">;
const start = [3, -0.5];
const loss = (x: Vector) => x.sub(1).pow(4).sum();
const slope = (x: number) => 4 * (x - 1) ** 3;

/** The parameters after each of some steps. */
function run<F extends StateFamily>(optimizer: Optimizer<F>, steps: number): number[][] {
  let x: Vector = tensor([3, -0.5], "float64");
  let state = optimizer.init(x);
  return Array.from({ length: steps }, () => {
    const [updates, next] = optimizer.update(grad(loss)(x), state, x);
    x = applyUpdates(x, updates);
    state = next;
    return x.toArray();
  });
}

const rates = fc.double({ min: 1e-4, max: 0.01, noNaN: true });
const decays = fc.double({ min: 0, max: 0.99, noNaN: true });

Deno.test("sgd: v <- m v + g, x <- x - a v, and Nesterov's x <- x - a (g + m v)", () => {
  fc.assert(fc.property(rates, decays, fc.boolean(), (rate, momentum, nesterov) => {
    const found = run(sgd(rate, { momentum, nesterov }), 5);
    for (const i of [0, 1]) {
      let [x, v] = [start[i], 0];
      for (const step of found) {
        const g = slope(x);
        v = momentum * v + g;
        x -= rate * (nesterov ? g + momentum * v : v);
        assertAlmostEquals(step[i], x, 1e-12);
      }
    }
  }));
});

Deno.test("adam: the formulas of Kingma and Ba", () => {
  fc.assert(fc.property(rates, decays, decays, (rate, beta1, beta2) => {
    const found = run(adam(rate, { beta1, beta2, epsilon: 1e-6 }), 5);
    for (const i of [0, 1]) {
      let [x, m, v] = [start[i], 0, 0];
      for (const [t, step] of found.entries()) {
        const g = slope(x);
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        const mHat = m / (1 - beta1 ** (t + 1));
        const vHat = v / (1 - beta2 ** (t + 1));
        x -= rate * mHat / (Math.sqrt(vHat) + 1e-6);
        assertAlmostEquals(step[i], x, 1e-9);
      }
    }
  }));
});

Deno.test("a compiled step is the same step", () => {
  const optimizer = adam(0.1);
  const step = (x: Vector, state: ReturnType<typeof optimizer.init<Vector>>) => {
    const [updates, next] = optimizer.update(grad(loss)(x), state, x);
    return { x: applyUpdates(x, updates), state: next };
  };
  const x: Vector = tensor([3, -0.5], "float64");
  const [plain, compiled] = [step, jit(step)].map((f) => {
    const first = f(x, optimizer.init(x));
    return f(first.x, first.state);
  });
  assertEquals(plain.x.toArray(), compiled.x.toArray());
  assertEquals(plain.state[1].step.item(), 2);
});

Deno.test("states and parameters are trees, and are not changed", () => {
  const optimizer = sgd(0.5, { momentum: 0.9 });
  const params = { w: ones([2]), inner: [ones([1])] };
  const state = optimizer.init(params);
  const [updates] = optimizer.update(params, state, params);
  assertEquals(applyUpdates(params, updates).inner[0].toArray(), [0.5]);
  assertEquals(params.w.toArray(), [1, 1]);
  assertEquals(state[1].velocity?.w.toArray(), [0, 0]);
});

Deno.test("errors: decays out of range, trees that differ", () => {
  assertThrows(
    () => sgd(0.1, { momentum: 1 }),
    RangeError,
    "momentum must be from 0 to below 1, got 1",
  );
  assertThrows(() => adam(0.1, { beta2: -1 }), RangeError, "adam: beta2 must be from 0 to below 1");
  const other = { b: ones([2]) } as unknown as { w: Tensor<[2]> };
  assertThrows(() => applyUpdates({ w: ones([2]) }, other), TreeError, "different trees");
});
