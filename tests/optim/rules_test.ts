/** Properties of Muon, sparse Adam, Adafactor, and of wrappers for parts of the parameters. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  fromBuffer,
  grad,
  jit,
  ones,
  random,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  TreeError,
  treeMap,
  vmap,
  zeros,
} from "@katachi/katachi";
import { svd } from "@katachi/katachi/linalg";
import {
  adafactor,
  adam,
  applyUpdates,
  chain,
  clip,
  emaParams,
  lamb,
  lion,
  lookahead,
  masked,
  muon,
  newtonSchulz,
  type Optimizer,
  partition,
  scale,
  scaleByFactoredRms,
  scaleByMuon,
  scaleByTrustRatio,
  setToZero,
  sgd,
  sparseAdam,
  type StateFamily,
  type StateOf,
  trace,
} from "@katachi/katachi/optim";
import { assertClose } from "../fixtures/figures.ts";

const seeds = fc.nat(1e6);
const sides = fc.integer({ min: 1, max: 6 });
const matrix = (seed: number, m: number, n: number): Tensor<[number, number], "float64"> =>
  random.normal(random.key(seed), [m, n], { dtype: "float64" }) as never;

Deno.test("newtonSchulz: singular vectors stay, singular values come close to 1", () => {
  fc.assert(
    fc.property(seeds, sides, sides, (seed, m, n) => {
      const x = matrix(seed, m, n);
      const { u, s, vh } = svd(x) as unknown as Parts;
      fc.pre(s.min().item() > 0.02 * s.max().item());
      const exact = newtonSchulz(x, { coefficients: [1.5, -0.5, 0], iterations: 40, epsilon: 0 });
      assertClose(exact.toArray(), u.matmul(vh).toArray(), 1e-8, "polar factor", 1);
      const quick = newtonSchulz(x);
      const values = u.transpose().matmul(quick).matmul(vh.transpose());
      for (const [i, row] of (values.toArray() as number[][]).entries()) {
        for (const [j, value] of row.entries()) {
          if (i === j) assert(value > 0.6 && value < 1.25, `${value}`);
          else assert(Math.abs(value) < 1e-8, `${value}`);
        }
      }
    }),
    { numRuns: 25 },
  );
});

interface Parts {
  readonly u: Tensor<[number, number], "float64">;
  readonly s: Tensor<[number], "float64">;
  readonly vh: Tensor<[number, number], "float64">;
}

Deno.test("newtonSchulz: transposes, stacks, sizes, zeros", () => {
  const x = matrix(1, 2, 4);
  const q = newtonSchulz(x);
  assertClose(newtonSchulz(x.transpose()).toArray(), q.transpose().toArray(), 1e-12);
  assertClose(newtonSchulz(x.mul(1000)).toArray(), q.toArray(), 1e-6);
  const both = newtonSchulz(stack([x, x.neg()]));
  assertClose(both.toArray(), [q.toArray(), q.neg().toArray()], 1e-12);
  assertEquals(newtonSchulz(zeros([2, 3])).toArray(), [[0, 0, 0], [0, 0, 0]]);
  assertEquals(newtonSchulz(ones([2, 3])).dtype, "float32");
  assertThrows(() => newtonSchulz(ones([3])), ShapeError, "newtonSchulz: needs matrices, got [3]");
  assertThrows(() => newtonSchulz(x, { iterations: -1 }), RangeError, "newtonSchulz: iterations");
});

Deno.test("muon: chooses matrices, takes stacks, refuses the rest", () => {
  const params = { stack: ones([2, 3, 4]), head: ones([3, 3]), bias: ones([3]) };
  const optimizer = muon(0.1, {
    matrices: (leaf, path) => leaf.rank > 1 && path !== ".head",
    fallback: sgd(1),
  });
  const gradients = treeMap((leaf) => leaf.mul(3), params);
  const [updates, state] = optimizer.update(gradients, optimizer.init(params), params);
  assertEquals(updates.head.toArray(), params.head.mul(-3).toArray());
  assertEquals(updates.bias.toArray(), [-3, -3, -3]);
  const own = newtonSchulz(ones([3, 4])).mul(-0.1 * Math.sqrt(4 / 3)).toArray();
  assertClose(updates.stack.toArray(), [own, own], 1e-5);
  // A leaf that is not chosen has no state, and may be missing from its type.
  const mean = state.matrices[0].mean;
  const kept: Tensor<[2, 3, 4]> | null = mean.stack;
  assertEquals([kept?.shape, mean.bias, mean.head], [[2, 3, 4], null, null]);
  const wrong = muon(0.1, { matrices: () => true });
  assertThrows(
    () => wrong.update(params, wrong.init(params), params),
    ShapeError,
    "muon: needs matrices, got [3]",
  );
  assertThrows(() => muon(0.1, { momentum: 1 }), RangeError, "muon: momentum");
  assertThrows(() => scaleByMuon({ iterations: 0.5 }), RangeError, "scaleByMuon: iterations");
});

Deno.test("sparseAdam: rows without a gradient keep their values and moments", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (seen) => {
    const optimizer = sparseAdam(0.1);
    const all = ones([4, 2]);
    const [, before] = optimizer.update(all, optimizer.init(all), all);
    const gradients = tensor(seen.map((yes) => yes ? [0, 2] : [0, 0])) as Tensor<[4, 2]>;
    const [updates, after] = optimizer.update(gradients, before, all);
    for (const [i, yes] of seen.entries()) {
      const [was, is] = [before, after].map((
        [{ mean, square }],
      ) => [mean.toArray()[i], square.toArray()[i]]);
      if (yes) assert(updates.toArray()[i].every((value) => value !== 0));
      else assertEquals(updates.toArray()[i], [0, 0]);
      assertEquals(JSON.stringify(was) === JSON.stringify(is), !yes);
    }
    assertEquals(after[0].step.item(), 2);
  }));
  // Vectors and scalars are rows of one element.
  const x = { vector: tensor([1, 1]), scalar: tensor(1) };
  const optimizer = sparseAdam(0.5);
  const g = { vector: tensor([0, 3]), scalar: tensor(-3) };
  const [updates] = optimizer.update(g, optimizer.init(x), x);
  assertClose(updates.vector.toArray(), [0, -0.5], 1e-5);
  assertClose(updates.scalar.item(), 0.5, 1e-5);
});

Deno.test("adafactor: which leaves are factored, and what is kept of them", () => {
  const rms = scaleByFactoredRms({ minDimSizeToFactor: 3 });
  const params = { both: ones([3, 2, 5]), thin: ones([2, 9]), vector: ones([7]) };
  const { rows, columns, squares } = rms.init(params);
  assertEquals([rows.both?.shape, columns.both?.shape, squares.both], [[3, 2], [2, 5], null]);
  assertEquals([rows.thin, columns.thin, squares.thin?.shape], [null, null, [2, 9]]);
  assertEquals([rows.vector, squares.vector?.shape], [null, [7]]);
  const all = scaleByFactoredRms({ factored: false }).init(ones([200, 200]));
  assertEquals(all.squares?.shape, [200, 200]);
  // Of gradients of rank one nothing is lost, whichever axes are the largest.
  const [a, b] = [tensor([1, 2, 3]), tensor([4, 1, 2, 0.5, 3])];
  const gradients = {
    both: a.reshape([3, 1, 1]).mul(b.reshape([1, 1, 5])).mul(ones([3, 2, 5])),
    thin: ones([2, 9]).mul(-3),
    vector: ones([7]).mul(0.5),
  };
  const [updates] = rms.update(gradients, rms.init(params), params);
  assertClose(updates.both.toArray(), ones([3, 2, 5]).toArray(), 1e-5);
  assertClose(updates.thin.toArray(), ones([2, 9]).neg().toArray(), 1e-5);
  assertClose(updates.vector.toArray(), ones([7]).toArray(), 1e-5);
  assertThrows(() => adafactor(0.1, { clippingThreshold: 0 }), RangeError, "clippingThreshold");
  assertThrows(() => adafactor(0.1, { minDimSizeToFactor: 0 }), RangeError, "adafactor: min");
});

const params = {
  layers: [{ w: tensor([[1, 2], [3, 4]]), b: tensor([1, 2]) }, { w: ones([2, 2]), b: ones([2]) }],
  scale: tensor(3),
};
const gradients = treeMap((leaf) => leaf.mul(2), params);

Deno.test("partition: each leaf goes by its own rule, by a tree or a function", () => {
  const rules = { slow: scale(-1), fast: scale(-10), none: setToZero() };
  const trees = [
    partition(rules, { layers: ["slow", { w: "fast", b: "none" }], scale: "none" }),
    partition(
      rules,
      (leaf, path) => path.startsWith(".layers[0]") ? "slow" : leaf.rank === 2 ? "fast" : "none",
    ),
  ];
  for (const optimizer of trees) {
    const [updates] = optimizer.update(gradients, optimizer.init(params), params);
    assertEquals(updates.layers[0].w.toArray(), [[-2, -4], [-6, -8]]);
    assertEquals(updates.layers[0].b.toArray(), [-2, -4]);
    assertEquals(updates.layers[1].w.toArray(), [[-20, -20], [-20, -20]]);
    assertEquals(updates.layers[1].b.toArray(), [0, 0]);
    assertEquals(updates.scale.item(), 0);
  }
});

Deno.test("partition: one rule for all is that rule, and states are typed by label", () => {
  const alone = adam(0.1);
  const optimizer = partition({ all: adam(0.1), none: trace(0.9) }, "all");
  let [a, b] = [params, params];
  let [own, parted] = [alone.init(params), optimizer.init(params)];
  for (let i = 0; i < 3; i++) {
    const [first, next] = alone.update(a, own, a);
    const [second, after] = optimizer.update(b, parted, b);
    [a, own, b, parted] = [applyUpdates(a, first), next, applyUpdates(b, second), after];
  }
  assertEquals(JSON.stringify(numbersOf(a)), JSON.stringify(numbersOf(b)));
  const mean: Tensor<[]> | null = parted.all[1].mean.scale;
  assertEquals(mean?.item(), own[1].mean.scale.item());
  assertEquals(parted.none.velocity?.layers[1].b, null);
});

function numbersOf(tree: typeof params): unknown {
  return [tree.layers.map(({ w, b }) => [w.toArray(), b.toArray()]), tree.scale.item()];
}

Deno.test("partition and masked: labels that do not fit", () => {
  const rules = { a: scale(1), b: scale(2) };
  // @ts-expect-error: there is no rule for c
  const unknown = partition(rules, { w: "a", b: "c" });
  const two = { w: ones([1]), b: ones([1]) };
  assertThrows(
    () => unknown.init(two),
    TreeError,
    'partition: no transformation for the label "c"; there are a, b',
  );
  const init = (labels: Parameters<typeof partition<Record<"a" | "b", never>>>[1]) => () =>
    partition(rules as never, labels).init(two);
  assertThrows(init({ w: "a" }), TreeError, "partition: params.b has no label");
  assertThrows(
    init({ w: "a", b: "a", c: "a" }),
    TreeError,
    "partition: params and the labels are different trees",
  );
  assertThrows(init(["a", "b"]), TreeError, "params and the labels are different trees");
  assertThrows(
    init({ w: ["a"], b: "a" }),
    TreeError,
    "partition: params.w is a tensor and the labels go on",
  );
  assertThrows(() => masked(scale(1), { w: true }).init(two), TreeError, "masked: params.b has no");
});

Deno.test("masked: others pass unchanged and have no state", () => {
  const optimizer = masked(chain(clip(3), trace(0.5)), (leaf) => leaf.rank === 1);
  const [updates, state] = optimizer.update(gradients, optimizer.init(params), params);
  assertEquals(updates.layers[0].b.toArray(), [2, 3]);
  assertEquals(updates.layers[0].w.toArray(), [[2, 4], [6, 8]]);
  assertEquals(updates.scale.item(), 6);
  assertEquals(state[1].velocity?.layers[0].w, null);
  assertEquals(state[1].velocity?.layers[0].b?.toArray(), [2, 3]);
});

Deno.test("masked and partition: a loss that is passed on is one of the part", () => {
  const two = { w: tensor([1, 2]), b: tensor([5]) };
  const seen: number[] = [];
  const asks: Optimizer<{ params: unknown; state: null }> = {
    init: () => null,
    update: (gradients, _, params, facts) => {
      seen.push(facts?.loss?.(treeMap((leaf) => leaf.mul(10), params)).item() ?? NaN);
      return [gradients, null];
    },
  };
  const loss = ({ w, b }: typeof two) => w.sum().add(b.sum());
  masked(asks, { w: true, b: false }).update(two, null, two, { loss });
  const both = partition({ w: asks, b: asks }, { w: "w", b: "b" });
  both.update(two, both.init(two), two, { loss });
  assertEquals(seen, [35, 35, 53]);
});

Deno.test("lookahead: a period of 1 and a step of 1 is the optimizer alone", () => {
  const [alone, ahead] = [adam(0.1), lookahead(adam(0.1), { syncPeriod: 1, slowStepSize: 1 })];
  let [a, b] = [tensor([1, -2], "float64"), tensor([1, -2], "float64")];
  let [own, state] = [alone.init(a), ahead.init(b)];
  for (let i = 0; i < 5; i++) {
    const [first, next] = alone.update(a, own, a);
    const [second, after] = ahead.update(b, state, b);
    [a, own, b, state] = [applyUpdates(a, first), next, applyUpdates(b, second), after];
    assertClose(b.toArray(), a.toArray(), 1e-12);
    assertClose(state.slow.toArray(), a.toArray(), 1e-12);
  }
  assertThrows(() => lookahead(sgd(1), { syncPeriod: 0 }), RangeError, "lookahead: syncPeriod");
  assertThrows(() => lookahead(sgd(1), { slowStepSize: 2 }), RangeError, "lookahead: slowStepSize");
});

Deno.test("scaleByTrustRatio: updates get the norm of their leaf", () => {
  fc.assert(
    fc.property(seeds, sides, sides, (seed, m, n) => {
      const [u, p] = [matrix(seed, m, n), matrix(seed + 1, m, n)];
      const [updates] = scaleByTrustRatio().update(u, null, p);
      assertClose(updates.square().sum().item(), p.square().sum().item(), 1e-9);
      assertEquals(scaleByTrustRatio().update(u, null, p.mul(0))[0].toArray(), u.toArray());
    }),
    { numRuns: 25 },
  );
});

type Point = { readonly w: Tensor<[2, 2]>; readonly b: Tensor<[2]> };

/** A step is the same eagerly, compiled, and for each example of a batch; and float64 stays. */
function everywhere<F extends StateFamily>(name: string, optimizer: Optimizer<F>): void {
  Deno.test(`${name}: eager, compiled and batched steps agree`, () => {
    const loss = ({ w, b }: Point) =>
      w.matmul(b.reshape([2, 1])).sub(1).square().sum().add(b.sum());
    const two = (start: Point): Point => {
      let [params, state]: [Point, StateOf<F, Point>] = [start, optimizer.init(start)];
      for (let i = 0; i < 2; i++) {
        const [updates, next] = optimizer.update(grad(loss)(params), state, params);
        [params, state] = [applyUpdates(params, updates), next];
      }
      return params;
    };
    const start = (x: number): Point => ({ w: tensor([[x, 2], [0.5, -1]]), b: tensor([1, x]) });
    const starts = [0.5, -2, 3].map(start);
    const many = vmap(two)({
      w: stack([starts[0].w, starts[1].w, starts[2].w]),
      b: stack([starts[0].b, starts[1].b, starts[2].b]),
    });
    for (const [i, point] of starts.entries()) {
      const eager = two(point);
      const compiled = jit(two)(point);
      assertClose(compiled.w.toArray(), eager.w.toArray(), 1e-5, "compiled w");
      assertClose(compiled.b.toArray(), eager.b.toArray(), 1e-5, "compiled b");
      assertClose(many.w.toArray()[i], eager.w.toArray(), 1e-5, "batched w");
      assertClose(many.b.toArray()[i], eager.b.toArray(), 1e-5, "batched b");
      assertNotEquals(eager.w.toArray(), point.w.toArray());
    }
    const wide = { w: ones([2, 2], "float64"), b: fromBuffer(new Float64Array([1, 3]), [2]) };
    const [updates] = optimizer.update(wide, optimizer.init(wide), wide);
    assertEquals([updates.w.dtype, updates.b.dtype], ["float64", "float64"]);
  });
}

everywhere("lion", lion(0.1));
everywhere("lamb", lamb(0.1, { weightDecay: 0.1 }));
everywhere("adafactor", adafactor(0.1, { minDimSizeToFactor: 2, momentum: 0.9 }));
everywhere("muon", muon(0.1));
everywhere("sparseAdam", sparseAdam(0.1));
everywhere("lookahead", lookahead(lion(0.1), { syncPeriod: 2, resetState: true }));
everywhere("emaParams", emaParams(lamb(0.1), 0.9));
everywhere("partition", partition({ a: adam(0.1), b: sgd(0.1) }, { w: "a", b: "b" }));
everywhere("masked", chain(masked(trace(0.9), { w: true, b: false }), scale(-0.1)));
