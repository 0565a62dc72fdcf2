/** However rows fall into batches, each counts once. */
import { assertAlmostEquals, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { random, type Tensor } from "@katachi/katachi";
import { accuracy, perplexity } from "@katachi/katachi/metrics";
import { linear, softmaxCrossEntropy } from "@katachi/katachi/nn";
import { evaluate, fit, type LossContext, predict, supervised } from "@katachi/katachi/train";
import { assertClose } from "../fixtures/figures.ts";
import { bits, examples, model, problem } from "./problem.ts";

const layer = linear.of(2, 2);
const cases = fc.record({
  seed: fc.nat(1000),
  rows: fc.integer({ min: 1, max: 30 }),
  batchSize: fc.integer({ min: 1, max: 40 }),
});

Deno.test("metrics and loss are those of all rows at once", () => {
  fc.assert(
    fc.property(cases, ({ seed, rows, batchSize }) => {
      const params = layer.init(random.key(seed));
      const data = examples(seed, rows);
      const metrics = { accuracy, perplexity: perplexity.of() };
      const loss = supervised(layer, softmaxCrossEntropy);
      const found = evaluate({ loss, params, data, batchSize, metrics });
      const logits = layer.apply(params, data.x);
      assertEquals(found.metrics.accuracy, accuracy(logits, data.y).item());
      const apart = perplexity(logits, data.y).item();
      assertAlmostEquals(found.metrics.perplexity, apart, 1e-6 * apart);
      assertAlmostEquals(found.loss, softmaxCrossEntropy(logits, data.y).item(), 1e-6);
      assertAlmostEquals(Math.log(found.metrics.perplexity), found.loss, 1e-6);
    }),
    { numRuns: 15 },
  );
});

Deno.test("the validation of a training is the evaluation of its model", async () => {
  const options = problem(4);
  const { history, params, modelState } = await fit({
    ...options,
    epochs: 3,
    batchSize: 11,
    validationFreq: 2,
    validationBatchSize: 3,
  });
  const judged = history.epochs.map(({ validation }) => validation !== undefined);
  assertEquals(judged, [false, true, false]);
  const { history: again, params: last, modelState: state } = await fit({
    ...options,
    epochs: 3,
    batchSize: 11,
  });
  assertStrictEquals(bits([last, state]), bits([params, modelState]));
  const { loss, metrics } = options;
  assertEquals(
    again.epochs[2].validation as unknown,
    evaluate({ loss, params, state, metrics, data: options.validation, batchSize: 11 }),
  );
});

Deno.test("the metrics of an epoch are those of its steps' predictions", async () => {
  const data = examples(1, 20);
  const batches = [0, 5, 10, 15].map((from) => ({
    x: data.x.slice([[from, from + 5]]) as Tensor<[5, 2]>,
    y: data.y.slice([[from, from + 5]]) as Tensor<[5], "int32">,
  }));
  // Parameters that stay as they are, so that every step sees the same model.
  const { history } = await fit({
    step: (params, batch, context: LossContext) => ({
      ...supervised(layer, softmaxCrossEntropy)(params, batch, context),
      params,
    }),
    params: layer.init(random.key(3)),
    data: () => batches,
    epochs: 2,
    key: random.key(0),
    metrics: { accuracy },
    progress: false,
  });
  const logits = layer.apply(layer.init(random.key(3)), data.x);
  const expected = { accuracy: accuracy(logits, data.y).item() };
  assertEquals(history.epochs.map(({ metrics }) => metrics), [expected, expected]);
});

Deno.test("predictions are those for all rows at once, in trees as well", () => {
  fc.assert(
    fc.property(cases, ({ seed, rows, batchSize }) => {
      const params = model.init(random.key(seed));
      const state = model.initState();
      const { x } = examples(seed, rows);
      const logits = predict(model.apply, params, x, { state, batchSize });
      assertEquals([...logits.shape], [rows, 2]);
      // A compiled program rounds a last digit otherwise.
      assertClose(logits.toArray(), model.apply(params, x, state).toArray(), 1e-6, "logits", 1);
      const both = predict(
        (scale: Tensor<[]>, { a }: { a: Tensor<[number, 2]> }) => [a.mul(scale), { sum: a.sum(1) }],
        params[0].bias.sum(),
        { a: x },
        { batchSize },
      );
      assertStrictEquals(bits(both), bits([x.mul(params[0].bias.sum()), { sum: x.sum(1) }]));
    }),
    { numRuns: 15 },
  );
});
