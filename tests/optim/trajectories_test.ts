/** A hundred steps of each optimizer are those of PyTorch and optax. */
import { assert } from "@std/assert";
import type { FloatDType } from "@katachi/katachi";
import * as optim from "@katachi/katachi/optim";
import { figures } from "../fixtures/figures.ts";
import { distance, type Trajectory, trajectory } from "./problem.ts";

interface Case {
  readonly name: string;
  readonly dtype: FloatDType;
  readonly run: Trajectory;
}

interface TorchCase extends Case {
  readonly rate: number;
  readonly options: Record<string, number | boolean>;
}

const torch = await figures<{ cases: TorchCase[]; averages: Case[] }>("optim_torch");
const optax = await figures<{ cases: Case[] }>("optim_optax");

const tolerances = { float32: 1e-5, float64: 1e-9 };

function assertNear(found: Trajectory, { name, dtype, run }: Case): void {
  const apart = distance(found, run, dtype);
  assert(apart <= tolerances[dtype], `${name} (${dtype}) is ${apart} off`);
}

type Made = optim.Optimizer<optim.StateFamily>;

Deno.test("optimizers step as PyTorch's", async (t) => {
  for (const given of torch.cases) {
    const { name, dtype, rate, options } = given;
    await t.step(`${name} ${JSON.stringify(options)}, ${dtype}`, () => {
      const make = optim[name as "sgd"] as (rate: number, options: object) => unknown;
      assertNear(trajectory(make(rate, options) as Made, dtype), given);
    });
  }
});

Deno.test("asgd averages as PyTorch's", () => {
  for (const given of torch.averages) {
    const optimizer = optim.asgd(0.2, { lambda: 0.05, alpha: 0.5, start: 10 });
    const found = trajectory(optimizer, given.dtype, ({ state }) => state[1].average);
    assertNear(found, { ...given, name: "average" });
  }
});

const { chain, scale } = optim;
const alike: Record<string, unknown> = {
  "sgd, nesterov": optim.sgd(0.05, { momentum: 0.8, nesterov: true }),
  "adam": optim.adam(0.05),
  "adam, nesterov": optim.adam(0.05, { nesterov: true }),
  "adam, epsilonRoot": optim.adam(0.05, { epsilonRoot: 1e-3 }),
  "adamw, mask": optim.adamw(0.05, { weightDecay: 0.3, mask: (leaf) => leaf.rank > 1 }),
  "rmsprop, nesterov": optim.rmsprop(0.01, {
    decay: 0.9,
    epsilon: 0.1,
    momentum: 0.5,
    nesterov: true,
  }),
  "adadelta": optim.adadelta(),
  "adamax": optim.adamax(0.05),
  "clip": chain(optim.clip(0.2), optim.sgd(0.1)),
  "clipByGlobalNorm": chain(optim.clipByGlobalNorm(0.5), optim.sgd(0.2, { momentum: 0.5 })),
  "ema": chain(optim.ema(0.7), scale(-0.1)),
  "ema, not debiased": chain(optim.ema(0.7, { debias: false }), scale(-0.1)),
  "accumulate": optim.accumulate(optim.adam(0.1), 3),
  "warmupCosine": optim.adam(optim.warmupCosine(0.1, 10, 80, { end: 0.01 })),
};

Deno.test("optimizers and transformations step as optax's", async (t) => {
  for (const given of optax.cases) {
    await t.step(`${given.name}, ${given.dtype}`, () => {
      assertNear(trajectory(alike[given.name] as Made, given.dtype), given);
    });
  }
});
