/** What holds for all optimizers and transformations: pure, compiled, batched, of any tree. */
import { assert, assertEquals } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import {
  grad,
  jit,
  mul,
  random,
  stack,
  sub,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  vmap,
} from "@katachi/katachi";
import * as optim from "@katachi/katachi/optim";
import { assertClose } from "../fixtures/figures.ts";
import { lossOf, numbersOf, type Params, start, type Step, stepOf } from "./problem.ts";

type Made = optim.Optimizer<optim.StateFamily>;

const {
  accumulate,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  asgd,
  chain,
  clip,
  clipByGlobalNorm,
  cosineDecay,
  ema,
  injectHyperparams,
  nadam,
  radam,
  rmsprop,
  rprop,
  sgd,
  skipNonFinite,
} = optim;
const falling = cosineDecay(0.1, 6);

/** Every optimizer with what it keeps switched on, and every transformation. */
const optimizers = {
  sgd: sgd(falling, { momentum: 0.9, dampening: 0.1, weightDecay: 0.1 }),
  nesterov: sgd(0.1, { momentum: 0.9, nesterov: true }),
  adagrad: adagrad(falling, { learningRateDecay: 0.1, weightDecay: 0.1 }),
  rmsprop: rmsprop(falling, { centered: true, momentum: 0.5, epsilon: 0.01 }),
  adadelta: adadelta(falling, { weightDecay: 0.1 }),
  adam: adam(falling, { amsgrad: true, epsilonRoot: 1e-6 }),
  adamNesterov: adam(0.1, { nesterov: true, weightDecay: 0.1 }),
  adamw: adamw(falling, { mask: (_, path) => path === ".w1" }),
  adamax: adamax(falling, { weightDecay: 0.1 }),
  nadam: nadam(falling, { weightDecay: 0.1, decoupledWeightDecay: true }),
  radam: radam(falling, { beta2: 0.9, weightDecay: 0.1 }),
  asgd: asgd(falling, { start: 1, lambda: 0.1 }),
  rprop: rprop(0.1),
  clipped: chain(clipByGlobalNorm(1), clip(0.5), ema(0.5), sgd(0.1)),
  accumulated: accumulate(adam(falling), 3),
  skipping: skipNonFinite(adam(0.1), { limit: 2 }),
  injected: injectHyperparams(({ rate, beta1 }) => adam(rate, { beta1 }), {
    rate: falling,
    beta1: 0.8,
  }),
} satisfies Record<string, unknown>;

const all = Object.entries(optimizers) as [string, Made][];

type Wide = Params<"float64">;
type Now = Step<optim.StateFamily, "float64">;

/** All numbers of a tree. */
const flat = (tree: unknown): number[] => treeLeaves(tree).flatMap((leaf) => [...leaf.data]);

/** Parameters and state after four steps. */
function run(step: (params: Wide, state: unknown) => Now, first: Now): Now {
  let now = first;
  for (let i = 0; i < 4; i++) now = step(now.params, now.state);
  return now;
}

const first = (optimizer: Made, params = start("float64")) => ({
  params,
  state: optimizer.init(params),
});

Deno.test("a compiled step is the same step, for parameters and state, and is compiled once", () => {
  for (const [name, optimizer] of all) {
    const step = stepOf(optimizer, "float64");
    const plain = run(step, first(optimizer));
    const compiled = run(jit(step, { maxTraces: 1 }), first(optimizer));
    assertClose(flat(compiled), flat(plain), 1e-12, name);
  }
});

Deno.test("a step changes neither parameters nor state that it was given", () => {
  for (const [name, optimizer] of all) {
    const step = stepOf(optimizer, "float64");
    const before = run(step, first(optimizer));
    const kept = flat(before);
    const once = step(before.params, before.state);
    assertEquals(flat(before), kept, name);
    assertEquals(flat(step(before.params, before.state)), flat(once), name);
  }
});

/** Four steps from somewhere that a key tells. */
function trained(optimizer: Made): (key: random.Key) => unknown {
  const step = stepOf(optimizer, "float64");
  return (key) => {
    const keys = random.split(key, 5);
    let at = 0;
    const params = treeMap(
      (leaf) => leaf.add(random.normal(keys[at++], leaf.shape, { dtype: "float64" })),
      start("float64"),
    );
    return run(step, first(optimizer, params));
  };
}

Deno.test("seeds at once have the parameters and states of each one", () => {
  const seeds = random.split(random.key(0), 3);
  for (const [name, optimizer] of all) {
    const f = trained(optimizer);
    const each = seeds.map((key) => treeLeaves(f(key)));
    const expected = each[0].map((_, i) => each.map((leaves) => leaves[i].toArray()));
    const many = vmap(f as (key: random.Key) => Wide)(stack(seeds));
    assertClose(treeLeaves(many).map((leaf) => leaf.toArray()), expected, 1e-10, name);
  }
});

