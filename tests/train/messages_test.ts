/** What is wrong with the options of a training is said by the compiler, and when it runs. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { random, type Tensor, zeros } from "@katachi/katachi";
import { accuracy, meanAbsoluteError } from "@katachi/katachi/metrics";
import { batchNorm, linear, sequential, softmaxCrossEntropy } from "@katachi/katachi/nn";
import { adam, reduceOnPlateau } from "@katachi/katachi/optim";
import { evaluate, fit, predict, supervised } from "@katachi/katachi/train";
import { checkPrograms, project } from "../shape/check.ts";

const head = [
  `import { random, tanh, zeros } from ${project("mod.ts")};`,
  `import { accuracy } from ${project("src/metrics/mod.ts")};`,
  `import { batchNorm, linear, meanSquaredError, sequential, softmaxCrossEntropy } from ${
    project("src/nn/mod.ts")
  };`,
  `import { adam } from ${project("src/optim/mod.ts")};`,
  `import { evaluate, fit, predict, supervised } from ${project("src/train/mod.ts")};`,
  `const data = { x: zeros([100, 4]), y: zeros([100], "int32") };`,
  `const common = { optimizer: adam(0.1), data, batchSize: 16, epochs: 1, key: random.key(0) } as const;`,
  `const { optimizer: _, ...rest } = common;`,
  `const params = { w: zeros([4, 3]) };`,
  `const model = sequential(linear.of(4, 8), tanh, linear.of(8, 3));`,
  `const five = sequential(linear.of(5, 8), tanh, linear.of(8, 3));`,
  `const norm = sequential(linear.of(4, 3), batchNorm.of(3));`,
];

/** Programs, and the end of what the compiler says. */
const refused: readonly (readonly [program: string, message: string])[] = [
  [
    `fit({ ...common, params, loss: (p, { x, y }) => softmaxCrossEntropy(x.matmul(p.w).transpose(), y) });`,
    "softmaxCrossEntropy: shapes differ: [3] and [16]",
  ],
  [
    `fit({ ...common, params, loss: (p, { x, y }) => softmaxCrossEntropy(x.matmul(p.w), y, { reduction: "none" }) });`,
    "fit: the loss must be a scalar, got [16]",
  ],
  [
    `fit({ ...common, params, loss: (p, { x }) => x.matmul(p.w).sum().astype("int32") });`,
    "fit: the loss must be a float, got int32",
  ],
  [
    `fit({ ...common, params, loss: (p, { x }) => 3 });`,
    "fit: the loss must give a scalar, or { loss, state, predictions, targets }",
  ],
  [
    `fit({ ...common, params, loss: (p, { x }) => ({ loss: x.matmul(p.w).sum(), state: x }) });`,
    "fit: the loss gives a state, so fit needs the first one: state",
  ],
  [
    `fit({ ...common, params, state: zeros([3]), loss: (p, { x }) => x.matmul(p.w).sum() });`,
    "fit: the loss must give { loss, state }, since there is a state",
  ],
  [
    `fit({ ...common, params, state: zeros([3]), loss: (p, { x }) => ({ loss: x.matmul(p.w).sum(), state: x }) });`,
    "fit: the loss must give a state of the same type as it takes",
  ],
  [
    `fit({ ...common, params, metrics: { accuracy }, loss: (p, { x }) => x.matmul(p.w).sum() });`,
    "fit: metrics need a loss that gives { loss, predictions, targets }",
  ],
  [
    `fit({ ...common, params, metrics: { accuracy }, loss: (p, { x }) => ({ loss: x.matmul(p.w).sum(), predictions: x.matmul(p.w), targets: x }) });`,
    "fit: accuracy cannot compare predictions float32[16, 3] with targets float32[16, 4]",
  ],
  [
    `fit({ ...common, loss: supervised(five, softmaxCrossEntropy), params: five.init(random.key(0)) });`,
    "sequential: layer 0: linear: inner dimensions differ: [16, 4] x [5, 8] (4 != 5)",
  ],
  [
    `fit({ ...common, loss: supervised(model, meanSquaredError), params: model.init(random.key(0)) });`,
    "supervised: the loss gives no scalar for predictions [16, 3] and targets int32[16]",
  ],
  [
    `fit({ ...common, loss: supervised(norm, softmaxCrossEntropy), params: norm.init(random.key(0)) });`,
    `Type 'null' is not assignable to type 'readonly [null, BatchNormState<3, "float32">]'`,
  ],
  [
    `fit({ ...rest, step: (p, { x }) => ({ params: x, loss: x.sum() }), params });`,
    "fit: the step must give params of the same type as it takes",
  ],
  [
    `fit({ ...rest, params, loss: (p, { x }) => x.matmul(p.w).sum() });`,
    "Property 'optimizer' is missing",
  ],
  [
    `predict(five.apply, five.init(random.key(0)), data.x);`,
    "sequential: layer 0: linear: inner dimensions differ: [100, 4] x [5, 8] (4 != 5)",
  ],
  [
    `evaluate({ data, params, loss: (p, { x }) => x.matmul(p.w) });`,
    "evaluate: the loss must be a scalar, got [?, 3]",
  ],
];

Deno.test("types: what is wrong is said in one line", async () => {
  const lines = refused.map(([program]) => program);
  const complaints = (await checkPrograms([{ name: "refused", head, lines }])).get("refused") ?? [];
  for (const [program, message] of refused) {
    const said = complaints.filter(({ line }) => line === program).map(({ message }) => message);
    assertEquals(said.length, 1, `${program}\n${said.join("\n")}`);
    assertStringIncludes(said[0], message);
  }
});

