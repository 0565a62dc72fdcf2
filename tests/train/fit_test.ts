/** A training goes the same way whatever happens beside it, and can be left and entered anywhere. */
import { assert, assertAlmostEquals, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { jit, random, type Tensor, tensor, valueAndGrad, zeros } from "@katachi/katachi";
import { batches } from "@katachi/katachi/data";
import { sigmoidCrossEntropy } from "@katachi/katachi/nn";
import {
  adafactor,
  adagrad,
  adam,
  type AdamState,
  adamw,
  applyUpdates,
  asgd,
  chain,
  clipByGlobalNorm,
  cosineDecay,
  type LearningRate,
  lion,
  lookahead,
  muon,
  type Optimizer,
  rmsprop,
  sgd,
  skipNonFinite,
} from "@katachi/katachi/optim";
import { fit, type TrainState } from "@katachi/katachi/train";
import { bits, examples, problem, timeless } from "./problem.ts";

const fresh = (state: TrainState<unknown>): TrainState<unknown> =>
  ({ ...state, progress: JSON.parse(JSON.stringify(state.progress)) }) as TrainState<unknown>;
const tensors = ({ progress: _, ...rest }: TrainState<unknown>) => bits(rest);
const place = ({ progress }: TrainState<unknown>) => ({
  ...progress,
  seconds: 0,
  ...timeless(progress) as object,
});

Deno.test("from the state after any step or epoch it ends with the bits of an unbroken training", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1000),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(5, 11),
      async (seed, epochs, batchSize) => {
        const options = { ...problem(seed), epochs, batchSize, recordSteps: true };
        const states: TrainState<unknown>[] = [];
        const { state: end, history } = await fit({
          ...options,
          callbacks: [{
            onStep: ({ state }) => void states.push(state()),
            onEpoch: ({ state }) => void states.push(state()),
          }],
        });
        assertEquals(states.length, epochs * (Math.floor(22 / batchSize) + 1));
        const from = states[seed % states.length];
        const again = await fit({ ...options, resume: fresh(from) as typeof end });
        assertStrictEquals(tensors(again.state), tensors(end));
        assertEquals(place(again.state), place(end));
        assertEquals(timeless(again.history), timeless(history));
      },
    ),
    { numRuns: 25 },
  );
});

Deno.test("the same key gives the same bits, another key others", async () => {
  const run = async (key: number) => {
    const options = { ...problem(0), key: random.key(key), epochs: 2, batchSize: 8 };
    return bits((await fit(options)).params);
  };
  const first = await run(5);
  assertStrictEquals(await run(5), first);
  assert(await run(6) !== first);
});

Deno.test("an aborted training is the beginning of an unbroken one, and goes on to its end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(100), fc.integer({ min: 1, max: 12 }), async (seed, last) => {
      const options = { ...problem(seed), epochs: 3, batchSize: 5, recordSteps: true };
      const whole = await fit(options);
      const controller = new AbortController();
      const part = await fit({
        ...options,
        signal: controller.signal,
        callbacks: [{
          onStep: ({ step }) => {
            if (step === last) controller.abort();
          },
        }],
      });
      assertEquals(part.stopped, "interrupted");
      assertEquals(part.state.progress.step, last);
      assertEquals(part.history.steps, whole.history.steps!.slice(0, last));
      assertEquals(
        timeless({ epochs: part.history.epochs }),
        timeless({ epochs: whole.history.epochs.slice(0, part.history.epochs.length) }),
      );
      assertEquals(part.history.epochs.length, Math.floor((last - 1) / 4));
      const rest = await fit({ ...options, resume: part.state });
      assertStrictEquals(bits(rest.params), bits(whole.params));
      assertEquals(timeless(rest.history), timeless(whole.history));
    }),
    { numRuns: 8 },
  );
});

Deno.test("a callback can end it after a step or an epoch, and changes nothing else", async () => {
  const options = { ...problem(3), epochs: 4, batchSize: 11, recordSteps: true };
  const whole = await fit(options);
  const afterStep = await fit({
    ...options,
    callbacks: [{ onStep: ({ step }) => step === 3 ? "stop" : undefined }],
  });
  assertEquals(afterStep.stopped, "callback");
  assertEquals(afterStep.history.steps, whole.history.steps!.slice(0, 3));
  const ends: string[] = [];
  const afterEpoch = await fit({
    ...options,
    callbacks: [{
      onEpoch: async ({ epoch }) => await Promise.resolve(epoch === 2 ? "stop" : undefined),
      onEnd: ({ stopped, state }) => void ends.push(stopped, String(state().progress.step)),
    }],
  });
  assertEquals(timeless(afterEpoch.history), {
    epochs: (timeless(whole.history) as typeof whole.history).epochs.slice(0, 2),
    steps: whole.history.steps!.slice(0, 4),
  });
  assertEquals(ends, ["callback", "4"]);
});