Deno.test("learning rates at once: the trajectories of each one", () => {
  const optimizer = injectHyperparams(({ rate }) => adam(rate), { rate: 0.1 });
  const step = stepOf(optimizer, "float64");
  const rates = [0.01, 0.1, 1];
  const at = (rate: Tensor<[], "float64">) => {
    const params = start("float64");
    const state = optim.setHyperparams(optimizer.init(params), { rate });
    return step(step(params, state).params, state).params.x;
  };
  const found = vmap(at)(tensor(rates, "float64")).toArray();
  for (const [i, rate] of rates.entries()) {
    const plain = stepOf(adam(rate), "float64");
    const state = adam(rate).init(start("float64"));
    const expected = plain(plain(start("float64"), state).params, state).params.x;
    assertClose(found[i], expected.toArray(), 1e-12);
  }
});

Deno.test("any tree will do: one tensor, lists, null, no leaf at all", () => {
  for (const [name, optimizer] of all) {
    const trees = [tensor([1, 2]), [tensor([1]), { b: tensor([[2]]), c: null }], {}, []] as const;
    for (const tree of trees) {
      const [updates] = optimizer.update<unknown>(tree, optimizer.init<unknown>(tree), tree);
      const moved = optim.applyUpdates<unknown>(tree, updates);
      assertEquals(treeLeaves(moved).length, treeLeaves(tree).length, name);
      assert(flat(moved).every(Number.isFinite), name);
    }
  }
});

Deno.test("gradients of 0 from the first step on leave finite parameters, without a penalty still", () => {
  for (const [name, optimizer] of all) {
    let x = tensor([1, -2, 0]);
    let state = optimizer.init(x);
    for (let i = 0; i < 3; i++) {
      const [updates, next] = optimizer.update(tensor([0, 0, 0]), state, x);
      [x, state] = [optim.applyUpdates(x, updates), next];
    }
    assert(flat(x).every(Number.isFinite), name);
    assertEquals(x.data[2], 0, name);
  }
});

Deno.test("parameters and state can be given away", () => {
  const { sgd, adam, rprop, accumulated, injected } = optimizers;
  for (const optimizer of [sgd, adam, rprop, accumulated, injected] as unknown as Made[]) {
    const step = stepOf(optimizer, "float64");
    const copy = first(optimizer, treeMap((leaf) => mul(leaf, 1), start("float64")));
    const found = run(jit(step, { donate: [0, 1] }), copy);
    assertClose(flat(found), flat(run(step, first(optimizer))), 1e-12);
  }
});

Deno.test("the loss after a step has a derivative by the learning rate", () => {
  const loss = lossOf("float64");
  const params = start("float64");
  const slopes = grad(loss)(params);
  const after = (make: (rate: Tensor<[], "float64">) => Made, rate: Tensor<[], "float64">) => {
    const optimizer = make(rate);
    const [updates] = optimizer.update(slopes, optimizer.init(params), params);
    return loss(optim.applyUpdates(params, updates));
  };
  for (const make of [sgd, adam, adagrad, rmsprop, adadelta, adamax, nadam, radam, asgd]) {
    const at = (rate: Tensor<[], "float64">) => after(make as never, rate);
    const rate = tensor(0.1, "float64");
    const step = 1e-5;
    const rise = sub(at(tensor(0.1 + step, "float64")), at(tensor(0.1 - step, "float64"))).item();
    assertClose(grad(at)(rate).item(), rise / (2 * step), 1e-6, make.name);
  }
});

Deno.test("states are typed by the parameters", () => {
  const params = start("float32");
  type P = typeof params;
  const state = adam(0.1).init(params);
  assertType<
    IsExact<typeof state, readonly [null, optim.Moments<P>, optim.Scheduled]>
  >(true);
  const mean: P = state[1].mean;
  assertEquals(numbersOf(mean).every((x) => x === 0), true);
  const nested = accumulate(skipNonFinite(chain(clip(1), sgd(0.1))), 2).init(params);
  const inner: optim.StateOf<optim.SgdState, P> = nested.inner.inner[1];
  assertEquals(inner[1].velocity, null);
  const injected = injectHyperparams((h) => sgd(h.rate), { rate: 0.1 });
  // @ts-expect-error there is no such hyperparameter
  assert(injected.init(params).hyperparams.momentum === undefined);
  // @ts-expect-error the parameters are needed
  assert(() => sgd(0.1).update(params, sgd(0.1).init(params)));
});