const x = random.normal(random.key(0), [20, 4]);
const data = { x, y: zeros([20], "int32") };
const model = sequential(linear.of(4, 3), batchNorm.of(3));
const options = {
  loss: supervised(model, softmaxCrossEntropy),
  params: model.init(random.key(1)),
  state: model.initState(),
  optimizer: adam(0.1),
  data,
  batchSize: 5,
  epochs: 2,
  key: random.key(2),
  progress: false,
};

Deno.test("types: batches, results and monitors follow from the options", async () => {
  const { loss: _, ...others } = options;
  const { params, modelState, state } = await fit({
    ...others,
    batchSize: 5,
    loss: (params, batch, context) => {
      assertType<IsExact<typeof batch, { x: Tensor<[5, 4]>; y: Tensor<[5], "int32"> }>>(true);
      assertType<IsExact<typeof context.key, random.Key>>(true);
      return supervised(model, softmaxCrossEntropy)(params, batch, context);
    },
    metrics: { accuracy },
    validation: data,
    monitor: "validation.accuracy",
    mode: "max",
  });
  assertType<IsExact<typeof params, ReturnType<typeof model.init>>>(true);
  assertType<IsExact<typeof modelState, ReturnType<typeof model.initState>>>(true);
  assertType<IsExact<typeof state.params, typeof params>>(true);
  const logits = predict(model.apply, params, x, { state: modelState, batchSize: 7 });
  assertType<IsExact<typeof logits, Tensor<[20, 3]>>>(true);
  const { metrics } = evaluate({
    ...options,
    params,
    state: modelState,
    metrics: { accuracy },
  });
  assertType<IsExact<typeof metrics, { readonly accuracy: number }>>(true);
});

Deno.test("errors: options that do not go together", async () => {
  const refuses = (more: Record<string, unknown>, message: string) =>
    assertRejects(() => fit({ ...options, ...more } as typeof options), Error, message);
  await refuses({ loss: undefined }, "fit: needs a loss and an optimizer, or else a");
  await refuses({ step: () => {} }, "fit: needs a loss and an optimizer, or else a step");
  await refuses({ optimizer: undefined }, "fit: needs a loss and an optimizer, or else a step");
  await refuses({ epochs: 1.5 }, "fit: epochs must be a whole number of at least 0, got 1.5");
  await refuses({ batchSize: 0 }, "fit: batchSize must be a whole number of at least 1, got 0");
  await refuses({ batchSize: 21 }, "fit: batchSize is 21, but the data have 20 rows");
  await refuses({ data: {} }, "fit: the data have no tensors");
  await refuses(
    { data: { x, y: zeros([19], "int32") } },
    "fit: tensors differ in rows: 20 and 19",
  );
  await refuses({ data: () => [] }, "fit: batchSize goes with a tree of tensors");
  await refuses({ data: () => [], batchSize: undefined }, "fit: the data gave no batch in epoch 1");
  await refuses(
    { data: () => data, batchSize: undefined },
    "fit: a function for data gives batches one after the other, as function* does; this one gave a",
  );
  await refuses({ monitor: "validation.loss" }, 'fit: cannot monitor "validation.loss" without');
  await refuses({ monitor: "acc" }, 'fit: cannot monitor "acc", only loss');
  await refuses(
    { metrics: { accuracy }, monitor: "accuracy" },
    'fit: monitoring "accuracy" needs a mode: "max" where more is better, or "min"',
  );
  await refuses(
    { earlyStopping: { patience: -1 } },
    "fit: earlyStopping.patience must be a whole number of at least 0, got -1",
  );
  await refuses(
    { plateau: reduceOnPlateau(0.1) },
    "fit: plateau needs an optimizer whose learning rate can be set: injectHyperparams",
  );
  await refuses(
    { metrics: { meanAbsoluteError } },
    "meanAbsoluteError: shapes differ: [5, 3] and [5]",
  );
  await refuses(
    { loss: () => 3 },
    "fit: a loss gives a scalar, or { loss, state, predictions, targets }; got a number",
  );
  await refuses(
    { loss: (p: typeof options.params) => p[0].weight.sum(), state: null, metrics: { accuracy } },
    "fit: metrics need the loss to give { loss, predictions, targets }; there are no predictions",
  );
});

Deno.test("errors: a state that these options do not lead to", async () => {
  const { state } = await fit({ ...options, epochs: 1 });
  const refuses = (more: Record<string, unknown>, message: string) =>
    assertRejects(
      () => fit({ ...options, resume: state, ...more } as typeof options),
      Error,
      message,
    );
  await refuses({ key: random.key(3) }, "fit: resume is of a training with another key");
  await refuses(
    { params: linear.of(4, 3).init(random.key(0)) },
    "fit: resume and the state of these options are different trees",
  );
  const wide = sequential(linear.of(4, 5), batchNorm.of(5));
  await refuses(
    { params: wide.init(random.key(0)) },
    "fit: resume.best.params[0].bias is float32[3], but these options make float32[5] of it",
  );
});

Deno.test("errors: data that cannot be judged or predicted", () => {
  const of = { ...options, data: { x: zeros([0, 4]), y: zeros([0], "int32") } };
  assertThrows(() => evaluate(of), RangeError, "evaluate: there are no rows to judge the model on");
  assertThrows(
    () => evaluate({ ...options, batchSize: 0 }),
    RangeError,
    "evaluate: batchSize must be a whole number of at least 1, got 0",
  );
  assertThrows(
    () => predict((_: null, x: Tensor<[20, 4]>) => x.sum(0), null, x, { batchSize: 8 }),
    RangeError,
    "predict: the model made [4] of 8 rows; it must give a row for each",
  );
});
