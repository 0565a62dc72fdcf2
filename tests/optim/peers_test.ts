/** Trajectories of optimizers over 100 steps beside those of optax and PyTorch. */
import { add, type AnyTensor, fromBuffer, grad, jit, minimum, rsqrt, take } from "@katachi/katachi";
import { type Tensor, tensor } from "@katachi/katachi";
import {
  adafactor,
  adam,
  applyUpdates,
  chain,
  emaParams,
  lamb,
  lion,
  lookahead,
  masked,
  muon,
  type Optimizer,
  partition,
  scale,
  scaleByAdam,
  type Schedule,
  sgd,
  sparseAdam,
  type StateFamily,
  type StateOf,
} from "@katachi/katachi/optim";
import { assertClose, type Figure, figures, flat } from "../fixtures/figures.ts";

interface Layer {
  readonly w: Tensor<[4, 3], "float64">;
  readonly b: Tensor<[3], "float64">;
}

interface Shown {
  readonly w: Figure;
  readonly b: Figure;
}

interface Figures {
  readonly steps: readonly number[];
  readonly x: Figure;
  readonly y: Figure;
  readonly start: Shown;
  readonly rows: Figure;
  readonly targets: Figure;
  readonly optax: Readonly<Record<string, readonly Shown[]>>;
  readonly torch: Readonly<Record<string, readonly Shown[]>> & { readonly sparseAdam: Figure[] };
}

const peers = await figures<Figures>("optim2");
const of = <const S extends readonly number[]>(figure: Figure, shape: S) =>
  fromBuffer(Float64Array.from(flat(figure)), shape) as unknown as Tensor<[...S], "float64">;
const [x, y] = [of(peers.x, [6, 4]), of(peers.y, [6, 3])];
const start: Layer = { w: of(peers.start.w, [4, 3]), b: of(peers.start.b, [3]) };
const loss = ({ w, b }: Layer) => x.matmul(w).add(b).tanh().sub(y).square().mean();

/** Optimizers that go to and fro about the minimum let rounding grow, up to some 1e-8. */
const tolerance = 1e-7;

/** Holds 100 steps against figures; `read` says what of a step is shown. */
function compare<F extends StateFamily>(
  name: string,
  expected: readonly Shown[],
  optimizer: Optimizer<F>,
  read = (params: Layer, _: StateOf<F, Layer>): Layer => params,
): void {
  Deno.test(`optimizers beside ${name}`, () => {
    const step = jit((params: Layer, state: StateOf<F, Layer>) => {
      const [updates, next] = optimizer.update(grad(loss)(params), state, params);
      return [applyUpdates(params, updates), next] as const;
    });
    let [params, state] = [start, optimizer.init(start)];
    for (let i = 1; i <= 100; i++) {
      [params, state] = step(params, state);
      const at = peers.steps.indexOf(i);
      if (at < 0) continue;
      const { w, b } = read(params, state);
      assertClose(w.toArray(), expected[at].w, tolerance, `${name}: w after ${i} steps`);
      assertClose(b.toArray(), expected[at].b, tolerance, `${name}: b after ${i} steps`);
    }
  });
}

const ofRank2 = (leaf: AnyTensor) => leaf.rank === 2;
const factored = { minDimSizeToFactor: 2 };
const { optax, torch } = peers;

compare("optax.lion", optax.lion, lion(0.01));
compare(
  "optax.lion without decay",
  optax.lionPlain,
  lion(0.01, { beta1: 0.8, beta2: 0.9, weightDecay: 0 }),
);
compare("optax.lamb", optax.lamb, lamb(0.02));
compare("optax.lamb with decay", optax.lambDecay, lamb(0.02, { weightDecay: 0.1, mask: ofRank2 }));
compare("optax.adafactor", optax.adafactor, adafactor(0.05, factored));
compare(
  "optax.adafactor of small leaves",
  optax.adafactorUnfactored,
  adafactor(0.05),
);
compare(
  "optax.adafactor with all options",
  optax.adafactorAll,
  adafactor(0.05, {
    ...factored,
    decayRate: 0.7,
    momentum: 0.9,
    multiplyByParameterScale: false,
    clippingThreshold: 0.5,
    weightDecay: 0.001,
    mask: ofRank2,
  }),
);
const relative: Schedule = (step) => minimum(rsqrt(add(step, 1).astype("float64")), 0.05);
compare("torch.optim.Adafactor", torch.adafactor, adafactor(relative, factored));
compare(
  "optax.contrib.muon",
  optax.muon,
  muon(0.02, { biasCorrection: true, fallback: adam(0.02, { nesterov: true }) }),
);
compare(
  "optax.contrib.muon with other options",
  optax.muonAll,
  muon(0.02, {
    biasCorrection: true,
    nesterov: false,
    momentum: 0.9,
    iterations: 3,
    weightDecay: 0.1,
    consistentRms: 0.2,
  }),
);
compare("torch.optim.Muon", torch.muon, muon(0.02, { weightDecay: 0.1, epsilon: 0 }));
compare(
  "torch.optim.Muon without Nesterov's momentum",
  torch.muonPlain,
  muon(0.02, { nesterov: false, momentum: 0.8, epsilon: 0 }),
);
compare("optax.lookahead", optax.lookahead, lookahead(adam(0.05)));
compare(
  "optax.lookahead's slow parameters",
  optax.lookaheadSlow,
  lookahead(adam(0.05)),
  (_, { slow }) => slow,
);
compare(
  "optax.lookahead that resets",
  optax.lookaheadReset,
  lookahead(adam(0.05), { resetState: true }),
);
compare("optax.masked", optax.masked, chain(masked(scaleByAdam(), ofRank2), scale(-0.05)));
compare(
  "torch.optim.swa_utils.AveragedModel",
  torch.ema,
  emaParams(adam(0.05), 0.9),
  (_, { average }) => average,
);
const rules = { matrix: adam(0.05), vector: sgd(0.5, { momentum: 0.9 }) };
compare(
  "optax.multi_transform",
  optax.partition,
  partition(rules, (leaf) => leaf.rank === 2 ? "matrix" : "vector"),
);
compare(
  "optax.multi_transform, by a tree",
  optax.partition,
  partition(rules, { w: "matrix", b: "vector" }),
);

Deno.test("optimizers beside torch.optim.SparseAdam", () => {
  const targets = of(peers.targets, [2, 3]);
  const optimizer = sparseAdam(0.05);
  let table = of(peers.rows, [7, 3]);
  let state = optimizer.init(table);
  for (let i = 1; i <= 100; i++) {
    const seen = tensor([i % 7, 3 * i % 7], "int32");
    const error = (table: Tensor<[7, 3], "float64">) =>
      take(table, seen, 0).sub(targets).square().sum();
    const [updates, next] = optimizer.update(grad(error)(table), state, table);
    table = applyUpdates(table, updates);
    state = next;
    const at = peers.steps.indexOf(i);
    if (at >= 0) assertClose(table.toArray(), torch.sparseAdam[at], tolerance, `after ${i} steps`);
  }
});