Deno.test("it takes the steps of the loop that one writes by hand", async () => {
  const data = examples(1, 20);
  const optimizer = sgd(cosineDecay(0.1, 9), { momentum: 0.9 });
  const first = { w: random.normal(random.key(3), [2, 1]) };
  const lossOf = (
    params: typeof first,
    { x, y }: { x: Tensor<[6, 2]>; y: Tensor<[6], "int32"> },
  ) => sigmoidCrossEntropy(x.matmul(params.w), y.astype("float32").reshape([6, 1]));
  const key = random.key(4);
  const { params, history, state } = await fit({
    loss: lossOf,
    params: first,
    optimizer,
    data,
    batchSize: 6,
    epochs: 3,
    key,
    progress: false,
  });

  const step = jit(
    (p: typeof first, s: typeof state.optimizerState, batch: Parameters<typeof lossOf>[1]) => {
      const [value, gradients] = valueAndGrad(lossOf)(p, batch);
      const [updates, next] = optimizer.update(gradients, s, p);
      return { value, p: applyUpdates(p, updates), s: next };
    },
  );
  const [dataKey] = random.split(key, 3);
  let [p, s] = [first, optimizer.init(first)];
  const losses: number[] = [];
  for (let epoch = 1; epoch <= 3; epoch++) {
    let sum = 0;
    for (const batch of batches(random.foldIn(dataKey, epoch), data, 6)) {
      const next = step(p, s, batch);
      sum += next.value.item();
      [p, s] = [next.p, next.s];
    }
    losses.push(sum / 3);
  }
  assertStrictEquals(bits(params), bits(p));
  assertEquals(history.epochs.map(({ loss }) => loss), losses);
  const rates = [2, 5, 8].map((t) => cosineDecay(0.1, 9)(tensor(t, "int32")).item());
  assertEquals(history.epochs.map(({ learningRate }) => learningRate), rates);
});

Deno.test("what it is given stays as it is, and what it gives does too", async () => {
  const options = { ...problem(7), optimizer: lookahead(adam(0.1)), plateau: undefined };
  const before = bits(options.params);
  const first = await fit({ ...options, epochs: 1, batchSize: 11 });
  const kept = tensors(first.state);
  await fit({ ...options, epochs: 2, batchSize: 11, resume: first.state });
  assertStrictEquals(bits(options.params), before);
  assertStrictEquals(tensors(first.state), kept);
});

Deno.test("a step of one's own can do without a loss and an optimizer", async () => {
  const { params, modelState, history } = await fit({
    // Newton's method for the square root of 2, counting its steps.
    step: (x, target, { state }) => ({
      params: x.add(target.div(x)).mul(0.5),
      loss: x.square().sub(target).abs(),
      state: { count: state.count.add(1) },
    }),
    params: tensor(1, "float64"),
    state: { count: zeros([], "int32") },
    data: tensor(2, "float64"),
    epochs: 6,
    key: random.key(0),
    progress: false,
  });
  assertAlmostEquals(params.item(), Math.SQRT2, 1e-15);
  assertEquals(modelState.count.item(), 6);
  assertEquals(history.epochs.slice(0, 2).map(({ loss }) => loss), [1, 0.25]);
});

Deno.test("batches can come from a function, at once or later, as many as are wanted", async () => {
  const seen: number[] = [];
  async function* later(key: random.Key, epoch: number) {
    seen.push(epoch);
    for (let i = 0;; i++) {
      await Promise.resolve();
      yield random.normal(random.foldIn(key, i), [3]);
    }
  }
  const common = {
    loss: (mean: Tensor<[]>, batch: Tensor<[3]>) => batch.sub(mean).square().mean(),
    params: zeros([]),
    optimizer: sgd(0.1),
    epochs: 2,
    stepsPerEpoch: 4,
    key: random.key(0),
    progress: false,
  };
  const { params, history } = await fit({ ...common, data: later });
  assertEquals(history.epochs.map(({ step }) => step), [4, 8]);
  assertEquals(seen, [1, 2]);
  const atOnce = await fit({
    ...common,
    data: function* (key: random.Key) {
      for (let i = 0; i < 100; i++) yield random.normal(random.foldIn(key, i), [3]);
    },
  });
  assertStrictEquals(bits(atOnce.params), bits(params));
});

Deno.test("the learning rate of every kind of optimizer is in the history", async () => {
  const schedule = cosineDecay(0.1, 10);
  const kinds = {
    sgd,
    adam,
    adafactor,
    adagrad,
    adamw,
    asgd,
    lion,
    muon,
    rmsprop,
    clipped: (rate: LearningRate) => chain(clipByGlobalNorm(1), sgd(rate)),
    guarded: (rate: LearningRate) => skipNonFinite(sgd(rate)),
  };
  for (const [name, optimizer] of Object.entries(kinds)) {
    const run = async (rate: LearningRate) => {
      const { history } = await fit({
        loss: (w: Tensor<[2, 3]>, x: Tensor<[2, 3]>) => x.sub(w).square().mean(),
        params: zeros([2, 3]),
        optimizer: (optimizer as (rate: LearningRate) => Optimizer<AdamState>)(rate),
        data: random.normal(random.key(0), [2, 3]),
        epochs: 3,
        key: random.key(0),
        progress: false,
      });
      return history.epochs.map(({ learningRate }) => learningRate);
    };
    assertEquals(await run(0.5), [0.5, 0.5, 0.5], name);
    const rates = [0, 1, 2].map((step) => schedule(tensor(step, "int32")).item());
    // What is computed in a branch only is not known outside of it.
    const expected = name === "guarded" ? [undefined, undefined, undefined] : rates;
    assertEquals(await run(schedule), expected, name);
  }
});
