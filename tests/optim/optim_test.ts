/** Optimizers against the formulas of their papers, written out for numbers. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  grad,
  jit,
  ones,
  random,
  stack,
  type Tensor,
  tensor,
  TreeError,
  unstack,
  zeros,
} from "@katachi/katachi";
import {
  accumulate,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  addDecayedWeights,
  applyUpdates,
  asgd,
  chain,
  clip,
  clipByGlobalNorm,
  ema,
  globalNorm,
  injectHyperparams,
  linearSchedule,
  nadam,
  type NoState,
  type Optimizer,
  radam,
  rmsprop,
  rprop,
  scale,
  scaleByAdam,
  setHyperparams,
  sgd,
  skipNonFinite,
  type StateFamily,
  trace,
  type Transformation,
} from "@katachi/katachi/optim";

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

Deno.test("states and parameters are trees, and are not changed", () => {
  const optimizer = sgd(0.5, { momentum: 0.9 });
  const params = { w: ones([2]), inner: [ones([1])] };
  const state = optimizer.init(params);
  const [updates] = optimizer.update(params, state, params);
  assertEquals(applyUpdates(params, updates).inner[0].toArray(), [0.5]);
  assertEquals(params.w.toArray(), [1, 1]);
  assertEquals(state[1].velocity?.w.toArray(), [0, 0]);
});

Deno.test("clip and clipByGlobalNorm: bounds that small gradients do not notice", () => {
  // Squares of numbers below 1e-154 are 0.
  const value = fc.double({ min: -1e10, max: 1e10, noNaN: true })
    .map((x) => Math.abs(x) < 1e-150 ? 0 : x);
  const values = fc.array(value, { minLength: 2 });
  const limits = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(fc.property(values, limits, (values, limit) => {
    const [a, b] = [values.slice(1), values.slice(0, 1)].map((part) => tensor(part, "float64"));
    const tree = { a, b };
    const [clipped] = clip(limit).update(tree, null, tree);
    const bounded = (x: number) => Math.min(Math.max(x, -limit), limit);
    assertEquals(clipped.a.toArray(), values.slice(1).map(bounded));
    const [scaled] = clipByGlobalNorm(limit).update(tree, null, tree);
    const norm = Math.hypot(...values);
    assertAlmostEquals(globalNorm(tree).item(), norm, norm * 1e-12);
    if (norm <= limit) assertEquals(scaled.a.toArray(), a.toArray());
    else assertAlmostEquals(globalNorm(scaled).item(), limit, limit * 1e-12);
  }));
});

Deno.test("globalNorm: float32 whose squares are no float32", () => {
  assertAlmostEquals(globalNorm([tensor([3e30]), tensor([4e30])]).item(), 5e30, 1e24);
});

Deno.test("clipByGlobalNorm leaves zeros alone, and makes no number of NaN", () => {
  const rule = clipByGlobalNorm(1);
  assertEquals(rule.update(zeros([2]), null, zeros([2]))[0].toArray(), [0, 0]);
  assertEquals(rule.update(tensor([NaN, 1]), null, zeros([2]))[0].toArray(), [NaN, NaN]);
});

Deno.test("addDecayedWeights decays what the mask tells by shape or place", () => {
  const params = { weight: ones([2, 1]), layers: [{ bias: ones([1]) }] };
  const nothing = { weight: zeros([2, 1]), layers: [{ bias: zeros([1]) }] };
  const [updates] = addDecayedWeights(0.5, { mask: (_, path) => path === ".layers[0].bias" })
    .update(nothing, null, params);
  assertEquals(updates.weight.toArray(), [[0], [0]]);
  assertEquals(updates.layers[0].bias.toArray(), [0.5]);
});

Deno.test("accumulate: steps of mean gradients, as of one large batch", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), (every, seed) => {
    const gradients = random.normal(random.key(seed), [2 * every, 3], { dtype: "float64" });
    const inner = adam(0.1);
    const optimizer = accumulate(inner, every);
    const x = zeros([3], "float64");
    let [state, alone] = [optimizer.init(x), inner.init(x)];
    const rows = unstack(gradients);
    for (const [i, row] of rows.entries()) {
      const [updates, next] = optimizer.update(row, state, x);
      state = next;
      if ((i + 1) % every > 0) {
        assertEquals(updates.toArray(), [0, 0, 0]);
        continue;
      }
      const mean = stack(rows.slice(i + 1 - every, i + 1) as [typeof x]).mean(0);
      const [expected, after] = inner.update(mean, alone, x);
      alone = after;
      for (const [j, u] of updates.toArray().entries()) {
        assertAlmostEquals(u, expected.toArray()[j], 1e-9);
      }
      assertEquals(state.count.item(), 0);
      assertEquals(state.inner[1].step.item(), alone[1].step.item());
    }
  }));
});

Deno.test("skipNonFinite: no step and no change of state, until the limit", () => {
  const optimizer = skipNonFinite(sgd(0.5, { momentum: 0.5 }), { limit: 2 });
  const x = zeros([2]);
  const steps = [[1, 1], [NaN, 1], [1, Infinity], [1, 1], [NaN, 0], [NaN, 0], [NaN, 2]];
  let state = optimizer.init(x);
  const seen = steps.map((gradient) => {
    const [updates, next] = optimizer.update(tensor(gradient) as typeof x, state, x);
    state = next;
    return [updates.toArray(), state.consecutive.item(), state.total.item()];
  });
  assertEquals(seen, [
    [[-0.5, -0.5], 0, 0],
    [[0, 0], 1, 1],
    [[0, 0], 2, 2],
    [[-0.75, -0.75], 0, 2],
    [[0, 0], 1, 3],
    [[0, 0], 2, 4],
    [[NaN, -1.375], 3, 5],
  ]);
});

Deno.test("injectHyperparams: what changes in the state is not compiled anew", () => {
  const optimizer = injectHyperparams(({ rate, momentum }) => sgd(rate, { momentum }), {
    rate: 0.1,
    momentum: linearSchedule(0, 0.5, 2),
  });
  const x = zeros([1], "float64");
  const update = jit(
    (g: typeof x, state: ReturnType<typeof optimizer.init<typeof x>>) =>
      optimizer.update(g, state, x),
    { maxTraces: 1 },
  );
  const g = ones([1], "float64");
  const [first, second] = update(g, optimizer.init(x));
  assertAlmostEquals(first.toArray()[0], -0.1, 1e-12);
  assertEquals(second.hyperparams.momentum.item(), 0);
  const [faster, third] = update(g, setHyperparams(second, { rate: 1 }));
  assertAlmostEquals(faster.toArray()[0], -1.25, 1e-12);
  assertEquals(third.hyperparams.momentum.item(), 0.25);
  assertThrows(
    // @ts-expect-error the compiler says so, too
    () => setHyperparams(third, { learningRate: 1 }),
    TypeError,
    "setHyperparams: there is no learningRate, only rate, momentum",
  );
});

Deno.test("hyperparameters as tensors are those numbers", () => {
  const t = (x: number) => tensor(x, "float64");
  const numbers = run(adam(0.1, { beta1: 0.8, beta2: 0.95, epsilon: 0.1, weightDecay: 0.2 }), 5);
  const tensors = run(
    adam(t(0.1), { beta1: t(0.8), beta2: t(0.95), epsilon: t(0.1), weightDecay: t(0.2) }),
    5,
  );
  for (const [i, row] of numbers.entries()) {
    for (const [j, x] of row.entries()) assertAlmostEquals(tensors[i][j], x, 1e-12);
  }
});

Deno.test("chain hands on updates, parameters and what is known of the step", () => {
  const seen: unknown[] = [];
  const watching: Transformation<NoState> = {
    init: () => null,
    update: (gradients, state, params, facts) => {
      seen.push(gradients, params, facts);
      return [gradients, state];
    },
  };
  const [x, g] = [tensor([1]), tensor([2])];
  const facts = { value: tensor(3) };
  const rule = chain(scale(0.5), chain(watching));
  const [updates, state] = rule.update(g, rule.init(x), x, facts);
  assertEquals([updates.toArray(), state], [[1], [null, [null]]]);
  assertEquals(seen, [updates, x, facts]);
});

Deno.test("errors: trees that differ", () => {
  const other = { b: ones([2]) } as unknown as { w: Tensor<[2]> };
  assertThrows(() => applyUpdates({ w: ones([2]) }, other), TreeError, "different trees");
});

Deno.test("optimizers say which of their numbers is wrong", () => {
  const fraction = "must be from 0 to below 1, got";
  const amount = "must be at least 0, got";
  const refused: readonly (readonly [() => unknown, string])[] = [
    [() => sgd(-1), `sgd: learningRate ${amount} -1`],
    [() => sgd(NaN), `sgd: learningRate ${amount} NaN`],
    [() => sgd(Infinity), `sgd: learningRate ${amount} Infinity`],
    [() => sgd(1, { momentum: 1 }), `sgd: momentum ${fraction} 1`],
    [() => sgd(1, { dampening: 2 }), "sgd: dampening must be from 0 to 1, got 2"],
    [() => sgd(1, { weightDecay: -1 }), `sgd: weightDecay ${amount} -1`],
    [() => sgd(1, { momentum: 0.5, nesterov: true, dampening: 0.5 }), "sgd: nesterov goes without"],
    [() => adam(-1), `adam: learningRate ${amount} -1`],
    [() => adam(1, { beta1: 1 }), `adam: beta1 ${fraction} 1`],
    [() => adam(1, { beta2: -1 }), `adam: beta2 ${fraction} -1`],
    [() => adam(1, { epsilon: -1 }), `adam: epsilon ${amount} -1`],
    [() => adam(1, { epsilonRoot: -1 }), `adam: epsilonRoot ${amount} -1`],
    [() => adamw(1, { weightDecay: -1 }), `adamw: weightDecay ${amount} -1`],
    [() => adagrad(1, { learningRateDecay: -1 }), `adagrad: learningRateDecay ${amount} -1`],
    [() => adagrad(1, { initialAccumulator: -1 }), `adagrad: initialAccumulator ${amount} -1`],
    [() => rmsprop(1, { decay: 1 }), `rmsprop: decay ${fraction} 1`],
    [() => rmsprop(1, { momentum: -1 }), `rmsprop: momentum ${fraction} -1`],
    [() => adadelta(1, { rho: 1 }), `adadelta: rho ${fraction} 1`],
    [() => adamax(1, { beta2: 1 }), `adamax: beta2 ${fraction} 1`],
    [() => nadam(1, { momentumDecay: -1 }), `nadam: momentumDecay ${amount} -1`],
    [() => nadam(1, { weightDecay: -1 }), `nadam: weightDecay ${amount} -1`],
    [() => radam(1, { beta1: 2 }), `radam: beta1 ${fraction} 2`],
    [() => asgd(1, { lambda: -1 }), `asgd: lambda ${amount} -1`],
    [() => asgd(1, { start: -1 }), `asgd: start ${amount} -1`],
    [() => rprop(1, { etaMinus: 1 }), "rprop: etaMinus must be above 0 to below 1, got 1"],
    [() => rprop(1, { etaPlus: 1 }), "rprop: etaPlus must be above 1, got 1"],
    [() => rprop(1, { minStepSize: 2, maxStepSize: 1 }), "rprop: maxStepSize must be at least 2"],
    [() => scaleByAdam({ beta1: 1 }), `scaleByAdam: beta1 ${fraction} 1`],
    [() => trace(1), `trace: momentum ${fraction} 1`],
    [() => ema(1), `ema: decay ${fraction} 1`],
    [() => clip(0), "clip: limit must be above 0, got 0"],
    [() => clipByGlobalNorm(NaN), "clipByGlobalNorm: maxNorm must be above 0, got NaN"],
    [() => addDecayedWeights(-1), `addDecayedWeights: weightDecay ${amount} -1`],
    [() => accumulate(sgd(1), 0), "accumulate: every must be a whole number of at least 1, got 0"],
    [() => skipNonFinite(sgd(1), { limit: -1 }), "skipNonFinite: limit must be a whole number of"],
  ];
  for (const [make, message] of refused) assertThrows(make, RangeError, message);
});
